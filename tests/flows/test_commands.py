"""What a family may ask for at any time, and what is told to staff about it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from flows import commands, intake
from flows.definition import Press
from flows.events import (
    AlertFound,
    CheckinMoved,
    ContactMoved,
    Manner,
    MessageClosed,
    MessageDue,
    PhoneHidden,
    SendsStopped,
    TypedDeleted,
    WordsKept,
)
from flows.model import AlertKind, CheckinState, ContactState, Level, Urgency
from tests.flows.builders import (
    CHECKIN,
    CONTENT,
    MONDAY_TEN,
    TEXTS,
    A,
    B,
    a_case,
    a_contact,
    a_reply,
    a_situation,
    a_talk,
    a_tap,
    an_alert,
    labels,
    only,
    texts,
)
from tests.flows.family import a_family, an_asked_family

WAITS_FOR_CALL = an_alert(id="call:1", kind=AlertKind.CALL, checkin=None)


# Bantuan ---------------------------------------------------------------------------------------


def test_bantuan_is_a_door_with_everything_behind_it() -> None:
    sari = a_family()

    sari.writes("BANTUAN")

    assert labels(sari.sent[-1]) == (
        *("Telepon saya", "Nomor penting", "Berhenti", "Salah sambung", "Tutup"),
    )


def test_every_help_number_stands_under_its_neutral_name() -> None:
    (text,) = texts(intake.receive(a_situation(), a_tap(Press.NUMBERS, of=None)))

    lines = text.splitlines()
    assert lines[0] == TEXTS["numbers"].text
    assert lines[2:] == [f"{line.label}: {line.number}" for line in CONTENT.help_numbers]


def test_in_danger_only_the_numbers_that_answer_at_once_are_shown() -> None:
    (text,) = texts(intake.receive(a_situation(), a_reply("tidak aman")))

    assert text.startswith(TEXTS["danger"].text)
    assert text.splitlines()[2:] == ["Polisi: 110", "Darurat: 112"]


def test_tutup_takes_the_message_away_whatever_the_state() -> None:
    for state in ContactState:
        events = intake.receive(a_situation(state=state), a_tap(Press.CLOSE, of=None))

        assert events == (MessageClosed(),)


# Telepon saya ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hour", "slot", "promise"),
    [
        (10, "Siang", "hari ini siang"),
        (10, "Sore", "hari ini sore"),
        (10, "Pagi", "besok pagi"),
        (16, "Siang", "besok siang"),
        (18, "Sore", "besok sore"),
    ],
)
def test_a_call_is_promised_for_the_next_time_of_day_that_is_still_to_come(
    hour: int, slot: str, promise: str
) -> None:
    sari = a_family()
    sari.waits(hours=hour - 10)
    sari.writes("telepon saya")

    sari.taps(slot)

    assert sari.reads == f"Baik, petugas akan menelepon {promise}."
    assert sari.rings == {"call:message-1": "tinggi"}
    assert {one.rule for one in sari.told.values()} == {"wants_call", "call"}


def test_staff_read_what_was_promised() -> None:
    situation = a_situation(alerts=(WAITS_FOR_CALL,))

    (found,) = only(intake.receive(situation, a_tap(Press.NOON, of=None)), AlertFound)

    assert found.id == "call:1"
    assert [reason.says for reason in found.reasons] == ["Minta ditelepon hari ini siang."]


@pytest.mark.parametrize("word", ["pagi", "siang", "sore", "jangan dulu"])
def test_a_time_of_day_without_a_call_is_a_greeting(word: str) -> None:
    sari = a_family()

    sari.writes(word)

    assert sari.reads == TEXTS["general"].text
    assert sari.rings == {"reading:message-1": "perhatian"}


def test_the_wish_for_a_call_stays_a_task_even_after_jangan_dulu() -> None:
    sari = a_family()
    sari.writes("telepon")

    sari.taps("Jangan dulu")

    assert sari.reads == TEXTS["call_not_now"].text
    assert list(sari.alerts) == ["call:message-1"]


# STOP and wrong person -------------------------------------------------------------------------


def test_stop_stops_before_it_says_so() -> None:
    events = intake.receive(a_situation(), a_reply("STOP"))

    assert [type(event) for event in events] == [
        *(WordsKept, SendsStopped, ContactMoved, MessageDue, AlertFound)
    ]


@pytest.mark.parametrize(
    ("press", "state", "rule"),
    [
        (Press.STOP, ContactState.STOPPED, "stopped"),
        (Press.WRONG_PERSON, ContactState.WRONG_PERSON, "wrong_person"),
    ],
)
@pytest.mark.parametrize("start", ["greeted", "number_asked", "pending", "consenting", "declined"])
def test_the_ways_out_work_at_every_step_of_the_enrolment(
    start: str, press: Press, state: ContactState, rule: str
) -> None:
    contact = a_contact(state=ContactState(start))

    events = intake.receive(a_situation(contact=contact), a_tap(press, of=None))

    assert [one.state for one in only(events, ContactMoved)] == [state]
    (route,) = only(events, AlertFound)
    assert (route.kind, route.reasons[0].rule) == (AlertKind.ROUTE, rule)
    assert only(events, MessageDue)[0].message.ends_sharing is (start == "number_asked")


def test_salah_sambung_in_bantuan_counts_after_stop_too() -> None:
    contact = a_contact(state=ContactState.STOPPED)

    events = intake.receive(a_situation(contact=contact), a_tap(Press.WRONG_PERSON, of=None))

    assert only(events, ContactMoved)[0].state is ContactState.WRONG_PERSON


@pytest.mark.parametrize("press", [*Press])
def test_after_salah_sambung_no_button_brings_a_message(press: Press) -> None:
    contact = a_contact(state=ContactState.WRONG_PERSON)

    events = intake.receive(a_situation(contact=contact), a_tap(press, of=None))

    assert only(events, MessageDue) == ()
    assert only(events, ContactMoved) == ()


@pytest.mark.parametrize(
    "press", [one for one in Press if one not in (*commands.DOOR, Press.RETURN, Press.WRONG_PERSON)]
)
def test_after_stop_a_button_outside_bantuan_brings_no_message(press: Press) -> None:
    events = intake.receive(a_situation(state=ContactState.STOPPED), a_tap(press))

    assert only(events, MessageDue) == ()


def test_mulai_twice_is_one_request() -> None:
    sari = a_family(state=ContactState.STOPPED)

    sari.writes("MULAI")
    sari.writes("mulai lagi")

    assert list(sari.alerts) == ["return:message-1"]
    assert sari.contact.state is ContactState.STOPPED


@pytest.mark.parametrize(
    ("home_risk", "urgency"), [(False, Urgency.HIGH), (True, Urgency.CRITICAL)]
)
def test_a_family_that_blocks_the_bot_is_looked_for_by_another_route(
    home_risk: bool, urgency: Urgency
) -> None:
    situation = a_situation(case=a_case(home_risk=home_risk))

    events = commands.unreachable(situation, a_reply())

    assert only(events, MessageDue) == ()
    assert [one.state for one in only(events, ContactMoved)] == [ContactState.BLOCKED]
    assert [(one.kind, one.urgency) for one in only(events, AlertFound)] == [
        (AlertKind.ROUTE, urgency)
    ]


# CUKUP -----------------------------------------------------------------------------------------


def test_cukup_hides_first_and_answers_blandly() -> None:
    events = intake.receive(a_situation(level=B), a_reply("CUKUP"))

    assert [type(event) for event in events] == [WordsKept, PhoneHidden, MessageDue]
    assert texts(events) == ("Baik.",)
    assert only(events, TypedDeleted) == ()  # hiding takes the word away itself


# The pulse -------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [A, B])
def test_the_answer_to_the_reminder_takes_the_place_of_its_buttons(level: Level) -> None:
    sari = an_asked_family(level, started=False)
    sari.is_reminded()

    sari.taps("Baik")

    assert (sari.sent[-1].checkin, sari.sent[-1].moves) == (CHECKIN, True)
    assert sari.talk is not None
    assert sari.talk.state is CheckinState.PULSED


def test_a_typed_pulse_is_answered_below_it() -> None:
    sari = an_asked_family(started=False)
    sari.is_reminded()

    sari.writes("Kurang baik")

    assert sari.kept == ["Kurang baik"]
    assert not sari.sent[-1].moves
    assert labels(sari.sent[-1]) == ("Telepon saya",)


def test_the_reminder_is_no_way_back_once_questions_are_answered() -> None:
    sari = an_asked_family(started=False)
    sari.is_reminded()
    old = sari.button("Baik")
    sari.writes("mulai")

    sari.presses(old)

    assert sari.answers == []
    assert sari.reads.startswith("1/8\n")


# Nanti -----------------------------------------------------------------------------------------


def test_nanti_is_asked_again_at_the_next_safe_hour_three_hours_later() -> None:
    morning = intake.receive(a_situation(a_talk()), a_tap(Press.LATER))
    late = replace(a_situation(a_talk()), now=MONDAY_TEN + timedelta(hours=5))
    evening = intake.receive(late, a_tap(Press.LATER))

    assert only(morning, CheckinMoved)[0].due_at == MONDAY_TEN + timedelta(hours=3)
    assert only(evening, CheckinMoved)[0].due_at == MONDAY_TEN + timedelta(hours=23)


# Replies ---------------------------------------------------------------------------------------


def test_every_answer_to_an_act_may_go_out_at_once() -> None:
    for text in ("BANTUAN", "telepon", "STOP", "halo", "tidak aman", "CUKUP"):
        for due in only(intake.receive(a_situation(), a_reply(text)), MessageDue):
            assert due.manner is Manner.REPLY
