"""Families: what they write, tap and send."""

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from bot.telegram.handlers import acts
from bot.telegram.handlers.taps import answer_tap
from bot.telegram.services import Services
from bot.usecases.receive_reply import receive_reply
from storage.inbox import Unhandled


def make_router() -> Router:
    """Only for chats of contacts."""
    router = Router(name="family")
    router.message.register(on_message, is_family)
    router.edited_message.register(on_message, is_family)
    router.callback_query.register(on_tap, is_family)
    return router


def is_family(_: Message | CallbackQuery, who: str) -> bool:
    return who == "contact"


async def on_message(message: Message, services: Services, row: Unhandled) -> None:
    came = acts.from_message(services, row, message)
    await services.write(receive_reply, services.room, came, now=services.clock.now())


async def on_tap(callback_query: CallbackQuery, services: Services, row: Unhandled) -> None:
    came = acts.from_tap(row, callback_query)
    await services.write(receive_reply, services.room, came, now=services.clock.now())
    await answer_tap(services, callback_query)
