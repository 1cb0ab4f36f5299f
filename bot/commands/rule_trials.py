"""kabar rules simulate and kabar rules replay: a rule file is tried before it acts.

The first plays invented families, the second the stored history. Neither writes or sends anything.
"""

import sys
from datetime import datetime, time
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from bot import config
from bot.commands import desk
from bot.commands.staff import Json
from bot.rehearsal import telling
from bot.rehearsal import told as stored_telling
from bot.rehearsal.reading import RATES, read_rates
from bot.rehearsal.simulating import Wanted, simulate
from bot.rehearsal.stored import Answer, replay_stored
from bot.usecases.room import Room
from flows import loader
from flows.definition import Content
from flows.hours import at, local
from flows.rehearsal.figures import Figures
from flows.rehearsal.rates import Rates
from storage.database import Database

FAMILIES, WEEKS, MOST_FAMILIES, MOST_WEEKS = 150, 52, 2000, 52
LEAST_WEEKS = 8

RulesFile = Annotated[
    Path | None,
    typer.Option("--rules", metavar="FILE", help="A rule file; the rules in force if left out."),
]


def simulate_rules(
    rules: RulesFile = None,
    families: Annotated[
        int, typer.Option(min=1, max=MOST_FAMILIES, help="How many invented families.")
    ] = FAMILIES,
    weeks: Annotated[
        int, typer.Option(min=LEAST_WEEKS, max=MOST_WEEKS, help="For how long.")
    ] = WEEKS,
    seed: Annotated[int, typer.Option(min=0, help="Which draws: another one, other families.")] = 1,
    rates: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What is assumed about families, instead of ours."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Play invented families for a year and print how much work the rules make, and what they find.

    The same numbers each time. No database is needed, and none is touched."""
    content = content_with(rules)
    with desk.refusing():
        assumed = read_rates(rates or RATES)
        wanted = Wanted(families=families, weeks=weeks, seed=seed)
        figures = _played(content, wanted, assumed)
    text = telling.as_text(figures)
    desk.show(telling.as_json(figures), as_json=as_json, text=text)


def replay_rules(
    since: Annotated[
        str, typer.Option(help="First day, YYYY-MM-DD: from then on the rules act anew.")
    ],
    rules: RulesFile = None,
    as_json: Json = False,
) -> None:
    """Print what a rule file would have asked of staff since a day, beside what they were asked.

    Stored words are read by the detector, in memory; none is printed, and nothing is written."""
    day = desk.day(since)
    content = content_with(rules)
    with desk.database() as database:
        room = Room(
            content=content,
            detector=loader.detector(content),
            timezone=config.load().timezone,
        )
        now = database.read_now(desk.moment)
        if day > local(now, room.timezone).date():
            desk.fail(f"{day} is still to come: give a day of the past.")
        found = _replayed(database, room, at(day, time(0), room.timezone), now)
    told = stored_telling.as_text(found, since=day, timezone=room.timezone)
    answer = stored_telling.as_json(found, since=day, timezone=room.timezone)
    desk.show(answer, as_json=as_json, text=told)


def _replayed(database: Database, room: Room, since: datetime, now: datetime) -> Answer:
    with _progress() as bar:
        task = bar.add_task("history", total=None)
        return replay_stored(
            database,
            room,
            since=since,
            until=now,
            heard=lambda number, whole: bar.update(task, completed=number, total=whole),
        )


def _progress() -> Progress:
    """On a terminal alone."""
    return Progress(console=desk.errors, transient=True, disable=not sys.stderr.isatty())


def _played(content: Content, wanted: Wanted, assumed: Rates) -> Figures:
    detector = loader.detector(content)
    with _progress() as bar:
        task = bar.add_task("families", total=wanted.families)
        return simulate(
            content,
            detector,
            assumed,
            wanted,
            heard=lambda number: bar.update(task, completed=number),
        )


def content_with(rules: Path | None) -> Content:
    """The content in force, with this rule file in it; everything that is wrong is told, as by
    `kabar check`."""
    with desk.refusing():
        folder = config.load().content_dir
        problems = loader.check(folder, rules=rules)
        for problem in problems:
            desk.errors.print(str(problem))
        if problems:
            desk.fail(f"{len(problems)} to mend.")
        return loader.load(folder, rules=rules)
