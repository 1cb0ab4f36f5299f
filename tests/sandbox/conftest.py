"""A sandbox on a free port, people with phones, and three ways to be a bot: aiogram, PTB, raw."""

import asyncio
import base64
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.sandbox import Sandbox

TOKEN = "4242:conformance-secret"

# httpx writes addresses into its log, and an address holds the token.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)


class Control:
    """The control side, as JSON."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url = f"{url}/control"
        self._session = session

    async def get(self, path: str, **query: Any) -> Any:
        async with self._session.get(f"{self._url}/{path}", params=query) as reply:
            assert reply.status == 200, await reply.text()
            return await reply.json()

    async def post(self, path: str, **body: Any) -> Any:
        status, answer = await self.try_post(path, **body)
        assert status < 300, answer
        return answer

    async def try_post(self, path: str, **body: Any) -> tuple[int, Any]:
        async with self._session.post(f"{self._url}/{path}", json=body) as reply:
            return reply.status, await reply.json()

    async def delete(self, path: str) -> Any:
        async with self._session.delete(f"{self._url}/{path}") as reply:
            assert reply.status == 200, await reply.text()
            return await reply.json()

    async def forward(self, **time: float) -> None:
        units = {"seconds": 1, "minutes": 60, "hours": 3600}
        await self.post("clock", advance_s=sum(units[name] * n for name, n in time.items()))


class Phone:
    """One person; every deed answers what the control side said."""

    def __init__(self, control: Control, person_id: int) -> None:
        self._control = control
        self.id = person_id

    async def does(self, deed: str, **body: Any) -> Any:
        return await self._control.post(f"people/{self.id}/{deed}", **body)

    async def starts(self, parameter: str = "") -> Any:
        return await self.does("start", parameter=parameter)

    async def says(self, text: str) -> Any:
        return await self.does("text", text=text)

    async def taps(self, label: str) -> Any:
        return await self.does("tap", label=label)

    async def sends(self, kind: str, content: bytes, **more: Any) -> Any:
        return await self.does(kind, base64=base64.b64encode(content).decode(), **more)

    async def chat(self) -> Any:
        return await self._control.get(f"people/{self.id}/chat")

    async def sees(self) -> list[str]:
        """The texts (or captions) of the bot's messages that stand on the phone."""
        return [
            message.get("text", message.get("caption"))
            for message in (await self.chat())["messages"]
            if message["from"] == "bot"
        ]


class RawBot:
    """The Bot API without any library."""

    def __init__(self, url: str, session: aiohttp.ClientSession, token: str = TOKEN) -> None:
        self._url = url
        self._token = token
        self._session = session

    async def call(self, method: str, **body: Any) -> Any:
        """The whole answer, {"ok": ...}."""
        url = f"{self._url}/bot{self._token}/{method}"
        async with self._session.post(url, json=body) as reply:
            return await reply.json()

    async def ok(self, method: str, **body: Any) -> Any:
        answer = await self.call(method, **body)
        assert answer["ok"], answer
        return answer["result"]

    async def refused(self, method: str, **body: Any) -> tuple[int, str]:
        answer = await self.call(method, **body)
        assert not answer["ok"], answer
        return answer["error_code"], answer["description"]

    async def texts(self, offset: int = 0) -> list[str]:
        """What waits, as texts of messages and data of taps."""
        return [
            (update.get("message") or update.get("edited_message") or {}).get("text")
            or update.get("callback_query", {}).get("data")
            for update in await self.ok("getUpdates", offset=offset)
        ]


class Hook:
    """Receives webhook calls; `answers` are the status codes to give, 200 when they run out."""

    def __init__(self) -> None:
        self.url = ""
        self.answers: list[int] = []
        self.headers: dict[str, str] = {}
        self._received: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()

    async def next(self) -> tuple[str, Any]:
        async with asyncio.timeout(5):
            return await self._received.get()

    def is_quiet(self) -> bool:
        return self._received.empty()

    async def take(self, request: web.Request) -> web.Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        self._received.put_nowait((secret, json.loads(await request.read())))
        status = self.answers.pop(0) if self.answers else 200
        return web.Response(status=status, headers=self.headers)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
async def control(sandbox: Sandbox, session: aiohttp.ClientSession) -> Control:
    control = Control(sandbox.url, session)
    await control.post("bots", token=TOKEN, username="kabar_bot")
    await control.post("limits", poll_throttle=False)
    return control


@pytest.fixture
async def raw(sandbox: Sandbox, session: aiohttp.ClientSession, control: Control) -> RawBot:
    return RawBot(sandbox.url, session)


@pytest.fixture
async def stranger(control: Control) -> Phone:
    """Has never written to the bot."""
    person = await control.post(
        "people", first_name="Sari", language_code="id", phone="+6281234567890"
    )
    return Phone(control, person["id"])


@pytest.fixture
async def sari(stranger: Phone, raw: RawBot) -> Phone:
    """Has pressed Start, and the bot has read it."""
    started = await stranger.starts()
    await raw.ok("getUpdates", offset=started["update_id"] + 1)
    return stranger


@pytest.fixture
async def ratna(control: Control, raw: RawBot) -> Phone:
    """Another person whose chat is open."""
    phone = Phone(control, (await control.post("people", first_name="Ratna"))["id"])
    await phone.starts()
    return phone


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    opened = Hook()
    app = web.Application()
    app.router.add_post("/hook", opened.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    opened.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield opened
    await runner.cleanup()
