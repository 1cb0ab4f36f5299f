"""kabar rules report and kabar rules deadlines: what signs were worth, and which clocks run."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer

from bot import config
from bot.commands import desk
from bot.commands.staff import Json
from flows.deadlines import hours_left
from flows.hours import at
from flows.loader import load
from storage import deadlines, judged_signs
from storage.deadlines import Deadline
from storage.judged_signs import OfPattern, OfRule
from storage.transaction import Tx

NOTHING = "No rule has spoken yet, so there is nothing to report."
NO_CLOCK = "No clock of 3x24 hours is running."
View = dict[str, Any]


def report(
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="From this day on, YYYY-MM-DD.")
    ] = None,
    as_json: Json = False,
) -> None:
    """What came of each rule and of each line of signs.yaml: alerts, outcomes, Benar and Bukan.

    Counted in codes and figures; no word of a family is printed."""
    day = desk.as_date(since)
    with desk.refusing():
        settings = config.load()
        known = {rule.id for rule in load(settings.content_dir).rules}
    begins = None if day is None else at(day, datetime.min.time(), settings.timezone)

    def read(tx: Tx) -> tuple[dict[str, OfRule], dict[str, OfPattern], int]:
        return (
            judged_signs.of_rules(tx, since=begins),
            *judged_signs.of_patterns(tx, since=begins),
        )

    with desk.database() as database:
        rules, patterns, lost = database.read_now(read)
    silent = sorted(known - set(rules))
    answer = {
        "since": since,
        "rules": [_rule(name, one) for name, one in sorted(rules.items())],
        "patterns": [_pattern(name, one) for name, one in _by_weight(patterns)],
        "silent_rules": silent,
        "unreadable_messages": lost,
    }
    text = "\n".join(_lines(answer)) if rules else NOTHING
    desk.show(answer, as_json=as_json, text=text)


def running(as_json: Json = False) -> None:
    """Which clocks of 3x24 hours run, how many hours are left, and who owns them."""

    def read(tx: Tx) -> list[View]:
        now = desk.moment(tx)
        return [_clock(one, now=now) for one in deadlines.running(tx)]

    with desk.database() as database:
        found = database.read_now(read)
    lines = [
        f"{one['case']}: {_left(one)} {one['ends_at']}, "
        f"owner {one['owner'] or '-'}, reminded {one['reminded']}x"
        for one in found
    ]
    desk.show(found, as_json=as_json, text="\n".join(lines) or NO_CLOCK)


def _left(one: View) -> str:
    return f"{one['hours_left']} hours left, until" if one["hours_left"] > 0 else "over since"


def _clock(one: Deadline, *, now: datetime) -> View:
    return {
        "clock": one.id,
        "case": one.code,
        "alert": one.alert,
        "owner": one.owner,
        "began_at": one.began_at.isoformat(),
        "ends_at": one.ends_at.isoformat(),
        "hours_left": hours_left(one.ends_at, now=now),
        "reminded": one.reminded,
    }


def _rule(name: str, one: OfRule) -> View:
    shares = {"false_share": _share(one.dismissed, one.confirmed)}
    return {"rule": name, **asdict(one), "closed": dict(sorted(one.closed.items())), **shares}


def _pattern(name: str, one: OfPattern) -> View:
    return {"pattern": name, **asdict(one), "false_share": _share(one.dismissed, one.confirmed)}


def _share(dismissed: int, confirmed: int) -> float | None:
    """Of those that somebody judged; null where nobody did."""
    judged = dismissed + confirmed
    return round(dismissed / judged, 2) if judged else None


def _by_weight(patterns: dict[str, OfPattern]) -> list[tuple[str, OfPattern]]:
    """The ones that were most often false first, for those are to be mended."""
    return sorted(patterns.items(), key=lambda one: (-one[1].dismissed, -one[1].found, one[0]))


def _lines(answer: View) -> list[str]:
    lines = ["Rules:"]
    for one in answer["rules"]:
        closed = ", ".join(f"{name} {count}" for name, count in one["closed"].items()) or "none"
        lines += [
            f"- {one['rule']}: {one['alerts']} alerts, {one['taken']} taken, closed: {closed}; "
            f"{_verdicts(one)}, {one['unjudged']} without a verdict"
        ]
    lines += ["", "Lines of signs.yaml, those most often not so first:"]
    lines += [
        f"- {one['pattern']}: found in {one['found']} messages; {_verdicts(one)}"
        for one in answer["patterns"]
    ] or ["- none so far"]
    if answer["unreadable_messages"]:
        lines += [f"{answer['unreadable_messages']} messages were erased and are not among these."]
    if answer["silent_rules"]:
        lines += ["", f"Have not spoken: {', '.join(answer['silent_rules'])}."]
    return lines


def _verdicts(one: View) -> str:
    share = one["false_share"]
    of = "" if share is None else f" ({share:.0%} false)"
    return f"true {one['confirmed']}, not so {one['dismissed']}{of}"
