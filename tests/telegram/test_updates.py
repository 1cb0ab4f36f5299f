"""Receiving: stored first, confirmed later, once each; and what is done when Telegram says no."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import insert, select, text

from bot.clock import MovedClock, SystemClock
from bot.errors import ReceivingConflict, TokenUnknown
from bot.sandbox import Sandbox
from bot.telegram.arrivals import ALLOWED, read_page, read_update
from bot.telegram.line import Line
from bot.telegram.raw import RawApi, bot_id
from bot.telegram.updates import Receiver
from bot.telegram.webhook import SECRET_HEADER, WebhookReceiver
from storage import settings, tables
from storage.database import Database, Tx
from storage.keyring import KeyRing

TOKEN = "4242:receiving-secret"
RING = KeyRing(keys={"one": bytes(32)}, current="one", index_key=bytes(32))
PATIENCE_S = 10
ME = {"ok": True, "result": {"id": 4242, "is_bot": True, "username": "kabar_bot"}}
EMPTY = {"ok": True, "result": []}


def message(update_id: int, words: str = "halo", chat: int = 7) -> dict[str, Any]:
    return {"update_id": update_id, "message": {"chat": {"id": chat}, "text": words}}


def page(*updates: object) -> dict[str, Any]:
    return {"ok": True, "result": list(updates)}


def no(status: int, **parameters: int) -> dict[str, Any]:
    return {"ok": False, "error_code": status, "description": "No", "parameters": parameters}


class HurriedClock(MovedClock):
    """Its monotonic seconds can be moved on by hand."""

    ahead_s = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead_s


@dataclass
class ScriptedApi:
    """A Bot API that answers getUpdates from a list, then holds the line like a long poll.

    `calls` are (method, parameters) as they came; an answer may be bytes, sent as they are.
    """

    url: str = ""
    calls: list[tuple[str, Any]] = field(default_factory=list)
    answers: deque[Any] = field(default_factory=deque)
    others: dict[str, Any] = field(default_factory=lambda: {"getMe": ME})
    when_empty: Any = None  # None: hold the line
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        asked = await request.json()
        self.calls.append((method, asked))
        self.came.set()
        if method != "getUpdates":
            return self._answer(self.others.get(method, no(404)))
        if self.answers:
            return self._answer(self.answers.popleft())
        if self.when_empty is None and asked["timeout"] > 0:
            await asyncio.sleep(PATIENCE_S)
        return self._answer(self.when_empty or EMPTY)

    def _answer(self, body: Any) -> web.Response:
        if isinstance(body, bytes):
            return web.Response(body=body)
        return web.json_response(body, status=body.get("error_code", 200))

    def polls(self) -> list[Any]:
        return [asked for method, asked in self.calls if method == "getUpdates"]

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until the calls so far make it true."""
        async with asyncio.timeout(PATIENCE_S):
            while not is_so():
                self.came.clear()
                await self.came.wait()

    async def polled(self, times: int) -> None:
        await self.until(lambda: len(self.polls()) >= times)


@asynccontextmanager
async def served(handler: Any, *routes: web.RouteDef) -> AsyncIterator[str]:
    app = web.Application(client_max_size=1024 * 1024)
    if handler is not None:
        app.router.add_post("/bot{token}/{method}", handler)
    app.router.add_routes(routes)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.fixture
async def api() -> AsyncIterator[ScriptedApi]:
    scripted = ScriptedApi()
    async with served(scripted.take) as scripted.url:
        yield scripted


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(f"sqlite:///{tmp_path}/kabar.db", vault_keys=RING) as opened:
        opened.write_now(lambda tx: tables.metadata.create_all(tx.connection))
        yield opened


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@dataclass
class World:
    """A receiver's surroundings; `stored` is set by each page that brought something."""

    database: Database
    session: aiohttp.ClientSession
    clock: SystemClock = field(default_factory=SystemClock)
    stored: asyncio.Event = field(default_factory=asyncio.Event)

    def line(self, url: str) -> Line:
        return Line(
            api=RawApi(self.session, url, TOKEN),
            bot=bot_id(TOKEN),
            database=self.database,
            clock=self.clock,
            on_stored=self.stored.set,
        )

    @asynccontextmanager
    async def receiving(self, url: str) -> AsyncIterator[Receiver]:
        receiver = Receiver(self.line(url))
        running = asyncio.ensure_future(receiver.run())
        try:
            yield receiver
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    async def waits_for_a_page(self) -> None:
        await asyncio.wait_for(self.stored.wait(), PATIENCE_S)
        self.stored.clear()

    async def rows(self) -> list[tuple[str, str]]:
        """(id, kind) in order of arrival."""

        def look(tx: Tx) -> list[tuple[str, str]]:
            i = tables.inbox
            rows = tx.execute(select(i.c.id, i.c.kind).order_by(i.c.seq))
            return [(row.id, row.kind) for row in rows]

        return await self.database.read(look)


