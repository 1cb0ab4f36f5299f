"""The plan of one contact: what it rests on, its cadence, and how late is too late."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flows.hours import ONE_DAY, at, local
from flows.model import CaseState, ContactKind, KeyDate, Level, Risk, SafeHours, Slot
from flows.rhythm import Cadence, Programme

NEAR = timedelta(days=2)
"""An extra check-in or a pulse so near to another one is not asked: that one does for both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What decides about one contact. `since`: leaving the centre, or consent where that day is
    unknown. `birth_date` is None for whoever was erased."""

    programme: Programme
    risk: Risk
    level: Level
    kind: ContactKind
    stage: str
    since: date
    hours: SafeHours
    birth_date: date | None
    days: tuple[KeyDate, ...]
    state: CaseState
    paused_until: date | None
    closes_on: date | None
    ends_on: date | None
    extra_weeks: int

    @property
    def asks(self) -> bool:
        """Do check-ins go out in this stage?"""
        stage = self.programme.stage(self.stage)
        return stage is None or stage.asks


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One place in the plan."""

    at: datetime
    slot: Slot


def first_due(consented_at: datetime, hours: SafeHours) -> datetime:
    """When the first check-in comes: the local day after consent, as the safe hours begin."""
    return next_due(consented_at, 1, hours)


def next_due(previous_due: datetime, every_days: int, hours: SafeHours) -> datetime:
    """The check-in `every_days` local days after the previous one, as the safe hours begin.

    Counting from the due day, not from the answer, keeps the family's weekday.
    """
    if every_days < 1:
        raise ValueError(f"a check-in cannot come every {every_days} days")
    day = local(previous_due, hours.timezone).date() + timedelta(days=every_days)
    return at(day, hours.start, hours.timezone)


def every_days(plan: Plan, on: date) -> int | None:
    """Days from a check-in of day `on` to the next one; None once the programme is over.

    Week 1 is the seven days from `since`; a family enrolled before the child leaves is in week 1.
    """
    if plan.kind is ContactKind.SCHOOL:
        return None if plan.programme.school is None else plan.programme.school.every_days
    week = week_of(plan, on)
    for step in steps_of(plan):
        if week <= step.until_week:
            return step.every_days
    return None


def asked_as(plan: Plan, planned: Planned) -> Slot:
    """What comes in that place: until the child is at home it may be a pulse."""
    is_early = local(planned.at, plan.hours.timezone).date() < plan.since
    is_form = planned.slot in (Slot.REGULAR, Slot.EXTRA)
    return (
        Slot.PULSE
        if is_form and is_early and plan.programme.pulses_before_leaving
        else planned.slot
    )


def week_of(plan: Plan, on: date) -> int:
    """The week of the programme, from 1."""
    return max((on - plan.since).days // 7 + 1, 1)


def ends_after(plan: Plan) -> date:
    """The last day of the programme."""
    return plan.since + timedelta(weeks=steps_of(plan)[-1].until_week) - ONE_DAY


def steps_of(plan: Plan) -> tuple[Cadence, ...]:
    """The cadence, its last step longer by what staff have added."""
    *steps, last = plan.programme.steps(plan.level, plan.risk)
    until = last.until_week + plan.extra_weeks
    return (*steps, Cadence(until_week=until, every_days=last.every_days))


# Late -------------------------------------------------------------------------------------------

LATEST = timedelta(days=5)
"""A check-in asks about the last seven days: five days late it asks about another week."""


def still_makes_sense(planned: Planned, moment: datetime, *, then: Planned | None) -> bool:
    """May what was planned still be asked at a moment? Not when it is five days late, nor once the
    next one is near: that one does for both, and the family is asked once."""
    if moment - planned.at >= LATEST:
        return False
    return then is None or not then.slot.asks or moment + NEAR <= then.at
