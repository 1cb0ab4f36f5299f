"""From the opened link to the consent: step by step, in order, and nothing by accident."""

from datetime import timedelta

import pytest

from flows import commands, enrolment, intake
from flows.definition import Press
from flows.events import (
    AlertFound,
    ConsentGiven,
    ContactMoved,
    Event,
    FleetingDeleted,
    Manner,
    MessageDue,
    Purpose,
    SendsStopped,
    TypedDeleted,
    WordsKept,
)
from flows.model import AlertKind, ContactState, Level, Urgency
from flows.situation import Pressed, Situation
from tests.flows.builders import (
    CONTENT,
    MONDAY_TEN,
    TEXTS,
    A,
    B,
    a_contact,
    a_reply,
    a_situation,
    labels,
    only,
    texts,
)

STATE = ContactState


def at(
    state: ContactState, *, level: Level = A, part: int = 0, has_phone: bool = False
) -> Situation:
    contact = a_contact(level=level, state=state, consent_part=part, has_phone=has_phone)
    return a_situation(level=level, contact=contact)


def tap(situation: Situation, press: Press, value: int | None = None) -> tuple[Event, ...]:
    pressed = Pressed(press=press, item=None, value=value, checkin=None)
    return intake.receive(situation, a_reply(pressed=pressed))


def moves(events: tuple[Event, ...]) -> list[tuple[ContactState, int]]:
    return [(one.state, one.consent_part) for one in only(events, ContactMoved)]


# The greeting ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("hours", "word"), [(-5, "pagi"), (0, "siang"), (5, "sore"), (9, "malam")])
def test_the_greeting_follows_the_hour_where_the_family_lives(hours: int, word: str) -> None:
    situation = a_situation(state=STATE.INVITED, now=MONDAY_TEN + timedelta(hours=hours))

    events = enrolment.greet(situation)

    (text,) = texts(events)
    assert text.startswith(f"Selamat {word}, Bapak/Ibu. Ini Kabar Keluarga")
    assert labels(only(events, MessageDue)[0]) == ("Lanjut", "Salah sambung")
    assert moves(events) == [(STATE.GREETED, 0)]


def test_the_link_leaves_the_phone_with_the_greeting() -> None:
    assert only(enrolment.greet(at(STATE.INVITED)), TypedDeleted) == (TypedDeleted(),)


def test_after_lanjut_the_worker_is_asked_whether_this_is_the_right_person() -> None:
    events = tap(at(STATE.GREETED), Press.GO_ON)

    assert moves(events) == [(STATE.PENDING, 0)]
    assert texts(events) == (TEXTS["pending"].text,)
    (task,) = only(events, AlertFound)
    assert (task.kind, task.urgency) == (AlertKind.NEW_CONTACT, Urgency.HIGH)


def test_a_second_lanjut_asks_nobody_twice() -> None:
    assert tap(at(STATE.PENDING), Press.GO_ON) == ()


# The phone number ------------------------------------------------------------------------------


def test_where_a_number_is_on_file_it_must_be_shared_first() -> None:
    events = tap(at(STATE.GREETED, has_phone=True), Press.GO_ON)

    assert moves(events) == [(STATE.NUMBER_ASKED, 0)]
    (due,) = only(events, MessageDue)
    assert due.message.shares_number == CONTENT.messages.share_number
    assert only(events, AlertFound) == ()


def test_typed_words_are_no_number_and_the_button_comes_again() -> None:
    events = intake.receive(at(STATE.NUMBER_ASKED, has_phone=True), a_reply("0812 3456 7890"))

    assert only(events, MessageDue)[0].message.shares_number is not None
    assert only(events, WordsKept)[0].text == "0812 3456 7890"


def test_the_right_number_goes_to_the_worker_and_takes_the_button_away() -> None:
    situation = at(STATE.NUMBER_ASKED, has_phone=True)

    events = intake.receive(situation, a_reply(number_matches=True))

    assert moves(events) == [(STATE.PENDING, 0)]
    assert only(events, MessageDue)[0].message.ends_sharing
    assert only(events, AlertFound)[0].kind is AlertKind.NEW_CONTACT


def test_another_number_ends_the_link_with_the_answer_of_strangers_and_a_route() -> None:
    situation = at(STATE.NUMBER_ASKED, has_phone=True)

    events = intake.receive(situation, a_reply(number_matches=False))

    assert only(events, SendsStopped) == (SendsStopped(),)
    assert moves(events) == [(STATE.REJECTED, 0)]
    assert texts(events) == (TEXTS["strangers"].text,)
    assert only(events, MessageDue)[0].message.ends_sharing
    (route,) = only(events, AlertFound)
    assert (route.kind, route.reasons[0].rule) == (AlertKind.ROUTE, "number_differs")


@pytest.mark.parametrize("matches", [True, False])
def test_a_number_that_nobody_asked_for_is_something_sent(matches: bool) -> None:
    events = intake.receive(at(STATE.ACTIVE), a_reply(number_matches=matches))

    assert texts(events) == (TEXTS["media"].text,)
    assert moves(events) == []


# Consent ---------------------------------------------------------------------------------------


