"""Rules as a family's answers meet them: which speak, with which urgency and in which words."""

import pytest

from flows.fact_names import is_of_day
from flows.judging import facts_named
from tests.flows.builders import CONTENT
from tests.flows.rule_cases import Case, all_cases, asked, is_task, said

CASES = all_cases()
ENOUGH = 150


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file}: {case.name}")
def test_those_rules_speak_and_no_other(case: Case) -> None:
    reasons = said(case)

    assert {one.rule: str(one.urgency) for one in reasons} == case.speaks
    assert len({one.id for one in reasons}) == len(reasons)
    says = {one.rule: one.says for one in reasons}
    assert says == says | (case.found.get("says") or {})
    assert "?" not in "".join(says.values()).removesuffix("?")
    tasks = {one.kind.value for one in asked(case) if is_task(one)}
    assert tasks == set(case.found.get("tasks") or ())


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= ENOUGH


def test_every_rule_has_a_case_that_it_speaks_in_and_one_that_it_does_not() -> None:
    rules = {rule.id for rule in CONTENT.rules if not is_of_day(facts_named(rule.when))}

    assert rules == {case.about for case in CASES if case.about in case.speaks}
    assert rules == {case.about for case in CASES if case.about not in case.speaks}


def test_names_of_cases_are_said_once() -> None:
    names = [(case.file, case.name) for case in CASES]

    assert len(set(names)) == len(names)
