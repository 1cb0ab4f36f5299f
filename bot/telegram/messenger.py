"""Delivers through Telegram's Bot API, and turns whatever comes back into an outcome.

Nothing is raised and no text of an exception is handed on: aiohttp names addresses in its errors,
and Telegram's address holds the bot's token.
"""

from dataclasses import replace
from typing import Any

from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.methods.base import Response
from aiohttp import ClientTimeout

from bot.ports import Instruction, Outcome, Refusal, Refused, Sent
from bot.telegram import attachments
from bot.telegram.answers import moved_to, outcome_of, outcome_of_failure
from bot.telegram.session import Answer, Json, JsonSession
from storage.deliveries import Verb
from storage.outbox import Key, Payload

# The connection has a limit of its own: failing to open it is safe to repeat, a lost answer is not.
TIMEOUT = ClientTimeout(total=15, sock_connect=5)
PLAIN = {"is_disabled": True}
SHORT_TEXT = 1000  # characters of a text that Telegram calls too long, whatever it counts

ANSWER = Response[bool]
"""The model of answers to taps, kept: pydantic remembers it only while somebody holds it, and each
new one would cost 4 ms of the event loop, a call."""


def open_bot(*, token: str, api_url: str, timeout: ClientTimeout = TIMEOUT) -> Bot:
    """A bot for this server; close its session at the end. Raises aiogram's TokenValidationError.

    A call that waits longer than 15 s (getUpdates) must bring a timeout of its own."""
    api = TelegramAPIServer.from_base(api_url)
    return Bot(token, session=JsonSession(api=api, limits=timeout))


class TelegramMessenger:
    """A `ports.Messenger`, for a bot of `open_bot`. Its session is its owner's to close."""

    def __init__(self, bot: Bot) -> None:
        assert isinstance(bot.session, JsonSession)
        self._bot, self._session = bot, bot.session

    async def deliver(self, instruction: Instruction) -> Outcome:
        """One call; a delete is one call a message. What Telegram refuses as it stands goes out
        plainer, once for each reason: an alert is not lost over a button, and in the place of a
        file that is not taken come the words beside it."""
        if instruction.verb is Verb.DELETE:
            return await self._delete(instruction)
        outcome = await self._say(instruction)
        without: tuple[Refusal, ...] = ()
        while isinstance(outcome, Refused) and outcome.kind not in without:
            plainer = _plainer(instruction, outcome.kind)
            if plainer is None:
                break
            instruction, without = plainer, (*without, outcome.kind)
            outcome = await self._say(instruction)
        return replace(outcome, without=without) if isinstance(outcome, Sent) else outcome

    async def _say(self, instruction: Instruction) -> Outcome:
        outcome = await self._call(*_call(instruction))
        if isinstance(outcome, Sent) and instruction.verb is not Verb.SEND:
            return replace(outcome, message_no=instruction.numbers[0])  # an edit keeps its number
        return outcome

    async def _delete(self, instruction: Instruction) -> Outcome:
        """Done if any message left; what is refused beside it was gone, or must stay."""
        outcome: Outcome = Refused(kind=Refusal.MESSAGE_GONE, code=400)
        for number in instruction.numbers:
            about = {"chat_id": int(instruction.chat), "message_id": number}
            latest = await self._call("deleteMessage", about)
            if not isinstance(latest, Sent | Refused):
                return latest
            outcome = outcome if isinstance(outcome, Sent) else latest
        if isinstance(outcome, Sent):
            return replace(outcome, message_no=instruction.numbers[0])
        return outcome

    async def _call(self, method: str, params: Json) -> Outcome:
        try:
            answer = await self._session.ask(self._bot, method, params)
            there = moved_to(answer)
            if there is None:
                return _outcome(answer, method)
            # A group became a supergroup: the same there, once.
            answer = await self._session.ask(self._bot, method, {**params, "chat_id": there})
        except Exception as error:
            return outcome_of_failure(error)
        if moved_to(answer) is not None:
            return Refused(kind=Refusal.CHAT_GONE, code=400)
        outcome = _outcome(answer, method)
        return replace(outcome, moved_to=there) if isinstance(outcome, Sent) else outcome


def _call(instruction: Instruction) -> tuple[str, Json]:
    """Method and parameters. Plain text throughout: no parse mode, so that no word of a person can
    break a message."""
    payload = instruction.payload
    about: Json = {"chat_id": int(instruction.chat)}
    if instruction.verb is not Verb.SEND:
        about["message_id"] = instruction.numbers[0]
    if instruction.verb is Verb.UNKEYBOARD:
        return "editMessageReplyMarkup", about
    said = about | {"text": payload.text, "link_preview_options": PLAIN}
    keys = _inline_keys(instruction.token, payload.keys)
    if instruction.verb is Verb.EDIT:
        return "editMessageText", said | _marked(keys)
    manner = {
        "disable_notification": payload.is_silent,
        "protect_content": payload.is_protected,
    }
    file = None if payload.attachment is None else attachments.sending(payload.attachment)
    if file is not None:
        method, sent = file
        return method, about | sent | manner | _marked(keys)
    return "sendMessage", said | manner | _marked(keys or _reply_keys(payload))


def _outcome(answer: Answer, method: str) -> Outcome:
    return outcome_of(answer, method, is_optional=method in attachments.SENDING)


def _plainer(instruction: Instruction, refused: Refusal) -> Instruction | None:
    """The same with less of what was refused; None where there is nothing to leave out."""
    payload = instruction.payload
    if payload.attachment is not None and refused not in attachments.OF_THE_CHAT:
        return replace(instruction, payload=replace(payload, attachment=None))
    match refused:
        case Refusal.MARKUP:
            bare = replace(payload, keys=(), shares_number=None, drops_reply_keyboard=False)
        case Refusal.TOO_LONG if len(payload.text) > SHORT_TEXT:
            bare = replace(payload, text=payload.text[: SHORT_TEXT - 1] + "…")
        case _:
            return None
    return None if bare == payload else replace(instruction, payload=bare)


def _marked(markup: Json | None) -> Json:
    return {"reply_markup": markup} if markup else {}


def _inline_keys(token: str, rows: tuple[tuple[Key, ...], ...]) -> Json | None:
    keyboard: list[list[dict[str, Any]]] = []
    place = 0
    for row in rows:
        keyboard.append([])
        for key in row:
            keyboard[-1].append({"text": key.label, "callback_data": f"{token}:{place}"})
            place += 1
    return {"inline_keyboard": keyboard} if keyboard else None


def _reply_keys(payload: Payload) -> Json | None:
    if payload.shares_number is not None:
        button = {"text": payload.shares_number, "request_contact": True}
        return {"keyboard": [[button]], "resize_keyboard": True, "one_time_keyboard": True}
    return {"remove_keyboard": True} if payload.drops_reply_keyboard else None
