"""Somebody blocked the bot, or let it in again."""

from aiogram import F, Router
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.types import ChatMemberUpdated

from bot.telegram.services import Services
from bot.usecases.note_membership import note_membership
from storage.inbox import Unhandled

GONE = (ChatMemberStatus.KICKED, ChatMemberStatus.LEFT)


def make_router() -> Router:
    router = Router(name="membership")
    router.my_chat_member.register(on_change, F.chat.type == ChatType.PRIVATE)
    return router


async def on_change(event: ChatMemberUpdated, services: Services, row: Unhandled) -> None:
    await services.write(
        note_membership,
        services.room,
        row.id,
        event.chat.id,
        is_blocked=event.new_chat_member.status in GONE,
        now=services.clock.now(),
    )
