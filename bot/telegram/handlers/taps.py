"""Answering a callback query: the only call that does not go through the outbox."""

import logging

from aiogram.exceptions import AiogramError
from aiogram.types import CallbackQuery

from bot.telegram.services import Services

ANSWER_TIMEOUT_S = 5
LONGEST = 200  # characters of a callback answer

log = logging.getLogger(__name__)


async def answer_tap(services: Services, query: CallbackQuery, text: str | None = None) -> None:
    """Stop the little clock on the button. Too late, or no connection: the tap is stored anyway."""
    said = None if text is None else text[:LONGEST]
    try:
        await services.bot.answer_callback_query(
            query.id, text=said, request_timeout=ANSWER_TIMEOUT_S
        )
    except (AiogramError, OSError) as error:
        log.info(
            "a tap was not answered",
            extra={"action": "tap_unanswered", "error": type(error).__name__},
        )
