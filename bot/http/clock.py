"""/clock, under KABAR_CLOCK=manual and for this machine alone: read the time, or let some pass.

GET  -> {"now", "next_due_at"}
POST {"advance_s": seconds} -> the same, or 504 {"now", "unsettled": {"inbox", "outbox"}}

With "audit": false the audit is left out, which otherwise looks at everything at the end.
"""

import json
from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.scheduler.advance import Advance, Arrival

LONGEST_S = 10 * 366 * 86_400.0  # ten years in one go; the calendar ends somewhere
PATH = "/clock"


def clock_routes(advance: Advance) -> list[web.RouteDef]:
    """Routes that read and move the clock."""

    async def read(_: web.Request) -> web.Response:
        return _answer(await advance.look())

    async def move(request: web.Request) -> web.Response:
        try:
            seconds, audits = _wanted(await request.read())
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=400)
        return _answer(await advance.by(timedelta(seconds=seconds), audits=audits))

    return [web.get(PATH, _local(read)), web.post(PATH, _local(move))]


def _local(handler: Handler) -> Handler:
    """Refuse everybody who does not sit at this machine."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        if not _is_loopback(request.remote or ""):
            return web.json_response({"error": "The clock serves this machine only."}, status=403)
        return await handler(request)

    return guarded


def _is_loopback(peer: str) -> bool:
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def _wanted(body: bytes) -> tuple[float, bool]:
    """Seconds, and whether to audit at the end. Raises ValueError with a text for the one who
    called."""
    wanted = f'Send {{"advance_s": n}}, n a number of seconds from 0 to {LONGEST_S:.0f}'
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError(f"This is not JSON. {wanted}.") from None
    seconds = asked.get("advance_s") if isinstance(asked, dict) else None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise ValueError(f"There is no number advance_s. {wanted}.")
    if not 0 <= seconds <= LONGEST_S:  # NaN is not, either
        raise ValueError(f"advance_s is out of range. {wanted}.")
    return float(seconds), asked.get("audit") is not False


def _answer(arrival: Arrival) -> web.Response:
    told: dict[str, Any] = {"now": arrival.now.isoformat()}
    if arrival.unsettled is None:
        due = arrival.next_due_at
        told["next_due_at"] = None if due is None else due.isoformat()
        return web.json_response(told)
    waiting = arrival.unsettled
    told["unsettled"] = {"inbox": waiting.inbox, "outbox": waiting.outbox}
    return web.json_response(told, status=504)
