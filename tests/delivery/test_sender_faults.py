"""The sandbox's Telegram misbehaves for a while: what that costs, and what it may not cost."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientTimeout

from bot.delivery.lanes import Places
from bot.delivery.pacing import Rates
from bot.telegram.messenger import TelegramMessenger, open_bot
from tests.delivery.conftest import PATIENCE_S, Clock
from tests.delivery.test_sender_telegram import TOKEN, Town, town

__all__ = ["town"]

ALERTS, BROADCASTS = 6, 20
REPEATED = " (ulang)"


class FastClock(Clock):
    """Waits between machines pass thirty times as fast; the pace stays Telegram's."""

    def __init__(self) -> None:
        super().__init__()
        self._began = time.monotonic()

    def _gone(self) -> timedelta:
        return timedelta(seconds=30 * (time.monotonic() - self._began))

    def now(self) -> datetime:
        return self.moved + self._gone()

    def wall(self) -> datetime:
        return self.system + self._gone()


class Street:
    """Twenty people get a broadcast, and six of them an alert as well."""

    def __init__(self, office: Any, town: Town, people: list[str]) -> None:
        self.office, self.town, self.people = office, town, people

    async def fill(self) -> None:
        for person in self.people:
            await self.office.put(f"news {person}", to=person, lane=4, kind="broadcast")
        for person in self.people[:ALERTS]:
            await self.office.put(f"alert {person}", to=person, lane=0, kind="notice")

    async def calms_down(self) -> dict[str, Any]:
        """Wait until nothing is tried any more; all rows."""
        async with asyncio.timeout(3 * PATIENCE_S):
            while True:
                rows = await self.office.rows()
                open_ = ("pending", "sending")
                if not any(row.state in open_ or row.retry_at for row in rows.values()):
                    return rows
                await self.office.next_commit()

    async def phones(self) -> Counter[str]:
        """How often each message stands on its phone."""
        texts = [text for person in self.people for text in await self.town.sees(person)]
        return Counter(text.removesuffix(REPEATED) for text in texts)


@pytest.fixture
async def messenger(town: Town) -> AsyncIterator[TelegramMessenger]:
    impatient = ClientTimeout(total=1, sock_connect=0.5)
    bot = open_bot(token=TOKEN, api_url=town.url, timeout=impatient)
    yield TelegramMessenger(bot)
    await bot.session.close()


@pytest.fixture
async def street(office: Any, town: Town) -> Street:
    office.clock = FastClock()
    office.rates = Rates(total=200, chat=20)
    await town.post("limits", enabled=False)
    people = [await town.somebody(f"Ibu {number}") for number in range(BROADCASTS)]
    street = Street(office, town, people)
    await street.fill()
    return street


LOST_AFTER = {"kind": "drop_answer", "share": 0.5, "times": 12}
SLOW = {"kind": "delay", "seconds": 3, "share": 0.3, "times": 6}
RESET = {"kind": "reset", "share": 0.5, "times": 12}
BROKEN = {"kind": "error", "code": 502, "description": "Bad Gateway", "share": 0.5, "times": 12}
HIDDEN = {"kind": "error", "accepted": True, "share": 0.5, "times": 12}


@pytest.mark.parametrize("fault", [LOST_AFTER, SLOW, RESET, BROKEN, HIDDEN])
async def test_lost_answers_cost_no_alert_and_repeat_nothing_but_what_may_be_repeated(
    street: Street, town: Town, messenger: TelegramMessenger, fault: dict[str, Any]
) -> None:
    await town.post("faults", method="sendMessage", **fault)

    async with street.office.sender(messenger=messenger) as sender:
        rows = await street.calms_down()

    struck = (await town.get("faults"))["faults"][0]["struck"]
    seen, metrics = await street.phones(), sender.metrics()
    assert struck > 2
    assert metrics["uncertain"] == struck
    repeated = 0
    for name, row in rows.items():
        if row.kind == "notice":
            assert row.state == "sent"
            assert 1 <= seen[name] <= row.attempts
            repeated += seen[name] - 1
        else:
            assert row.attempts == 1
            assert row.state in ("sent", "uncertain")
            assert seen[name] == 1 or (seen[name] == 0 and row.state == "uncertain")
    assert repeated <= struck


async def test_a_storm_of_refusals_costs_time_and_nothing_else(
    street: Street, town: Town, messenger: TelegramMessenger
) -> None:
    await town.post("faults", kind="flood", method="sendMessage", times=15, retry_after=1)

    async with street.office.sender(messenger=messenger) as sender:
        rows = await street.calms_down()

    assert {row.state for row in rows.values()} == {"sent"}
    assert set((await street.phones()).values()) == {1}
    assert sender.metrics()["refused_too_many"] == sender.metrics()["retried"] == 15


async def test_calls_that_hang_do_not_hold_back_an_alert(
    street: Street, town: Town, messenger: TelegramMessenger
) -> None:
    hanging = {int(person) for person in street.people[ALERTS:]}
    for chat in hanging:
        await town.post("faults", kind="delay", seconds=30, chat_id=chat, method="sendMessage")
    few = Places(total=6, alerts=2, answers=1)

    async with street.office.sender(messenger=messenger, places=few):
        for person in street.people[:ALERTS]:
            await street.office.sees(f"alert {person}", "sent")
            await street.office.put(f"next {person}", to=person, lane=0, kind="notice")
        began = time.monotonic()
        for person in street.people[:ALERTS]:
            await street.office.sees(f"next {person}", "sent")
        assert time.monotonic() - began < PATIENCE_S / 2


async def test_every_refusal_of_the_table_ends_as_it_should(
    office: Any, town: Town, messenger: TelegramMessenger
) -> None:
    table = {
        "Forbidden: bot was blocked by the user": (403, "unreachable"),
        "Forbidden: user is deactivated": (403, "unreachable"),
        "Forbidden: bot can't initiate conversation with a user": (403, "unreachable"),
        "Bad Request: chat not found": (400, "unreachable"),
        "Bad Request: can't parse entities: unsupported tag": (400, "sent"),
        "Bad Request: BUTTON_DATA_INVALID": (400, "sent"),
        "Bad Request: something nobody has met": (400, "dead"),
        "Conflict: terminated by other getUpdates request": (409, "sent"),
    }
    office.clock = FastClock()
    people = {}
    for description, (code, _) in table.items():
        people[description] = person = await town.somebody("Ratna")
        fault = {"kind": "error", "code": code, "description": description, "times": 1}
        await town.post("faults", method="sendMessage", chat_id=int(person), **fault)
        await office.put(description, to=person, lane=0, kind="notice", keys=True)

    async with office.sender(messenger=messenger) as sender:
        for description, (_, state) in table.items():
            await office.sees(description, state)

    told = {owner for _, owner, _ in office.unreachable}
    lost = {
        f"person {people[said]}" for said, (_, state) in table.items() if state == "unreachable"
    }
    assert told == lost
    counts = sender.metrics()
    assert counts["refused_other"] == counts["dead"] == 1
    assert counts["sent_without_markup"] == 2
    assert counts["unreachable"] == 4
