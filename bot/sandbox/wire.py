"""JSON as it travels: the type, the encoder, the answer."""

import json
from typing import Any

from aiohttp import web

Json = dict[str, Any]  # an object of Telegram's or of the control API

encode = json.JSONEncoder(separators=(",", ":")).encode  # ASCII, in one line


def answer(body: object, status: int = 200) -> web.Response:
    return web.Response(
        body=encode(body).encode("ascii"), status=status, content_type="application/json"
    )
