"""Several processes at one outbox: only one on shift sends, and a frozen one wakes harmlessly."""

import asyncio
from collections import deque
from collections.abc import Awaitable
from functools import partial
from pathlib import Path
from typing import Any

from bot.delivery.carrier import LONGEST_WAIT_S
from bot.delivery.rounds import take
from storage.database import Database, Tx
from storage.errors import CommitUnknown
from storage.keyring import KeyRing
from tests.delivery.conftest import Office

RATNA = "2002"


class Shift:
    """Whose turn it is to send, as the database and as the process itself see it."""

    def __init__(self) -> None:
        self.in_database = True
        self.in_process: deque[bool] = deque()

    def may_send(self, _: Tx) -> bool:
        return self.in_database

    def is_on_shift(self) -> bool:
        return self.in_process.popleft() if self.in_process else True

    def of(self, office: Any) -> Any:
        return office.new_sender(may_send=self.may_send, is_on_shift=self.is_on_shift)


async def test_who_may_not_send_judges_nothing_takes_nothing_and_ends(office: Any) -> None:
    await office.put("on its way")
    await office.crash("on its way")
    await office.put("waiting", to=RATNA)
    shift = Shift()
    shift.in_database = False
    sender = shift.of(office)

    async with asyncio.timeout(10):
        await sender.run()

    assert sender.is_relieved
    assert not sender.is_running
    states = [(await office.row(row)).state for row in ("on its way", "waiting")]
    assert states == ["sending", "pending"]
    assert office.telegram.texts == ["on its way"]


async def test_who_is_relieved_finishes_what_is_called_and_takes_no_more(office: Any) -> None:
    shift = Shift()
    sender = shift.of(office)
    office.telegram.holds()
    await office.put("one")
    running = asyncio.create_task(sender.run())
    await office.telegram.gets("one")

    shift.in_database = False
    await office.put("two", to=RATNA)
    await office.until(lambda: sender.is_relieved)
    office.telegram.open.set()
    async with asyncio.timeout(10):
        await running

    assert [(await office.row(row)).state for row in ("one", "two")] == ["sent", "pending"]


async def test_a_stopped_sender_was_not_relieved(office: Any) -> None:
    async with office.sender() as sender:
        await office.put("one")
        await office.sees("one", "sent")

    assert not sender.is_relieved


async def test_who_is_off_shift_right_before_the_call_does_not_call(office: Any) -> None:
    shift = Shift()
    shift.in_process.extend([True, False, False])  # as it looks, then as it looks and calls
    sender = shift.of(office)
    await office.put("alert", to=RATNA, lane=0, kind="notice")
    running = asyncio.create_task(sender.run())

    await office.sees("alert", "sent")
    await sender.stop()
    await running

    assert office.telegram.texts == ["alert"]
    assert sender.metrics() == {"recovered": 0, "withheld": 1, "sent": 1, "in_flight": 0}


async def test_a_process_that_was_frozen_after_its_claim_does_not_call(office: Any) -> None:
    naps = deque([0.0, LONGEST_WAIT_S + 1])  # as it recovers, and as it claims

    def may_send(_: Tx) -> bool:
        office.clock.forward(seconds=naps.popleft() if naps else 0)
        return True

    await office.put("question", kind="question_b")

    async with office.sender(may_send=may_send) as sender:
        await office.sees("question", "sent")

    assert office.telegram.texts == ["question"]
    assert sender.metrics()["withheld"] == 1


async def test_a_frozen_process_that_wakes_settles_nothing_that_another_took(
    beside: tuple[Office, Office],
) -> None:
    frozen, awake = beside
    for row, to, more in (
        ("alert", RATNA, {"lane": 0, "kind": "notice"}),
        ("b", "1002", {"kind": "question_b"}),
    ):
        await frozen.put(row, to=to, **more)
    frozen.telegram.holds()
    shift = Shift()

    async with frozen.sender(may_send=shift.may_send) as late:
        await frozen.telegram.gets("alert", "b")
        shift.in_database = False
        async with awake.sender():
            await awake.sees("alert", "sent")
            await awake.sees("b", "uncertain")
            frozen.telegram.open.set()
            await frozen.until(lambda: late.metrics().get("fenced") == 2)

    assert awake.telegram.texts == ["alert (ulang)"]
    assert (await awake.row("alert")).attempts == 2
    assert (await awake.row("b")).state == "uncertain"


async def test_two_that_both_think_they_are_on_shift_send_nothing_twice(
    beside: tuple[Office, Office],
) -> None:
    one, other = beside
    rows = [f"row {number}" for number in range(60)]
    async with one.sender(), other.sender():
        for number, row in enumerate(rows):
            await one.put(row, to=str(6000 + number % 20), lane=number % 5)
        await one.sees_nothing_due()

    assert sorted(one.telegram.texts + other.telegram.texts) == sorted(rows)


class Forgetful(Database):
    """Keeps what was written, and once in a while cannot say so."""

    loses = 0

    def write(self, fn: Any, *args: Any, **kwargs: Any) -> Awaitable[Any]:
        return self._write(partial(super().write, fn, *args, **kwargs), is_claim=fn is take)

    async def _write(self, written: Any, *, is_claim: bool) -> Any:
        done = await written()
        if is_claim and done and self.loses:
            self.loses -= 1
            raise CommitUnknown
        return done


async def test_a_claim_that_nobody_heard_of_is_no_doubt_and_costs_no_time(tmp_path: Path) -> None:
    ring = KeyRing.create(tmp_path / "other.keys")
    database = Forgetful(f"sqlite:///{tmp_path}/other.db", vault_keys=ring)
    office = await Office.open(database)
    database.loses = 2
    await office.put("question", kind="question_b")

    async with office.sender() as sender:
        await office.sees("question", "sent")

    assert sender.metrics() == {"recovered": 0, "sent": 1, "in_flight": 0}
    assert (await office.row("question")).attempts == 3
    await asyncio.to_thread(database.close)
