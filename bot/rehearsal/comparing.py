"""What other rules would add and drop: reasons side by side, by rule, by week and worker."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from bot.rehearsal.replaying import Told, is_of_rules
from flows.hours import local
from storage.history import StoredFact

Key = tuple[str, str, str]
Name = TypeVar("Name", str, tuple[date, str])


class Change(StrEnum):
    """What would be different about one reason."""

    ADDED = "added"
    DROPPED = "dropped"
    URGENCY = "urgency"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One reason that only one of the two gives, or at another urgency."""

    change: Change
    at: datetime
    case: str
    worker: str
    rule: str
    urgency: str
    was: str | None  # the urgency that was really told
    says: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """`now` is what was really told."""

    now: int = 0
    changed: int = 0
    added: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """`weeks` are alerts and tasks by (Monday, worker), however many reasons each has; `rules` are
    reasons by rule."""

    weeks: Mapping[tuple[date, str], Counted]
    rules: Mapping[str, Counted]
    differences: tuple[Difference, ...]


def compare(
    stored: Iterable[StoredFact],
    told: Iterable[Told],
    *,
    since: datetime,
    codes: Mapping[str, str],
    workers: Mapping[str, str],
    timezone: str,
) -> Compared:
    """What was told since then, beside what the other rules would have told."""
    says = {_key(one.fact): one.says for one in told}
    changed = {_key(one.fact): one.fact for one in told}
    now = {_key(one): one for one in stored if one.at >= since and is_of_rules(one)}

    places = Places(codes=codes, workers=workers)
    both = {key: (now.get(key), changed.get(key)) for key in {**now, **changed}}
    found = [
        _difference(before, after, says.get(key), places)
        for key, (before, after) in both.items()
        if before is None or after is None or before.urgency != after.urgency
    ]
    return Compared(
        weeks=_by_week(now.values(), changed.values(), workers, timezone),
        rules=_counted(
            Counter(key[2] for key in now),
            Counter(key[2] for key in changed),
            Counter(one.rule for one in found if one.change is Change.ADDED),
            Counter(one.rule for one in found if one.change is Change.DROPPED),
        ),
        differences=tuple(sorted(found, key=lambda one: (one.at, one.case, one.rule))),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """How cases are called, and whose they are."""

    codes: Mapping[str, str]
    workers: Mapping[str, str]


def _difference(
    before: StoredFact | None, after: StoredFact | None, says: str | None, places: Places
) -> Difference:
    fact = after or before
    assert fact is not None
    return Difference(
        change=_change(before, after),
        at=fact.at,
        case=places.codes[fact.case],
        worker=places.workers[fact.case],
        rule=fact.rule,
        urgency=fact.urgency,
        was=None if before is None else before.urgency,
        says=says,
    )


def _change(before: StoredFact | None, after: StoredFact | None) -> Change:
    if after is None:
        return Change.DROPPED
    return Change.ADDED if before is None else Change.URGENCY


def _key(fact: StoredFact) -> Key:
    """A rule that only has another version is the same one."""
    return fact.case, fact.source, fact.rule


def _by_week(
    now: Iterable[StoredFact],
    changed: Iterable[StoredFact],
    workers: Mapping[str, str],
    timezone: str,
) -> dict[tuple[date, str], Counted]:
    """Alerts, not reasons: whatever is about one check-in or message rings once."""
    before, after = _alerts(now, workers, timezone), _alerts(changed, workers, timezone)
    added = Counter(place for alert, place in after.items() if alert not in before)
    dropped = Counter(place for alert, place in before.items() if alert not in after)
    return _counted(Counter(before.values()), Counter(after.values()), added, dropped)


def _alerts(
    facts: Iterable[StoredFact], workers: Mapping[str, str], timezone: str
) -> dict[tuple[str, str], tuple[date, str]]:
    """Where each alert stands: the week in which it began, and whose it was."""
    found: dict[tuple[str, str], tuple[date, str]] = {}
    for fact in sorted(facts, key=lambda one: one.at):
        day = local(fact.at, timezone).date()
        week = day - timedelta(days=day.weekday())
        found.setdefault((fact.case, fact.source), (week, workers[fact.case]))
    return found


def _counted(
    now: Counter[Name],
    changed: Counter[Name],
    added: Counter[Name],
    dropped: Counter[Name],
) -> dict[Name, Counted]:
    return {
        name: Counted(
            now=now[name], changed=changed[name], added=added[name], dropped=dropped[name]
        )
        for name in sorted(now | changed)
    }
