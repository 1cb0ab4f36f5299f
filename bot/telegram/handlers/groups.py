"""Groups and channels: membership alone would tell who is looked after, so the bot leaves."""

import logging

from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.exceptions import AiogramError
from aiogram.types import ChatMemberUpdated, Message

from bot.telegram.services import Services

log = logging.getLogger(__name__)


def make_router() -> Router:
    router = Router(name="groups")
    router.my_chat_member.register(on_change, F.chat.type != ChatType.PRIVATE)
    router.message.register(on_message, F.chat.type != ChatType.PRIVATE)
    router.edited_message.register(on_message, F.chat.type != ChatType.PRIVATE)
    return router


async def on_change(event: ChatMemberUpdated, services: Services) -> None:
    await _leave(services, event.chat.id)


async def on_message(message: Message, services: Services) -> None:
    await _leave(services, message.chat.id)


async def _leave(services: Services, chat: int) -> None:
    """Best effort: the next message there is the next try."""
    try:
        await services.bot.leave_chat(chat)
    except (AiogramError, OSError) as error:
        extra = {"action": "group_not_left", "error": type(error).__name__}
        log.warning("a group could not be left", extra=extra)
