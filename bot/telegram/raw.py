"""Bare calls to the Bot API, for what must not wait until aiogram is loaded: receiving."""

import json
from collections.abc import Mapping
from http import HTTPStatus

import aiohttp

from bot.errors import ApiRefused, ApiUnreachable

CONNECT_S = 10.0
LONGEST_REASON = 200  # characters of Telegram's own text that go into a log


class RawApi:
    """One bot at one Bot API. No exception of its calls holds the address, which has the token."""

    def __init__(self, session: aiohttp.ClientSession, api_url: str, token: str) -> None:
        self._session = session
        self._base = f"{api_url}/bot{token}"

    async def call(self, method: str, *, timeout_s: float = 20, **params: object) -> object:
        """The `result` of the answer. Raises ApiUnreachable or ApiRefused."""
        limits = aiohttp.ClientTimeout(total=timeout_s, connect=CONNECT_S)
        try:
            async with self._session.post(
                f"{self._base}/{method}", json=params, timeout=limits, allow_redirects=False
            ) as answer:
                body, status = await answer.read(), answer.status
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
            failure = ApiUnreachable(method, type(error).__name__)
        else:
            return _result(method, status, body)
        raise failure


def bot_id(token: str) -> str:
    """The number of the bot in its token, which is no secret; "bot" where it has none."""
    number, colon, _ = token.partition(":")
    return number if colon and number.isdecimal() else "bot"


def _result(method: str, status: int, body: bytes) -> object:
    """What a body says. Raised outside `except`, because an error of json quotes all of it."""
    answer = _parsed(body)
    if not isinstance(answer, dict):
        if status == HTTPStatus.OK:
            raise ApiUnreachable(method, "unreadable answer")
        raise ApiRefused(method, status)
    if answer.get("ok") is True and "result" in answer:
        return answer["result"]
    code, reason = answer.get("error_code"), answer.get("description")
    raise ApiRefused(
        method,
        code if isinstance(code, int) else status,
        reason[:LONGEST_REASON] if isinstance(reason, str) else "",
        _retry_after(answer.get("parameters")),
    )


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _retry_after(parameters: object) -> float | None:
    found = parameters.get("retry_after") if isinstance(parameters, Mapping) else None
    return float(found) if isinstance(found, int) and found >= 0 else None
