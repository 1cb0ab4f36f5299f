"""Which rules of the content speak about what is known, and how they say why."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from flows.definition import All, AnyOf, Compare, Condition, FactValue, Not, Rule
from flows.fact_names import always_speaks, item_of, window
from flows.forms import Checkin
from flows.model import Certainty, Level, Risk, Signs
from flows.scoring import Given, Score, counted, lowered

Facts = Mapping[str, FactValue]

PLACE = re.compile(r"\{([^{}]*)\}")
UNKNOWN = "?"
NOTHING = 0
"""What an item says where nothing is wrong; no word is equal to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """An alert fact this case already has from `rule`, with the total of that moment."""

    rule: str
    at: datetime
    total: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """A rule that speaks now, with its explanation in Indonesian."""

    rule: Rule
    says: str


def facts_of_checkin(
    checkin: Checkin,
    answers: Sequence[Given],
    *,
    score: Score,
    baseline: int | None,
    last_total: int | None,
    level: Level,
    risk: Risk,
) -> dict[str, FactValue]:
    """Everything rules may name about a check-in; what is not known is absent.

    `answer.<item>` is the highest value ever chosen, `lowered.<item>` the points taken back.
    """
    facts: dict[str, FactValue] = {"checkin_kind": checkin.kind, **_facts_of_case(level, risk)}
    facts.update({f"answer.{item}": value for item, value in counted(answers).items()})
    for item, (highest, latest) in lowered(answers).items():
        facts[f"lowered.{item}"] = highest - latest
    if score.total is not None:
        facts["total"] = score.total
        if baseline is not None:
            facts["change_from_baseline"] = score.total - baseline
        if last_total is not None:
            facts["change_from_last"] = score.total - last_total
    return facts


def facts_of_words(signs: Signs, *, level: Level, risk: Risk) -> dict[str, FactValue]:
    """Everything rules may name about a free text: `words.<category>` is sure or unsure.

    One sure word makes its category sure; denied words are for the reading list, not for rules.
    """
    facts = _facts_of_case(level, risk)
    for certainty in (Certainty.UNSURE, Certainty.SURE):
        for evidence in signs.evidence:
            if evidence.certainty is certainty:
                facts[f"words.{evidence.category}"] = certainty.value
    return facts


def _facts_of_case(level: Level, risk: Risk) -> dict[str, FactValue]:
    return {"level": level.value, "risk": risk.value}


def holds(condition: Condition, facts: Facts) -> bool:
    """Is the condition true of the facts? A fact that is not known passes no comparison."""
    match condition:
        case Compare():
            return _passes(condition, facts.get(condition.fact))
        case All(parts):
            return all(holds(part, facts) for part in parts)
        case AnyOf(parts):
            return any(holds(part, facts) for part in parts)
        case Not(part):
            return not holds(part, facts)


def _passes(compare: Compare, value: FactValue | None) -> bool:
    if value is None:
        return False
    if compare.equals is not None:
        return value == compare.equals
    if isinstance(value, str):  # words have no order
        return False
    if compare.at_least is not None:
        return value >= compare.at_least
    return compare.at_most is not None and value <= compare.at_most


def explain(
    rule: Rule,
    facts: Facts,
    *,
    words: tuple[str, ...] = (),
    items: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The rule's sentence with its places filled; `{words}` becomes a quoted list, `{items}` the
    items that made it speak, each as `items` says its fact.

    A place that nothing is known about becomes "?": a clumsy sentence, never a lost alert.
    """

    def fill(place: re.Match[str]) -> str:
        name = place[1].strip()
        if name == "words" and words:
            return ", ".join(f'"{word}"' for word in words)
        if name == "items":
            return "; ".join(_telling(rule.when, facts, items).values()) or UNKNOWN
        return str(facts.get(name, UNKNOWN))

    return PLACE.sub(fill, rule.says)


def _telling(condition: Condition, facts: Facts, items: Mapping[str, str]) -> dict[str, str]:
    """What `items` says of the comparisons that decided, in the order of the rule: of each item
    once, and what was said of it last. What must not be so adds the items nothing else told of."""
    told: dict[bool, dict[str, str]] = {True: {}, False: {}}
    for fact, is_so in _deciding(condition, facts):
        if items.get(fact):
            told[is_so][_told_of(fact)] = items[fact]
    return told[True] | {
        item: words for item, words in told[False].items() if item not in told[True]
    }


def _told_of(fact: str) -> str:
    """The item of a fact; of windows on the sum or the pace, that."""
    seen = window(fact)
    return seen[1] if seen is not None else item_of(fact) or fact


def _deciding(
    condition: Condition, facts: Facts, *, is_so: bool = True
) -> Iterator[tuple[str, bool]]:
    """The fact of each comparison that came out as it should, and how that was: under an odd
    number of `not` it must not hold."""
    match condition:
        case Compare(fact=fact):
            if holds(condition, facts) is is_so:
                yield fact, is_so
        case Not(part):
            yield from _deciding(part, facts, is_so=not is_so)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _deciding(part, facts, is_so=is_so)


def fire(
    rules: Sequence[Rule],
    facts: Facts,
    *,
    spoken: Sequence[Spoken],
    now: datetime,
    words: tuple[str, ...] = (),
    items: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Fired, ...]:
    """The rules that hold and may speak, in their order; `words` are quoted where they ask for it.

    A repeat policy binds scores and trends: whoever asks for help is heard every time.
    """
    return tuple(
        Fired(rule=rule, says=explain(rule, facts, words=words, items=items))
        for rule in rules
        if holds(rule.when, facts) and not _keeps_silent(rule, facts, spoken, now)
    )


def _keeps_silent(rule: Rule, facts: Facts, spoken: Sequence[Spoken], now: datetime) -> bool:
    earlier = [fact for fact in spoken if fact.rule == rule.id]
    if rule.repeat is None or not earlier or _is_call_for_help(rule.when, facts):
        return False
    last = max(earlier, key=lambda fact: fact.at)
    if now - last.at >= timedelta(days=rule.repeat.days):
        return False
    total = facts.get("total")
    if not isinstance(total, int) or last.total is None:
        return True
    return total < last.total + rule.repeat.rise


def _is_call_for_help(condition: Condition, facts: Facts) -> bool:
    """Does it hold because somebody asks for help: by words, item 8 or the wish for a call?"""
    asked = [name for name, value in facts.items() if always_speaks(name) and value != NOTHING]
    return bool(asked) and rests_on(condition, facts, asked)


def rests_on(condition: Condition, facts: Facts, named: Collection[str]) -> bool:
    """A condition that holds: does one of these speak for it, or would it not hold without them?"""
    if any(is_so and fact in named for fact, is_so in _deciding(condition, facts)):
        return True
    return not holds(condition, {**facts, **dict.fromkeys(named, NOTHING)})
