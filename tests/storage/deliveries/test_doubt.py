"""Whose hand a row is in, and what happens when nobody knows whether it arrived."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage import deliveries, outbox
from storage.deliveries import Claimed, State

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)  # the moved clock
WALL = datetime(2025, 11, 24, 3, 0, tzinfo=UTC)  # the system's
SARI, RATNA = "1001", "2002"
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


# Leases


def test_only_the_hand_that_holds_a_row_settles_it(post: Any) -> None:
    post.put("question")
    first = post.claim(lease="killed")["question"]
    (orphan,) = post.orphans("new run")
    post.settle(Claimed(hand=orphan, instruction=first.instruction), State.PENDING, error="x")
    second = post.claim(lease="new run")["question"]

    assert not post.settle(first, State.DEAD)
    assert post.settle(second, State.SENT, message_no=5)
    assert not post.settle(second, State.SENT, message_no=6)
    assert post.row("question").message_no == 5


def test_rows_of_this_run_are_no_orphans(post: Any) -> None:
    post.put("question")
    post.claim(lease="this run")

    assert post.orphans("this run") == ()


def test_a_row_whose_lease_is_over_is_found_and_others_are_not(post: Any) -> None:
    """By the clock of the database where that has one of its own, else by the system's."""
    post.put("question")
    post.put("another", to=RATNA)
    post.claim()

    assert post.overdue(WALL + MINUTE) == []
    post.damages("question", lease_until=WALL)
    assert post.overdue(WALL + MINUTE) == ["question"]


def test_a_late_settler_does_not_settle_the_next_try_of_its_own_process(post: Any) -> None:
    post.put("question")
    late = post.claim()["question"]
    post.settle(late, State.PENDING, error="x")
    again = post.claim()["question"]

    assert not post.settle(late, State.SENT, message_no=5)
    assert post.settle(again, State.SENT, message_no=6)


def test_every_try_is_counted(post: Any) -> None:
    post.put("question")

    for _ in range(3):
        post.fails("question", State.PENDING, error="no route")

    assert post.claim()["question"].hand.attempts == 4


# Uncertain, and once more


def test_an_uncertain_alert_is_sent_again_with_a_mark_that_does_not_grow(post: Any) -> None:
    post.put("alert", lane=0, to=RATNA, kind="notice", text="Kritis. K-0142")
    post.fails("alert", State.UNCERTAIN, retry_at=WALL + 15 * SECOND, error="timeout")

    assert post.turns(wall=WALL + 14 * SECOND) == []
    again = post.claim(wall=WALL + 15 * SECOND)["alert"]
    assert again.instruction.payload.text == "Kritis. K-0142 (ulang)"
    assert again.hand.was_uncertain

    post.settle(again, State.UNCERTAIN, retry_at=WALL + 30 * SECOND, error="timeout")
    third = post.claim(wall=WALL + 30 * SECOND)["alert"]
    assert third.instruction.payload.text == "Kritis. K-0142 (ulang)"
    assert post.text("alert") == "Kritis. K-0142 (ulang)"


def test_a_question_is_repeated_in_its_own_words(post: Any) -> None:
    post.put("question", text="Berapa hari susah tidur?")
    post.fails("question", State.UNCERTAIN, retry_at=WALL, error="timeout")

    assert post.claim()["question"].instruction.payload.text == "Berapa hari susah tidur?"


def test_uncertain_without_another_try_stays_so_and_holds_nobody_back(post: Any) -> None:
    post.put("question")
    post.fails("question", State.UNCERTAIN, error="timeout")
    post.put("answer", lane=1)

    assert post.turns(wall=WALL + 24 * HOUR) == ["answer"]
    assert post.state("question") == "uncertain"


def test_an_uncertain_answer_that_expired_is_not_repeated(post: Any) -> None:
    post.put("answer", lane=1, kind="answer", expires_at=NOW + MINUTE)
    post.fails("answer", State.UNCERTAIN, retry_at=WALL + 15 * SECOND, error="timeout")

    assert post.turns(now=NOW + MINUTE, wall=WALL + 15 * SECOND) == []
    assert post.state("answer") == "uncertain"
    assert post.unsettled(NOW + MINUTE) == 0


def test_doubt_survives_a_definite_failure_in_between(post: Any) -> None:
    post.put("question")
    post.fails("question", State.UNCERTAIN, retry_at=WALL, error="timeout")
    post.fails("question", State.PENDING, error="flood")

    assert post.claim()["question"].hand.was_uncertain


def test_an_acknowledged_alert_is_not_repeated(post: Any) -> None:
    post.put("alert", lane=0, to=RATNA, kind="notice", alert="alert:1")
    post.fails("alert", State.UNCERTAIN, retry_at=WALL + 15 * SECOND, error="timeout")

    post.database.write_now(outbox.cancel_alert, "alert:1", kind="notice")

    assert post.turns(wall=WALL + MINUTE) == []


