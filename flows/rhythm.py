"""The shape of a programme and of a year: stages, cadence, pulses, days of weight, holidays, ends.
Every number in it is content that a centre approves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

from flows.approval import Approval
from flows.model import Level, Risk

ADULT_AT = 18  # UU 23/2002 Pasal 1: a child is younger than that


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where a case stands in the Generalist Intervention Model; families are asked only where
    `asks` is set: while the child still lives at the centre there is nothing to ask at home."""

    id: str
    name: str
    asks: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """Up to and with week `until_week` a check-in comes every `every_days` days."""

    until_week: int
    every_days: int


Steps = Mapping[Risk, tuple[Cadence, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """One tap every so many days, where check-ins lie further apart; up to week `until_week`."""

    checkin: str
    every_days: int
    until_week: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayKind:
    """A kind of day that weighs: on which days around it a check-in more comes (before: negative).

    What it is called is for staff; no family ever reads it."""

    id: str
    name: str
    asks: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolRhythm:
    """The form for a school contact, at most monthly, until the school year ends."""

    checkin: str
    every_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """`checkins` maps a level to a check-in id; `cadence` a risk to its steps in order, and
    `levels` does so for a level that has a cadence of its own."""

    id: str
    stages: tuple[Stage, ...]
    checkins: Mapping[Level, str]
    cadence: Steps
    approval: Approval
    levels: Mapping[Level, Steps] = field(default_factory=dict)
    pulse: Pulse | None = None
    days: tuple[DayKind, ...] = ()
    school: SchoolRhythm | None = None
    enrol_weeks: int | None = None  # before leaving; earlier is too early to ask
    pulses_before_leaving: bool = False  # there is nothing to ask about a child not at home yet
    ending_notice_days: int = 28  # so long before the last check-in staff are asked how it goes on
    adult_notice_days: int = 28

    def stage(self, stage: str) -> Stage | None:
        """The stage of that id."""
        return next((one for one in self.stages if one.id == stage), None)

    def day(self, kind: str) -> DayKind | None:
        """The kind of day of that id."""
        return next((one for one in self.days if one.id == kind), None)

    def steps(self, level: Level, risk: Risk) -> tuple[Cadence, ...]:
        """The cadence that holds for them."""
        return self.levels.get(level, self.cadence)[risk]


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceLimits:
    """After how many days without a word between family and staff somebody calls. `calls` holds
    where nobody of the family takes part by message. A task that was settled while the silence went
    on opens again after one more limit, or after `not_reached_again_days`; what other rules of a
    day say after `again_days`."""

    limits: Mapping[Risk, int]
    margin_days: int  # more than the planned interval
    most_days: int
    calls: Mapping[Risk, int]
    not_reached_again_days: int
    again_days: int
    approval: Approval


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Days of every year, first and last as (month, day); it may run over new year."""

    first: tuple[int, int]
    last: tuple[int, int]

    def holds(self, day: date) -> bool:
        """Does it lie in there?"""
        at = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The year of the families: days on which nobody is written to, hours of the fast, holidays of
    schools. `quiet` names each day; `fasting` are first and last day of each year's fast."""

    quiet: Mapping[date, str]
    fasting: tuple[tuple[date, date], ...]
    fasting_breaks: tuple[tuple[time, time], ...]
    school_holidays: tuple[Span, ...]
    school_days_off: tuple[tuple[date, date], ...]
    school_year_ends: tuple[int, int]  # month, day
    approval: Approval

    def in_school_holidays(self, day: date) -> bool:
        """Are the schools closed for longer on this day?"""
        is_yearly = any(span.holds(day) for span in self.school_holidays)
        return is_yearly or any(first <= day <= last for first, last in self.school_days_off)

    def school_year_end(self, on: date) -> date:
        """The last day of the school year that `on` lies in."""
        month, day = self.school_year_ends
        ends = date(on.year, month, day)
        return ends if on <= ends else date(on.year + 1, month, day)
