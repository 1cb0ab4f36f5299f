"""What a year of invented families came to: work for staff, and what was found of what was bad."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flows.hours import at, local
from flows.model import AlertKind, Urgency
from flows.rehearsal.household import Raised
from flows.rehearsal.lives import WRITTEN_AT, ZONE, Bad, Kind
from flows.rehearsal.year import Played

SOON = timedelta(days=28)
FAMILIES = 150  # the aim of safeguarding decision 4 is told for so many
READ = "read"  # on the reading list, by whoever reads it that day
NO_CALL = (AlertKind.READING, AlertKind.PLAN, AlertKind.NEW_CONTACT)
"""These bring nobody to the phone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Of bad times of one kind: how many began, how many somebody was asked about within four
    weeks, by what first, and after how many days, half of them sooner."""

    began: int
    found: int
    by: tuple[tuple[str, int], ...]
    by_silence: int  # of those found: nobody had said anything, and so staff called
    median_days: int | None
    visited_first: int  # of those found: staff were there before
    visited_only: int  # of those not found

    @property
    def missed(self) -> int:
        return self.began - self.found


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Whole numbers of the whole year; what is told per worker and week is made of them."""

    families: int
    weeks: int
    workers: int
    asked: int
    answered: int
    alerts: tuple[tuple[Urgency, int], ...]
    tasks: tuple[tuple[str, int], ...]
    reads: int
    by_rule: tuple[tuple[str, int], ...]
    false_kritis: int
    false_by: tuple[tuple[str, int], ...]
    setbacks: Found
    dangers: Found
    calm_spans: int  # four weeks of a family without any bad time
    calm_alerted: int  # of these, with somebody asked to look

    def per_worker_week(self, count: int) -> float:
        return count / (self.workers * self.weeks)

    @property
    def false_kritis_a_week(self) -> float:
        """Per week and 150 families."""
        return self.false_kritis / self.weeks / self.families * FAMILIES


def add_up(played: Sequence[Played], *, weeks: int, now: datetime) -> Figures:
    """The figures of all of them."""
    raised = [(one, family) for family in played for one in family.raised]
    highest: dict[tuple[str, str], tuple[AlertKind, Urgency]] = {}
    for one, family in raised:
        highest[family.life.case.id, one.alert] = (one.kind, one.urgency)
    alerts = Counter(urgency for kind, urgency in highest.values() if kind is AlertKind.ALERT)
    tasks = Counter(
        str(kind) for kind, _ in highest.values()
        if kind not in (AlertKind.ALERT, AlertKind.READING)
    )  # fmt: skip
    false = [_false_rules(family) for family in played]
    calm = [_calm(family, weeks, now) for family in played if not family.life.bad]
    return Figures(
        families=len(played),
        weeks=weeks,
        workers=len({family.worker for family in played}),
        asked=sum(family.asked for family in played),
        answered=sum(family.answered for family in played),
        alerts=tuple((urgency, alerts[urgency]) for urgency in reversed(Urgency)),
        tasks=_sorted(tasks),
        reads=sum(len(family.read) for family in played),
        by_rule=_sorted(Counter(rule for one, _ in raised for rule in one.rules)),
        false_kritis=sum(len(rules) for rules in false),
        false_by=_sorted(Counter(rule for rules in false for rule in rules)),
        setbacks=_found(played, Kind.SETBACK),
        dangers=_found(played, Kind.DANGER),
        calm_spans=sum(spans for spans, _ in calm),
        calm_alerted=sum(alerted for _, alerted in calm),
    )


def _sorted(counted: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def _false_rules(family: Played) -> list[str]:
    """One rule for each kritis of this family while nothing was the matter."""
    seen: set[str] = set()
    found = []
    for one in family.raised:
        is_kritis = one.kind is AlertKind.ALERT and one.urgency is Urgency.CRITICAL
        if is_kritis and one.alert not in seen:
            seen.add(one.alert)
            if family.life.trouble(local(one.at, ZONE).date()) is None:
                found.append(one.rules[0])
    return found


def _found(played: Sequence[Played], kind: Kind) -> Found:
    looked = [(bad, family) for family in played for bad in family.life.bad if bad.kind is kind]
    first = [(bad, family, _first(bad, family.raised)) for bad, family in looked]
    found = [(bad, family, one) for bad, family, one in first if one is not None]
    days = sorted((local(one.at, ZONE).date() - bad.starts).days for bad, _, one in found)
    return Found(
        began=len(looked),
        found=len(found),
        by=_sorted(Counter(_named(one) for _, _, one in found)),
        by_silence=sum(1 for _, _, one in found if one.kind is AlertKind.SILENCE),
        median_days=days[len(days) // 2] if days else None,
        visited_first=sum(
            1 for bad, family, one in found
            if _is_visited(bad, family, until=local(one.at, ZONE).date())
        ),
        visited_only=sum(
            1 for bad, family, one in first
            if one is None and _is_visited(bad, family, until=bad.starts + SOON)
        ),
    )  # fmt: skip


def _first(bad: Bad, raised: Sequence[Raised]) -> Raised | None:
    """The first time that somebody was asked to look since it began, within four weeks."""
    begins = at(bad.starts, time(0), ZONE)
    for one in raised:
        if begins <= one.at < begins + SOON and (one.kind not in NO_CALL or _tells_of(bad, one)):
            return one
    return None


def _tells_of(bad: Bad, one: Raised) -> bool:
    """Is it the message about it, on the reading list?"""
    is_read = one.kind is AlertKind.READING and bad.writes_on is not None
    return is_read and bad.writes_on is not None and one.at == at(bad.writes_on, WRITTEN_AT, ZONE)


def _named(one: Raised) -> str:
    return READ if one.kind is AlertKind.READING else one.rules[0]


def _is_visited(bad: Bad, family: Played, *, until: date) -> bool:
    return any(bad.starts <= day < until for day in family.seen)


def _calm(family: Played, weeks: int, now: datetime) -> tuple[int, int]:
    """How many spans of four weeks, and in how many of them somebody was asked to look."""
    spans = weeks * 7 // SOON.days
    alerted = {
        (one.at - now) // SOON
        for one in family.raised
        if one.kind not in NO_CALL and now <= one.at < now + spans * SOON
    }
    return spans, len(alerted)