def test_at_a_the_consent_comes_in_three_parts_and_the_last_one_asks() -> None:
    first = enrolment.ask_consent(at(STATE.PENDING), manner=Manner.NOW)
    second = tap(at(STATE.CONSENTING, part=0), Press.GO_ON, 0)
    third = tap(at(STATE.CONSENTING, part=1), Press.GO_ON, 1)

    for part, events in enumerate((first, second, third)):
        assert moves(events) == [(STATE.CONSENTING, part)]
        assert texts(events) == (TEXTS[f"consent_{part + 1}"].text,)
        (due,) = only(events, MessageDue)
        assert (due.purpose, due.is_fleeting) == (Purpose.CONSENT, True)
    assert labels(only(third, MessageDue)[0]) == ("Setuju", "Belum dulu")


def test_at_b_one_neutral_line_asks() -> None:
    events = enrolment.ask_consent(at(STATE.PENDING, level=B), manner=Manner.NOW)

    assert texts(events) == (TEXTS["consent_b"].text,)
    assert labels(only(events, MessageDue)[0]) == ("Setuju", "Belum dulu")


@pytest.mark.parametrize(("level", "part"), [(A, 2), (B, 0)])
def test_agreeing_is_kept_and_clears_the_phone(level: Level, part: int) -> None:
    events = tap(at(STATE.CONSENTING, level=level, part=part), Press.AGREE, part)

    assert only(events, ConsentGiven) == (ConsentGiven(agrees=True),)
    assert moves(events) == [(STATE.ACTIVE, 0)]
    assert only(events, FleetingDeleted) == (FleetingDeleted(),)
    said = "Terima kasih, Bapak/Ibu. Kabar pertama datang hari Selasa sekitar jam 09.00."
    assert texts(events) == (said,)


@pytest.mark.parametrize("part", [0, 1, 2])
def test_saying_no_is_possible_at_every_part(part: int) -> None:
    events = tap(at(STATE.CONSENTING, part=part), Press.DECLINE, part)

    assert only(events, ConsentGiven) == (ConsentGiven(agrees=False),)
    assert moves(events) == [(STATE.DECLINED, 0)]
    assert only(events, FleetingDeleted) == (FleetingDeleted(),)


@pytest.mark.parametrize(
    ("part", "press", "value"),
    [
        (1, Press.GO_ON, 0),  # the first part, tapped twice
        (0, Press.GO_ON, None),  # the greeting, tapped again
        (2, Press.GO_ON, 1),
        (1, Press.AGREE, 2),
        (0, Press.DECLINE, 2),
    ],
)
def test_a_button_of_another_part_does_nothing(part: int, press: Press, value: int | None) -> None:
    assert tap(at(STATE.CONSENTING, part=part), press, value) == ()


@pytest.mark.parametrize(("word", "part"), [("setuju", 0), ("setuju", 1), ("lanjut", 2)])
def test_a_word_that_comes_too_early_or_too_late_shows_the_part_again(word: str, part: int) -> None:
    events = intake.receive(at(STATE.CONSENTING, part=part), a_reply(word))

    assert only(events, ConsentGiven) == ()
    assert moves(events) == [(STATE.CONSENTING, part)]
    assert texts(events) == (TEXTS[f"consent_{part + 1}"].text,)


def test_typed_words_equal_the_buttons_of_the_enrolment() -> None:
    greeted = intake.receive(at(STATE.GREETED), a_reply("lanjut"))
    reading = intake.receive(at(STATE.CONSENTING, part=0), a_reply("lanjutkan"))
    agreed = intake.receive(at(STATE.CONSENTING, part=2), a_reply("saya setuju"))

    assert moves(greeted) == [(STATE.PENDING, 0)]
    assert moves(reading) == [(STATE.CONSENTING, 1)]
    assert moves(agreed) == [(STATE.ACTIVE, 0)]


def test_a_level_that_fell_in_the_middle_of_the_consent_asks_the_neutral_line() -> None:
    events = tap(at(STATE.CONSENTING, level=B, part=1), Press.GO_ON, 1)

    assert texts(events) == (TEXTS["consent_b"].text,)


def test_setuju_after_the_consent_is_a_word_like_any_other() -> None:
    for state in (STATE.ACTIVE, STATE.DECLINED, STATE.PENDING):
        events = intake.receive(at(state), a_reply("setuju"))

        assert only(events, ConsentGiven) == ()
        assert not only(events, WordsKept)[0].is_command


# Rejected --------------------------------------------------------------------------------------


def test_somebody_whom_the_worker_does_not_know_reads_what_strangers_read() -> None:
    events = commands.rejected(at(STATE.PENDING))

    assert texts(events) == (TEXTS["strangers"].text,)
    assert moves(events) == [(STATE.REJECTED, 0)]


def test_a_phone_whose_new_link_is_not_opened_yet_gets_no_word() -> None:
    events = intake.receive(at(STATE.INVITED), a_reply("halo"))

    assert texts(events) == ()
    assert only(events, WordsKept)[0].text == "halo"


def test_at_b_what_is_typed_before_the_consent_leaves_the_phone() -> None:
    events = intake.receive(at(STATE.PENDING, level=B), a_reply("halo"))

    assert only(events, TypedDeleted) == (TypedDeleted(),)


@pytest.mark.parametrize("kind", ["photo", "voice"])
def test_a_picture_while_waiting_is_kept_and_answered_like_words(kind: str) -> None:
    events = intake.receive(at(STATE.PENDING), a_reply(media=kind))

    assert texts(events) == (TEXTS["pending"].text,)
    assert only(events, AlertFound)[0].kind is AlertKind.READING
