"""JSON as it travels: the type, the encoder, the answer."""

import json
from typing import Any

from aiohttp import web

Json = dict[str, Any]  # an object of Telegram's or of the control API

_encode = json.JSONEncoder(separators=(",", ":")).encode


def answer(body: object, status: int = 200) -> web.Response:
    return web.Response(
        body=_encode(body).encode("ascii"), status=status, content_type="application/json"
    )