@pytest.mark.parametrize("state", [State.UNCERTAIN, State.PENDING])
def test_what_is_cancelled_on_its_way_is_not_tried_again(post: Any, state: State) -> None:
    post.put("question")
    claimed = post.claim()["question"]

    post.database.write_now(outbox.cancel, owner_kind="contact", owner_id=SARI)
    post.settle(claimed, state, retry_at=WALL, error="timeout")

    assert post.turns(wall=WALL + HOUR) == []
    assert post.state("question") == "cancelled"


def test_what_is_cancelled_on_its_way_and_arrives_is_sent(post: Any) -> None:
    post.put("question")
    claimed = post.claim()["question"]

    post.database.write_now(outbox.cancel, owner_kind="contact", owner_id=SARI)
    post.settle(claimed, State.SENT, message_no=3)

    assert (post.state("question"), post.row("question").error) == ("sent", None)


def test_a_press_proves_that_an_uncertain_message_arrived(post: Any) -> None:
    post.put("question")
    post.fails("question", State.UNCERTAIN, retry_at=WALL + MINUTE, error="timeout")

    assert post.database.write_now(deliveries.proven, "question", message_no=44, now=NOW)

    assert post.turns(wall=WALL + HOUR) == []
    post.put("edit", verb="edit", target="question")
    assert post.claim()["edit"].instruction.numbers == (44,)


def test_a_press_changes_nothing_about_a_row_without_doubt(post: Any) -> None:
    post.put("question")
    post.sends("question", 7)

    assert not post.database.write_now(deliveries.proven, "question", message_no=8, now=NOW)
    assert post.row("question").message_no == 7


def test_whoever_writes_back_has_seen_the_question_and_is_not_asked_again(post: Any) -> None:
    post.put("question")
    post.fails("question", State.UNCERTAIN, retry_at=WALL + MINUTE, error="timeout")
    post.put("other chat", to=RATNA)
    post.fails("other chat", State.UNCERTAIN, retry_at=WALL + MINUTE, error="timeout")

    assert post.hears(SARI, at=NOW + SECOND) == 1

    assert post.turns(wall=WALL + HOUR) == ["other chat"]
    assert post.state("question") == "uncertain"


def test_a_repeat_that_waits_for_its_turn_is_not_sent_either(post: Any) -> None:
    post.put("question")
    post.fails("question", State.UNCERTAIN, retry_at=WALL, error="timeout")
    post.fails("question", State.PENDING, retry_at=WALL + MINUTE, error="flood")

    assert post.hears(SARI, at=NOW) == 1

    assert post.turns(wall=WALL + HOUR) == []


def test_words_from_before_the_question_and_a_question_without_doubt_change_nothing(
    post: Any,
) -> None:
    post.put("question")
    post.fails("question", State.UNCERTAIN, retry_at=WALL + MINUTE, error="timeout")
    post.put("next question")

    assert post.hears(SARI, at=NOW - SECOND) == 0

    assert post.turns(wall=WALL + HOUR) == ["question"]
    assert post.state("next question") == "pending"


def test_an_alert_is_repeated_though_its_reader_wrote_of_something_else(post: Any) -> None:
    post.put("alert", lane=0, to=RATNA, kind="notice")
    post.fails("alert", State.UNCERTAIN, retry_at=WALL + 15 * SECOND, error="timeout")

    assert post.hears(RATNA, at=NOW + SECOND) == 0

    assert post.turns(wall=WALL + MINUTE) == ["alert"]


# A chat that goes on elsewhere


def test_a_chat_that_moved_is_written_to_where_it_is_now(post: Any) -> None:
    post.links("staff", RATNA)
    post.put("alert", lane=0, to=RATNA, kind="notice")

    post.fails("alert", State.SENT, message_no=7, moved_to=-1009)

    address = post.address("staff", RATNA)
    assert (address.number, address.chat_hash) == ("-1009", post.row("alert").chat_hash)
    post.put("edit", to="-1009", verb="edit", target="alert", owner=("staff", RATNA))
    edit = post.claim()["edit"]
    assert (edit.instruction.chat, edit.instruction.numbers) == ("-1009", (7,))


def test_a_move_of_an_earlier_phone_leaves_the_present_one_alone(post: Any) -> None:
    post.links("staff", RATNA)
    post.put("alert", lane=0, to="4004", kind="notice", owner=("staff", RATNA))

    post.fails("alert", State.SENT, message_no=7, moved_to=-1009)

    assert post.address("staff", RATNA).number == RATNA
    assert post.row("alert").message_no == 7
