"""Edited messages: they may add or raise, and ring no second time for what has rung."""

import pytest

from flows import intake
from flows.conversation_state import OPEN_LINE
from flows.events import AlertFound, AnswerGiven, CheckinScored, MessageDue
from flows.model import CheckinState, MessageId, Urgency
from tests.flows.builders import (
    CHECKIN,
    B,
    a_checkin,
    a_reply,
    a_situation,
    a_talk,
    only,
    reasons,
    up_to,
)
from tests.flows.family import (
    BEATEN,
    HARD,
    OWN,
    Family,
    Settle,
    a_family,
    an_asked_family,
    at_safety,
)

# Corrections -----------------------------------------------------------------------------------


def test_a_corrected_answer_may_rise_and_rings() -> None:
    sari = at_safety()
    sari.writes("tidak")

    sari.corrects("message-9", "mohon segera", item="safety")

    assert sari.answers[-1] == AnswerGiven(
        item="safety", value=3, words="mohon segera", checkin=CHECKIN
    )
    assert sari.rings == {OWN: "kritis"}
    assert only(sari.events, MessageDue) == ()


def test_a_corrected_answer_that_falls_is_kept_and_is_a_sign() -> None:
    sari = an_asked_family()
    sari.writes("7")

    sari.corrects("message-2", "0", item="sleep")

    assert [one.value for one in sari.answers] == [3, 0]
    assert {one.rule for one in sari.told.values()} == {"E2"}


def test_a_correction_rises_also_after_the_end() -> None:
    finished = a_talk(
        *up_to("call", a_checkin(B)),
        checkin=a_checkin(B),
        state=CheckinState.FINISHED,
        answers={"call": 0},
    )
    reply = a_reply("ya, secepatnya", edits=MessageId("message-0"), edits_item="call")

    events = intake.receive(a_situation(finished, level=B), reply)

    assert only(events, AnswerGiven)[0].value == 2
    assert reasons(events) == {"B1": Urgency.CRITICAL}


def test_after_the_end_a_corrected_answer_is_added_up_anew() -> None:
    answered = {"sleep": 1, "eat": 1, "fear": 1, "withdraw": 1, "anger": 1, "self": 1, "school": 1}
    finished = a_talk(*up_to(OPEN_LINE), state=CheckinState.FINISHED, answers=answered)
    reply = a_reply("7", edits=MessageId("message-0"), edits_item="sleep")

    events = intake.receive(a_situation(finished), reply)

    assert [one.total for one in only(events, CheckinScored)] == [9]


def test_an_answer_corrected_into_a_story_is_read_as_one() -> None:
    sari = an_asked_family()
    sari.writes("0")

    sari.corrects("message-2", HARD, item="sleep")

    assert sari.kept == [HARD]
    assert sari.rings == {OWN: "kritis"}


def test_corrected_words_that_rang_do_not_ring_again_but_are_read_again() -> None:
    sari = a_family()
    sari.writes(HARD)

    sari.corrects("message-1", f"{HARD} semalam")

    assert sari.rings == {"reading:message-2": "perhatian"}


def test_a_correction_with_a_new_sign_joins_the_alert_of_its_message() -> None:
    sari = a_family()
    sari.writes(HARD)

    sari.corrects("message-1", f"{HARD}. {BEATEN}")

    assert sari.rings == {"alert:message-1": "kritis"}
    assert [one.rule for one in sari.told.values()] == ["W-self_harm", "W-caregiver_danger"]
    ((reason,),) = [one.reasons for one in only(sari.events, AlertFound)]
    assert (reason.source, reason.words) == ("message-1", "message-2")


@pytest.mark.parametrize("settle", [Family.staff_take, Family.staff_close])
def test_a_correction_with_a_new_sign_rings_where_its_alert_was_settled(settle: Settle) -> None:
    sari = a_family()
    sari.writes(HARD)
    settle(sari, "alert:message-1")

    sari.corrects("message-1", f"{HARD}. {BEATEN}")

    assert sari.rings == {"alert:message-2": "kritis"}


def test_a_correction_of_a_harmless_message_may_ring() -> None:
    sari = a_family()
    sari.writes("halo")

    sari.corrects("message-1", HARD)

    assert sari.rings == {"alert:message-2": "kritis"}


def test_tidak_aman_and_the_duress_word_count_in_corrections_too() -> None:
    sari = a_family(duress_word="kue lapis")

    sari.corrects("message-0", "tidak aman")
    assert "kritis" in sari.rings.values()
    sari.corrects("message-0", "kue lapis")

    assert {"unsafe", "duress"} <= {one.rule for one in sari.told.values()}
    assert sari.sent == []


@pytest.mark.parametrize("item", ["pulse", "safe_now", "play"])
def test_a_correction_of_an_answer_that_is_no_item_here_is_words(item: str) -> None:
    sari = an_asked_family()

    sari.corrects("message-0", "0", item=item)

    assert sari.kept == ["0"]
    assert sari.answers == []
