"""How calls travel: always as multipart, also without a file.

aiogram sends calls without files as a plain form. A Bot API of one's own need only know JSON and
multipart (docs/decisions/0006), and Telegram takes them all.
"""

from typing import Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.methods import TelegramMethod
from aiogram.types import InputFile
from aiohttp import FormData


class MultipartSession(AiohttpSession):
    """aiogram's session with one kind of body."""

    def build_form_data(self, bot: Bot, method: TelegramMethod[Any]) -> FormData:
        """Every parameter as a part of its own; what is not set is left out."""
        form = FormData(quote_fields=False, default_to_multipart=True)
        files: dict[str, InputFile] = {}
        for name, value in method.model_dump(warnings=False).items():
            prepared = self.prepare_value(value, bot=bot, files=files)
            if prepared:
                form.add_field(name, prepared)
        for name, file in files.items():
            form.add_field(name, file.read(bot), filename=file.filename or name)
        return form
