"""What edits, deletes and lost keyboards find."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage import deliveries
from storage.deliveries import State, Verb
from storage.outbox import Payload

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)  # the moved clock
WALL = datetime(2025, 11, 24, 3, 0, tzinfo=UTC)  # the system's
SARI = "1001"
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


# Edits


def test_an_edit_waits_for_its_message_and_changes_it(post: Any) -> None:
    post.put("question")
    post.put("edit", verb="edit", target="question", lane=0)
    claimed = post.claim()

    assert list(claimed) == ["question"]
    assert post.turns() == []
    post.settle(claimed["question"], State.SENT, message_no=7)

    edit = post.claim()["edit"]
    assert (edit.hand.verb, edit.instruction.numbers) == (Verb.EDIT, (7,))


@pytest.mark.parametrize(
    "state", [State.UNCERTAIN, State.DEAD, State.CANCELLED, State.EXPIRED, State.UNREACHABLE]
)
def test_an_edit_takes_the_place_of_a_message_that_never_arrived(post: Any, state: State) -> None:
    post.put("question")
    post.fails("question", state, error="x")
    post.put("edit", verb="edit", target="question", text="Apakah mau makan?")

    taken = post.claim()["edit"]
    assert (taken.hand.verb, taken.instruction.numbers) == (Verb.SEND, ())
    post.settle(taken, State.SENT, message_no=9)

    assert (post.state("question"), post.row("question").message_no) == ("sent", 9)
    post.put("later edit", verb="edit", target="question")
    assert post.claim()["later edit"].instruction.numbers == (9,)


def test_an_edit_that_takes_the_place_of_a_message_ends_its_other_tries(post: Any) -> None:
    post.put("question")
    post.fails("question", State.UNCERTAIN, retry_at=WALL + 10 * MINUTE, error="timeout")
    post.put("edit", verb="edit", target="question")
    post.fails("edit", State.UNCERTAIN, error="timeout")

    assert post.turns(wall=WALL + HOUR) == []


def test_an_edit_takes_no_place_while_the_chat_rests(post: Any) -> None:
    post.put("question")
    post.fails("question", State.DEAD, error="x")
    post.put("edit", verb="edit", target="question")

    assert post.turns(resting=(SARI,)) == []
    assert post.turns() == ["edit"]


def test_an_edit_whose_message_has_vanished_is_sent_anew(post: Any) -> None:
    post.put("question")
    post.sends("question", 7)
    post.put("edit", verb="edit", target="question")

    post.fails("edit", State.PENDING, is_lost=True, error="message to edit not found")

    assert post.claim()["edit"].hand.verb is Verb.SEND


def test_an_edit_of_an_edit_is_about_the_first_message(post: Any) -> None:
    post.put("question")
    post.sends("question", 7)
    post.put("edit", verb="edit", target="question")
    post.sends("edit", 7)
    post.put("edit of edit", verb="edit", target="edit")

    assert post.claim()["edit of edit"].instruction.numbers == (7,)


def test_an_edit_of_nothing_known_is_a_new_message(post: Any) -> None:
    post.put("edit", verb="edit", target="pruned long ago")

    assert post.claim()["edit"].hand.verb is Verb.SEND


def test_an_older_edit_never_overwrites_a_newer_one(post: Any) -> None:
    post.put("notice", lane=0)
    post.sends("notice", 7)
    post.put("older", verb="edit", target="notice", lane=0)
    older = post.claim()["older"]
    post.put("newer", verb="edit", target="notice", lane=0)
    post.settle(older, State.PENDING, retry_at=WALL + 2 * SECOND, error="timeout")

    post.sends("newer", 7)

    assert post.turns(wall=WALL + HOUR) == []
    assert post.state("older") == "replaced"


def test_an_uncertain_edit_is_not_repeated_after_a_newer_one(post: Any) -> None:
    post.put("question")
    post.fails("question", State.DEAD, error="x")
    post.put("older", verb="edit", target="question")
    post.fails("older", State.UNCERTAIN, retry_at=WALL + 10 * MINUTE, error="timeout")
    post.put("newer", verb="edit", target="question")
    post.sends("newer", 9)

    assert post.turns(wall=WALL + HOUR) == []


def test_a_press_on_an_uncertain_edit_tells_where_its_message_stands(post: Any) -> None:
    post.put("question")
    post.fails("question", State.DEAD, error="x")
    post.put("edit", verb="edit", target="question")
    post.fails("edit", State.UNCERTAIN, retry_at=WALL, error="timeout")

    post.database.write_now(deliveries.proven, "edit", message_no=44, now=NOW)

    post.put("next", verb="edit", target="question")
    assert post.claim()["next"].instruction.numbers == (44,)


# Hidden


def test_what_the_person_hid_is_edited_no_more(post: Any) -> None:
    post.put("question")
    post.sends("question", 7)
    post.hides("question")
    post.put("edit", verb="edit", target="question")

    assert post.turns() == []
    assert post.state("edit") == "cancelled"


def test_an_edit_of_a_hidden_message_that_vanished_does_not_bring_it_back(post: Any) -> None:
    post.put("question")
    post.sends("question", 7)
    post.put("edit", verb="edit", target="question")
    edit = post.claim()["edit"]

    post.hides("question")
    post.settle(edit, State.PENDING, is_lost=True, error="message to edit not found")

    assert post.turns() == []
    assert post.state("edit") == "cancelled"


def test_what_is_hidden_before_it_went_out_is_never_sent(post: Any) -> None:
    post.put("consent", kind="consent", not_before=NOW + HOUR)
    post.put("delete", verb="delete", target="consent")
    post.hides("consent")

    assert post.turns(now=NOW + HOUR) == []
    assert post.turns(now=NOW + HOUR) == []
    assert (post.state("consent"), post.state("delete")) == ("cancelled", "cancelled")


def test_a_delete_alone_is_enough_to_keep_a_message_here(post: Any) -> None:
    post.put("consent", kind="consent")
    post.put("delete", verb="delete", target="consent")

    assert post.turns() == []
    assert post.state("consent") == "cancelled"


def test_a_hidden_uncertain_message_is_not_repeated(post: Any) -> None:
    post.put("question")
    post.fails("question", State.UNCERTAIN, retry_at=WALL, error="timeout")
    post.hides("question")

    assert post.turns(wall=WALL + HOUR) == []


# Deletes and keyboards


def test_a_delete_takes_the_message_and_the_numbers_named(post: Any) -> None:
    post.put("question")
    post.sends("question", 7)
    post.put("delete", verb="delete", target="question", payload=Payload(numbers=(5,)))

    delete = post.claim()["delete"]
    assert delete.instruction.numbers == (5, 7)
    post.settle(delete, State.SENT)

    assert post.row("question").is_gone


def test_a_delete_that_failed_leaves_the_message_where_it_is(post: Any) -> None:
    post.put("question")
    post.sends("question", 7)
    post.put("delete", verb="delete", target="question")

    post.fails("delete", State.DEAD, error="400 message_gone")

    assert not post.row("question").is_gone


def test_a_delete_finds_the_message_that_took_the_place_of_another(post: Any) -> None:
    post.put("question")
    post.fails("question", State.UNCERTAIN, error="timeout")
    post.put("edit", verb="edit", target="question")
    post.sends("edit", 9)
    post.put("delete", verb="delete", target="edit")

    assert post.claim()["delete"].instruction.numbers == (9,)


def test_a_message_of_unknown_number_cannot_be_deleted_and_that_is_recorded(post: Any) -> None:
    post.put("question")
    post.fails("question", State.UNCERTAIN, retry_at=WALL + MINUTE, error="timeout")
    post.put("delete", verb="delete", target="question")

    assert post.turns() == []
    assert (post.state("delete"), post.row("delete").error) == ("dead", "number unknown")
    assert post.turns(wall=WALL + HOUR) == []


def test_a_keyboard_goes_only_where_the_message_stands(post: Any) -> None:
    post.put("question")
    post.sends("question", 7)
    post.put("lost question")
    post.fails("lost question", State.DEAD, error="x")

    post.put("strip", verb="unkeyboard", target="question")
    assert post.claim()["strip"].instruction.numbers == (7,)
    post.settle(post.on_its_way("strip"), State.SENT, message_no=7)

    post.put("strip lost", verb="unkeyboard", target="lost question")
    assert post.turns() == []
    assert post.state("strip lost") == "cancelled"


def test_a_question_that_loses_its_keyboard_is_not_sent_once_more(post: Any) -> None:
    post.put("question")
    post.fails("question", State.UNCERTAIN, retry_at=WALL + 10 * MINUTE, error="timeout")
    post.put("next question")
    post.put("strip", verb="unkeyboard", target="question", lane=1)
    post.sends("next question", 8)
    post.turns()

    assert post.turns(wall=WALL + HOUR) == []
