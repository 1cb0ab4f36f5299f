"""Bare aiogram: its own polling, one task an update, state and answers in memory.

`python -m benchmarks.peers.with_aiogram API_URL taps|typed`
"""

import asyncio
import sys

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.fsm.context import FSMContext
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from benchmarks.peers.questions import KEYS, TOKEN, next_question

MARKUP = InlineKeyboardMarkup(
    inline_keyboard=[[InlineKeyboardButton(text=t, callback_data=d)] for t, d in KEYS]
)


async def remembered(state: FSMContext, given: str) -> tuple[int, int | None]:
    """Look up where this family stands and keep its answer; the step, and the message shown."""
    known = await state.get_data()
    step = known.get("step", 0)
    answers = {**known.get("answers", {}), str(step): given}
    await state.update_data(step=step + 1, answers=answers)
    return step, known.get("message")


async def tapped(query: CallbackQuery, state: FSMContext) -> None:
    step, _ = await remembered(state, query.data or "")
    if isinstance(query.message, Message):
        await query.message.edit_text(next_question(step), reply_markup=MARKUP)
    await query.answer()


async def typed(message: Message, state: FSMContext, bot: Bot) -> None:
    step, before = await remembered(state, message.text or "")
    sent = await message.answer(next_question(step), reply_markup=MARKUP)
    await state.update_data(message=sent.message_id)
    if before is not None:
        await bot.edit_message_reply_markup(chat_id=message.chat.id, message_id=before)


async def main(api_url: str) -> None:
    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(api_url)))
    dispatcher = Dispatcher(storage=MemoryStorage())
    dispatcher.callback_query.register(tapped)
    dispatcher.message.register(typed)
    await dispatcher.start_polling(bot)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
