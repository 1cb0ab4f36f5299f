"""When things happen in a case: check-ins, calls, working minutes, and how long A holds.

The only place with local time. Moments come in and go out as aware UTC; zones are IANA names.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flows.definition import Press, Programme, WorkingHours
from flows.model import Contact, Level, Risk, SafeHours

ONE_DAY = timedelta(days=1)
EVERY_DAY = frozenset(range(7))

# Safeguarding decision 1: how long a safe-contact interview and a last word keep a phone at A.
INTERVIEW_HOLDS = timedelta(days=90)
LAST_WORD_HOLDS = timedelta(days=30)

LATER_AFTER = timedelta(hours=3)  # "Nanti" is a few hours, never the next minute
CALL_SEARCH = timedelta(days=14)

SLOTS = {
    Press.MORNING: (time(0), time(10)),
    Press.NOON: (time(10), time(15)),
    Press.AFTERNOON: (time(15), time(18)),
}
"""Pagi, Siang and Sore on the family's clock, as its greetings count them (end excluded)."""


def local(moment: datetime, timezone: str) -> datetime:
    return moment.astimezone(ZoneInfo(timezone))


def age_on(birth_date: date, on: date) -> int:
    """Completed years of life; a child of 29 February turns a year older on 1 March."""
    had_birthday = (on.month, on.day) >= (birth_date.month, birth_date.day)
    return on.year - birth_date.year - (0 if had_birthday else 1)


def _at(day: date, clock: time, timezone: str) -> datetime:
    return datetime.combine(day, clock, tzinfo=ZoneInfo(timezone)).astimezone(UTC)


def _spans(
    moment: datetime, start: time, end: time, timezone: str, weekdays: frozenset[int] = EVERY_DAY
) -> Iterator[tuple[datetime, datetime]]:
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
            yield _at(day, start, timezone), _at(day + closes_after, end, timezone)
        day += ONE_DAY


def in_safe_hours(moment: datetime, hours: SafeHours) -> bool:
    return next_safe(moment, hours) == moment


def next_safe(moment: datetime, hours: SafeHours) -> datetime:
    """`moment` itself if the family may be written to, else when its hours next begin."""
    spans = _spans(moment, hours.start, hours.end, hours.timezone)
    return next(max(moment, opens) for opens, closes in spans if moment < closes)


def first_due(consented_at: datetime, hours: SafeHours) -> datetime:
    """When the first check-in comes: the local day after consent, as the safe hours begin."""
    return next_due(consented_at, 1, hours)


def cadence_days(programme: Programme, risk: Risk, *, since: date, on: date) -> int | None:
    """Days from a check-in of day `on` to the next one; None once the programme is over.

    Week 1 is the seven days from `since` (leaving the centre, or consent where that is unknown);
    a family enrolled before the child leaves is in week 1 too.
    """
    week = max((on - since).days // 7 + 1, 1)
    for step in programme.cadence[risk]:
        if week <= step.until_week:
            return step.every_days
    return None


def next_due(previous_due: datetime, every_days: int, hours: SafeHours) -> datetime:
    """The check-in `every_days` local days after the previous one, as the safe hours begin.

    Counting from the due day, not from the answer, keeps the family's weekday.
    """
    if every_days < 1:
        raise ValueError(f"a check-in cannot come every {every_days} days")
    day = local(previous_due, hours.timezone).date() + timedelta(days=every_days)
    return _at(day, hours.start, hours.timezone)


def plan_after(
    previous_due: datetime,
    programme: Programme,
    risk: Risk,
    *,
    since: date,
    hours: SafeHours,
    now: datetime,
) -> datetime | None:
    """The next check-in of the plan that is not yet past; None once the programme is over.

    What fell due while nothing ran is left out: a family never gets last month's questions.
    """
    due = previous_due
    while (every_days := _cadence_at(due, programme, risk, since, hours)) is not None:
        if due > previous_due and due >= now:
            return due
        due = next_due(due, every_days, hours)
    return None


def _cadence_at(
    due: datetime, programme: Programme, risk: Risk, since: date, hours: SafeHours
) -> int | None:
    return cadence_days(programme, risk, since=since, on=local(due, hours.timezone).date())


def later_at(now: datetime, hours: SafeHours) -> datetime:
    """When to ask again after "Nanti": the next safe hour at least three hours later."""
    return next_safe(now + LATER_AFTER, hours)


def effective_level(contact: Contact, *, now: datetime) -> Level:
    """What the phone may show now: A falls back to B when what it rests on is too old.

    A rests on a safe-contact interview of the last 90 days and, once the family has agreed, on a
    word of theirs in the last 30. B, C and D stand as they are on file.
    """
    if contact.level is not Level.OPEN:
        return contact.level
    is_open = _holds_interview(contact, now) and _has_spoken_lately(contact, now)
    return Level.OPEN if is_open else Level.DISCREET


def _holds_interview(contact: Contact, now: datetime) -> bool:
    if contact.interviewed_on is None:
        return False
    age = local(now, contact.hours.timezone).date() - contact.interviewed_on
    # The office may already be in the next day; anything later is a slip that must not open A.
    return -ONE_DAY <= age <= INTERVIEW_HOLDS


def _has_spoken_lately(contact: Contact, now: datetime) -> bool:
    if contact.consented_at is None:
        return True
    last_word = max(contact.consented_at, contact.last_spoken_at or contact.consented_at)
    return now - last_word <= LAST_WORD_HOLDS


def next_working(moment: datetime, working: WorkingHours, timezone: str) -> datetime:
    """`moment` itself if staff work then, else when they next begin."""
    return add_working_minutes(moment, 0, working, timezone)


def add_working_minutes(
    moment: datetime, minutes: int, working: WorkingHours, timezone: str
) -> datetime:
    """Where that many minutes of work end; always a working moment.

    Minutes that use up a day's last one land on the next opening, when somebody is there.
    """
    left = timedelta(minutes=minutes)
    for opens, closes in _spans(moment, working.start, working.end, timezone, working.weekdays):
        begins = max(moment, opens)
        if begins >= closes:
            continue
        if begins + left < closes:
            return begins + left
        left -= closes - begins
    raise AssertionError("working days never end")


def next_call(now: datetime, hours: SafeHours, working: WorkingHours, timezone: str) -> datetime:
    """When staff may call: the family's safe hours and working hours at once.

    `timezone` is the staff's. Where the two never meet in 14 days the family's hours win.
    """
    at = next_safe(now, hours)
    while at <= now + CALL_SEARCH:
        at_work = next_working(at, working, timezone)
        at = next_safe(at_work, hours)
        if at == at_work:
            return at
    return next_safe(now, hours)


def slot_day(now: datetime, slot: Press, hours: SafeHours) -> date:
    """The family's date of a promised call in `slot` (MORNING, NOON or AFTERNOON).

    Today while a part of the slot is still to come inside the safe hours, else tomorrow, also
    where slot and hours never meet: the promise needs a day. KeyError for any other press.
    """
    starts, ends = SLOTS[slot]
    today = local(now, hours.timezone).date()
    reachable = next_safe(max(now, _at(today, starts, hours.timezone)), hours)
    return today if reachable < _at(today, ends, hours.timezone) else today + ONE_DAY
