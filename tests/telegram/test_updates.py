"""Receiving by long polling: stored first, confirmed later, once each."""

import asyncio
from contextlib import suppress
from typing import Any

import aiohttp
from sqlalchemy import text

from bot.sandbox import Sandbox
from bot.telegram.arrivals import ALLOWED
from storage import settings
from storage.database import Tx
from tests.telegram.lines import (
    EMPTY,
    PATIENCE_S,
    HurriedClock,
    ScriptedApi,
    World,
    message,
    no,
    page,
)

# Long polling


async def test_what_a_person_writes_is_in_the_inbox_and_then_confirmed(
    world: World, api: ScriptedApi
) -> None:
    api.answers.extend([page(message(11), message(12)), page(message(13))])

    async with world.receiving(api.url):
        await api.polled(3)

    assert await world.rows() == [
        ("4242:11", "message"),
        ("4242:12", "message"),
        ("4242:13", "message"),
    ]
    assert [asked.get("offset") for asked in api.polls()] == [None, 13, 14]


async def test_polls_ask_by_name_for_all_that_is_needed(world: World, api: ScriptedApi) -> None:
    async with world.receiving(api.url):
        await api.polled(2)

    first, second = api.polls()[:2]
    assert first["allowed_updates"] == list(ALLOWED)
    assert (first["limit"], first["timeout"]) == (100, 0)  # the first proves that one is answered
    assert second["timeout"] == 50


async def test_the_bots_name_is_kept_and_an_old_webhook_removed(
    world: World, api: ScriptedApi
) -> None:
    async with world.receiving(api.url) as receiver:
        await api.polled(2)
        assert receiver.has_received

    assert [method for method, _ in api.calls[:3]] == ["getMe", "deleteWebhook", "getUpdates"]
    assert await world.database.read(settings.read, settings.BOT_USERNAME) == "kabar_bot"


async def test_nothing_is_confirmed_that_could_not_be_stored(
    world: World, api: ScriptedApi
) -> None:
    api.answers.extend([page(message(11))] * 3)
    await world.database.write(refuse_rows)

    async with world.receiving(api.url):
        await api.polled(2)  # the second try, so the first has failed
        await world.database.write(lambda tx: tx.execute(text("DROP TRIGGER refusing")).close())
        await world.waits_for_a_page()
        await api.until(lambda: api.polls()[-1].get("offset") == 12)

    assert [asked.get("offset") for asked in api.polls()[:2]] == [None, None]
    assert await world.rows() == [("4242:11", "message")]


