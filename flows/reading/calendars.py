"""The year as a file: holidays on which nobody is written to, the fast, holidays of schools.

Which day a moving holiday is comes from a library; which of them count is content."""

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from functools import lru_cache

import holidays

from flows.reading.nodes import APPROVAL, Node, read_approval, suggest
from flows.rhythm import Calendar, Span

YEARS = range(2024, 2051)
FAST_ENDS = "Hari Raya Idul Fitri"
FAST_LASTS = 30  # days; of 29 in some years, and then the day before it is spared as well

_DAY = re.compile(r"(\d\d)-(\d\d)")


@lru_cache(maxsize=1)
def national_holidays() -> Mapping[date, tuple[str, ...]]:
    """The national holidays of Indonesia by day, under their Indonesian names. Those that go by the
    moon are computed, and may be a day off from what the government decides each year."""
    found = holidays.country_holidays("ID", years=YEARS, language="id")
    return {day: tuple(map(_plain, name.split("; "))) for day, name in found.items()}


def _plain(name: str) -> str:
    return name.removesuffix(" (perkiraan)")


def read_calendar(root: Node) -> Calendar:
    """The calendar of a file."""
    fields = root.fields(
        ("quiet_holidays", "quiet_days", "fasting_breaks", "school_holidays", "school_year_ends"),
        (*APPROVAL, "school_days_off"),
    )
    return Calendar(
        quiet={**_chosen(fields["quiet_holidays"]), **_days(fields["quiet_days"])},
        fasting=_fasting(),
        fasting_breaks=tuple(map(_hours, fields["fasting_breaks"].items())),
        school_holidays=tuple(map(_span, fields["school_holidays"].items())),
        school_days_off=tuple(map(_dates, fields["school_days_off"].items())),
        school_year_ends=_month_day(fields["school_year_ends"]),
        approval=read_approval(fields),
    )


def _chosen(node: Node) -> dict[date, str]:
    by_name: dict[str, list[date]] = {}
    for day, names in national_holidays().items():
        for name in names:
            by_name.setdefault(name, []).append(day)
    found: dict[date, str] = {}
    for entry in node.items():
        name = entry.text()
        if name not in by_name:
            entry.wrong(f"there is no national holiday `{name}`{suggest(name, by_name)}")
        found |= dict.fromkeys(by_name.get(name, ()), name)
    return found


def _days(node: Node) -> dict[date, str]:
    """Days of a centre's own, each with what it is."""
    found: dict[date, str] = {}
    for entry in node.items():
        fields = entry.fields(("day", "name"))
        found[fields["day"].day()] = fields["name"].text()
    return found


def _fasting() -> tuple[tuple[date, date], ...]:
    """The days of fasting before each Idul Fitri."""
    return tuple(
        (day - timedelta(days=FAST_LASTS), day - timedelta(days=1))
        for day, names in sorted(national_holidays().items())
        if FAST_ENDS in names
    )


def _hours(node: Node) -> tuple[time, time]:
    fields = node.fields(("from", "to"))
    start, end = fields["from"].clock(), fields["to"].clock()
    if start >= end:
        fields["to"].wrong("a break ends after it begins, on the same day")
    return start, end


def _span(node: Node) -> Span:
    fields = node.fields(("from", "to"))
    return Span(first=_month_day(fields["from"]), last=_month_day(fields["to"]))


def _dates(node: Node) -> tuple[date, date]:
    fields = node.fields(("from", "to"))
    first, last = fields["from"].day(), fields["to"].day()
    if last < first:
        fields["to"].wrong("these days end after they begin")
    return first, last


def _month_day(node: Node) -> tuple[int, int]:
    """A day of every year, as MM-DD."""
    said = node.raw()
    found = _DAY.fullmatch(said)
    try:
        if found:
            day = date(2023, int(found[1]), int(found[2]))  # a year without a 29 February
            return day.month, day.day
    except ValueError:
        pass
    if said:
        node.wrong(f"`{said}` is no day of every year; write month and day as 06-20")
    return 1, 1
