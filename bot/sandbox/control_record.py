"""/control/: events, calls and notes, as they were written down."""

import asyncio

from aiohttp import web

from .botapi import WORLD
from .fields import body_of, query_of
from .journal import Journal
from .wire import Json, answer

_LONGEST_WAIT_S = 60


def routes() -> list[web.RouteDef]:
    return [
        web.get("/control/events", _events),
        web.get("/control/calls", _calls),
        web.post("/control/notes", _note),
    ]


async def _events(request: web.Request) -> web.Response:
    journal = request.app[WORLD].events
    return await _read(request, "events", journal, ("kind", "person", "bot"))


async def _calls(request: web.Request) -> web.Response:
    journal = request.app[WORLD].calls
    return await _read(request, "calls", journal, ("method", "chat_id", "bot"))


async def _read(
    request: web.Request, name: str, journal: Journal, filters: tuple[str, ...]
) -> web.Response:
    """Entries after `after` that match; waits up to `timeout` seconds for the first one."""
    fields = query_of(request)
    after, timeout_s = fields.integer("after", 0), fields.number("timeout", 0)
    wanted = {field: fields.reference(field).lower() for field in filters}
    fields.done()
    until = asyncio.get_running_loop().time() + min(timeout_s, _LONGEST_WAIT_S)
    while True:
        found = [entry for entry in journal.after(after) if _matches(entry, wanted)]
        after = journal.last
        left = until - asyncio.get_running_loop().time()
        if found or left <= 0:
            return answer({name: found, "next": after})
        await journal.wait(left)


async def _note(request: web.Request) -> web.Response:
    fields = await body_of(request)
    note = fields.take("note")
    fields.done()
    return answer({"seq": request.app[WORLD].noted("note", note=note)["seq"]}, 201)


def _matches(entry: Json, wanted: dict[str, str]) -> bool:
    return all(not value or str(entry[key]).lower() == value for key, value in wanted.items())
