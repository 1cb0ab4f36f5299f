"""Delivers through Telegram's Bot API, and turns whatever comes back into an outcome.

Nothing is raised and no text of an exception is handed on: aiohttp names addresses in its errors,
and Telegram's address holds the bot's token.
"""

import re
from typing import Any

from aiogram import Bot, exceptions
from aiogram.client.telegram import TelegramAPIServer
from aiogram.methods import (
    AnswerCallbackQuery,
    DeleteMessage,
    EditMessageReplyMarkup,
    EditMessageText,
    SendMessage,
    TelegramMethod,
)
from aiogram.methods.base import Response
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from aiohttp import ClientConnectorError, ClientTimeout, ConnectionTimeoutError, InvalidURL

from bot.ports import (
    Instruction,
    NotSent,
    Outcome,
    Refusal,
    Refused,
    RetryAfter,
    Sent,
    Unauthorized,
    Unknown,
)
from bot.telegram.session import MultipartSession
from storage.deliveries import Verb
from storage.outbox import Key, Payload

# The connection has a limit of its own: failing to open it is safe to repeat, a lost answer is not.
TIMEOUT = ClientTimeout(total=15, sock_connect=5)
PLAIN = LinkPreviewOptions(is_disabled=True)
NEVER_OPENED = (ClientConnectorError, ConnectionTimeoutError, InvalidURL)
FLOOD_S = 1.0  # 429 that does not say how long
LONGEST_REASON = 60

Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove

OFTEN: tuple[type[TelegramMethod[Any]], ...] = (
    *(SendMessage, EditMessageText, EditMessageReplyMarkup),
    *(DeleteMessage, AnswerCallbackQuery),
)
ANSWERS = tuple(Response.__class_getitem__(method.__returning__) for method in OFTEN)
"""Models of answers, kept: pydantic remembers them only while somebody holds them, and each new
one would cost 4 ms of the event loop, a call."""

# Beginnings of Telegram's descriptions (telegram-bot-api, Client.cpp: fail_query_with_error).
REFUSALS = (
    ("forbidden: bot was blocked", Refusal.BLOCKED),
    ("forbidden: user is deactivated", Refusal.DEACTIVATED),
    ("forbidden: bot can't initiate conversation", Refusal.NOT_STARTED),
    ("forbidden: bot was kicked", Refusal.CHAT_GONE),
    ("forbidden: bot is not a member", Refusal.CHAT_GONE),
    ("forbidden: the group chat was deleted", Refusal.CHAT_GONE),
    ("bad request: chat not found", Refusal.CHAT_GONE),
    ("bad request: private chat not found", Refusal.CHAT_GONE),
    ("bad request: message to edit not found", Refusal.MESSAGE_GONE),
    ("bad request: message can't be edited", Refusal.MESSAGE_GONE),
    ("bad request: message to delete not found", Refusal.MESSAGE_GONE),
    ("bad request: message can't be deleted", Refusal.MESSAGE_GONE),
)
UNCHANGED = "bad request: message is not modified"
CODES = {"bad request": 400, "unauthorized": 401, "forbidden": 403, "not found": 404}
CODES |= {"conflict": 409, "too many requests": 429}  # as descriptions begin


def open_bot(*, token: str, api_url: str, timeout: ClientTimeout = TIMEOUT) -> Bot:
    """A bot for this server; close its session at the end. Raises aiogram's TokenValidationError.

    A call that waits longer than 15 s (getUpdates) must bring a timeout of its own."""
    api = TelegramAPIServer.from_base(api_url)
    return Bot(token, session=MultipartSession(api=api, timeout=timeout))


