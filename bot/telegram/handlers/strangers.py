"""Whoever is not linked: kept, screened, one answer."""

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from bot.telegram.handlers import acts
from bot.telegram.handlers.taps import answer_tap
from bot.telegram.services import Services
from bot.usecases.receive_stranger import receive_stranger
from storage.inbox import Unhandled


def make_router() -> Router:
    """The last router: what nobody before it wanted."""
    router = Router(name="strangers")
    router.message.register(on_message, is_stranger)
    router.edited_message.register(on_message, is_stranger)
    router.callback_query.register(on_tap, is_stranger)
    return router


def is_stranger(_: Message | CallbackQuery, who: str) -> bool:
    return who == "stranger"


async def on_message(message: Message, services: Services, row: Unhandled) -> None:
    came = acts.from_message(services, row, message)
    await services.write(receive_stranger, services.room, came, now=services.clock.now())


async def on_tap(callback_query: CallbackQuery, services: Services, row: Unhandled) -> None:
    came = acts.from_tap(row, callback_query)
    await services.write(receive_stranger, services.room, came, now=services.clock.now())
    await answer_tap(services, callback_query)
