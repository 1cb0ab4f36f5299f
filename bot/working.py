"""The loop that has the inbox emptied: at each bell, and now and then without one."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

log = logging.getLogger(__name__)

LOOK_S = 5.0  # where no bell was heard
AGAIN_S = 1.0  # after a failure


Drain = Callable[[Callable[[], bool]], Awaitable[int]]
"""It is told whether to take anything more in hand."""


class Working:
    """`drain` handles all that waits, when `bell` is set; `rested` is called after it."""

    def __init__(
        self,
        drain: Drain,
        bell: asyncio.Event,
        rested: Callable[[], None],
    ) -> None:
        self.is_working = False
        self._drain = drain
        self._bell = bell
        self._rested = rested
        self._is_stopping = False

    def stop(self) -> None:
        """Finish what is in hand, take nothing more."""
        self._is_stopping = True
        self._bell.set()

    async def run(self) -> None:
        while not self._is_stopping:
            self._bell.clear()  # before looking: what comes in meanwhile rings again
            wait_s = LOOK_S if await self._work() else AGAIN_S
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._bell.wait()

    async def _work(self) -> bool:
        """False if it failed."""
        self.is_working = True
        try:
            await self._drain(lambda: self._is_stopping)
        except Exception:
            log.exception("the inbox could not be emptied", extra={"action": "drain_failed"})
            return False
        finally:
            self.is_working = False
            self._rested()
        return True
