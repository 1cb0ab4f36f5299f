"""A programme, a check-in and a calendar that the program has never seen, written only from
docs/content.md, run without any code."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.usecases.room import Room
from flows import loader
from flows.definition import Content
from flows.hours import local
from flows.model import Level, Risk
from flows.warning_signs import build
from storage import tables
from tests.programme.test_preview import Family, family

PAGE = Path(__file__).parents[2] / "docs" / "content.md"
EXAMPLE = re.compile(r"```yaml\n# ([\w/.-]+\.yaml)[^\n]*\n(.*?)```", re.DOTALL)
WIB = "Asia/Jakarta"


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Content:
    """The whole files of the page, laid over the shipped ones."""
    folder = tmp_path_factory.mktemp("content")
    for name, body in EXAMPLE.findall(PAGE.read_text()):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(body)
    return loader.load(folder)


@pytest.fixture
def room(content: Content) -> Iterator[Room]:
    yield Room(content=content, detector=build(content.signs), timezone=WIB)


def asked_days(here: Family) -> list[int]:
    """Days after consent on which something was planned."""
    c = tables.checkins
    rows = here.centre.rows(select(c.c.planned_at).order_by(c.c.planned_at))
    first = local(rows[0].planned_at, WIB).date()
    return [(local(row.planned_at, WIB).date() - first).days for row in rows]


def test_the_page_shows_a_check_in_a_programme_and_a_calendar(content: Content) -> None:
    assert content.programme.id == "pulang-pelan"
    assert "kakek-nenek" in content.checkins
    assert "Galungan" in content.calendar.quiet.values()


def test_its_programme_plans_the_days_it_says(tmp_path: Path, room: Room) -> None:
    here = family(tmp_path, room, Level.OPEN, risk=Risk.MEDIUM)
    with here.centre.database:
        here.centre.passes(days=29)

        assert asked_days(here) == [0, 10, 20]


def test_level_b_gets_the_cadence_of_its_own(tmp_path: Path, room: Room) -> None:
    here = family(tmp_path, room, Level.DISCREET, risk=Risk.MEDIUM)
    with here.centre.database:
        here.centre.passes(days=45)

        assert asked_days(here) == [0, 15, 20, 35, 40]  # the tap in between, every fifteen days


def test_its_check_in_is_asked_word_for_word(tmp_path: Path, room: Room) -> None:
    here = family(tmp_path, room, Level.OPEN, risk=Risk.MEDIUM)
    with here.centre.database:
        here.centre.passes(days=1)

        ((_, text, _),) = here.gets()
        assert text.startswith("Selamat pagi, Kakek/Nenek. Apa kabar cucunya?")


def test_its_quiet_day_moves_a_check_in(tmp_path: Path, room: Room) -> None:
    here = family(tmp_path, room, Level.DISCREET, risk=Risk.HIGH)
    with here.centre.database:
        nyepi = next(day for day, name in sorted(room.content.calendar.quiet.items())
                     if name == "Hari Suci Nyepi" and day > here.centre.now.date())  # fmt: skip
        until = nyepi - here.centre.now.date() + timedelta(days=3)

        foreseen = here.foresees(until.days)

        assert nyepi not in {local(one.at, WIB).date() for one in foreseen if one.screens}
