"""How calls travel: as JSON, and as multipart where a file goes with them.

aiogram sends calls without files as a plain form. A Bot API of one's own need only know JSON and
multipart (docs/decisions/0006), and Telegram takes them all. JSON is also what costs least: a form
in parts takes milliseconds to write.
"""

import json
from dataclasses import dataclass
from typing import Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.methods import TelegramMethod
from aiogram.types import InputFile
from aiohttp import ClientTimeout, FormData, JsonPayload
from aiohttp.payload import Payload

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: `body` is None where it is no JSON. `retry_after` is the header's."""

    status: int
    body: object
    retry_after: str | None = None


class JsonSession(AiohttpSession):
    """aiogram's session with another kind of body, and a way to ask without its models."""

    def __init__(self, *, api: TelegramAPIServer, limits: ClientTimeout) -> None:
        super().__init__(api=api, timeout=limits)
        self._limits = limits

    async def ask(
        self, bot: Bot, method: str, params: Json, *, limits: ClientTimeout | None = None
    ) -> Answer:
        """One call. Raises what aiohttp raises, whose texts hold the token."""
        session = await self.create_session()
        url = self.api.api_url(token=bot.token, method=method)
        async with session.post(
            url, json=params, timeout=limits or self._limits, allow_redirects=False
        ) as answer:
            body = await answer.read()
        header = answer.headers.get("Retry-After")
        return Answer(status=answer.status, body=_parsed(body), retry_after=header)

    def build_form_data(self, bot: Bot, method: TelegramMethod[Any]) -> FormData:
        """For aiogram's own methods. What is not set is left out."""
        files: dict[str, InputFile] = {}
        params: Json = {}
        for name, value in method.model_dump(warnings=False).items():
            prepared = self.prepare_value(value, bot=bot, files=files, _dumps_json=False)
            if prepared is not None:
                params[name] = prepared
        return super().build_form_data(bot, method) if files else _JsonBody(params)


class _JsonBody(FormData):
    """What aiohttp takes for a form and sends as JSON."""

    def __init__(self, params: Json) -> None:
        super().__init__()
        self._params = params

    def __call__(self) -> Payload:
        return JsonPayload(self._params)


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
