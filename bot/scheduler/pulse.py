"""One pass over what is due now; one at a time, whoever asks: the ticker or a moved clock."""

import asyncio
import logging
from collections.abc import Awaitable
from datetime import datetime
from typing import Protocol

from bot.ports import Clock

log = logging.getLogger(__name__)


class RunDue(Protocol):
    def __call__(self, *, now: datetime) -> Awaitable[int]:
        """Do everything that is due at `now`; how much was it?"""
        ...


class Pulse:
    """Runs what is due and remembers when it last did."""

    def __init__(self, run_due: RunDue, clock: Clock) -> None:
        self._run_due = run_due
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._beat_at: float | None = None

    @property
    def age_s(self) -> float | None:
        """Seconds since the last pass ended, None before the first."""
        beat = self._beat_at
        return None if beat is None else self._clock.monotonic() - beat

    async def tick(self) -> None:
        """A pass, unless one is under way."""
        if not self._one_at_a_time.locked():
            await self.beat()

    async def beat(self) -> None:
        """A pass that fails is logged and tried again with the next one."""
        async with self._one_at_a_time:
            try:
                done = await self._run_due(now=self._clock.now())
            except Exception:
                log.exception("a pass over what is due failed", extra={"action": "tick_failed"})
                return
            self._beat_at = self._clock.monotonic()
        if done:
            log.info("done what was due", extra={"action": "tick", "count": done})
