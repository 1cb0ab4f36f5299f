"""Two independent clients of the Bot API behind one face: aiogram and python-telegram-bot."""

from collections.abc import AsyncIterator
from typing import Any

import aiogram
import aiogram.exceptions
import aiogram.types
import pytest
import telegram
import telegram.error
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from telegram.request import HTTPXRequest


class Aiogram:
    refused = aiogram.exceptions.TelegramBadRequest
    forbidden = aiogram.exceptions.TelegramForbiddenError
    conflict = aiogram.exceptions.TelegramConflictError
    flooded = aiogram.exceptions.TelegramRetryAfter
    failed = aiogram.exceptions.TelegramServerError
    cut_off = aiogram.exceptions.TelegramNetworkError

    def __init__(self, url: str, token: str) -> None:
        server = TelegramAPIServer.from_base(url)
        self.bot = aiogram.Bot(token, session=AiohttpSession(api=server))

    async def open(self) -> None:
        pass

    async def close(self) -> None:
        await self.bot.session.close()

    async def updates(self, **how: Any) -> list[Any]:
        return list(await self.bot.get_updates(**how, request_timeout=60))

    def buttons(self, **labels: str) -> Any:
        row = [
            aiogram.types.InlineKeyboardButton(text=label, callback_data=data)
            for label, data in labels.items()
        ]
        return aiogram.types.InlineKeyboardMarkup(inline_keyboard=[row])

    def contact_keyboard(self, label: str) -> Any:
        button = aiogram.types.KeyboardButton(text=label, request_contact=True)
        return aiogram.types.ReplyKeyboardMarkup(keyboard=[[button]], one_time_keyboard=True)

    def upload(self, content: bytes, name: str) -> Any:
        return aiogram.types.BufferedInputFile(content, filename=name)

    def commands(self, **described: str) -> Any:
        return [aiogram.types.BotCommand(command=c, description=d) for c, d in described.items()]

    async def download(self, file_id: str) -> bytes:
        stream = await self.bot.download(file_id)
        assert stream is not None
        return stream.read()

    def seconds(self, error: Any) -> float:
        return error.retry_after

    def length(self, recording: Any) -> float:
        return recording.duration


class PythonTelegramBot:
    refused = telegram.error.BadRequest
    forbidden = telegram.error.Forbidden
    conflict = telegram.error.Conflict
    flooded = telegram.error.RetryAfter
    failed = telegram.error.NetworkError
    cut_off = telegram.error.NetworkError

    def __init__(self, url: str, token: str) -> None:
        self.bot = telegram.Bot(
            token,
            base_url=f"{url}/bot",
            base_file_url=f"{url}/file/bot",
            request=HTTPXRequest(connection_pool_size=8),
            get_updates_request=HTTPXRequest(connection_pool_size=8),
        )

    async def open(self) -> None:
        await self.bot.initialize()

    async def close(self) -> None:
        await self.bot.shutdown()

    async def updates(self, **how: Any) -> list[Any]:
        return list(await self.bot.get_updates(**how))

    def buttons(self, **labels: str) -> Any:
        return telegram.InlineKeyboardMarkup(
            [
                [
                    telegram.InlineKeyboardButton(text, callback_data=data)
                    for text, data in labels.items()
                ]
            ]
        )

    def contact_keyboard(self, label: str) -> Any:
        button = telegram.KeyboardButton(label, request_contact=True)
        return telegram.ReplyKeyboardMarkup([[button]], one_time_keyboard=True)

    def upload(self, content: bytes, name: str) -> Any:
        return telegram.InputFile(content, filename=name)

    def commands(self, **described: str) -> Any:
        return [telegram.BotCommand(c, d) for c, d in described.items()]

    async def download(self, file_id: str) -> bytes:
        return bytes(await (await self.bot.get_file(file_id)).download_as_bytearray())

    def seconds(self, error: Any) -> float:
        return error.retry_after.total_seconds()

    def length(self, recording: Any) -> float:
        return recording.duration.total_seconds()


Client = Aiogram | PythonTelegramBot


@pytest.fixture(params=[Aiogram, PythonTelegramBot])
async def client(
    request: pytest.FixtureRequest, control: Any, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Client]:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # else reading retry_after warns
    sandbox = request.getfixturevalue("sandbox")
    opened = request.param(sandbox.url, "4242:conformance-secret")
    await opened.open()
    yield opened
    await opened.close()
