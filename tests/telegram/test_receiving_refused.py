"""What receiving does when Telegram says no, or says nothing."""

import asyncio
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import insert

from bot.clock import SystemClock
from bot.errors import ReceivingConflict, TokenUnknown
from bot.telegram.updates import Receiver
from storage import tables
from storage.database import Tx
from storage.errors import KeyUnknown
from tests.telegram.lines import (
    PATIENCE_S,
    TOKEN,
    HurriedClock,
    ScriptedApi,
    World,
    message,
    no,
    page,
)

NO_LIST = {"ok": True, "result": {"update_id": 11}}


@pytest.mark.parametrize("bad", [no(502), b"<html>", b"{}", page("rubbish"), NO_LIST])
async def test_receiving_goes_on_after_a_failure(world: World, api: ScriptedApi, bad: Any) -> None:
    api.answers.extend([bad, page(message(11))])

    async with world.receiving(api.url):
        await world.waits_for_a_page()

    assert await world.rows() == [("4242:11", "message")]


async def test_receiving_waits_as_long_as_telegram_asks(world: World, api: ScriptedApi) -> None:
    api.answers.extend([no(429, retry_after=1), page(message(11))])
    loop = asyncio.get_running_loop()

    async with world.receiving(api.url):
        await api.polled(1)
        start = loop.time()
        await world.waits_for_a_page()

    assert loop.time() - start >= 0.9


async def test_receiving_begins_before_the_server_is_there(
    world: World, unused_tcp_port: int
) -> None:
    api = ScriptedApi()
    api.answers.append(page(message(11)))

    async with world.receiving(f"http://127.0.0.1:{unused_tcp_port}"):
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", api.take)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
        await world.waits_for_a_page()
    await runner.cleanup()


@pytest.mark.parametrize("status", [401, 404])
async def test_a_token_that_is_not_known_ends_receiving(
    world: World, api: ScriptedApi, status: int
) -> None:
    api.others["getMe"] = no(status)

    with pytest.raises(TokenUnknown, match="KABAR_BOT_TOKEN") as caught:
        await asyncio.wait_for(Receiver(world.line(api.url)).run(), PATIENCE_S)

    assert TOKEN not in str(caught.value)


async def test_a_token_that_is_revoked_ends_receiving(world: World, api: ScriptedApi) -> None:
    api.answers.extend([page(message(11)), no(401)])

    with pytest.raises(TokenUnknown):
        await asyncio.wait_for(Receiver(world.line(api.url)).run(), PATIENCE_S)


async def test_the_poll_of_a_process_that_just_died_is_outlived(
    world: World, api: ScriptedApi
) -> None:
    api.answers.extend([no(409), page(message(11))])

    async with world.receiving(api.url):
        await world.waits_for_a_page()


async def test_a_second_receiver_ends_receiving_after_a_while(
    world: World, api: ScriptedApi
) -> None:
    clock = world.clock = HurriedClock(world.clock.now() - world.clock.now())
    api.when_empty = no(409)
    running = asyncio.ensure_future(Receiver(world.line(api.url)).run())

    await api.polled(2)
    clock.ahead_s = 10

    with pytest.raises(ReceivingConflict, match="Another program receives"):
        await asyncio.wait_for(running, PATIENCE_S)


async def test_keys_that_do_not_fit_end_receiving(world: World, api: ScriptedApi) -> None:
    api.answers.append(page(message(11)))
    await world.database.write(take_keys_away)

    with pytest.raises(KeyUnknown):
        await asyncio.wait_for(Receiver(world.line(api.url)).run(), PATIENCE_S)


def take_keys_away(tx: Tx) -> None:
    row = {"subject": "centre", "wrapped": b"x", "key_id": "another"}
    tx.execute(insert(tables.data_keys).values(**row, created_at=SystemClock().now()))
