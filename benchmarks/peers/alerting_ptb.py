"""python-telegram-bot that tells a worker of hard words, every call through one rate limiter.

`python -m benchmarks.peers.alerting_ptb API_URL`. AIORateLimiter needs aiolimiter, which is not
among our dependencies; `Limiter` does what it documents: a leaky bucket of 30 calls a second, in
the order in which they were asked for, and once more after 429.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from telegram import Update
from telegram.error import RetryAfter
from telegram.ext import Application, BaseRateLimiter, ContextTypes, MessageHandler, filters
from telegram.request import HTTPXRequest

from benchmarks.peers.questions import BROADCAST, THANKS, TOKEN, notice_for

PER_S, AT_ONCE = 30, 256


class Limiter(BaseRateLimiter[None]):
    """First come, first served."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._level, self._at = 0.0, 0.0

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,
    ) -> Any:
        while True:
            if "chat_id" in data:
                await self._wait()
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as refused:
                seconds = refused.retry_after
                await asyncio.sleep(
                    seconds if isinstance(seconds, int) else seconds.total_seconds()
                )

    async def _wait(self) -> None:
        async with self._turn:
            now = asyncio.get_running_loop().time()
            self._level = max(0.0, self._level - (now - self._at) * PER_S)
            self._at = now
            if self._level + 1 > PER_S:
                await asyncio.sleep((self._level + 1 - PER_S) / PER_S)
            self._level += 1


async def broadcast(bot: Any, chats: range) -> None:
    await asyncio.gather(*(bot.send_message(chat, BROADCAST) for chat in chats))


async def written(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    message = update.message
    assert message is not None
    said = (message.text or "").split()
    if said[:1] == ["/siaran"]:
        chats = range(int(said[1]), int(said[2]))
        context.application.create_task(broadcast(context.bot, chats))
        return
    worker, notice = notice_for(message.chat_id)
    await context.bot.send_message(worker, notice)
    await context.bot.send_message(message.chat_id, THANKS)


def main(api_url: str) -> None:
    application = (
        Application.builder()
        .token(TOKEN)
        .base_url(f"{api_url}/bot")
        .base_file_url(f"{api_url}/file/bot")
        .request(HTTPXRequest(connection_pool_size=AT_ONCE, pool_timeout=600))
        .concurrent_updates(AT_ONCE)
        .rate_limiter(Limiter())
        .build()
    )
    application.add_handler(MessageHandler(filters.TEXT, written))
    application.run_polling()


if __name__ == "__main__":
    main(sys.argv[1])
