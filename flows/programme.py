"""When things happen beside the plan: "Nanti", calls, working minutes, and how long A holds.

Moments come in and go out as aware UTC; zones are IANA names.
"""

from datetime import date, datetime, time, timedelta

from flows.definition import Press, WorkingHours
from flows.hours import ONE_DAY, at, local, next_safe, spans
from flows.model import Contact, Level, SafeHours

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


def age_on(birth_date: date, on: date) -> int:
    """Completed years of life; a child of 29 February turns a year older on 1 March."""
    had_birthday = (on.month, on.day) >= (birth_date.month, birth_date.day)
    return on.year - birth_date.year - (0 if had_birthday else 1)


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
    for opens, closes in spans(moment, working.start, working.end, timezone, working.weekdays):
        begins = max(moment, opens)
        if begins >= closes:
            continue
        if begins + left < closes:
            return begins + left
        left -= closes - begins
    raise AssertionError("working days never end")


def next_call(now: datetime, hours: SafeHours, working: WorkingHours, timezone: str) -> datetime:
    """When staff may call: the family's safe hours and working hours at once.

    `timezone` is the staff's. Where the two never meet in 14 days the family's hours win, on a day
    on which staff work: nobody is promised a Sunday.
    """
    until = now + CALL_SEARCH
    met = _meeting(now, hours, working, timezone, until=until)
    return met or _on_a_working_day(now, hours, working, timezone, until=until)


def _meeting(
    moment: datetime, hours: SafeHours, working: WorkingHours, timezone: str, *, until: datetime
) -> datetime | None:
    """The first moment in both, up to `until`."""
    found = next_safe(moment, hours)
    while found <= until:
        at_work = next_working(found, working, timezone)
        found = next_safe(at_work, hours)
        if found == at_work:
            return found
    return None


def _on_a_working_day(
    moment: datetime, hours: SafeHours, working: WorkingHours, timezone: str, *, until: datetime
) -> datetime:
    found = next_safe(moment, hours)
    while found <= until:
        day = local(found, timezone).date()
        if day.weekday() in working.weekdays:
            return found
        found = next_safe(at(day + ONE_DAY, time(0), timezone), hours)
    return next_safe(moment, hours)


def slot_day(
    now: datetime, slot: Press, hours: SafeHours, working: WorkingHours, timezone: str
) -> date:
    """The family's date of a promised call in `slot` (MORNING, NOON or AFTERNOON).

    The first day with a part of the slot still to come, inside the safe hours and while staff, of
    `timezone`, work. Where that never is, a working day of their own hours; and where slot and
    hours never meet either, the next working day: the promise needs one. KeyError for any other
    press.
    """
    today = local(now, hours.timezone).date()
    ahead = [today + number * ONE_DAY for number in range(CALL_SEARCH.days)]
    at_work = [day for day in ahead if day.weekday() in working.weekdays]
    for day in ahead:
        begins, ends = _slot_on(day, slot, hours)
        met = _meeting(max(now, begins), hours, working, timezone, until=ends)
        if met is not None and met < ends:
            return day
    for day in at_work:
        begins, ends = _slot_on(day, slot, hours)
        if next_safe(max(now, begins), hours) < ends:
            return day
    return next((day for day in at_work if day > today), today + ONE_DAY)


def _slot_on(day: date, slot: Press, hours: SafeHours) -> tuple[datetime, datetime]:
    starts, ends = SLOTS[slot]
    return at(day, starts, hours.timezone), at(day, ends, hours.timezone)
