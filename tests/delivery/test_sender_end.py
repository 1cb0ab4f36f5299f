"""People who blocked the bot, a refused token, stopping, and being idle."""

import asyncio
import logging
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.errors import TokenUnknown
from bot.ports import Refusal, Refused, Unauthorized
from flows.model import SafeHours
from storage import outbox

RATNA, DEWI = "2002", "3003"
BLOCKED = Refused(kind=Refusal.BLOCKED, code=403)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


# The end of the line


async def test_a_person_who_blocked_the_bot_is_told_once_and_first(office: Any) -> None:
    states = []

    async def stop_sends(kind: str, owner: str, row: str) -> None:
        office.unreachable.append((kind, owner, row))
        states.append((await office.row(row)).state)
        await office.database.write(outbox.cancel, owner_kind=kind, owner_id=owner)

    office.on_unreachable = stop_sends
    office.telegram.answers.append(BLOCKED)
    await office.put("one")
    await office.put("two")

    async with office.sender():
        await office.sees("one", "unreachable")
        await office.sees_nothing_due()

    assert office.unreachable == [("contact", "person 1001", "one")]
    assert states == ["sending"]
    assert (await office.row("two")).state == "cancelled"


async def test_a_row_is_kept_until_somebody_could_be_told_of_its_owner(office: Any) -> None:
    told = []

    async def fail_at_first(*who: str) -> None:
        told.append(who)
        if len(told) == 1:
            raise LookupError

    office.on_unreachable = fail_at_first
    office.telegram.answers.append(BLOCKED)
    await office.put("one", to=RATNA, lane=0, kind="notice")

    async with office.sender() as sender:
        await office.until(lambda: sender.metrics().get("retried") == 1)
        await office.put("two", to=DEWI)
        await office.sees("two", "sent")
        office.telegram.answers.append(BLOCKED)
        office.clock.forward(seconds=1)
        await office.sees("one", "unreachable")

    assert told == [("staff", "person 2002", "one")] * 2


async def test_staff_whose_chat_is_gone_are_passed_over(office: Any) -> None:
    office.telegram.answers.append(Refused(kind=Refusal.CHAT_GONE, code=400))
    await office.put("alert", to=RATNA, lane=0, kind="notice")

    async with office.sender():
        await office.sees("alert", "unreachable")

    assert office.unreachable == [("staff", "person 2002", "alert")]


async def test_an_alert_that_can_never_go_out_is_an_error_of_its_own(
    office: Any, caplog: pytest.LogCaptureFixture
) -> None:
    refused = Refused(kind=Refusal.OTHER, code=400)
    office.telegram.answers.extend([refused, refused])
    await office.put("alert", to=RATNA, lane=0, kind="notice")
    await office.put("question")

    async with office.sender():
        await office.sees("alert", "dead")
        await office.sees("question", "dead")

    errors = [vars(one) for one in caplog.records if one.levelno == logging.ERROR]
    assert {(one["action"], one["row"]) for one in errors} == {
        ("alert_dead", "alert"),
        ("dead", "question"),
    }


async def test_a_refused_token_stops_everything_and_loses_nothing(office: Any) -> None:
    office.telegram.answers.append(Unauthorized())
    await office.put("one")
    await office.put("two")

    with pytest.raises(TokenUnknown):
        await office.new_sender().run()

    assert office.telegram.texts == ["one"]
    assert [(await office.row(row)).state for row in ("one", "two")] == ["pending", "pending"]


async def test_stopping_finishes_what_is_in_hand_and_takes_nothing_more(office: Any) -> None:
    office.telegram.holds()
    await office.put("one")
    await office.put("two")
    sender = office.new_sender()
    running = asyncio.create_task(sender.run())
    await office.telegram.gets("one")

    stopping = asyncio.create_task(sender.stop())
    office.telegram.open.set()
    await stopping
    await running

    assert not sender.is_running
    assert [(await office.row(row)).state for row in ("one", "two")] == ["sent", "pending"]


async def test_it_lets_go_when_the_database_is_closed(office: Any) -> None:
    sender = office.new_sender()
    running = asyncio.create_task(sender.run())
    await office.put("one")
    await office.telegram.gets("one")

    await asyncio.to_thread(office.database.close)

    async with asyncio.timeout(10):
        await running


async def test_stopping_what_never_ran_returns_and_ringing_it_does_nothing(office: Any) -> None:
    sender = office.new_sender()

    sender.ring()
    await sender.stop()
    await sender.run()


async def test_an_outcome_is_kept_though_the_database_is_held_for_a_while(
    office: Any, tmp_path: Path
) -> None:
    office.telegram.holds()
    await office.put("one")

    async with office.sender():
        await office.telegram.gets("one")
        with closing(sqlite3.connect(tmp_path / "kabar.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            office.telegram.open.set()
            with pytest.raises(Exception, match="held the database"):
                await office.database.write(lambda tx: None)
            other.execute("ROLLBACK")
        await office.sees("one", "sent")

    assert office.telegram.texts == ["one"]


# Idle, for the moved clock


async def test_idle_means_nothing_due_at_that_moment(office: Any) -> None:
    now = office.clock.moved
    await office.put("tomorrow", not_before=now + 24 * HOUR)

    async with office.sender() as sender:
        assert await sender.is_idle(now)
        assert not await sender.is_idle(now + 24 * HOUR)
        office.clock.moved += 24 * HOUR
        sender.ring()
        await office.sees("tomorrow", "sent")


async def test_a_late_reply_waits_for_the_morning(office: Any) -> None:
    now = office.clock.moved
    morning = SafeHours(start=(now + HOUR).time(), end=(now + 2 * HOUR).time(), timezone="UTC")
    when = {"not_before": now, "expires_at": now + MINUTE, "hours": morning}
    await office.put("answer", lane=1, kind="answer", **when)
    office.clock.moved += 2 * MINUTE

    async with office.sender() as sender:
        await office.until(lambda: sender.is_running)
        await office.sees_nothing_due()
        assert office.telegram.texts == []
        office.clock.moved = now + HOUR
        sender.ring()
        await office.sees("answer", "sent")
