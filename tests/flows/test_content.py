"""The shipped content keeps the words, thresholds and promises that were agreed."""

import re
from datetime import UTC, datetime, time

import pytest

from flows import loader
from flows.definition import Content, Repeat, Step
from flows.fact_names import always_speaks
from flows.forms import AGES, ANY_AGE
from flows.judging import facts_named
from flows.model import Level, Risk, Urgency
from flows.rhythm import Cadence
from flows.rules import facts_of_words, fire
from flows.warning_signs import build
from flows.wording import typed_choice

NOW = datetime(2026, 5, 4, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def content() -> Content:
    return loader.load()


def test_nothing_is_wrong_with_the_shipped_content() -> None:
    assert loader.check() == ()


def test_every_shipped_file_waits_for_approval(content: Content) -> None:
    assert loader.unapproved(content) == tuple(file.name for file in content.files)


# Check-ins


def test_a_asks_eight_items_in_words_for_three_ages(content: Content) -> None:
    checkin = content.checkins["mingguan-a"]

    asked = [item.id for item in checkin.asked]

    assert asked == ["sleep", "eat", "fear", "withdraw", "anger", "self", "school", "safety"]
    for item in checkin.asked[:7]:
        assert list(item.texts) == [name for name, _ in AGES]
        for text in item.texts.values():
            assert text.startswith("Dalam 7 hari ini, berapa hari ")
            assert "{panggilan}" in text
            assert not re.search(r" atau | dan |,", text.removeprefix("Dalam 7 hari ini, "))


def test_a_adds_up_its_first_seven_items(content: Content) -> None:
    total = content.checkins["mingguan-a"].total

    assert total is not None
    assert total.items == ("sleep", "eat", "fear", "withdraw", "anger", "self", "school")
    assert total.least_answered == 5
    assert total.bands == (("hijau", 0), ("kuning", 6), ("oranye", 12))


def test_wanting_to_talk_asks_about_what(content: Content) -> None:
    safety = content.checkins["mingguan-a"].item("safety")

    assert safety.texts[ANY_AGE] == "Terakhir. Ada yang bikin Bapak/Ibu khawatir minggu ini?"
    assert [(choice.label, choice.then) for choice in safety.choices] == [
        ("Tidak ada", None),
        ("Ada sedikit", None),
        ("Ada, mau bicara", "topic"),
        ("Ada, mohon segera", None),
    ]


def test_b_is_a_doorbell(content: Content) -> None:
    checkin = content.checkins["mingguan-b"]

    assert [item.id for item in checkin.asked] == ["sleep", "eat", "play", "school", "call"]
    assert (checkin.total, checkin.open_line) == (None, None)
    assert [choice.label for choice in checkin.item("call").choices] == [
        "Tidak perlu",
        "Boleh, jam biasa",
        "Ya, secepatnya",
    ]
    assert checkin.item("sleep").texts[ANY_AGE].endswith("berapa hari {panggilan} susah tidur?")


@pytest.mark.parametrize(
    ("checkin", "item", "text", "value"),
    [
        ("mingguan-a", "sleep", "3", 2),
        ("mingguan-a", "sleep", "gak ada", 0),
        ("mingguan-a", "sleep", "tiap hari", 3),
        ("mingguan-a", "safety", "2", 2),
        ("mingguan-a", "safety", "mohon segera!", 3),
        ("mingguan-a", "safety", "ga ada", 0),
        ("mingguan-a", "topic", "ongkos", 2),
        ("mingguan-b", "play", "dua hari", 1),
        ("mingguan-b", "call", "gak usah", 0),
        ("mingguan-b", "call", "boleh", 1),
        ("mingguan-b", "call", "Iya", 2),
        ("mingguan-b", "call", "ya secepatnya", 2),
    ],
)
def test_shipped_answers_can_be_typed(
    content: Content, checkin: str, item: str, text: str, value: int
) -> None:
    choice = typed_choice(text, content.checkins[checkin].item(item), content.messages)

    assert choice is not None
    assert choice.value == value


# Rules


def _fired(content: Content, **facts: int | str) -> dict[str, tuple[Urgency, str]]:
    known = {name.replace("__", "."): value for name, value in facts.items()}
    fired = fire(content.rules, known, spoken=(), now=NOW)
    return {one.rule.id: (one.rule.urgency, one.says) for one in fired}


def test_the_last_item_rings_by_what_was_chosen(content: Content) -> None:
    assert _fired(content, answer__safety=3)["A1"][0] is Urgency.CRITICAL
    assert _fired(content, answer__safety=2)["A2"][0] is Urgency.HIGH
    assert _fired(content, answer__safety=1) == {}


def test_a_high_total_explains_itself_in_figures(content: Content) -> None:
    assert _fired(content, total=12, checkin_kind="check-in") == {
        "A3": (Urgency.HIGH, "Jumlah 12; batasnya 12.")
    }
    assert _fired(content, total=11, checkin_kind="check-in") == {}
    assert _fired(content, total=12, checkin_kind="school") == {}


@pytest.mark.parametrize(
    ("fact", "known", "compared_with"),
    [
        ("change_from_baseline", {"baseline": 4}, "dasar 4"),
        ("change_from_last", {"last_total": 4}, "kabar terakhir (4)"),
    ],
)
def test_a_rise_means_a_call_within_three_working_days(
    content: Content, fact: str, known: dict[str, int], compared_with: str
) -> None:
    ((urgency, says),) = _fired(content, total=9, **known, **{fact: 5}).values()

    assert urgency is Urgency.ATTENTION
    assert says == f"Jumlah 9, naik 5 dari {compared_with}. Telepon dalam 3 hari kerja."
    assert _fired(content, total=9, **{fact: 4}) == {}


def test_the_last_item_of_b_asks_for_a_call(content: Content) -> None:
    assert _fired(content, answer__call=2)["B1"][0] is Urgency.CRITICAL
    assert _fired(content, answer__call=1)["B2"][0] is Urgency.HIGH
    assert _fired(content, answer__call=0) == {}


def test_a_lowered_answer_is_a_sign_of_its_own(content: Content) -> None:
    for checkin in content.checkins.values():
        for item in checkin.asked:
            ((urgency, _),) = _fired(content, **{f"lowered__{item.id}": 1}).values()
            assert urgency is Urgency.ATTENTION


def test_who_asks_for_help_is_heard_every_time(content: Content) -> None:
    for rule in content.rules:
        if any(map(always_speaks, facts_named(rule.when))):
            assert rule.repeat is None, rule.id


def test_a_rule_that_may_keep_silent_does_so_for_four_weeks_or_three_points(
    content: Content,
) -> None:
    repeats = {rule.id: rule.repeat for rule in content.rules if rule.repeat is not None}

    assert {*repeats} >= {"A3", "A4", "A4b", "A5", "A6", "A6b", "A7", "A15"}
    del repeats["A12"]  # it suggests to ask less: points play no part in it
    assert {*repeats.values()} == {Repeat(rise=3, days=28)}


def test_sure_words_of_every_critical_kind_ring_at_once(content: Content) -> None:
    critical = _critical(content)

    for category in critical:
        ((urgency, _),) = _fired(content, **{f"words__{category}": "sure"}).values()
        assert urgency is Urgency.CRITICAL
        assert _fired(content, **{f"words__{category}": "unsure"}) == {}


def test_each_kind_of_words_has_a_sentence_of_its_own(content: Content) -> None:
    says = [
        _fired(content, **{f"words__{category}": "sure"}).popitem()[1][1]
        for category in _critical(content)
    ]

    assert len(set(says)) == len(says)


def test_words_found_by_the_shipped_signs_reach_their_rule(content: Content) -> None:
    signs = build(content.signs).find("kemarin dia dipukul lagi sama omnya")

    fired = fire(
        content.rules,
        facts_of_words(signs, level=Level.OPEN, risk=Risk.LOW),
        spoken=(),
        now=NOW,
    )

    assert [one.rule.urgency for one in fired] == [Urgency.CRITICAL]


def _critical(content: Content) -> list[str]:
    categories = content.signs["categories"]
    assert isinstance(categories, dict)
    return [name for name, rows in categories.items() if rows["level"] == "critical"]


# Programme, urgencies, numbers


def test_cadence_follows_risk(content: Content) -> None:
    assert content.programme.checkins == {Level.OPEN: "mingguan-a", Level.DISCREET: "mingguan-b"}
    assert content.programme.stages[-1].id == "follow_up"
    assert content.programme.cadence == {
        Risk.HIGH: (Cadence(until_week=52, every_days=7),),
        Risk.MEDIUM: (
            Cadence(until_week=4, every_days=7),
            Cadence(until_week=52, every_days=14),
        ),
        Risk.LOW: (
            Cadence(until_week=4, every_days=7),
            Cadence(until_week=13, every_days=14),
            Cadence(until_week=52, every_days=28),
        ),
    }


def test_kritis_rings_at_any_hour_until_somebody_takes_it(content: Content) -> None:
    chain = content.urgencies.chains[Urgency.CRITICAL]

    assert (chain.in_working_hours, chain.makes_sound) == (False, True)
    assert chain.steps == (
        Step(after_minutes=0, tell=("worker", "duty")),
        Step(after_minutes=15, tell=("worker", "supervisor")),
        Step(after_minutes=30, tell=("head",)),
        Step(after_minutes=45, tell=("worker", "duty", "supervisor", "head"), every_minutes=15),
    )


def test_tinggi_and_perhatian_are_silent_and_keep_hours(content: Content) -> None:
    high = content.urgencies.chains[Urgency.HIGH]
    attention = content.urgencies.chains[Urgency.ATTENTION]

    for chain in (high, attention):
        assert (chain.in_working_hours, chain.makes_sound) == (True, False)
    assert [(step.after_minutes, step.tell) for step in high.steps] == [
        (0, ("worker",)),
        (120, ("worker",)),
        (240, ("supervisor",)),
    ]
    assert [step.tell for step in attention.steps] == [("worker",)]


def test_staff_work_from_eight_to_four_on_weekdays(content: Content) -> None:
    working = content.urgencies.working

    assert (working.start, working.end) == (time(8), time(16))
    assert working.weekdays == frozenset(range(5))
    assert content.urgencies.unsure_words_minutes == 60


def test_help_numbers_say_where_they_come_from(content: Content) -> None:
    in_danger = [number.number for number in content.help_numbers if number.in_danger]

    assert set(in_danger) == {"110", "112"}
    for number in content.help_numbers:
        assert number.source
        assert number.checked_on.year >= 2024


def test_nicknames_come_from_a_closed_list(content: Content) -> None:
    assert {"Kakak", "Adik", "si Kecil", "anak"} <= set(content.wording.nicknames)
