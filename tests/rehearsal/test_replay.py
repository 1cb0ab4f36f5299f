"""Stored history under other rules: the same rules change nothing, others exactly what they say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.rehearsal import told
from bot.rehearsal.comparing import Change, Difference
from bot.rehearsal.stored import Answer, replay_stored
from flows import loader
from flows.definition import Compare, Rule
from tests.oversight.centres import MONDAY
from tests.rehearsal.weeks import TINI, Weeks, every_row

BEFORE_ALL = datetime(2026, 1, 1, tzinfo=UTC)


def under(weeks: Weeks, *rules: Rule, since: datetime = BEFORE_ALL) -> Answer:
    """What these rules would have told instead of those in force."""
    room = weeks.centre.room
    content = replace(room.content, rules=rules or room.content.rules)
    return replay_stored(
        weeks.centre.database, replace(room, content=content), since=since, until=weeks.centre.now
    )


def without(weeks: Weeks, *ids: str) -> list[Rule]:
    return [rule for rule in weeks.centre.room.content.rules if rule.id not in ids]


def the_rule(weeks: Weeks, name: str) -> Rule:
    return next(rule for rule in weeks.centre.room.content.rules if rule.id == name)


def changed(weeks: Weeks, name: str, **values: object) -> list[Rule]:
    """All rules as they are, and one of them otherwise."""
    return [
        replace(rule, **values) if rule.id == name else rule  # type: ignore[arg-type]
        for rule in weeks.centre.room.content.rules
    ]


def short(differences: tuple[Difference, ...]) -> set[tuple[str, str, str]]:
    return {(str(one.change), one.case, one.rule) for one in differences}


def test_the_rules_in_force_would_have_told_what_they_have_told(weeks: Weeks) -> None:
    answer = under(weeks)

    assert answer.compared.differences == ()
    assert answer.replayed.unreadable == frozenset()
    assert answer.replayed.read_anew == 0
    told = {rule: one.now for rule, one in answer.compared.rules.items()}
    assert told == {rule: one.changed for rule, one in answer.compared.rules.items()}
    wanted = {"A1", "A2", "A3", "A4b", "A9", "A17", "B1", "B2", "E2", "W-self_harm", "unsure_words"}
    assert wanted <= set(told), "every kind of look has something to say here"


@pytest.mark.parametrize("days", range(3, 63, 7))
def test_so_it_is_from_any_day_on(weeks: Weeks, days: int) -> None:
    assert under(weeks, since=MONDAY + timedelta(days=days)).compared.differences == ()


def test_a_threshold_out_of_reach_drops_its_rule_and_nothing_else(weeks: Weeks) -> None:
    had = under(weeks).compared.rules["A3"].now
    rules = changed(weeks, "A3", when=Compare(fact="total", at_least=21))

    answer = under(weeks, *rules)

    assert {(one.change, one.rule) for one in answer.compared.differences} == {
        (Change.DROPPED, "A3")
    }
    assert answer.compared.rules["A3"].dropped == had > 0
    assert answer.compared.rules["A3"].changed == 0


def test_a_repeat_policy_goes_by_what_the_changed_rule_itself_has_said(weeks: Weeks) -> None:
    loud = replace(the_rule(weeks, "A3"), id="X1", when=Compare(fact="total", at_least=1))
    often, once = replace(loud, repeat=None), replace(loud, id="X2")

    answer = under(weeks, *without(weeks), often, once)

    rules = answer.compared.rules
    assert rules["X1"].added > rules["X2"].added > 0
    assert rules["X1"].now == rules["X2"].now == 0


def test_a_file_that_nobody_has_seen_is_replayed_and_says_why(weeks: Weeks, tmp_path: Path) -> None:
    file = tmp_path / "coba.yaml"
    file.write_text("""
rules:
  - id: N1
    version: 1
    when:
      all:
        - not:
            any:
              - {fact: level, is: B}
              - {not: {fact: answer.sleep, at_least: 3}}
        - any: [{fact: answer.fear, at_least: 3}, {fact: answer.self, at_least: 3}]
    urgency: tinggi
    says: "Tidur {answer.sleep}, takut {answer.fear}."
    approved_by: null
    approved_on: null
""")

    found = under(weeks, *loader.load(rules=file).rules).compared

    added = [one for one in found.differences if one.change is Change.ADDED]
    assert {(one.case, one.rule) for one in added} >= {("K-0101", "N1"), ("K-0103", "N1")}
    assert {one.says for one in added if one.rule == "N1"} == {"Tidur 3, takut 3."}
    assert "A3" in {one.rule for one in found.differences if one.change is Change.DROPPED}


def test_sure_words_that_no_rule_takes_would_wait_for_a_human(weeks: Weeks) -> None:
    rules = without(weeks, "W-self_harm")

    assert short(under(weeks, *rules).compared.differences) == {
        ("dropped", "K-0102", "W-self_harm"),
        ("added", "K-0102", "unsure_words"),
    }


def test_another_urgency_is_told_as_such(weeks: Weeks) -> None:
    rules = changed(weeks, "B2", urgency=the_rule(weeks, "B1").urgency)

    found = under(weeks, *rules).compared.differences

    assert [(one.change, one.was, one.urgency) for one in found] == [
        (Change.URGENCY, "tinggi", "kritis")
    ]


def test_a_new_version_of_a_rule_is_no_difference(weeks: Weeks) -> None:
    assert under(weeks, *changed(weeks, "A3", version=7)).compared.differences == ()


def test_nothing_is_written(weeks: Weeks) -> None:
    before = every_row(weeks.centre)

    under(weeks, *without(weeks, "A3"))

    assert every_row(weeks.centre) == before


def test_no_word_of_a_family_is_printed(weeks: Weeks) -> None:
    quoting = replace(the_rule(weeks, "W-self_harm"), id="Q", says="Kata: {words}.")
    answer = under(weeks, *without(weeks), quoting)

    shown = told.as_text(answer, since=BEFORE_ALL.date(), timezone="Asia/Jakarta")
    listed = str(told.as_json(answer, since=BEFORE_ALL.date(), timezone="Asia/Jakarta"))

    assert "K-0102  Q  kritis" in shown
    for text in (shown, listed):
        assert "bunuh" not in text and "Ibu Karangan" not in text and "Kakak" not in text


def test_weeks_are_told_for_each_worker_and_count_alerts(weeks: Weeks) -> None:
    found = under(weeks, *without(weeks, "A3"), since=MONDAY).compared

    assert {worker for _, worker in found.weeks} == {weeks.worker}
    assert all(monday.weekday() == 0 for monday, _ in found.weeks)
    assert sum(one.now for one in found.weeks.values()) <= sum(
        one.now for one in found.rules.values()
    )


def test_an_erased_family_is_left_out_and_told(weeks: Weeks) -> None:
    """The last test here: what is erased does not come back."""
    database, now = weeks.centre.database, weeks.centre.now
    database.write_now(database.vault.destroy, f"contact:{weeks.contacts[TINI]}", now=now)

    answer = under(weeks)

    assert len(answer.replayed.unreadable) == 1
    assert {one.case for one in answer.compared.differences} == {"K-0102"}
