"""A rule file that nobody here has seen: it fires, explains itself and stays the only one."""

from dataclasses import replace
from pathlib import Path

import pytest

from flows import loader
from flows.conversation_state import OPEN_LINE
from flows.definition import Repeat, Rule
from flows.judging import word_reasons
from flows.model import Certainty, Evidence, Signs
from tests.flows.builders import CONTENT, a_reply, a_situation, a_talk
from tests.flows.rule_cases import Case, said

NESTED = """
rules:
  - id: Z1
    version: 4
    when:
      all:
        - {fact: total, at_least: 6}
        - any:
            - {fact: answer.sleep, is: 3}
            - not: {fact: risk, is: low}
        - not: {any: [{fact: checkin_kind, is: school}, {fact: lowered.sleep, at_least: 1}]}
    urgency: tinggi
    says: "Jumlah {total}, risiko {risk}: {items}."
    repeat: {rise: 2, days: 10}
    approved_by: null
    approved_on: null
"""


@pytest.fixture
def rules(tmp_path: Path) -> tuple[Rule, ...]:
    (tmp_path / "rules.yaml").write_text(NESTED)
    return loader.load(tmp_path).rules


def spoken(rules: tuple[Rule, ...], **found: object) -> list[str]:
    about = {"case": "", "about": "Z1", **found}
    return [one.says for one in said(Case(name="", file="", about="Z1", found=about), rules)]


def test_a_file_with_one_rule_is_the_only_one(rules: tuple[Rule, ...]) -> None:
    (rule,) = rules

    assert (rule.version, rule.repeat) == (4, Repeat(rise=2, days=10))


def test_it_speaks_at_the_tap_that_makes_it_true(rules: tuple[Rule, ...]) -> None:
    tapped = {"answers": {"sleep": 3, "eat": 3}, "stops_before": "fear", "ends": "open"}

    assert spoken(rules, risk="low", **tapped) == ["Jumlah 6, risiko low: tidur 3."]
    assert spoken(rules, risk="low", **{**tapped, "answers": {"sleep": 2, "eat": 3}}) == []


def test_each_of_its_parts_decides(rules: tuple[Rule, ...]) -> None:
    even = {"sleep": 2, "eat": 2, "fear": 2}

    assert spoken(rules, answers=even, risk="low") == []
    assert len(spoken(rules, answers=even, risk="high")) == 1
    assert spoken(rules, answers=even, risk="high", changes={"sleep": 1}) == []
    assert spoken(rules, answers={**even, "fear": 1}, risk="high") == []


@pytest.mark.parametrize(
    ("days", "total", "speaks"), [(9, 5, False), (9, 4, True), (10, 9, True), (0, 21, False)]
)
def test_it_repeats_itself_as_it_says(
    rules: tuple[Rule, ...], days: int, total: int, speaks: bool
) -> None:
    once = {"days": days, "total": total}

    assert bool(spoken(rules, answers=6, risk="high", again=once)) is speaks


