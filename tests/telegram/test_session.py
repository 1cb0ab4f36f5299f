"""Calls travel as JSON, so that a Bot API of one's own need know nothing else."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiogram import Bot
from aiogram.types import BufferedInputFile
from aiohttp import web

from bot.telegram.messenger import open_bot

CHAT = {"id": 7, "type": "private", "first_name": "Sari"}


class Api:
    """A Bot API that knows nothing but JSON, and notes what kinds of bodies came."""

    def __init__(self) -> None:
        self.kinds: list[str] = []
        self.bodies: list[dict[str, Any]] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.kinds.append(request.content_type)
        if request.content_type == "application/json":
            self.bodies.append(await request.json())
            result: object = {"message_id": 1, "date": 1, "chat": CHAT, "text": "Halo"}
        else:
            sent = await request.post()
            result = {"message_id": 1, "date": 1, "chat": CHAT, "caption": str(sent["caption"])}
        is_tap = request.path.endswith("/answerCallbackQuery")
        return web.json_response({"ok": True, "result": True if is_tap else result})


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
async def bot(api: Api, unused_tcp_port: int) -> AsyncIterator[Bot]:
    app = web.Application()
    app.router.add_post("/{path:.*}", api.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
    opened = open_bot(token="7:secret", api_url=f"http://127.0.0.1:{unused_tcp_port}")
    async with asyncio.timeout(10):
        yield opened
    await opened.session.close()
    await runner.cleanup()


async def test_aiograms_own_methods_are_json_too_and_leave_out_what_is_not_set(
    api: Api, bot: Bot
) -> None:
    message = await bot.send_message(7, "Halo, Bapak/Ibu.", disable_notification=True)
    assert await bot.answer_callback_query("77", text="Baik")

    assert message.text == "Halo"
    assert api.kinds == ["application/json"] * 2
    assert api.bodies == [
        {"chat_id": 7, "text": "Halo, Bapak/Ibu.", "disable_notification": True},
        {"callback_query_id": "77", "text": "Baik"},
    ]


async def test_a_file_travels_in_parts(api: Api, bot: Bot) -> None:
    file = BufferedInputFile(b"%PDF", filename="a.pdf")

    message = await bot.send_document(7, file, caption="Surat")

    assert message.caption == "Surat"
    assert api.kinds == ["multipart/form-data"]
