"""Look at a case on a day: which rules of a day speak, which task or alert takes what they say, and
when something would be said next if nothing happens until then.

A rule says a thing once: about this silence, this day of weight, this child who was not seen. What
was settled while it still holds is said again after a while, as a new one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from flows import fact_names
from flows.alerting import highest, reason_of
from flows.days import CaseDay, facts_of_day, nearest, silence_limit
from flows.definition import All, AnyOf, Compare, Condition, Not, Opens, Rule
from flows.events import AlertFound, Reason
from flows.model import AlertKind, AlertState, Outcome
from flows.rules import PLACE, Facts, Fired, explain, holds
from flows.situation import KnownAlert

LONGEST = 7
"""Days until the next look at the latest: what nobody could foresee is seen within a week."""

QUIET_FACTS = frozenset(
    (
        "call_overdue_days",
        "days_over_silence",
        "days_since_spoken",
        "missed_in_a_row",
        "silence",
        "silence_limit",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a rule of a day has said before, and what became of the alert or task that took it."""

    source: str
    rule: str
    alert: str
    kind: AlertKind
    closed_on: date | None
    outcome: Outcome | None


def is_of_a_day(rule: Rule) -> bool:
    """Is it for the look at a day? All other rules are for answers and words."""
    return fact_names.is_of_day(one.fact for one in compared(rule.when))


def decide(
    rules: Iterable[Rule], day: CaseDay, told: Sequence[Told], alerts: Sequence[KnownAlert]
) -> tuple[AlertFound, ...]:
    """What is said on this day, by whom it is taken; nothing where all of it was said."""
    facts, found = facts_of_day(day), dict[str, AlertFound]()
    for rule in rules:
        if not is_of_a_day(rule) or not holds(rule.when, facts):
            continue
        source = _source(rule, facts, day, told)
        if source is None:
            continue
        reason = reason_of(Fired(rule=rule, says=explain(rule, facts)), source=source)
        alert, kind = _taker(rule, source, told, (*alerts, *map(_known, found.values())))
        found[alert] = _joined(found.get(alert), reason, alert, kind)
    return tuple(found.values())


def next_look(
    rules: Iterable[Rule], day: CaseDay, told: Sequence[Told], alerts: Sequence[KnownAlert]
) -> date:
    """The first day ahead on which something would be said, at most a week on. All facts of a day
    go by the calendar, so that what will be is known; what happens meanwhile asks for a look."""
    mine = tuple(rule for rule in rules if is_of_a_day(rule))
    ahead = [day.today + timedelta(days=days) for days in range(1, LONGEST + 1)]
    for when in ahead:
        if decide(mine, replace(day, today=when), told, alerts):
            return when
    return ahead[-1]


def _joined(found: AlertFound | None, reason: Reason, alert: str, kind: AlertKind) -> AlertFound:
    reasons = (reason,) if found is None else (*found.reasons, reason)
    urgency = highest(one.urgency for one in reasons)
    return AlertFound(id=alert, kind=kind, urgency=urgency, reasons=reasons)


def _source(rule: Rule, facts: Facts, day: CaseDay, told: Sequence[Told]) -> str | None:
    """What it is about, by which it is said only once: `day:{case}:{what}:{since when}`, and from
    the second time on the number. None: it has been said."""
    first = f"day:{day.case}:{_about(rule, facts, day)}"
    earlier = [one for one in _same(rule, told) if _of(one.source, first)]
    if not earlier:
        return first
    last = max(earlier, key=lambda one: _number(one.source, first))
    if last.closed_on is None:
        had = (one.rule for one in earlier if one.source == last.source)
        return None if rule.id in had else last.source
    if (day.today - last.closed_on).days < _again(rule, last, day):
        return None
    return f"{first}:#{_number(last.source, first) + 1}"


def _same(rule: Rule, told: Sequence[Told]) -> Iterator[Told]:
    """Rules of silence speak of one spell together; every other rule for itself."""
    is_silence = rule.opens is Opens.SILENCE
    return (one for one in told if is_silence or one.rule == rule.id)


def _again(rule: Rule, last: Told, day: CaseDay) -> int:
    """Days after which what was settled is said once more. Whoever was not reached at all is looked
    for sooner."""
    if rule.opens is not Opens.SILENCE:
        return day.limits.again_days
    limit = silence_limit(day)
    if last.outcome is Outcome.NOT_REACHED:
        return min(limit, day.limits.not_reached_again_days)
    return limit


def _of(source: str, first: str) -> bool:
    return source == first or source.startswith(f"{first}:#")


def _number(source: str, first: str) -> int:
    return int(source.removeprefix(f"{first}:#")) if source != first else 1


def _about(rule: Rule, facts: Facts, day: CaseDay) -> str:
    """What a rule of a day hangs on, with the day since which, or up to which, it is counted."""
    if rule.opens is Opens.SILENCE:
        return f"quiet:{day.quiet_since}"
    parts, dates = set[str](), nearest(day)
    for one in compared(rule.when):
        head, _, kind = one.fact.partition(".")
        if head == fact_names.DAYS_TO and holds(one, facts):
            parts.add(f"{kind}:{dates[kind]}")
        elif one.fact in QUIET_FACTS:
            parts.add(f"quiet:{day.quiet_since}")
        elif one.fact == "days_since_child_seen" and day.seen_on is not None:
            parts.add(f"seen:{day.seen_on}")
    return "+".join(sorted(parts)) or "any"


def _known(found: AlertFound) -> KnownAlert:
    """What this look opens, for what it says next."""
    return KnownAlert(
        id=found.id, kind=found.kind, urgency=found.urgency, state=AlertState.OPEN, checkin=None
    )


def _taker(
    rule: Rule, source: str, told: Sequence[Told], alerts: Sequence[KnownAlert]
) -> tuple[str, AlertKind]:
    """The alert or task that takes it: the one that has this spell, else by what the rule opens."""
    mine = (one for one in told if one.source == source)
    holder = next(((one.alert, one.kind) for one in mine if one.closed_on is None), None)
    if holder is not None:
        return holder
    match rule.opens:
        case Opens.SILENCE:
            # Somebody who stopped or blocked is already to be reached by another way.
            routes = (one.id for one in alerts if _is_open(one, AlertKind.ROUTE))
            route = next(routes, None)
            if route is not None:
                return route, AlertKind.ROUTE
            return f"silence:{source}", AlertKind.SILENCE
        case Opens.PLAN:
            return f"plan:{source}:{rule.id}", AlertKind.PLAN
        case Opens.ALERT:
            return _alert(rule, source, alerts), AlertKind.ALERT


def _alert(rule: Rule, source: str, alerts: Sequence[KnownAlert]) -> str:
    """The family's newest alert that is open; what somebody has taken joins only if it raises."""
    for one in reversed(alerts):
        if not _is_open(one, AlertKind.ALERT):
            continue
        if one.state is AlertState.OPEN or rule.urgency.rank > one.urgency.rank:
            return one.id
    return f"alert:{source}:{rule.id}"


def _is_open(one: KnownAlert, kind: AlertKind) -> bool:
    return one.kind is kind and one.state is not AlertState.CLOSED


def places_of(rule: Rule) -> frozenset[str]:
    """Every fact that a rule compares or says."""
    said = (place[1].strip() for place in PLACE.finditer(rule.says))
    return frozenset((*said, *(one.fact for one in compared(rule.when))))


def compared(condition: Condition) -> Iterator[Compare]:
    """Every comparison of a condition."""
    match condition:
        case Compare():
            yield condition
        case Not(part):
            yield from compared(part)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from compared(part)
