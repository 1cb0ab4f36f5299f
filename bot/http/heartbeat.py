"""Calls KABAR_HEARTBEAT_URL each minute while all is well, so that silence rings elsewhere."""

import logging
from collections.abc import Awaitable, Callable

import aiohttp

log = logging.getLogger(__name__)

EVERY_S = 60.0
LIMIT = aiohttp.ClientTimeout(total=10)


class Heartbeat:
    """`is_well` is asked before each beat: a beat that came anyway would tell a lie."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, is_well: Callable[[], Awaitable[bool]]
    ) -> None:
        self._session = session
        self._url = url
        self._is_well = is_well

    async def beat(self) -> None:
        if not await self._is_well():
            log.warning("no heartbeat: not all is well", extra={"action": "heartbeat_held"})
            return
        extra: dict[str, object] = {"action": "heartbeat_failed"}
        try:
            async with self._session.get(self._url, timeout=LIMIT) as answer:
                if answer.ok:
                    return
                extra |= {"status": answer.status}
        except (aiohttp.ClientError, OSError) as error:
            extra |= {"error": type(error).__name__}
        log.warning("the heartbeat was not taken", extra=extra)