class TelegramMessenger:
    """A `ports.Messenger`. The bot's session is its owner's to close."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def deliver(self, instruction: Instruction) -> Outcome:
        """One call; a delete is one call a message."""
        if instruction.verb is Verb.DELETE:
            return await self._delete(instruction)
        return await self._call(_method(instruction, int(instruction.chat)), instruction)

    async def _delete(self, instruction: Instruction) -> Outcome:
        """Done if any message left; what is refused beside it was gone, or must stay."""
        outcome: Outcome = Refused(kind=Refusal.MESSAGE_GONE, code=400)
        for number in instruction.numbers:
            method = DeleteMessage(chat_id=int(instruction.chat), message_id=number)
            latest = await self._call(method, instruction)
            if not isinstance(latest, Sent | Refused):
                return latest
            outcome = outcome if isinstance(outcome, Sent) else latest
        return outcome

    async def _call(
        self, method: TelegramMethod[Any], instruction: Instruction, *, is_followed: bool = False
    ) -> Outcome:
        try:
            result = await self._bot(method)
        except exceptions.TelegramMigrateToChat as moved:
            if is_followed:
                return Refused(kind=Refusal.CHAT_GONE, code=400)
            there = method.model_copy(update={"chat_id": moved.migrate_to_chat_id})
        except Exception as error:
            return _outcome(error, instruction)
        else:
            return _sent(instruction, result.message_id if isinstance(result, Message) else None)
        # A group became a supergroup: the same there, once.
        return await self._call(there, instruction, is_followed=True)


def _method(instruction: Instruction, chat: int) -> TelegramMethod[Any]:
    """Plain text throughout: no parse mode, so that no word of a person can break a message."""
    payload = instruction.payload
    keys = _inline_keys(instruction.token, payload.keys)
    match instruction.verb:
        case Verb.EDIT:
            return EditMessageText(
                chat_id=chat,
                message_id=instruction.numbers[0],
                text=payload.text,
                parse_mode=None,
                link_preview_options=PLAIN,
                reply_markup=keys,
            )
        case Verb.UNKEYBOARD:
            return EditMessageReplyMarkup(chat_id=chat, message_id=instruction.numbers[0])
        case _:
            return SendMessage(
                chat_id=chat,
                text=payload.text,
                parse_mode=None,
                link_preview_options=PLAIN,
                disable_notification=payload.is_silent,
                protect_content=payload.is_protected,
                reply_markup=keys or _reply_keys(payload),
            )


def _inline_keys(token: str, rows: tuple[tuple[Key, ...], ...]) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    firsts = [sum(len(row) for row in rows[:number]) for number in range(len(rows))]
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [
                InlineKeyboardButton(text=key.label, callback_data=f"{token}:{first + place}")
                for place, key in enumerate(row)
            ]
            for first, row in zip(firsts, rows, strict=True)
        ]
    )


def _reply_keys(payload: Payload) -> ReplyKeyboardMarkup | ReplyKeyboardRemove | None:
    if payload.shares_number is not None:
        button = KeyboardButton(text=payload.shares_number, request_contact=True)
        return ReplyKeyboardMarkup(
            keyboard=[[button]], resize_keyboard=True, one_time_keyboard=True
        )
    return ReplyKeyboardRemove(remove_keyboard=True) if payload.drops_reply_keyboard else None


def _sent(instruction: Instruction, number: int | None) -> Sent:
    """An edit keeps its number, whatever the answer holds."""
    return Sent(message_no=number if instruction.verb is Verb.SEND else _first(instruction))


def _first(instruction: Instruction) -> int | None:
    return next(iter(instruction.numbers), None)


def _outcome(error: Exception, instruction: Instruction) -> Outcome:
    match error:
        case exceptions.TelegramRetryAfter():
            return RetryAfter(seconds=error.retry_after)
        case exceptions.TelegramUnauthorizedError():
            return Unauthorized()
        case exceptions.TelegramServerError():
            return Unknown(reason="server error")
        case exceptions.TelegramEntityTooLarge():
            return Refused(kind=Refusal.OTHER, code=413)
        case exceptions.TelegramNetworkError():
            return _unanswered(error.__cause__)
        case exceptions.TelegramAPIError():
            return _refused(error.message or "", instruction)
        case exceptions.ClientDecodeError():
            return _undecoded(error.data, instruction)
        case _:
            return Unknown(reason=type(error).__name__)


def _unanswered(cause: BaseException | None) -> Outcome:
    """aiogram has one error for both; what lies behind it tells whether anything was sent."""
    reason = type(cause).__name__
    return NotSent(reason=reason) if isinstance(cause, NEVER_OPENED) else Unknown(reason=reason)


def _refused(description: str, instruction: Instruction) -> Outcome:
    """By code and beginning of the description; what is not listed will not go through either."""
    said = description.strip().lower()
    if said.startswith(UNCHANGED):
        return _sent(instruction, None)
    code = next((code for start, code in CODES.items() if said.startswith(start)), 400)
    if code == 401:
        return Unauthorized()
    if code == 429:
        seconds = re.search(r"retry after (\d+)", said)
        return RetryAfter(seconds=float(seconds[1]) if seconds else FLOOD_S)
    unlisted = Refusal.METHOD_UNKNOWN if code == 404 else Refusal.OTHER
    kind = next((kind for start, kind in REFUSALS if said.startswith(start)), unlisted)
    return Refused(kind=kind, code=code, reason=_plain_reason(said))


def _plain_reason(said: str) -> str:
    """Words up to the second colon, of a description as Telegram writes them: behind it Telegram
    may quote what was to be sent, and another server may write anything."""
    if not said.startswith(tuple(CODES)):
        return ""
    words = re.findall(r"(?<!\S)[a-z_'/-]{1,24}(?!\S)", " ".join(said.split(":")[:2]))
    return " ".join(words)[:LONGEST_REASON]


def _undecoded(answer: object, instruction: Instruction) -> Outcome:
    """aiogram wants every field of a message; for us its number is enough, or that all was well."""
    match answer:
        case {"ok": True, "result": {"message_id": int(number)}}:
            return _sent(instruction, number)
        case {"ok": True}:
            return _sent(instruction, None)
        case _:
            return Unknown(reason="unreadable answer")
