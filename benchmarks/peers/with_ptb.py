"""python-telegram-bot: updates side by side, state in memory, written to a file now and then.

`python -m benchmarks.peers.with_ptb API_URL FOLDER`
"""

import sys

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ContextTypes,
    MessageHandler,
    PicklePersistence,
    filters,
)

from benchmarks.peers.questions import KEYS, TOKEN, next_question

MARKUP = InlineKeyboardMarkup([[InlineKeyboardButton(t, callback_data=d)] for t, d in KEYS])
SIDE_BY_SIDE = 256


def remembered(context: ContextTypes.DEFAULT_TYPE, given: str) -> int:
    """Look up where this family stands and keep its answer."""
    known = context.user_data
    assert known is not None
    step: int = known.get("step", 0)
    known["step"] = step + 1
    known.setdefault("answers", {})[step] = given
    return step


async def tapped(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    assert query is not None
    step = remembered(context, query.data or "")
    await query.edit_message_text(next_question(step), reply_markup=MARKUP)
    await query.answer()


async def typed(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    message, known = update.message, context.user_data
    assert message is not None and known is not None
    step, before = remembered(context, message.text or ""), known.get("message")
    sent = await message.reply_text(next_question(step), reply_markup=MARKUP)
    known["message"] = sent.message_id
    if before is not None:
        await context.bot.edit_message_reply_markup(chat_id=message.chat_id, message_id=before)


def main(api_url: str, folder: str) -> None:
    application = (
        Application.builder()
        .token(TOKEN)
        .base_url(f"{api_url}/bot")
        .base_file_url(f"{api_url}/file/bot")
        .persistence(PicklePersistence(f"{folder}/state.pickle"))
        .concurrent_updates(SIDE_BY_SIDE)
        .build()
    )
    application.add_handler(CallbackQueryHandler(tapped))
    application.add_handler(MessageHandler(filters.TEXT, typed))
    application.run_polling()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
