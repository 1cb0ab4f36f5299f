"""Staff: taps on notices, notes, forms, and the list of commands."""

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from bot.telegram.handlers import acts
from bot.telegram.handlers.taps import answer_tap
from bot.telegram.services import Services
from bot.usecases.form_desk import COMMAND, open_form
from bot.usecases.record_outcome import staff_text
from bot.usecases.staff_command import staff_help
from bot.usecases.staff_press import staff_press
from storage.inbox import Unhandled


def make_router() -> Router:
    """Only for chats of staff; edits of theirs change nothing."""
    router = Router(name="staff")
    router.message.register(on_help, F.text.in_({"/bantuan", "/help", "/start"}), is_staff)
    router.message.register(on_form, F.text.regexp(COMMAND, mode="fullmatch"), is_staff)
    router.message.register(on_text, is_staff)
    router.callback_query.register(on_tap, is_staff)
    return router


def is_staff(_: Message | CallbackQuery, who: str) -> bool:
    return who == "staff"


async def on_help(message: Message, services: Services, row: Unhandled) -> None:
    came = acts.from_message(services, row, message)
    await services.write(staff_help, services.room, came, now=services.clock.now())


async def on_form(message: Message, services: Services, row: Unhandled) -> None:
    came = acts.from_message(services, row, message)
    await services.write(open_form, services.room, came, now=services.clock.now())


async def on_text(message: Message, services: Services, row: Unhandled) -> None:
    came = acts.from_message(services, row, message)
    await services.write(staff_text, services.room, came, now=services.clock.now())


async def on_tap(callback_query: CallbackQuery, services: Services, row: Unhandled) -> None:
    came = acts.from_tap(row, callback_query)
    said = await services.write(staff_press, services.room, came, now=services.clock.now())
    await answer_tap(services, callback_query, said)
