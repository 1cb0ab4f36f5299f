"""Keeps the sandbox to this machine: only loopback names, no pages of other sites."""

import ipaddress
from functools import lru_cache
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from .errors import ControlError
from .wire import answer

_OF_BOTS = ("/bot", "/file/")


@lru_cache(maxsize=64)  # asked at every call, with the same few names
def is_loopback(host: str) -> bool:
    """True for localhost, 127.0.0.0/8 and ::1, with or without a port; IPv6 in brackets."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


@web.middleware
async def this_machine_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a Host that is not loopback (DNS rebinding) and requests of a foreign page."""
    host = request.headers.get("Host", "")
    if not is_loopback(host):
        return _refused("This sandbox answers to loopback names only.")
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return _refused("Requests of other sites are refused.")
    site = request.headers.get("Sec-Fetch-Site", "none")
    if site not in ("none", "same-origin") and not _follows_link(request):
        return _refused("Requests of other sites are refused.")
    return await handler(request)


@web.middleware
async def plain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors as JSON: Telegram's shape for the bot's side, {"error"} for everything else."""
    try:
        return await handler(request)
    except ControlError as error:
        return answer({"error": error.text}, error.status)
    except web.HTTPException as error:
        if request.path.startswith(_OF_BOTS):
            return answer(
                {"ok": False, "error_code": error.status, "description": error.reason},
                error.status,
            )
        return answer({"error": f"{error.reason}: {request.method} {request.path}"}, error.status)


def _follows_link(request: web.Request) -> bool:
    """Is the page itself opened from elsewhere? That shows it and does nothing."""
    return (
        request.method == "GET"
        and request.path == "/"
        and request.headers.get("Sec-Fetch-Mode") == "navigate"
        and request.headers.get("Sec-Fetch-Dest") == "document"
    )


def _refused(text: str) -> web.Response:
    return answer({"error": text}, 403)
