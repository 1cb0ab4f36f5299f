"""Bare aiogram that tells a worker of hard words, and sends a broadcast as its examples do.

`python -m benchmarks.peers.alerting_aiogram API_URL loop|spread`: the broadcast is a loop with a
pause after each message, or a task started every thirtieth of a second. An alert is sent by its
handler.
"""

import asyncio
import sys
from collections.abc import Coroutine

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramRetryAfter
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.types import Message

from benchmarks.peers.questions import BROADCAST, THANKS, TOKEN, notice_for

PAUSE_S = 1 / 30
running: set[asyncio.Task[None]] = set()


async def send(bot: Bot, chat: int, text: str) -> None:
    """Again after 429, when Telegram says so."""
    while True:
        try:
            await bot.send_message(chat, text)
            return
        except TelegramRetryAfter as refused:
            await asyncio.sleep(refused.retry_after)


async def broadcast(bot: Bot, chats: range, way: str) -> None:
    for chat in chats:
        if way == "loop":
            await send(bot, chat, BROADCAST)
        else:
            keep(send(bot, chat, BROADCAST))
        await asyncio.sleep(PAUSE_S)


def keep(work: Coroutine[object, object, None]) -> None:
    task = asyncio.create_task(work)
    running.add(task)
    task.add_done_callback(running.discard)


async def main(api_url: str, way: str) -> None:
    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(api_url)))
    dispatcher = Dispatcher(storage=MemoryStorage())

    async def written(message: Message) -> None:
        said = (message.text or "").split()
        if said[:1] == ["/siaran"]:
            keep(broadcast(bot, range(int(said[1]), int(said[2])), way))
            return
        worker, notice = notice_for(message.chat.id)
        await send(bot, worker, notice)
        await send(bot, message.chat.id, THANKS)

    dispatcher.message.register(written)
    await dispatcher.start_polling(bot)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
