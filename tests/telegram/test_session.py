"""Calls travel as multipart, so that a Bot API of one's own need know nothing else."""

import asyncio
from typing import Any

from aiohttp import web

from bot.telegram.messenger import open_bot


async def test_a_call_without_a_file_is_multipart_too(unused_tcp_port: int) -> None:
    kinds: list[str] = []

    async def answers(request: web.Request) -> web.Response:
        kinds.append(request.content_type)
        sent: Any = await request.post()
        chat = {"id": 7, "type": "private", "first_name": "Sari"}
        result = {"message_id": 1, "date": 1, "chat": chat, "text": sent["text"]}
        return web.json_response({"ok": True, "result": result})

    app = web.Application()
    app.router.add_post("/{path:.*}", answers)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
    bot = open_bot(token="7:secret", api_url=f"http://127.0.0.1:{unused_tcp_port}")
    try:
        async with asyncio.timeout(10):
            message = await bot.send_message(7, "Halo, Bapak/Ibu.")
    finally:
        await bot.session.close()
        await runner.cleanup()

    assert message.text == "Halo, Bapak/Ibu."
    assert kinds == ["multipart/form-data"]