@pytest.fixture
def world(database: Database, session: aiohttp.ClientSession) -> World:
    return World(database, session)


# A raw update as a row


@pytest.mark.parametrize(
    ("raw", "kind", "chat"),
    [
        ({"message": {"chat": {"id": 7}}}, "message", "7"),
        ({"edited_message": {"chat": {"id": -7}}}, "edited_message", "-7"),
        ({"callback_query": {"message": {"chat": {"id": 7}}}}, "callback_query", "7"),
        ({"callback_query": {"from": {"id": 8}}}, "callback_query", "8"),
        ({"my_chat_member": {"chat": {"id": 7}}}, "my_chat_member", "7"),
        ({"poll": {"id": "1"}}, "unknown", None),
        ({}, "unknown", None),
        ({"message": None}, "malformed", None),
        ({"message": {"chat": {"id": "7"}}}, "malformed", None),
        ({"message": {"chat": {"id": True}}}, "malformed", None),
        ({"callback_query": {"message": []}}, "malformed", None),
    ],
)
def test_each_update_is_kept_under_its_kind_and_chat(
    raw: dict[str, Any], kind: str, chat: str | None
) -> None:
    whole = {"update_id": 5, **raw}

    found = read_update(whole)

    assert found is not None
    assert (found.update_id, found.kind, found.chat) == (5, kind, chat)
    assert json.loads(found.body) == whole


@pytest.mark.parametrize("raw", [None, [], "x", {}, {"update_id": "5"}, {"update_id": True}])
def test_what_has_no_update_id_cannot_be_kept(raw: object) -> None:
    assert read_update(raw) is None


@pytest.mark.parametrize("update_id", [-1, 2**63])
def test_an_id_that_no_column_holds_counts_as_none(update_id: int) -> None:
    assert read_update(message(update_id)) is None


def test_one_bad_update_does_not_hide_the_others() -> None:
    found = read_page([message(5), "rubbish", message(4), {"update_id": 9, "message": 1}])

    assert [update.update_id for update in found.updates] == [5, 4, 9]
    assert (found.last, found.without_id) == (9, 1)


@pytest.mark.parametrize(
    ("token", "bot"), [("4242:abc", "4242"), ("abc", "bot"), ("4242", "bot"), ("a:b", "bot")]
)
def test_rows_name_the_bot_by_its_number_alone(token: str, bot: str) -> None:
    assert bot_id(token) == bot


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


# Refusals and failures


@pytest.mark.parametrize("bad", [no(502), b"<html>", b"{}", page("rubbish")])
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
    from storage.errors import KeyUnknown

    api.answers.append(page(message(11)))
    await world.database.write(take_keys_away)

    with pytest.raises(KeyUnknown):
        await asyncio.wait_for(Receiver(world.line(api.url)).run(), PATIENCE_S)


def take_keys_away(tx: Tx) -> None:
    row = {"subject": "centre", "wrapped": b"x", "key_id": "another"}
    tx.execute(insert(tables.data_keys).values(**row, created_at=SystemClock().now()))


# By webhook


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


@pytest.mark.parametrize(
    ("body", "status"),
    [(b'{"update_id": 1', 400), (b'{"no": "id"}', 200), (b"x" * (1024 * 1024 + 1), 413)],
)
async def test_what_is_no_update_is_not_stored(
    world: World, hooking_api: ScriptedApi, body: bytes, status: int
) -> None:
    async with hooked(world, hooking_api) as (_, url):
        assert await delivered(world, url, body) == status

    assert await world.rows() == []


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
