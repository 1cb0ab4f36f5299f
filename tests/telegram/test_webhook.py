"""Receiving by webhook: with the secret alone, and answered once it is stored."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp import web
from multidict import CIMultiDict
from sqlalchemy import text

from bot.telegram.arrivals import ALLOWED
from bot.telegram.webhook import SECRET_HEADER, WebhookReceiver
from storage.database import Database, Tx
from tests.telegram.conftest import RING
from tests.telegram.lines import ScriptedApi, World, message, page, served


@asynccontextmanager
async def hooked(world: World, api: ScriptedApi) -> AsyncIterator[tuple[WebhookReceiver, str]]:
    receiver = WebhookReceiver(
        world.line(api.url), url="https://kabar.example.org/hook", secret="hush"
    )
    running = asyncio.ensure_future(receiver.run())
    async with served(None, web.post("/hook", receiver.view)) as url:
        await api.until(lambda: any(method == "setWebhook" for method, _ in api.calls))
        yield receiver, f"{url}/hook"
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def delivered(world: World, url: str, body: bytes, secret: str | None = "hush") -> int:
    headers = {} if secret is None else {SECRET_HEADER: secret}
    async with world.session.post(url, data=BytesIO(body), headers=headers) as answer:
        return answer.status


@pytest.fixture
def hooking_api(api: ScriptedApi) -> ScriptedApi:
    api.others["setWebhook"] = {"ok": True, "result": True}
    return api


async def test_the_webhook_is_set_with_its_secret(world: World, hooking_api: ScriptedApi) -> None:
    async with hooked(world, hooking_api):
        pass

    (asked,) = [asked for method, asked in hooking_api.calls if method == "setWebhook"]
    assert asked == {
        "url": "https://kabar.example.org/hook",
        "secret_token": "hush",
        "allowed_updates": list(ALLOWED),
    }


async def test_a_delivery_is_stored_before_it_is_answered(
    world: World, hooking_api: ScriptedApi
) -> None:
    async with hooked(world, hooking_api) as (receiver, url):
        for _ in range(2):
            assert await delivered(world, url, json.dumps(message(11)).encode()) == 200
            assert await world.rows() == [("4242:11", "message")]
        await receiver.one_round()
        assert world.stored.is_set()


@pytest.mark.parametrize("secret", [None, "", "hus", "hushh", "h\u00fcsh"])
async def test_a_delivery_without_the_secret_is_refused(
    world: World, hooking_api: ScriptedApi, secret: str | None
) -> None:
    async with hooked(world, hooking_api) as (_, url):
        status = await delivered(world, url, json.dumps(message(11)).encode(), secret)

    assert status == 403
    assert await world.rows() == []


async def test_two_secrets_are_none(world: World, hooking_api: ScriptedApi) -> None:
    """Which of them counts would depend on whoever stands in between."""
    headers = CIMultiDict([(SECRET_HEADER, "hush"), (SECRET_HEADER, "guess")])

    async with hooked(world, hooking_api) as (_, url):
        body = json.dumps(message(11))
        async with world.session.post(url, data=body, headers=headers) as answer:
            assert answer.status == 403

    assert await world.rows() == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"update_id": 1', 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b'{"no": "id"}', 200),
        (b"[]", 200),
        (b"x" * (1024 * 1024 + 1), 413),
    ],
)
async def test_what_is_no_update_is_not_stored(
    world: World, hooking_api: ScriptedApi, body: bytes, status: int
) -> None:
    async with hooked(world, hooking_api) as (_, url):
        assert await delivered(world, url, body) == status

    assert await world.rows() == []


async def test_while_the_database_is_busy_a_delivery_is_asked_for_again(
    world: World, hooking_api: ScriptedApi, tmp_path: Path
) -> None:
    with Database(
        f"sqlite:///{tmp_path}/kabar.db", vault_keys=RING, patience_s=0.1
    ) as world.database:
        async with hooked(world, hooking_api) as (_, url):
            with closing(sqlite3.connect(tmp_path / "kabar.db", isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                headers = {SECRET_HEADER: "hush"}
                body = json.dumps(message(11))
                async with world.session.post(url, data=body, headers=headers) as answer:
                    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
                other.execute("ROLLBACK")
            assert await delivered(world, url, body.encode()) == 200

        assert await world.rows() == [("4242:11", "message")]


async def test_what_was_polled_and_is_delivered_again_is_kept_once(
    world: World, hooking_api: ScriptedApi
) -> None:
    hooking_api.answers.append(page(message(11)))
    async with world.receiving(hooking_api.url):
        await world.waits_for_a_page()

    async with hooked(world, hooking_api) as (_, url):
        for number in (11, 12):
            assert await delivered(world, url, json.dumps(message(number)).encode()) == 200

    assert await world.rows() == [("4242:11", "message"), ("4242:12", "message")]


async def test_a_delivery_that_could_not_be_stored_is_asked_for_again(
    world: World, hooking_api: ScriptedApi
) -> None:
    await world.database.write(refuse_commits)

    async with hooked(world, hooking_api) as (_, url):
        assert await delivered(world, url, json.dumps(message(11)).encode()) == 503


def refuse_commits(tx: Tx) -> None:
    """Rows are taken, and the commit then fails."""
    tx.execute(text("CREATE TABLE strict (id TEXT PRIMARY KEY)"))
    tx.execute(
        text("CREATE TABLE loose (id TEXT REFERENCES strict (id) DEFERRABLE INITIALLY DEFERRED)")
    )
    tx.execute(
        text(
            "CREATE TRIGGER dangling AFTER INSERT ON inbox"
            " BEGIN INSERT INTO loose VALUES ('nothing'); END"
        )
    )
