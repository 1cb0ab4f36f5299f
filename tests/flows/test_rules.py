"""Rules: what they may name, when they hold, what they say, when they keep silent."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.definition import All, AnyOf, Approval, Compare, Condition, FactValue, Not, Repeat, Rule
from flows.forms import ANY_AGE, Checkin, Choice, Item, Total
from flows.model import Certainty, Evidence, Level, Risk, Signs, Urgency
from flows.rules import Spoken, explain, facts_of_checkin, facts_of_words, fire, holds
from flows.scoring import Given, score

NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)
TOTAL_HIGH = Compare(fact="total", at_least=12)


def rule(
    when: Condition = TOTAL_HIGH,
    *,
    id: str = "A3",
    says: str = "Jumlah {total}; batasnya 12.",
    repeat: Repeat | None = None,
) -> Rule:
    return Rule(
        id=id,
        version=1,
        when=when,
        urgency=Urgency.HIGH,
        says=says,
        repeat=repeat,
        approval=Approval(by=None, on=None),
    )


def short_checkin() -> Checkin:
    items = tuple(
        Item(
            id=item,
            texts={ANY_AGE: f"{item}?"},
            choices=tuple(Choice(value=value, label=str(value)) for value in range(4)),
            scale=None,
            is_branch=False,
        )
        for item in ("sleep", "eat", "safety")
    )
    return Checkin(
        id="pendek",
        kind="check-in",
        level=Level.OPEN,
        approval=Approval(by=None, on=None),
        opening="Apa kabar?",
        items=items,
        open_line=None,
        total=Total(items=("sleep", "eat"), least_answered=1, bands=(("hijau", 0),)),
    )


def facts_of(
    *chosen: tuple[str, int | None], baseline: int | None = None, last_total: int | None = None
) -> dict[str, FactValue]:
    answers = [Given(item=item, value=value, at=NOW) for item, value in chosen]
    return facts_of_checkin(
        short_checkin(),
        answers,
        score=score(short_checkin(), answers, is_closed=False),
        baseline=baseline,
        last_total=last_total,
        level=Level.OPEN,
        risk=Risk.MEDIUM,
    )


def signs(*found: tuple[str, Certainty]) -> Signs:
    return Signs(
        level="critical",
        labels=tuple(category for category, _ in found),
        evidence=tuple(
            Evidence(text="kata", start=0, end=4, category=category, certainty=certainty)
            for category, certainty in found
        ),
    )


class TestFacts:
    def test_a_check_in_tells_answers_totals_and_changes(self) -> None:
        facts = facts_of(
            ("sleep", 3), ("eat", 2), ("sleep", 1), ("safety", None), baseline=1, last_total=7
        )

        assert facts == {
            "checkin_kind": "check-in",
            "level": "A",
            "risk": "medium",
            "answer.sleep": 3,
            "answer.eat": 2,
            "lowered.sleep": 2,
            "total": 5,
            "change_from_baseline": 4,
            "change_from_last": -2,
        }

    def test_what_is_not_known_is_absent(self) -> None:
        assert facts_of() == {"checkin_kind": "check-in", "level": "A", "risk": "medium"}

    def test_words_are_sure_when_one_of_them_is_and_denied_ones_are_no_fact(self) -> None:
        sure, unsure = ("self_harm", Certainty.SURE), ("self_harm", Certainty.UNSURE)
        found = signs(sure, unsure, ("hit", Certainty.UNSURE), ("missing", Certainty.DENIED))

        facts = facts_of_words(found, level=Level.DISCREET, risk=Risk.HIGH)

        assert facts == {
            "level": "B",
            "risk": "high",
            "words.self_harm": "sure",
            "words.hit": "unsure",
        }


class TestConditions:
    @pytest.mark.parametrize(
        ("condition", "expected"),
        [
            (Compare(fact="total", at_least=12), True),
            (Compare(fact="total", at_least=13), False),
            (Compare(fact="total", at_most=12), True),
            (Compare(fact="total", at_most=11), False),
            (Compare(fact="total", equals=12), True),
            (Compare(fact="answer.safety", equals=0), True),
            (Compare(fact="level", equals="A"), True),
            (Compare(fact="level", equals="B"), False),
            (Compare(fact="level", at_least=0), False),
            (Compare(fact="unknown", equals=0), False),
            (Compare(fact="unknown", at_most=99), False),
            (Not(Compare(fact="unknown", equals=0)), True),
            (All(()), True),
            (AnyOf(()), False),
            (All((TOTAL_HIGH, Not(Compare(fact="checkin_kind", equals="school")))), True),
            (AnyOf((Compare(fact="total", at_most=1), TOTAL_HIGH)), True),
        ],
    )
    def test_hold_by_what_is_known(self, condition: Condition, expected: bool) -> None:
        facts: dict[str, FactValue] = {"total": 12, "level": "A", "answer.safety": 0}

        assert holds(condition, facts) is expected

    def test_nest_as_deep_as_somebody_writes_them(self) -> None:
        condition: Condition = TOTAL_HIGH
        for _ in range(100):
            condition = Not(All((AnyOf((condition,)),)))

        assert holds(condition, {"total": 12})

    names = st.sampled_from(["total", "level", "answer.sleep", "lowered.eat"])
    numbers = st.integers(-3, 3)
    compares = st.one_of(
        st.builds(Compare, fact=names, equals=numbers | st.sampled_from(["A", "B"])),
        st.builds(Compare, fact=names, at_least=numbers),
        st.builds(Compare, fact=names, at_most=numbers),
    )
    conditions = st.recursive(
        compares,
        lambda part: st.one_of(
            st.builds(All, st.lists(part, max_size=3).map(tuple)),
            st.builds(AnyOf, st.lists(part, max_size=3).map(tuple)),
            st.builds(Not, part),
        ),
        max_leaves=20,
    )
    known = st.dictionaries(names, numbers | st.sampled_from(["A", "B"]))

    @given(condition=conditions, facts=known)
    def test_hold_as_python_itself_would_say(
        self, condition: Condition, facts: dict[str, FactValue]
    ) -> None:
        assert holds(condition, facts) is bool(eval(as_python(condition), {"facts": facts}))


def as_python(condition: Condition) -> str:
    """The condition as a Python expression: a second, independent reading of it."""
    match condition:
        case All(parts):
            return "(" + " and ".join(["True", *map(as_python, parts)]) + ")"
        case AnyOf(parts):
            return "(" + " or ".join(["False", *map(as_python, parts)]) + ")"
        case Not(part):
            return f"(not {as_python(part)})"
        case Compare(fact=fact, equals=None, at_least=None, at_most=most):
            return f"(type(facts.get({fact!r})) is int and facts[{fact!r}] <= {most})"
        case Compare(fact=fact, equals=None, at_least=least):
            return f"(type(facts.get({fact!r})) is int and facts[{fact!r}] >= {least})"
        case Compare(fact=fact, equals=value):
            return f"({fact!r} in facts and facts[{fact!r}] == {value!r})"


class TestExplanations:
    @pytest.mark.parametrize(
        ("says", "words", "expected"),
        [
            ("Jumlah {total}; batasnya 12.", (), "Jumlah 13; batasnya 12."),
            ("Tidur {answer.sleep} dari 3.", (), "Tidur 3 dari 3."),
            ("Naik {change_from_baseline}.", (), "Naik ?."),
            ("Kata: {words}.", ("bundir", "mau mati"), 'Kata: "bundir", "mau mati".'),
            ("Kata: {words}.", (), "Kata: ?."),
            ("Kata: {words}.", ("{total}",), 'Kata: "{total}".'),  # what is typed is no place
            ("{}{{total}} {", (), "?{13} {"),
        ],
    )
    def test_fill_their_places(self, says: str, words: tuple[str, ...], expected: str) -> None:
        facts: dict[str, FactValue] = {"total": 13, "answer.sleep": 3}

        assert explain(rule(says=says), facts, words=words) == expected

    @given(says=st.text(alphabet="ab{}.!:[]0 \\"), words=st.lists(st.text()).map(tuple))
    def test_never_fail_whatever_is_written(self, says: str, words: tuple[str, ...]) -> None:
        text = explain(rule(says=says), {"a.b": 1, "a": "b"}, words=words)

        assert "{" in says or text == says


class TestFiring:
    def test_rules_that_hold_speak_in_their_order(self) -> None:
        rules = [rule(id="A3"), rule(Compare(fact="total", at_most=3), id="low"), rule(id="A4")]

        fired = fire(rules, {"total": 13}, spoken=(), now=NOW)

        assert [one.rule.id for one in fired] == ["A3", "A4"]
        assert fired[0].says == "Jumlah 13; batasnya 12."

    def test_words_are_quoted_where_the_rule_asks_for_them(self) -> None:
        heard = rule(Compare(fact="words.self_harm", equals="sure"), says="Kata: {words}.")

        fired = fire([heard], {"words.self_harm": "sure"}, spoken=(), now=NOW, words=("bundir",))

        assert fired[0].says == 'Kata: "bundir".'

    @pytest.mark.parametrize(
        ("total", "days_ago", "last_total", "speaks"),
        [
            (12, 1, 12, False),
            (14, 1, 12, False),
            (15, 1, 12, True),  # three points more
            (12, 27.99, 12, False),
            (12, 28, 12, True),
            (21, 1, None, False),  # no total to compare with
        ],
    )
    def test_a_rule_with_a_repeat_policy_speaks_again_only_for_more_or_later(
        self, total: int, days_ago: float, last_total: int | None, speaks: bool
    ) -> None:
        quiet = rule(repeat=Repeat(rise=3, days=28))
        spoken = [Spoken(rule="A3", at=NOW - timedelta(days=days_ago), total=last_total)]

        assert bool(fire([quiet], {"total": total}, spoken=spoken, now=NOW)) is speaks

    def test_the_latest_alert_is_the_one_to_rise_above(self) -> None:
        quiet = rule(repeat=Repeat(rise=3, days=28))
        spoken = [
            Spoken(rule="A3", at=NOW - timedelta(days=2), total=16),
            Spoken(rule="A3", at=NOW - timedelta(days=9), total=12),
        ]

        assert fire([quiet], {"total": 16}, spoken=spoken, now=NOW) == ()
        assert len(fire([quiet], {"total": 19}, spoken=spoken, now=NOW)) == 1

    def test_another_rule_silences_nothing(self) -> None:
        quiet = rule(repeat=Repeat(rise=3, days=28))
        spoken = [Spoken(rule="A4", at=NOW, total=21)]

        assert len(fire([quiet], {"total": 12}, spoken=spoken, now=NOW)) == 1

    def test_without_a_repeat_policy_a_rule_always_speaks(self) -> None:
        danger = rule(Compare(fact="answer.safety", equals=3), id="A1")
        spoken = [Spoken(rule="A1", at=NOW, total=None)]

        assert len(fire([danger], {"answer.safety": 3}, spoken=spoken, now=NOW)) == 1

    def test_a_rule_without_a_total_keeps_silent_until_its_days_are_over(self) -> None:
        quiet = rule(Compare(fact="answer.sleep", equals=3), repeat=Repeat(rise=3, days=28))
        spoken = [Spoken(rule="A3", at=NOW - timedelta(days=3), total=None)]

        assert fire([quiet], {"answer.sleep": 3}, spoken=spoken, now=NOW) == ()
