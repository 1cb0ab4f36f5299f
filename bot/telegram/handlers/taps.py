"""Answering a callback query: the only call that does not go through the outbox."""

import logging

from aiogram.types import CallbackQuery
from aiohttp import ClientError, ClientTimeout

from bot.telegram.services import Services
from bot.telegram.session import JsonSession

LIMITS = ClientTimeout(total=5)
OK = 200
LONGEST = 200  # characters of a callback answer

log = logging.getLogger(__name__)


async def answer_tap(services: Services, query: CallbackQuery, text: str | None = None) -> None:
    """Stop the little clock on the button. Too late, or no connection: the tap is stored anyway."""
    said = {} if text is None else {"text": text[:LONGEST]}
    about = {"callback_query_id": query.id, **said}
    session = services.bot.session
    assert isinstance(session, JsonSession)
    try:
        answer = await session.ask(services.bot, "answerCallbackQuery", about, limits=LIMITS)
    except (ClientError, OSError) as error:
        _unanswered(type(error).__name__)
    else:
        if answer.status != OK:
            _unanswered(str(answer.status))


def _unanswered(error: str) -> None:
    log.info("a tap was not answered", extra={"action": "tap_unanswered", "error": error})
