"""No threshold moves unnoticed: whatever number or word of a rule is another, a case fails."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from flows import fact_names
from flows.definition import All, AnyOf, Compare, Condition, Not, Repeat, Rule
from flows.fact_names import CERTAINTIES, CLOSED, LONGEST_WINDOW, SHORTEST_WINDOW
from flows.judging import facts_named
from flows.model import Urgency
from tests.flows.builders import CONTENT
from tests.flows.rule_cases import Case, all_cases, said

CASES = all_cases()
RULES = tuple(rule for rule in CONTENT.rules if not fact_names.is_of_day(facts_named(rule.when)))
ALWAYS = {"lowered": 1}
"""The least that such a fact ever is, once it is there: a bound below changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """`rule` with one thing changed, and in words what it was."""

    rule: Rule
    what: str


def mutants(rule: Rule) -> Iterator[Mutant]:
    for when, what in _changed(rule.when):
        yield Mutant(rule=replace(rule, when=when), what=what)
    for urgency in Urgency:
        if urgency is not rule.urgency:
            yield Mutant(rule=replace(rule, urgency=urgency), what=f"{urgency}")
    if rule.repeat is not None:
        rise, days = rule.repeat.rise, rule.repeat.days
        for by in (-1, 1):
            yield _repeats(rule, Repeat(rise=rise + by, days=days))
            yield _repeats(rule, Repeat(rise=rise, days=days + by))


def _repeats(rule: Rule, repeat: Repeat) -> Mutant:
    return Mutant(rule=replace(rule, repeat=repeat), what=f"{repeat}")


def _changed(condition: Condition) -> Iterator[tuple[Condition, str]]:
    """The condition with one comparison moved, in every way."""
    match condition:
        case Compare():
            yield from _moved(condition)
        case Not(part):
            yield from ((Not(other), what) for other, what in _changed(part))
        case All(parts) | AnyOf(parts):
            for place, part in enumerate(parts):
                for other, what in _changed(part):
                    yield type(condition)((*parts[:place], other, *parts[place + 1 :])), what


def _moved(compare: Compare) -> Iterator[tuple[Compare, str]]:
    for fact in _windows(compare.fact):
        yield replace(compare, fact=fact), f"{fact} instead of {compare.fact}"
    for by in (-1, 1):
        for name in ("equals", "at_least", "at_most"):
            bound = getattr(compare, name)
            if isinstance(bound, int) and not _changes_nothing(compare, bound + by):
                changed = replace(compare, **{name: bound + by})
                yield changed, f"{compare.fact} {name} {bound + by}"
    for word in _other_words(compare):
        yield replace(compare, equals=word), f"{compare.fact} is {word}"


def _windows(fact: str) -> Iterator[str]:
    seen = fact_names.window(fact)
    if seen is not None:
        side, what, count = seen
        for other in (count - 1, count + 1):
            if SHORTEST_WINDOW <= other <= LONGEST_WINDOW:
                yield f"{side}.{what}.{other}"


def _changes_nothing(compare: Compare, bound: int) -> bool:
    least = ALWAYS.get(compare.fact.partition(".")[0])
    return compare.at_least is not None and least is not None and bound < least


def _other_words(compare: Compare) -> Iterator[str]:
    if isinstance(compare.equals, str):
        is_word = compare.fact.startswith("words.")
        known = CERTAINTIES if is_word else CLOSED.get(compare.fact, ("check-in", "school"))
        yield from (word for word in known if word != compare.equals)


def is_noticed(mutant: Mutant, cases: list[Case]) -> bool:
    """Does any case about this rule see another urgency, or silence, or no silence?"""
    return any(_spoken(case, mutant.rule) != case.speaks.get(mutant.rule.id) for case in cases)


def _spoken(case: Case, rule: Rule) -> str | None:
    found = [str(reason.urgency) for reason in said(case, (rule,)) if reason.rule == rule.id]
    return found[0] if found else None


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_case_fails_whatever_is_changed(rule: Rule) -> None:
    cases = [case for case in CASES if case.about == rule.id]

    unnoticed = [one.what for one in mutants(rule) if not is_noticed(one, cases)]

    assert unnoticed == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_rule_as_it_is_passes_all_its_cases(rule: Rule) -> None:
    cases = [case for case in CASES if case.about == rule.id]

    assert not is_noticed(Mutant(rule=rule, what="nothing"), cases)
