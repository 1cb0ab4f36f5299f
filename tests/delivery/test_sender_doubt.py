"""Lost answers, crashes, and secrets."""

import logging
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.ports import NotSent, Unknown
from storage import outbox

RATNA = "2002"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DISK_REFUSES = """
    CREATE TRIGGER refuse BEFORE UPDATE ON outbox WHEN NEW.state = 'sent'
    BEGIN SELECT RAISE(ABORT, 'no'); END
"""


def by_hand(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "kabar.db")) as other, other:
        other.execute(statement)


# Doubt


async def test_an_alert_is_repeated_with_a_mark_until_it_is_taken(office: Any) -> None:
    office.telegram.answers.extend([Unknown(reason="timeout")] * 2)
    await office.put("alert", to=RATNA, lane=0, kind="notice", alert="alert:1")

    async with office.sender() as sender:
        await office.sees("alert", "uncertain")
        assert await sender.unsettled(office.clock.moved) == 0
        office.clock.forward(seconds=15)
        await office.telegram.gets("alert", "alert (ulang)")
        await office.sees("alert", "uncertain")
        await office.database.write(outbox.cancel_alert, "alert:1", kind="notice")
        office.clock.forward(hours=1)
        await office.put("later", to=RATNA)
        await office.sees("later", "sent")

    assert office.telegram.texts == ["alert", "alert (ulang)", "later"]


async def test_waits_for_doubt_do_not_follow_the_moved_clock(office: Any) -> None:
    office.telegram.answers.append(Unknown(reason="timeout"))
    await office.put("question")

    async with office.sender():
        await office.sees("question", "uncertain")
        office.clock.moved += 24 * HOUR
        await office.put("later", to=RATNA)
        await office.sees("later", "sent")
        assert office.telegram.texts == ["question", "later"]
        office.clock.system += 10 * MINUTE
        await office.sees("question", "sent")


async def test_a_connection_that_never_opened_is_no_doubt(office: Any) -> None:
    office.telegram.answers.append(NotSent(reason="ClientConnectorError"))
    await office.put("question", kind="question_b")

    async with office.sender() as sender:
        await office.until(lambda: sender.metrics().get("retried") == 1)
        office.clock.forward(seconds=1)
        await office.sees("question", "sent")


async def test_a_messenger_that_breaks_leaves_doubt_and_no_secret(
    office: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "4242:canary-of-the-token"
    office.telegram.answers.append(OSError(f"no way to http://x/bot{secret}/sendMessage"))
    await office.put("question", kind="question_b")

    async with office.sender():
        await office.sees("question", "uncertain")

    assert secret not in caplog.text + str([vars(record) for record in caplog.records])
    assert (await office.row("question")).error == "uncertain: OSError"


# A crash in between


async def test_after_a_crash_alerts_go_at_once_and_questions_as_their_level_allows(
    office: Any,
) -> None:
    await office.put("alert", to=RATNA, lane=0, kind="notice")
    await office.put("a", kind="question_a")
    await office.put("b", to="1002", kind="question_b")
    await office.crash("alert", "a", "b")

    async with office.sender() as sender:
        await office.sees("alert", "sent")
        await office.sees("b", "uncertain")
        office.clock.forward(minutes=10)
        await office.sees("a", "sent")

    assert sender.metrics()["recovered"] == 3
    assert office.telegram.texts == ["alert", "a", "b", "alert (ulang)", "a"]


async def test_a_hand_that_was_thought_dead_changes_nothing_any_more(office: Any) -> None:
    office.telegram.holds()
    await office.put("question", kind="question_b")

    async with office.sender() as slow:
        await office.telegram.gets("question")
        async with office.sender() as second:
            await office.sees("question", "uncertain")
            office.telegram.open.set()
            await second.stop()

    assert (await office.row("question")).state == "uncertain"
    assert slow.metrics()["fenced"] == 1


async def test_a_row_that_was_never_settled_is_judged_when_its_lease_is_over(
    office: Any, tmp_path: Path
) -> None:
    await office.put("alert", to=RATNA, lane=0, kind="notice")
    by_hand(tmp_path, DISK_REFUSES)

    async with office.sender(settle_tries=1) as sender:
        await office.telegram.gets("alert")
        await office.until(lambda: not sender.metrics()["in_flight"])
        by_hand(tmp_path, "DROP TRIGGER refuse")
        office.clock.forward(minutes=3)
        await office.sees("alert", "sent")

    assert office.telegram.texts == ["alert", "alert (ulang)"]
    assert (await office.row("alert")).message_no == 2


async def test_a_row_that_is_still_in_hand_is_left_there_whatever_the_clock_says(
    office: Any,
) -> None:
    office.telegram.holds()
    await office.put("alert", to=RATNA, lane=0, kind="notice")

    async with office.sender() as sender:
        await office.telegram.gets("alert")
        office.clock.forward(minutes=3)
        await office.put("question")
        await office.telegram.gets("alert", "question")
        office.telegram.open.set()
        await office.sees("alert", "sent")

    assert sender.metrics()["sent"] == 2


async def test_a_delete_that_fails_for_long_holds_nobody_back_and_is_done_in_the_end(
    office: Any,
) -> None:
    await office.put("consent", kind="consent")

    lost = Unknown(reason="server error")
    async with office.sender() as sender:
        await office.sees("consent", "sent")
        office.telegram.answers.append(lost)
        await office.put("delete", verb="delete", target="consent")
        await office.until(lambda: sender.metrics().get("retried") == 1)
        await office.put("thanks", lane=1, kind="answer")
        await office.sees("thanks", "sent")
        office.telegram.answers.extend([lost] * 8)
        for tried in range(2, 10):
            office.clock.forward(minutes=10)
            await office.until(lambda n=tried: sender.metrics().get("retried") == n)
        office.clock.forward(minutes=10)
        await office.sees("delete", "sent")

    assert (await office.row("consent")).is_gone
