"""/control/files: what was sent, for a page to show. Nobody's file may run there as a page."""

from urllib.parse import quote

from aiohttp import web

from .botapi import WORLD
from .errors import ControlError

_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}


def routes() -> list[web.RouteDef]:
    return [web.get("/control/files/{file:[A-Za-z0-9_-]+}", _file)]


async def _file(request: web.Request) -> web.Response:
    file = request.app[WORLD].files.find(request.match_info["file"])
    if file is None:
        raise ControlError(404, "No such file.")
    kind = picture_type(file.content) or recording_type(file.content)
    headers = dict(_HEADERS)
    if kind is None:
        name = quote(file.name or file.path.rsplit("/", 1)[-1], safe="")
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return web.Response(
        body=file.content, headers=headers, content_type=kind or "application/octet-stream"
    )


def picture_type(content: bytes) -> str | None:
    """The kind of picture by its first bytes, whatever it calls itself; None for all else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    return None


def recording_type(content: bytes) -> str | None:
    """The kind of sound or film in the same way; a browser finds out which of the two it is."""
    if content.startswith(b"OggS"):
        return "audio/ogg"
    if content.startswith((b"ID3", b"\xff\xfb", b"\xff\xf3")):
        return "audio/mpeg"
    if content.startswith(b"RIFF") and content[8:12] == b"WAVE":
        return "audio/wav"
    if content.startswith(b"\x1aE\xdf\xa3"):
        return "video/webm"
    return "video/mp4" if content[4:8] == b"ftyp" else None
