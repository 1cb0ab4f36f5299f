"""The whole way out: outbox, sender, aiogram, the sandbox's Telegram, phones."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.delivery.pacing import Rates
from bot.sandbox import Sandbox
from bot.telegram.messenger import TelegramMessenger, open_bot

TOKEN = "4242:canary-of-the-token"


class Town:
    """People with phones, and what Telegram saw."""

    def __init__(self, url: str, session: ClientSession) -> None:
        self.url = url
        self._session = session

    async def post(self, path: str, **body: Any) -> Any:
        async with self._session.post(f"{self.url}/control/{path}", json=body) as reply:
            assert reply.status < 300, await reply.text()
            return await reply.json()

    async def get(self, path: str) -> Any:
        async with self._session.get(f"{self.url}/control/{path}") as reply:
            return await reply.json()

    async def somebody(self, name: str) -> str:
        person = (await self.post("people", first_name=name))["id"]
        await self.post(f"people/{person}/start")
        return str(person)

    async def sees(self, person: str) -> list[str]:
        messages = (await self.get(f"people/{person}/chat"))["messages"]
        return [message["text"] for message in messages if message["from"] == "bot"]


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    async with Sandbox() as sandbox, ClientSession() as session:
        town = Town(sandbox.url, session)
        await town.post("bots", token=TOKEN, username="kabar_bot")
        yield town


@pytest.fixture
async def messenger(town: Town) -> AsyncIterator[TelegramMessenger]:
    bot = open_bot(token=TOKEN, api_url=town.url)
    yield TelegramMessenger(bot)
    await bot.session.close()


async def test_at_telegrams_own_pace_nothing_is_refused(
    office: Any, town: Town, messenger: TelegramMessenger
) -> None:
    # Hardly any bursts are forgiven: whoever is too fast for more than a moment is refused.
    await town.post("limits", total_burst=10, chat_burst=1, total_per_s=50, chat_per_s=2)
    office.rates = Rates(total=50, chat=2)
    people = [await town.somebody(f"Ibu {number}") for number in range(20)]
    for person in people:
        await office.put(f"first of {person}", to=person, lane=4)
        await office.put(f"second of {person}", to=person, lane=4)

    async with office.sender(messenger=messenger) as sender:
        await office.sees_nothing_due()

    assert sender.metrics() == {"recovered": 0, "sent": 40, "in_flight": 0}
    for person in people:
        assert await town.sees(person) == [f"first of {person}", f"second of {person}"]


async def test_an_alert_whose_answer_was_lost_stands_twice_and_marked(
    office: Any, town: Town, messenger: TelegramMessenger, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ratna = await town.somebody("Ratna")
    await town.post("faults", kind="drop_answer", method="sendMessage", times=1)
    await office.put("alert", to=ratna, lane=0, kind="notice")

    async with office.sender(messenger=messenger):
        await office.sees("alert", "uncertain")
        office.clock.forward(seconds=15)
        await office.sees("alert", "sent")

    assert await town.sees(ratna) == ["alert", "alert (ulang)"]
    assert "canary" not in caplog.text + str([vars(record) for record in caplog.records])


async def test_a_flood_limit_costs_time_and_no_message(
    office: Any, town: Town, messenger: TelegramMessenger
) -> None:
    sari = await town.somebody("Sari")
    await town.post("faults", kind="flood", method="sendMessage", times=2, retry_after=40)
    await office.put("question", to=sari, kind="question_b")

    async with office.sender(messenger=messenger) as sender:
        for refused in (1, 2):
            await office.until(lambda n=refused: sender.metrics().get("retried") == n)
            office.clock.forward(seconds=40)
        await office.sees("question", "sent")

    assert await town.sees(sari) == ["question"]


async def test_a_blocked_bot_is_noticed_by_the_send(
    office: Any, town: Town, messenger: TelegramMessenger
) -> None:
    sari = await town.somebody("Sari")
    await town.post(f"people/{sari}/block")
    await office.put("question", to=sari)

    async with office.sender(messenger=messenger):
        await office.sees("question", "unreachable")

    assert office.unreachable == [("contact", f"person {sari}", "question")]
    assert (await office.row("question")).error == (
        "403 blocked: forbidden bot was blocked by the user"
    )
