"""getUpdates: the long poll, the throttle of impatient pollers, and the rule of one poller."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from .clock import Clock
from .errors import ApiError, PollCut
from .floods import Limits
from .params import Params
from .updates import Update, UpdateQueue

LONGEST_POLL_S = 50  # LONG_POLL_MAX_TIMEOUT
CONFLICT_PAUSE_S = 3.0  # the second 409 within this time is held back as long
OTHER_POLLER = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)
_NETWORK_CUT = "cut"
WEBHOOK_SET = "Conflict: terminated by setWebhook request"


@dataclass(slots=True, eq=False)
class _Poll:
    """One waiting getUpdates; `is_gone` says whether its client has hung up."""

    is_gone: Callable[[], bool]
    ended_by: str | None = None  # the text of a conflict, or empty for a plain end


class Poller:
    """The polling side of one bot."""

    def __init__(self, queue: UpdateQueue, clock: Clock, limits: Limits) -> None:
        self._queue = queue
        self._clock = clock
        self._limits = limits
        self._waiting: _Poll | None = None
        self._last: tuple[int, float] | None = None  # offset and moment of the former call
        self._next_conflict_at = 0.0

    async def read(self, params: Params, is_gone: Callable[[], bool]) -> list[Update]:
        """One getUpdates.

        Raises ApiError 409 when another one takes over while it waits, and PollCut.
        """
        self._queue.allow(params.structure("allowed_updates"))
        offset = params.integer("offset")
        limit = min(max(params.integer("limit", 100), 1), 100)
        timeout_s = min(max(params.integer("timeout"), 0), LONGEST_POLL_S)
        limit, timeout_s = self._throttled(offset, limit, timeout_s)
        page = self._queue.read(offset, limit, now=self._clock.now())
        if page or timeout_s == 0:
            return page
        return await self._wait(_Poll(is_gone), offset, limit, timeout_s)

    def interrupt(self, reason: str = "") -> None:
        """End the waiting poll: with a conflict, or with an empty page when no reason is given."""
        if self._waiting is not None:
            self._waiting.ended_by = reason
            self._queue.bell.ring()

    def cut(self) -> None:
        """End the waiting poll without any answer."""
        self.interrupt(_NETWORK_CUT)

    async def conflict(self, description: str) -> ApiError:
        """The 409 to raise; Telegram holds back all but one of them in three seconds."""
        now = self._clock.monotonic()
        if now < self._next_conflict_at and self._limits.poll_throttle:
            await asyncio.sleep(CONFLICT_PAUSE_S)
        else:
            self._next_conflict_at = now + CONFLICT_PAUSE_S
        return ApiError(409, description)

    def _throttled(self, offset: int, limit: int, timeout_s: int) -> tuple[int, int]:
        # A poll that its client gave up proves no impatience: after a crash the same offset comes.
        if self._waiting is not None and self._waiting.is_gone():
            self._last = None
        now = self._clock.monotonic()
        if self._limits.poll_throttle and self._last is not None and self._last[0] == offset:
            since = now - self._last[1]
            if since < 3.0:
                timeout_s = max(timeout_s, 3)
            if since < 0.5:
                limit = 1
        self._last = (offset, now)
        return limit, timeout_s

    async def _wait(self, poll: _Poll, offset: int, limit: int, timeout_s: int) -> list[Update]:
        if self._waiting is not None:
            self.interrupt("" if self._waiting.is_gone() else OTHER_POLLER)
        self._waiting = poll
        until = self._clock.monotonic() + timeout_s
        page: list[Update] = []
        try:
            while not page and (left := until - self._clock.monotonic()) > 0:
                await self._queue.bell.wait(left)
                if poll.ended_by is not None or poll.is_gone():
                    break
                page = self._queue.read(offset, limit, now=self._clock.now())
        finally:
            if self._waiting is poll:
                self._waiting = None
                if poll.is_gone():
                    self._last = None
        if poll.ended_by == _NETWORK_CUT:
            raise PollCut
        if poll.ended_by:
            raise await self.conflict(poll.ended_by)
        return page