def refuse_rows(tx: Tx) -> None:
    tx.execute(
        text(
            "CREATE TRIGGER refusing BEFORE INSERT ON inbox"
            " BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    )


async def test_what_comes_twice_is_stored_once(world: World, api: ScriptedApi) -> None:
    api.answers.extend([page(message(11)), page(message(11), message(12))])

    async with world.receiving(api.url):
        await api.polled(3)

    assert await world.rows() == [("4242:11", "message"), ("4242:12", "message")]


async def test_unknown_and_broken_updates_are_kept_beside_the_others(
    world: World, api: ScriptedApi
) -> None:
    broken = {"update_id": 12, "message": {"chat": "seven"}}
    api.answers.append(page({"update_id": 11, "poll": {}}, broken, "rubbish", message(13)))

    async with world.receiving(api.url):
        await api.polled(2)

    assert await world.rows() == [
        ("4242:11", "unknown"),
        ("4242:12", "malformed"),
        ("4242:13", "message"),
    ]
    assert api.polls()[1]["offset"] == 14


async def test_a_server_that_does_not_hold_the_line_is_not_hammered(
    world: World, api: ScriptedApi
) -> None:
    api.when_empty = EMPTY

    async with world.receiving(api.url):
        await asyncio.sleep(1)

    assert 3 <= len(api.polls()) <= 6


async def test_a_server_that_repeats_itself_is_not_hammered(world: World, api: ScriptedApi) -> None:
    api.when_empty = page(message(11))

    async with world.receiving(api.url):
        await asyncio.sleep(1)

    assert 3 <= len(api.polls()) <= 6


async def test_after_a_silent_day_the_offset_is_let_go(world: World, api: ScriptedApi) -> None:
    clock = world.clock = HurriedClock(world.clock.now() - world.clock.now())
    api.answers.append(page(message(11)))

    async with world.receiving(api.url) as receiver:
        await api.polled(2)
        clock.ahead_s = 90_000
        await receiver.one_round()

    assert [asked.get("offset") for asked in api.polls()[:3]] == [None, 12, None]


async def test_after_a_silent_week_lower_ids_are_as_good_as_any(
    world: World, api: ScriptedApi
) -> None:
    """Telegram draws the next id anew then."""
    clock = world.clock = HurriedClock(world.clock.now() - world.clock.now())
    api.answers.append(page(message(900_000_011)))

    async with world.receiving(api.url) as receiver:
        await api.polled(2)
        clock.ahead_s = 8 * 86_400
        api.answers.extend([page(message(41), message(42)), EMPTY])
        await receiver.one_round()
        await receiver.one_round()

    assert [row for row, _ in await world.rows()] == ["4242:900000011", "4242:41", "4242:42"]
    assert [asked.get("offset") for asked in api.polls()[2:4]] == [None, 43]


async def test_a_full_page_is_kept_and_the_rest_comes_with_the_next(world: World) -> None:
    async with Sandbox() as sandbox, world.receiving(sandbox.url) as receiver:
        control = f"{sandbox.url}/control"
        await receiver.one_round()
        sari = await posted(world.session, f"{control}/people", first_name="Sari")
        await posted(world.session, f"{control}/limits", poll_throttle=False)
        fault = await posted(world.session, f"{control}/faults", kind="reset", method="getUpdates")
        for number in range(230):
            await posted(
                world.session, f"{control}/people/{sari['id']}/text", text=f"kata {number}"
            )
        async with world.session.delete(f"{control}/faults/{fault['id']}") as answer:
            assert answer.status == 200
        await receiver.one_round()

        calls = await world.session.get(f"{control}/calls?method=getUpdates")
        pages = [
            len(one["answer"]["result"])
            for one in (await calls.json())["calls"]
            if one["answer"] and one["answer"].get("result")
        ]
    assert pages == [100, 100, 30]
    ids = [int(row.partition(":")[2]) for row, _ in await world.rows()]
    assert ids == sorted(ids) and len(ids) == 230


# One round on demand


async def test_a_round_interrupts_the_waiting_poll_and_brings_what_was_sent_before(
    world: World,
) -> None:
    async with Sandbox() as sandbox, world.receiving(sandbox.url) as receiver:
        control = f"{sandbox.url}/control"
        sari = await posted(world.session, f"{control}/people", first_name="Sari")
        await posted(world.session, f"{control}/limits", poll_throttle=False)
        await receiver.one_round()
        for words in ("satu", "dua"):
            await posted(world.session, f"{control}/people/{sari['id']}/text", text=words)
            async with asyncio.timeout(PATIENCE_S):
                await receiver.one_round()
            stored = len(await world.rows())
            assert stored == {"satu": 1, "dua": 2}[words]


async def posted(session: aiohttp.ClientSession, url: str, **body: Any) -> Any:
    async with session.post(url, json=body) as answer:
        assert answer.status < 300, await answer.text()
        return await answer.json()


async def test_a_round_goes_on_until_a_page_is_empty(world: World, api: ScriptedApi) -> None:
    async with world.receiving(api.url) as receiver:
        await api.polled(2)
        api.answers.extend([page(message(11)), page(message(12))])
        await receiver.one_round()

    assert [asked["timeout"] for asked in api.polls()[:5]] == [0, 50, 0, 0, 0]
    assert len(await world.rows()) == 2


async def test_a_round_ends_with_a_server_that_never_runs_dry(
    world: World, api: ScriptedApi
) -> None:
    api.when_empty = page(message(11))

    async with world.receiving(api.url) as receiver, asyncio.timeout(PATIENCE_S):
        await receiver.one_round()


async def test_rounds_asked_together_end_together(world: World, api: ScriptedApi) -> None:
    async with world.receiving(api.url) as receiver, asyncio.timeout(PATIENCE_S):
        await api.polled(2)
        await asyncio.gather(receiver.one_round(), receiver.one_round(), receiver.one_round())


async def test_a_round_does_not_wait_for_the_next_try_after_a_failure(
    world: World, api: ScriptedApi
) -> None:
    async with world.receiving(api.url) as receiver:
        await api.polled(2)
        api.answers.append(no(429, retry_after=200))
        with suppress(TimeoutError):
            async with asyncio.timeout(0.1):
                await receiver.one_round()  # fails, and is given up by the one who asked
        async with asyncio.timeout(PATIENCE_S):
            await receiver.one_round()
