"""Safe hours: when a family may get a message that nobody there has asked for.

Moments come in and go out as aware UTC; zones are IANA names, or what Indonesians call them.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flows.model import EVERY_DAY, Break, SafeHours
from flows.rhythm import Calendar

ONE_DAY = timedelta(days=1)

ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}

LEAST_OPEN = timedelta(minutes=30)
"""A break that would leave less of a day is not kept: the interview has set these hours, and in the
fast a family may have no others."""

LONGEST_SEARCH = 800  # days: two years of quiet days are more than anybody enters

AHEAD = timedelta(days=120)
"""So far the calendar is laid into the hours of a message: none waits longer than that."""

Window = tuple[datetime, datetime]


def local(moment: datetime, timezone: str) -> datetime:
    return moment.astimezone(ZoneInfo(timezone))


def at(day: date, clock: time, timezone: str) -> datetime:
    """That local moment, in UTC."""
    return datetime.combine(day, clock, tzinfo=ZoneInfo(timezone)).astimezone(UTC)


def spans(
    moment: datetime, start: time, end: time, timezone: str, weekdays: frozenset[int] = EVERY_DAY
) -> Iterator[Window]:
    """Every (opening, closing) that may still hold `moment` or follows it, in order, without end.

    Hours that end no later than they start run past midnight, and belong to the weekday they
    start on; equal ends are a whole day. ValueError if no weekday is left.
    """
    if not weekdays & EVERY_DAY:
        raise ValueError("hours need at least one weekday, 0 (Monday) to 6 (Sunday)")
    closes_after = timedelta(0) if start < end else ONE_DAY
    day = local(moment, timezone).date() - ONE_DAY
    while True:
        if day.weekday() in weekdays:
            yield at(day, start, timezone), at(day + closes_after, end, timezone)
        day += ONE_DAY


def in_safe_hours(moment: datetime, hours: SafeHours) -> bool:
    return next_safe(moment, hours) == moment


def next_safe(moment: datetime, hours: SafeHours) -> datetime:
    """`moment` itself if the family may be written to, else when its hours next begin."""
    for opens, closes in _open(moment, hours):
        if moment < closes:
            return max(moment, opens)
    raise AssertionError("days never end")


def _open(moment: datetime, hours: SafeHours) -> Iterator[Window]:
    """What is left of the hours of each day, without quiet days and breaks. Hours past midnight
    belong to the day they begin on."""
    looked = 0
    for opens, closes in spans(
        moment, hours.start, hours.end, hours.timezone, hours.weekdays & EVERY_DAY or EVERY_DAY
    ):
        day = local(opens, hours.timezone).date()
        looked += 1
        # Whoever has entered nothing but quiet days is asked on one of them all the same.
        if looked < LONGEST_SEARCH and is_quiet(day, hours):
            continue
        yield from _without_breaks((opens, closes), day, hours)


def is_quiet(day: date, hours: SafeHours) -> bool:
    """Is this one of the days without any message?"""
    return any(first <= day <= last for first, last in hours.quiet)


def _without_breaks(window: Window, day: date, hours: SafeHours) -> tuple[Window, ...]:
    left: tuple[Window, ...] = (window,)
    for pause in hours.breaks:
        if not pause.first <= day <= pause.last:
            continue
        for on in (day, day + ONE_DAY):  # hours past midnight reach into the next morning
            start, end = at(on, pause.start, hours.timezone), at(on, pause.end, hours.timezone)
            left = tuple(part for one in left for part in _cut(one, start, end))
    is_enough = sum((closes - opens for opens, closes in left), timedelta(0)) >= LEAST_OPEN
    return left if is_enough else (window,)


def _cut(window: Window, start: datetime, end: datetime) -> tuple[Window, ...]:
    opens, closes = window
    if end <= opens or closes <= start:
        return (window,)
    parts = ((opens, start), (end, closes))
    return tuple((begins, ends) for begins, ends in parts if begins < ends)


def within(hours: SafeHours, calendar: Calendar, *, near: datetime) -> SafeHours:
    """The hours with the year laid into them: quiet holidays, and breaks of the fast, as far as
    they lie near a moment. What a row keeps has to be short."""
    first = local(near, hours.timezone).date() - 2 * ONE_DAY
    last = first + AHEAD
    quiet = sorted(day for day in calendar.quiet if first <= day <= last)
    breaks = tuple(
        Break(first=begins, last=ends, start=start, end=end)
        for begins, ends in calendar.fasting
        if begins <= last and first <= ends
        for start, end in calendar.fasting_breaks
    )
    if not quiet and not breaks:
        return hours
    days = tuple((day, day) for day in quiet)
    return replace(hours, quiet=(*hours.quiet, *days), breaks=(*hours.breaks, *breaks))
