"""What is known of a case on a day, without anybody answering: for how long nobody has spoken, when
the child was last seen, which days of weight are near. Rules name these facts.

Days are whole ones on the calendar of the family, so that each of them is known ahead: what a day
will bring, if nothing happens, can be told today."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from flows.definition import FactValue
from flows.model import CaseId, ContactId, ContactState, KeyDate, Level, Risk
from flows.plan import Plan, every_days, week_of
from flows.rhythm import SilenceLimits

WEEK = 7
BY_MESSAGE = (Level.OPEN, Level.DISCREET)
LOST = (ContactState.REJECTED, ContactState.WRONG_PERSON)
"""Whoever turned out to be somebody else is nobody of this family."""


class Silence(StrEnum):
    """Why it is quiet, told apart; of none of them is it said that all is well."""

    LATE = "late"  # check-ins were left unanswered
    BLOCKED = "blocked"  # the bot was blocked
    GONE = "gone"  # the account is no more
    PAUSED = "paused"  # staff have paused it, or the child lives at the centre: no silence


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A caregiver as silence sees them. `every` is the planned interval in days, None where nothing
    is planned; `missed` how many check-ins in a row were left unanswered."""

    id: ContactId
    state: ContactState
    level: Level
    consented_on: date | None
    spoken_on: date | None
    every: int | None
    missed: int
    is_gone: bool  # their account, not only their wish to hear from us

    @property
    def takes_part(self) -> bool:
        """Do messages go to them?"""
        return self.state is ContactState.ACTIVE and self.level in BY_MESSAGE

    @property
    def heard_on(self) -> date | None:
        """The last day on which they let hear of themselves; agreeing is a word too."""
        return max(filter(None, (self.consented_on, self.spoken_on)), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDay:
    """One case on one day. `met_on` is the last call or visit in which anybody of the family was
    spoken with, `seen_on` when the child was last seen or spoken to alone, `resumed_on` when it
    last went on after a pause."""

    case: CaseId
    today: date
    risk: Risk
    home_risk: bool
    left_on: date | None
    added_on: date
    resumed_on: date | None
    is_paused: bool
    people: tuple[Person, ...]
    met_on: date | None
    seen_on: date | None
    key_dates: tuple[KeyDate, ...]
    open_alerts: int
    limits: SilenceLimits

    @property
    def by_message(self) -> tuple[Person, ...]:
        return tuple(one for one in self.people if one.takes_part)

    @property
    def is_goodbye(self) -> bool:
        """Have all of them been said goodbye to? That is no silence."""
        theirs = [one.state for one in self.people if one.state not in LOST]
        return bool(theirs) and all(state is ContactState.FAREWELL for state in theirs)

    @property
    def spoken_on(self) -> date:
        """The day since which it is quiet: the last word of anybody, else the beginning."""
        words = (*(one.heard_on for one in self.people), self.met_on)
        return max(filter(None, words), default=self.added_on)

    @property
    def quiet_since(self) -> date:
        """The day from which silence is counted: a pause was nobody's silence."""
        return max(filter(None, (self.spoken_on, self.resumed_on)))


def facts_of_day(day: CaseDay) -> dict[str, FactValue]:
    """Everything that rules may name about a day; what is not known is absent."""
    facts: dict[str, FactValue] = {
        "risk": day.risk.value,
        "level": _level(day).value,
        "home_risk": int(day.home_risk),
        "open_alerts": day.open_alerts,
        "days_since_spoken": max((day.today - day.spoken_on).days, 0),
    }
    if day.left_on is not None and day.left_on <= day.today:
        facts["weeks_since_leaving"] = (day.today - day.left_on).days // WEEK
    if day.seen_on is not None:
        facts["days_since_child_seen"] = max((day.today - day.seen_on).days, 0)
    return facts | dict(_silence(day)) | dict(_key_dates(day))


def silence_limit(day: CaseDay) -> int:
    """Days without a word that are too many: by risk, never less than the planned interval and a
    little more, never over the most. Where staff call, it is their rhythm."""
    limits, people = day.limits, day.by_message
    if not people:
        return limits.calls[day.risk]
    planned = [one.every for one in people if one.every is not None]
    least = min(planned) + limits.margin_days if planned else 0
    return min(max(limits.limits[day.risk], least), limits.most_days)


def quiet_as(day: CaseDay) -> Silence | None:
    """How it is quiet; None where nothing was missed."""
    if day.is_paused:
        return Silence.PAUSED
    if day.by_message:
        return Silence.LATE if any(one.missed for one in day.by_message) else None
    lost = [one for one in day.people if one.state is ContactState.BLOCKED]
    if any(one.is_gone for one in lost):
        return Silence.GONE
    return Silence.BLOCKED if lost else None


def asked_every(plan: Plan, on: date) -> int | None:
    """In how many days something is asked, a check-in or the one tap between two; None where
    nothing is planned any more."""
    every, pulse = every_days(plan, on), plan.programme.pulse
    if every is None or pulse is None or week_of(plan, on) > pulse.until_week:
        return every
    return min(every, pulse.every_days)


def _silence(day: CaseDay) -> Iterator[tuple[str, FactValue]]:
    how = quiet_as(day)
    if how is not None:
        yield "silence", how.value
    if day.is_paused or day.is_goodbye:
        return
    over = (day.today - day.quiet_since).days - silence_limit(day)
    yield "silence_limit", silence_limit(day)
    if day.by_message:
        yield "days_over_silence", over
        yield "missed_in_a_row", max(one.missed for one in day.by_message)
    else:
        yield "call_overdue_days", over


def _key_dates(day: CaseDay) -> Iterator[tuple[str, FactValue]]:
    """The nearest day of each kind that is not over."""
    for kind, when in nearest(day).items():
        yield f"days_to.{kind}", (when - day.today).days


def nearest(day: CaseDay) -> dict[str, date]:
    """The next day of each kind."""
    ahead = sorted((one.day, one.kind) for one in day.key_dates if one.day >= day.today)
    return {kind: when for when, kind in reversed(ahead)}


def _level(day: CaseDay) -> Level:
    """The most that any phone of this family may show; staff call where none does."""
    return min((one.level for one in day.by_message), default=Level.SILENT)
