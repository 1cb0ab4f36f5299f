"""Edits, deletes and lost keyboards that fail for now: who waits for them, what outdoes them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage.deliveries import State

WALL = datetime(2025, 11, 24, 3, 0, tzinfo=UTC)  # the system's
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("verb", ["edit", "delete", "unkeyboard"])
def test_a_change_that_waits_for_another_try_holds_nobody_back(post: Any, verb: str) -> None:
    post.put("question")
    post.sends("question", 7)
    post.put("change", verb=verb, target="question", lane=1)
    post.put("answer", lane=1)
    post.fails("change", State.PENDING, retry_at=WALL + MINUTE, error="server error")

    assert post.turns() == ["answer"]
    post.settle(post.on_its_way("answer"), State.SENT, message_no=8)
    assert post.turns(wall=WALL + MINUTE) == ["change"]


def test_a_keyboard_is_not_taken_away_before_the_edit_that_would_bring_it_back(post: Any) -> None:
    post.put("question")
    post.sends("question", 7)
    post.put("edit", verb="edit", target="question", lane=1)
    post.put("strip", verb="unkeyboard", target="question", lane=1)
    post.fails("edit", State.PENDING, retry_at=WALL + MINUTE, error="server error")

    assert post.turns() == []
    assert post.turns(wall=WALL + MINUTE) == ["edit"]


def test_a_keyboard_that_a_newer_edit_has_set_is_not_taken_away_late(post: Any) -> None:
    post.put("question")
    post.sends("question", 7)
    post.put("strip", verb="unkeyboard", target="question", lane=1)
    post.fails("strip", State.PENDING, retry_at=WALL + MINUTE, error="server error")
    post.put("edit", verb="edit", target="question", lane=1)
    post.sends("edit", 7)

    assert post.turns(wall=WALL + MINUTE) == []
    assert post.state("strip") == "replaced"


def test_a_change_that_failed_five_times_is_waited_for_no_longer(post: Any) -> None:
    post.put("question")
    post.sends("question", 7)
    post.put("delete", verb="delete", target="question")
    unsettled = []

    for _ in range(5):
        post.fails("delete", State.PENDING, error="server error")
        unsettled.append(post.unsettled())

    assert unsettled == [1, 1, 1, 1, 0]
    assert post.turns() == ["delete"]
    assert post.unsettled() == 1
