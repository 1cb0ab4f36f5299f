"""What Telegram's answers mean, by code and the beginning of their description.

A definite no is one thing and a lost answer another: only where nothing can have been done may a
call be repeated without a doubt. No text of an answer is handed on but words that name no one.
"""

import re
from collections.abc import Mapping

from aiohttp import ClientConnectorError, ConnectionTimeoutError, InvalidURL

from bot.ports import NotSent, Outcome, Refusal, Refused, RetryAfter, Sent, Unauthorized, Unknown
from bot.telegram.session import Answer

NEVER_OPENED = (ClientConnectorError, ConnectionTimeoutError, InvalidURL)
FLOOD_S = 1.0  # 429 that does not say how long
LONGEST_REASON = 60

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
    ("bad request: message is too long", Refusal.TOO_LONG),
    ("bad request: text is too long", Refusal.TOO_LONG),
    ("bad request: message_too_long", Refusal.TOO_LONG),
    ("bad request: can't parse", Refusal.MARKUP),  # entities, keyboards, buttons
    ("bad request: reply markup is too long", Refusal.MARKUP),
    ("bad request: reply_markup_", Refusal.MARKUP),
    ("bad request: button_", Refusal.MARKUP),  # BUTTON_DATA_INVALID and its kind
    ("bad request: inline keyboard", Refusal.MARKUP),
    ("bad request: text buttons are unallowed", Refusal.MARKUP),
    ("bad request: object expected as reply markup", Refusal.MARKUP),
    ("bad request: phone number can be requested", Refusal.MARKUP),
    ("bad request: wrong file identifier", Refusal.FILE),
    ("bad request: wrong remote file identifier", Refusal.FILE),
    ("bad request: can't use file of type", Refusal.FILE),
    ("bad request: type of file mismatch", Refusal.FILE),
    ("bad request: file_reference_", Refusal.FILE),
    ("bad request: voice_messages_forbidden", Refusal.FILE),  # the person takes no voice notes
    ("bad request: user restricted receiving of", Refusal.FILE),
)
UNCHANGED = "bad request: message is not modified"
DELETED = "bad request: message to delete not found"
CODES = {"bad request": 400, "unauthorized": 401, "forbidden": 403, "not found": 404}
CODES |= {"conflict": 409, "request entity too large": 413, "too many requests": 429}
NOT_THERE = (404, 405, 501)  # how servers say that they have no such method


def outcome_of(answer: Answer, method: str, *, is_optional: bool = False) -> Outcome:
    """`message_no` is set only where the answer holds the number of a message. `is_optional`: a
    server of another kind may lack this method and say so in its own way, and where that is only a
    filter on the way, the other way meets it too."""
    found = _read(answer, method)
    is_refused = answer.status in NOT_THERE or isinstance(found, NotSent)
    if is_optional and is_refused and not isinstance(found, Sent):
        return Refused(kind=Refusal.METHOD_UNKNOWN, code=answer.status)
    return found


def _read(answer: Answer, method: str) -> Outcome:
    match answer.body:
        case {"ok": True, "result": {"message_id": int(number)}}:
            return Sent(message_no=number)
        case {"ok": True}:
            return Sent(message_no=None)
        case dict(said) if said.get("ok") is False:
            return _told(said, answer.status, method)
        case _:
            return _from_between(answer)


def outcome_of_failure(error: Exception) -> Outcome:
    """What the network did. Whether anything was sent is known only if it never opened."""
    reason = type(error).__name__
    return NotSent(reason=reason) if isinstance(error, NEVER_OPENED) else Unknown(reason=reason)


def moved_to(answer: Answer) -> int | None:
    """The new number of a group that became a supergroup."""
    match answer.body:
        case {"ok": False, "parameters": {"migrate_to_chat_id": int(chat)}}:
            return chat
        case _:
            return None


def _told(said: Mapping[str, object], status: int, method: str) -> Outcome:
    """The Bot API says no. What is not listed will not go through either."""
    description = str(said.get("description") or "").strip().lower()
    if description.startswith(UNCHANGED):
        return Sent(message_no=None)
    code = _code(said.get("error_code"), status, description)
    if code == 429:
        return RetryAfter(seconds=_seconds(said, description))
    if code == 401 or (code == 404 and method == "sendMessage"):
        return Unauthorized()  # every server knows this method: it is the bot that it does not know
    if code == 409:
        return NotSent(reason="conflict")
    if code >= 500:
        return Unknown(reason="server error")
    return Refused(kind=_kind(code, description), code=code, reason=_plain_reason(description))


def _from_between(answer: Answer) -> Outcome:
    """No answer of a Bot API: a proxy, a filter or the sign-in page of a network. What these refuse
    or send elsewhere has not reached Telegram; of all else nobody knows."""
    if answer.status == 429:
        header = answer.retry_after or ""
        return RetryAfter(seconds=float(header) if header.isdecimal() else FLOOD_S)
    if answer.status == 413:
        return Refused(kind=Refusal.TOO_LONG, code=413)
    if 300 <= answer.status < 500 and answer.status != 408:
        return NotSent(reason=f"answered {answer.status}")
    return Unknown(reason="server error" if answer.status >= 500 else "unreadable answer")


def _code(error_code: object, status: int, description: str) -> int:
    if isinstance(error_code, int) and not isinstance(error_code, bool):
        return error_code
    if status >= 400:
        return status
    return next((code for start, code in CODES.items() if description.startswith(start)), 400)


def _seconds(said: Mapping[str, object], description: str) -> float:
    match said.get("parameters"):
        case {"retry_after": int(seconds)} if seconds > 0:
            return float(seconds)
        case _:
            found = re.search(r"retry after (\d{1,9})\b", description)
            return float(found[1]) if found else FLOOD_S


def _kind(code: int, description: str) -> Refusal:
    unlisted = {404: Refusal.METHOD_UNKNOWN, 413: Refusal.TOO_LONG}.get(code, Refusal.OTHER)
    return next((kind for start, kind in REFUSALS if description.startswith(start)), unlisted)


def _plain_reason(said: str) -> str:
    """Words up to the second colon, of a description as Telegram writes them: behind it Telegram
    may quote what was to be sent, and another server may write anything."""
    if not said.startswith(tuple(CODES)):
        return ""
    words = re.findall(r"(?<!\S)[a-z_'/-]{1,24}(?!\S)", " ".join(said.split(":")[:2]))
    return " ".join(words)[:LONGEST_REASON]
