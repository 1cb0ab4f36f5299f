"""What happens, as it happens: GET /control/stream, server-sent events for pages."""

import asyncio
from collections.abc import Iterator

from aiohttp import web

from .botapi import WORLD
from .fields import query_of
from .wire import Json, encode
from .world import World

HEARTBEAT_S = 15.0
PAUSE_S = 0.02  # what happens meanwhile travels together
CALLS_PAUSE_S = 0.25
LONGEST_REPLAY = 5000  # entries; who missed more loads everything anew
_HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


def routes() -> list[web.RouteDef]:
    return [web.get("/control/stream", _stream)]


async def _stream(request: web.Request) -> web.StreamResponse:
    world = request.app[WORLD]
    fields = query_of(request)
    asked = fields.text("after", "")
    fields.done()
    feed = Feed(world, request.headers.get("Last-Event-ID") or asked)
    response = web.StreamResponse(headers=_HEADERS)
    await response.prepare(request)
    try:
        await response.write(feed.hello())
        while not world.is_closed:
            seen = world.changed.rung
            await response.write(feed.news())
            if world.changed.rung == seen:
                await world.changed.wait(feed.patience_s())
            await asyncio.sleep(PAUSE_S)
    except ConnectionError:
        pass  # the page was closed
    return response


class Feed:
    """What one page has been told, and what it is to be told next.

    `asked` is the id of the last message it got; empty begins with what happens from now on.
    """

    def __init__(self, world: World, asked: str) -> None:
        self._world = world
        self._epoch, self._seq = world.epoch, world.events.last
        if asked:
            self._epoch, _, seq = asked.rpartition(".")
            self._seq = int(seq) if seq.isdecimal() else -1
        self._calls = world.calls.last
        self._calls_again_at = 0.0
        self._told_at = world.clock.monotonic()

    def hello(self) -> bytes:
        """Where the newest entry is. It carries no id when the page has to begin anew."""
        return self._message("hello", self._newest(), has_id=not self._is_lost())

    def news(self) -> bytes:
        """Everything since the last call; a comment when there was nothing for long."""
        now = self._world.clock.monotonic()
        news = b"".join((*self._reset(), *self._entries(), *self._new_calls(now)))
        if not news and now - self._told_at >= HEARTBEAT_S:
            news = b": still here\n\n"
        if news:
            self._told_at = now
        return news

    def patience_s(self) -> float:
        """How long to wait if nothing happens."""
        until = self._told_at + HEARTBEAT_S
        if self._world.calls.last != self._calls:
            until = min(until, self._calls_again_at)
        return max(until - self._world.clock.monotonic(), 0.0)

    def _is_lost(self) -> bool:
        events = self._world.events
        return (
            self._epoch != self._world.epoch
            or not events.reaches(self._seq)
            or events.last - self._seq > LONGEST_REPLAY
        )

    def _reset(self) -> Iterator[bytes]:
        if self._is_lost():
            self._epoch, self._seq = self._world.epoch, self._world.events.last
            yield self._message("reset", self._newest())

    def _entries(self) -> Iterator[bytes]:
        for entry in self._world.events.after(self._seq):
            self._seq = entry["seq"]
            yield self._message("entry", entry)

    def _new_calls(self, now: float) -> Iterator[bytes]:
        last = self._world.calls.last
        if last != self._calls and now >= self._calls_again_at:
            self._calls, self._calls_again_at = last, now + CALLS_PAUSE_S
            yield self._message("calls", {"last": last})

    def _newest(self) -> Json:
        return {"epoch": self._world.epoch, "seq": self._world.events.last}

    def _message(self, event: str, data: Json, *, has_id: bool = True) -> bytes:
        number = f"id: {self._epoch}.{self._seq}\n" if has_id else ""
        return f"event: {event}\n{number}data: {encode(data)}\n\n".encode("ascii")
