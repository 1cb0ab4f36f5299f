"""Deep links: `/start <token>` in a private chat, from anybody."""

import re

from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.types import Message

from bot.telegram.handlers import acts
from bot.telegram.services import Services
from bot.usecases.open_link import open_link
from storage.inbox import Unhandled

TOKEN = re.compile(r"/start ([sf]_[A-Za-z0-9_-]{8,62})")
"""Anything else behind /start is words, and is kept and screened like all words."""


def make_router() -> Router:
    router = Router(name="links")
    router.message.register(
        on_link, F.chat.type == ChatType.PRIVATE, F.text.regexp(TOKEN, mode="fullmatch")
    )
    return router


async def on_link(message: Message, services: Services, row: Unhandled) -> None:
    came = acts.from_message(services, row, message)
    token = (message.text or "").removeprefix("/start ")
    now = services.clock.now()
    await services.write(open_link, services.room, came, token, now=now)