def test_a_rule_of_points_and_other_facts_may_repeat_itself(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(
        NESTED.replace("{fact: risk, is: low}", "{fact: home_risk, is: 1}")
    )

    assert loader.load(tmp_path).rules[0].repeat is not None


@pytest.mark.parametrize(
    ("when", "heard", "bound"),
    [
        (
            "{any: [{fact: total, at_least: 12}, {fact: answer.safety, is: 3}]}",
            {"answers": {"sleep": 3, "eat": 3, "fear": 3, "self": 3, "safety": 3}},
            {"answers": {"sleep": 3, "eat": 3, "fear": 3, "self": 3, "safety": 2}},
        ),
        (
            "{all: [{fact: total, at_least: 6}, {not: {fact: answer.safety, is: 0}}]}",
            {"answers": {"sleep": 3, "eat": 3, "safety": 1}},
            None,
        ),
        (
            "{all: [{fact: total, at_least: 6}, {not: {fact: answer.safety, at_least: 2}}]}",
            None,
            {"answers": {"sleep": 3, "eat": 3, "safety": 1}},
        ),
    ],
)
def test_a_repeat_policy_binds_the_score_and_never_the_call_for_help(
    tmp_path: Path, when: str, heard: dict[str, object] | None, bound: dict[str, object] | None
) -> None:
    (tmp_path / "rules.yaml").write_text(f"""
rules:
  - {{id: Z1, version: 1, when: {when}, urgency: tinggi, says: "x", repeat: {{rise: 3, days: 28}}}}
""")
    rules, lately = loader.load(tmp_path).rules, {"days": 7, "total": 21}

    if heard is not None:
        assert spoken(rules, again=lately, **heard)
    if bound is not None:
        assert spoken(rules, again=lately, **bound) == []


@pytest.mark.parametrize(
    "fact", ["answer.safety", "lowest.safety.3", "answer.call", "skipped.safety"]
)
def test_check_says_that_a_call_for_help_is_heard_whatever_repeat_says(
    tmp_path: Path, fact: str
) -> None:
    (tmp_path / "rules.yaml").write_text(NESTED.replace("answer.sleep, is: 3", f"{fact}, is: 1"))

    (hint,) = loader.hints(tmp_path)

    assert f"`{fact}` always speaks" in str(hint)


WORDS_AND_ANSWERS = """
rules:
  - id: Z1
    version: 1
    when:
      all:
        - {fact: words.medical, is: unsure}
        - {fact: total, at_least: 6}
        - {fact: answer.sleep, at_least: 1}
        - not: {fact: answer.self, at_least: 1}
    urgency: tinggi
    says: "Jumlah {total}: {items}."
  - id: Z2
    version: 1
    when: {any: [{fact: words.medical, is: sure}, {fact: answer.sleep, is: 3}]}
    urgency: kritis
    says: "Tidur {answer.sleep}."
"""


def test_words_in_an_open_check_in_know_what_is_answered(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(WORDS_AND_ANSWERS)
    rules = loader.load(tmp_path).rules

    assert wrote(rules, "unsure", sleep=3, eat=3) == ["Jumlah 6: tidur 3."]
    assert wrote(rules, "unsure", sleep=3, eat=2) == []
    assert wrote(rules, "unsure", sleep=0, eat=3, fear=3) == []
    assert wrote(rules, "unsure", sleep=3, eat=3, self=1) == []
    assert wrote(rules, "sure", sleep=3) == ["Tidur 3."]
    assert wrote(rules, "denied", sleep=3) == [], "that answer has rung at its tap"


def test_rules_of_words_alone_are_not_looked_at_when_something_is_answered(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("""
rules:
  - id: Z1
    version: 1
    when: {all: [{not: {fact: words.medical, is: sure}}, {fact: risk, is: high}]}
    urgency: tinggi
    says: "x"
""")

    assert spoken(loader.load(tmp_path).rules, answers=6, risk="high") == []


def wrote(rules: tuple[Rule, ...], certainty: str, **answers: int) -> list[str]:
    """A text about the child's body, while these answers are given."""
    talk = a_talk(*answers, OPEN_LINE, answers=answers)
    found = Evidence(
        text="luka", start=0, end=4, category="medical", certainty=Certainty(certainty)
    )
    signs = Signs(level="critical", labels=("medical",), evidence=(found,))
    situation = a_situation(talk, content=replace(CONTENT, rules=rules))
    reply = replace(a_reply("luka"), signs=signs)
    return [one.says for one in word_reasons(situation, reply)]


def test_the_time_of_comparing_is_content(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("compare: {contacts_days: 3}\n" + NESTED)

    comparing = loader.load(tmp_path).comparing

    assert (comparing.contacts_days, comparing.school_days) == (3, 31)


DENIED = """
rules:
  - id: Z1
    version: 1
    when:
      all:
        - {fact: answer.withdraw, at_least: 2}
        - not:
            any:
              - {fact: answer.eat, at_most: 0}
              - all: [{fact: answer.fear, at_least: 1}, {fact: answer.withdraw, is: 3}]
              - {fact: checkin_kind, is: school}
    urgency: perhatian
    says: "Perlu dilihat: {items}."
    approved_by: null
    approved_on: null
"""


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"eat": 1, "fear": 3, "withdraw": 2}, "Perlu dilihat: menyendiri 2; makan 1."),
        ({"eat": 1, "withdraw": 3}, "Perlu dilihat: menyendiri 3; makan 1; takut 0."),
    ],
)
def test_what_must_not_be_so_is_told_with_its_answer(
    tmp_path: Path, answers: dict[str, int], says: str
) -> None:
    (tmp_path / "rules.yaml").write_text(DENIED)

    assert spoken(loader.load(tmp_path).rules, answers=answers) == [says]
