"""One row that cannot be read holds nobody back."""

import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from storage import rotation
from storage.database import Tx
from storage.deliveries import State
from storage.keyring import KeyRing
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


def test_under_a_key_that_the_key_file_lacks_rows_wait_and_those_of_others_go_on(
    post: Any, caplog: pytest.LogCaptureFixture
) -> None:
    post.put("question")
    old = post.ring
    new = old.with_new_key()
    rotated(post, new)
    post.put("alert", lane=0, to=RATNA, kind="notice")
    post.reopens(replace(old, path=None))
    post.put("reading", lane=1, to="3003")

    assert post.turns() == ["reading"]
    assert post.turns() == []
    assert [post.state(row) for row in ("question", "alert")] == ["pending", "pending"]
    told = [vars(one) for one in caplog.records if vars(one).get("action") == "key_unknown"]
    assert [one["row"] for one in told] == [new.current]
    post.reopens(new)
    assert sorted(post.turns()) == ["alert", "question"]


def test_a_repeat_under_a_key_that_the_key_file_lacks_keeps_its_wait(post: Any) -> None:
    post.put("alert", lane=0, to=RATNA, kind="notice")
    post.fails("alert", State.UNCERTAIN, retry_at=WALL, error="timeout")
    old = post.ring
    rotated(post, old.with_new_key())
    post.reopens(replace(old, path=None))

    assert post.turns() == []
    assert post.state("alert") == "uncertain"


def rotated(post: Any, new: KeyRing) -> None:
    """On another machine, whose key file did not come here."""
    post.reopens(new)
    post.database.write_now(rotation.rewrap, new.current)
