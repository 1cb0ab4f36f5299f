"""The plan of one contact: what comes next, and when. Check-ins by cadence, pulses between, extra
ones around days of weight, the form of a school, and every end of them.

    regular   by cadence, counted from the last regular one, so that the family keeps its weekday
    pulse     where regular ones lie far apart
    extra     on days around a day of weight, unless a regular one is near
    ending    staff are asked how it goes on, before the last one and when it is over
    goodbye   the day that staff have chosen; a school contact's year
    notice, of_age   the child becomes an adult

A place in the plan is nominal: the day at which the hours begin. Quiet days, breaks of the fast and
a phone that is busy move what is sent from there (see `lateness`). Nothing is filled up afterwards.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from flows.hours import ONE_DAY, at, local
from flows.model import (
    CaseState,
    ContactKind,
    SafeHours,
    Slot,
)
from flows.plan import LATEST as LATEST
from flows.plan import NEAR as NEAR
from flows.plan import Plan as Plan
from flows.plan import Planned as Planned
from flows.plan import asked_as as asked_as
from flows.plan import ends_after as ends_after
from flows.plan import every_days as every_days
from flows.plan import first_due as first_due
from flows.plan import next_due as next_due
from flows.plan import still_makes_sense as still_makes_sense
from flows.plan import week_of as week_of
from flows.rhythm import ADULT_AT

MIDNIGHT = time(0)
A_MOMENT = timedelta(microseconds=1)
WEEK = 7
PARTING = timedelta(days=14)
"""So long before the goodbye the family hears that it is near: no end comes out of the blue."""


def following(
    plan: Plan, anchor: datetime, *, after: datetime, done: Slot | None = None
) -> Planned | None:
    """The first place in the plan after a moment; None where nothing is ahead.

    `anchor` is the last regular check-in, or the first one while it is still to come. Two places
    may stand on one moment, a notice and a check-in: `done` is the one there that was had."""
    found = [one for one in _candidates(plan, anchor, after) if one.at > after]
    if done is not None:
        had = (after, _ORDER.index(done))
        there = _candidates(plan, anchor, after - A_MOMENT)
        found += [one for one in there if _rank(one) > had]
    return min(found, key=_rank, default=None)


def _rank(planned: Planned) -> tuple[datetime, int]:
    return planned.at, _ORDER.index(planned.slot)


def ahead(plan: Plan, anchor: datetime, *, after: datetime) -> Iterator[Planned]:
    """Everything that comes, in order, up to an end."""
    done: Slot | None = None
    while (planned := following(plan, anchor, after=after, done=done)) is not None:
        yield planned
        if planned.slot in ENDS:
            return
        after, done = planned.at, planned.slot
        anchor = planned.at if planned.slot in ANCHORS else anchor


ENDS = (Slot.GOODBYE, Slot.OF_AGE)
ANCHORS = (Slot.REGULAR, Slot.SCHOOL)
_ORDER = (Slot.OF_AGE, Slot.GOODBYE, Slot.RESUME, Slot.PARTING, Slot.NOTICE, Slot.ENDING,
          Slot.REGULAR, Slot.SCHOOL, Slot.EXTRA, Slot.PULSE)  # fmt: skip
"""What comes first where two fall on one moment: an end before what it ends."""


def _candidates(plan: Plan, anchor: datetime, after: datetime) -> Iterator[Planned]:
    yield from _ends(plan)
    if plan.state is CaseState.CLOSED:
        return
    if plan.state is CaseState.PAUSED:
        if plan.paused_until is not None:
            # As the day begins: what stands on its morning comes already.
            zone = plan.hours.timezone
            yield Planned(at=at(plan.paused_until, MIDNIGHT, zone), slot=Slot.RESUME)
        return
    if not plan.asks:
        return
    before, regular = _around(plan, anchor, after)
    if regular is not None:
        is_school = plan.kind is ContactKind.SCHOOL
        yield Planned(at=regular, slot=Slot.SCHOOL if is_school else Slot.REGULAR)
    if plan.kind is ContactKind.SCHOOL:
        return
    yield from _endings(plan)
    extras = _extras(plan, anchor)
    yield from extras
    yield from _pulses(plan, before, regular, extras)


def _ends(plan: Plan) -> Iterator[Planned]:
    """What ends the plan from outside: a chosen day, a school year, the eighteenth birthday."""
    for day in (plan.closes_on, plan.ends_on):
        if day is not None and plan.state is not CaseState.CLOSED:
            yield _on(plan, day, Slot.GOODBYE)
    is_told = plan.state is CaseState.ACTIVE and plan.kind is ContactKind.CAREGIVER
    if plan.closes_on is not None and is_told:
        yield _on(plan, plan.closes_on - PARTING, Slot.PARTING)
    if plan.birth_date is not None:
        adult = birthday(plan.birth_date, ADULT_AT)
        zone = plan.hours.timezone
        yield Planned(at=at(adult, MIDNIGHT, zone), slot=Slot.OF_AGE)
        notice = adult - timedelta(days=plan.programme.adult_notice_days)
        if plan.kind is ContactKind.CAREGIVER and plan.state is not CaseState.CLOSED:
            yield _on(plan, notice, Slot.NOTICE)


def already_due(plan: Plan, *, now: datetime) -> Planned | None:
    """What a family that begins today has missed and must not: the child is an adult, or will be
    within the notice."""
    if plan.birth_date is None or plan.kind is not ContactKind.CAREGIVER:
        return None
    adult = birthday(plan.birth_date, ADULT_AT)
    today = local(now, plan.hours.timezone).date()
    if today >= adult:
        return Planned(at=now, slot=Slot.OF_AGE)
    is_near = today > adult - timedelta(days=plan.programme.adult_notice_days)
    return Planned(at=now, slot=Slot.NOTICE) if is_near else None


def birthday(birth_date: date, age: int) -> date:
    """The day on which that age is reached; of a 29 February, 1 March in other years."""
    try:
        return birth_date.replace(year=birth_date.year + age)
    except ValueError:
        return date(birth_date.year + age, 3, 1)


def _endings(plan: Plan) -> Iterator[Planned]:
    """Staff are asked how it goes on; where a goodbye is planned, that has been decided."""
    if plan.closes_on is not None:
        return
    over = ends_after(plan) + ONE_DAY
    notice = over - timedelta(days=plan.programme.ending_notice_days)
    yield _on(plan, max(notice, plan.since + ONE_DAY), Slot.ENDING)
    yield _on(plan, over, Slot.ENDING)


def _around(
    plan: Plan, anchor: datetime, after: datetime
) -> tuple[datetime | None, datetime | None]:
    """The last regular check-in up to a moment, and the first one after it."""
    before: datetime | None = None
    for due in _regular(plan, anchor):
        if due > after:
            return before, due
        before = due
    return before, None


def _regular(plan: Plan, anchor: datetime) -> Iterator[datetime]:
    """The regular check-ins from the anchor on, up to the end of the programme, each on a weekday
    on which this family may be written to: else one that only has Mondays would never be asked."""
    due, last = anchor, None
    while (every := every_days(plan, local(due, plan.hours.timezone).date())) is not None:
        allowed = _on_weekday(due, plan.hours)
        if allowed != last:
            yield allowed
        due, last = next_due(due, every, plan.hours), allowed


def _on_weekday(due: datetime, hours: SafeHours) -> datetime:
    day = local(due, hours.timezone).date()
    if not hours.weekdays or day.weekday() in hours.weekdays:
        return due
    ahead_of = min((weekday - day.weekday()) % WEEK for weekday in hours.weekdays)
    return at(day + timedelta(days=ahead_of), hours.start, hours.timezone)


def _pulses(
    plan: Plan,
    before: datetime | None,
    regular: datetime | None,
    extras: tuple[Planned, ...],
) -> Iterator[Planned]:
    """One tap in between, up to its last week; after the last regular one as well."""
    pulse = plan.programme.pulse
    if pulse is None or before is None:
        return
    due = next_due(before, pulse.every_days, plan.hours)
    while regular is None or due + NEAR < regular:
        day = local(due, plan.hours.timezone).date()
        if week_of(plan, day) > pulse.until_week or day > ends_after(plan):
            return
        if not any(abs(due - extra.at) <= NEAR for extra in extras):
            yield Planned(at=due, slot=Slot.PULSE)
        due = next_due(due, pulse.every_days, plan.hours)


def _extras(plan: Plan, anchor: datetime) -> tuple[Planned, ...]:
    """Around days of weight, each day once, and none where a regular check-in is near."""
    kinds = {kind.id: kind for kind in plan.programme.days}
    last = ends_after(plan)
    wanted = {
        one.day + timedelta(days=offset)
        for one in plan.days
        if one.kind in kinds
        for offset in kinds[one.kind].asks
    }
    found = [_on(plan, day, Slot.EXTRA) for day in sorted(wanted) if day <= last]
    return tuple(one for one in found if not _is_near_regular(plan, anchor, one.at))


def _is_near_regular(plan: Plan, anchor: datetime, moment: datetime) -> bool:
    before, after = _around(plan, anchor, moment)
    return any(one is not None and abs(one - moment) <= NEAR for one in (before, after))


def _on(plan: Plan, day: date, slot: Slot) -> Planned:
    return Planned(at=at(day, plan.hours.start, plan.hours.timezone), slot=slot)
