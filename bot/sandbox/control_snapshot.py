"""/control/snapshot: all of this Telegram, to take away and to bring back."""

import json

from aiohttp import web

from . import snapshot
from .botapi import WORLD
from .errors import ControlError, SnapshotError
from .fields import Fields
from .wire import answer


def routes() -> list[web.RouteDef]:
    return [
        web.get("/control/snapshot", _read),
        web.post("/control/snapshot", _restore),
    ]


async def _read(request: web.Request) -> web.Response:
    parts = snapshot.pieces(snapshot.dump(request.app[WORLD]))
    return web.Response(body="".join(parts).encode("ascii"), content_type="application/json")


async def _restore(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    try:
        kept = json.loads(await request.content.read())  # may be larger than any upload
        if not isinstance(kept, dict):
            raise ControlError(400, "A snapshot is a JSON object.")
        begins_at = Fields(kept).optional_number("begins_at")
        await snapshot.restore(world, kept)
    except (ValueError, RecursionError):
        raise ControlError(400, "The body is not JSON.") from None
    except SnapshotError as error:
        raise ControlError(400, error.text) from None
    if begins_at is not None:
        world.clock.begin_at(begins_at)
    return answer({"ok": True, "epoch": world.epoch})
