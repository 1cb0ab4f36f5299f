"""One row that cannot be read holds nobody back."""

import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from storage.database import Tx
from storage.deliveries import State
from storage.outbox import Payload

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)  # the moved clock
WALL = datetime(2025, 11, 24, 3, 0, tzinfo=UTC)  # the system's
SARI, RATNA = "1001", "2002"


def test_a_row_of_an_erased_person_is_closed_and_the_others_go_on(post: Any) -> None:
    post.put("question")
    post.put("alert", lane=1, to=RATNA)

    def erase(tx: Tx) -> None:
        tx.vault.destroy(tx, f"contact:{SARI}", now=NOW)

    post.database.write_now(erase)

    assert post.turns() == ["alert"]
    assert (post.state("question"), post.row("question").error) == ("cancelled", "SubjectErased")


@pytest.mark.parametrize(
    ("column", "written"),
    [
        ("payload", b"x"),
        ("address", b"x"),
        ("verb", "dance"),
        ("hours", "from dusk"),
    ],
)
def test_a_damaged_row_is_dead_and_the_others_go_on(
    post: Any, column: str, written: object
) -> None:
    post.put("question")
    post.put("alert", lane=1, to=RATNA)
    post.damages("question", **{column: written})

    assert post.turns() == ["alert"]
    assert post.state("question") == "dead"
    assert post.turns() == []


@pytest.mark.parametrize("payload", ["Halo", "[]", '"Halo"', '{"keys":[[{}]]}'])
def test_words_that_are_no_message_are_dead_and_the_others_go_on(post: Any, payload: str) -> None:
    post.put("question")
    post.put("alert", lane=1, to=RATNA)
    post.reseals("question", payload)

    assert post.turns() == ["alert"]
    assert post.state("question") == "dead"


def test_a_repeat_that_cannot_be_read_holds_nobody_back(post: Any) -> None:
    post.put("alert", lane=0, to=RATNA, kind="notice")
    post.fails("alert", State.UNCERTAIN, retry_at=WALL, error="timeout")
    post.reseals("alert", "Halo")
    post.put("question")

    assert post.turns() == ["question"]
    assert post.state("alert") == "dead"


def test_a_dead_alert_is_told_by_its_row_and_by_nothing_it_says(
    post: Any, caplog: pytest.LogCaptureFixture
) -> None:
    post.put("alert", lane=0, to=RATNA, kind="notice")
    post.reseals("alert", "Siti")

    post.claim()

    (told,) = [vars(one) for one in caplog.records if one.levelno == logging.ERROR]
    assert (told["action"], told["row"], told["error"]) == (
        "alert_unreadable",
        "alert",
        "JSONDecodeError",
    )
    assert post.row("alert").error == "JSONDecodeError"
    assert "Siti" not in caplog.text


def test_a_message_of_another_version_says_what_this_one_understands(post: Any) -> None:
    post.put("question")
    post.reseals("question", '{"text":"Halo","numbers":[],"of_an_older_version":1}')

    assert post.claim()["question"].instruction.payload == Payload(text="Halo")
