"""A messenger, and a Bot API that answers what it is told to."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from aiohttp import ClientTimeout, web

from bot.telegram.messenger import TelegramMessenger, open_bot

TOKEN = "4242:canary-of-the-token"
SARI = "98765432109"
SHORT = ClientTimeout(total=1, sock_connect=0.2)
CHAT = {"id": int(SARI), "type": "private"}
Opens = Callable[[str], TelegramMessenger]


class Api:
    """A Bot API that answers what it is told to, with a message by default."""

    def __init__(self) -> None:
        self.url = ""
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.answers: list[tuple[int, object] | str | web.Response] = []

    async def answer(self, request: web.Request) -> web.Response:
        assert request.content_type == "application/json"
        self.calls.append((request.match_info["method"], await request.json()))
        told = self.answers.pop(0) if self.answers else (200, done({"message_id": 7, **MESSAGE}))
        if told == "reset":
            assert request.transport is not None
            request.transport.close()
        elif told == "silence":
            await asyncio.sleep(5)
        elif isinstance(told, web.Response):
            return told
        elif isinstance(told, str):
            return web.Response(text=told, status=502)
        else:
            return web.json_response(told[1], status=told[0])
        return web.Response()


MESSAGE = {"date": 1, "chat": CHAT, "text": "Halo"}


def done(result: object) -> dict[str, object]:
    return {"ok": True, "result": result}


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    api = Api()
    app = web.Application()
    app.router.add_post("/bot{token}/{method}", api.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    api.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield api
    await runner.cleanup()


@pytest.fixture
async def opens() -> AsyncIterator[Opens]:
    bots = []

    def open_messenger(url: str) -> TelegramMessenger:
        bots.append(open_bot(token=TOKEN, api_url=url, timeout=SHORT))
        return TelegramMessenger(bots[-1])

    yield open_messenger
    for bot in bots:
        await bot.session.close()


@pytest.fixture
def messenger(api: Api, opens: Opens) -> TelegramMessenger:
    return opens(api.url)


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """Connections to it never open: its queue is full."""
    with ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]
