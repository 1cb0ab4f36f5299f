"""Deep links: `/start <token>` in a private chat, from anybody."""

from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.types import Message

from bot.telegram.handlers import acts
from bot.telegram.services import Services
from bot.usecases.open_link import open_link
from storage.inbox import Unhandled

START = "/start "


def make_router() -> Router:
    router = Router(name="links")
    router.message.register(on_link, F.chat.type == ChatType.PRIVATE, F.text.startswith(START))
    return router


async def on_link(message: Message, services: Services, row: Unhandled) -> None:
    came = acts.from_message(services, row, message)
    token = (message.text or "").removeprefix(START).strip()
    now = services.clock.now()
    await services.database.write(open_link, services.room, came, token, now=now)
