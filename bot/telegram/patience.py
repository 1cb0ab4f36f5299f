"""How receiving takes a no: wait and try again, or say that only the operator can help."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from bot.errors import ApiFailure, ApiRefused, CannotRun, ReceivingConflict, TokenUnknown
from bot.ports import Clock
from storage.errors import SealError, StorageError

T = TypeVar("T")
log = logging.getLogger(__name__)

FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 30.0
LONGEST_RETRY_AFTER_S = 300.0
CONFLICT_WAIT_S = 1.0
CONFLICT_PATIENCE_S = 10.0
"""A poll of a process that was just killed can hold the line for a few seconds."""

NOT_FOUND, UNAUTHORIZED, CONFLICT, TOO_MANY = 404, 401, 409, 429


class Patience:
    """Repeats a step until it succeeds; `wake` ends the present or the next wait early."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._bell = asyncio.Event()
        self._conflict_since: float | None = None

    def wake(self) -> None:
        self._bell.set()

    async def wait(self, seconds: float) -> None:
        """So long, or until `wake`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._bell.wait()
        self._bell.clear()  # not before: whoever rang during the step shall not wait either

    async def until_done(self, step: Callable[[], Awaitable[T]]) -> T:
        """Waits 1, 2, 4 ... 30 s between failures of the network, the server or the disk.

        Raises TokenUnknown, ReceivingConflict after ten seconds of it, and what storage says of
        keys that do not fit.
        """
        attempt = 0
        while True:
            try:
                done = await step()
            except (CannotRun, SealError):
                raise
            except Exception as error:
                attempt += 1
                seconds = self._seconds_after(error, attempt)
                _tell(error, attempt, seconds)
            else:
                self._conflict_since = None
                if attempt:
                    log.info("it works again", extra={"action": "api_back", "attempts": attempt})
                return done
            await self.wait(seconds)

    def _seconds_after(self, failure: Exception, attempt: int) -> float:
        """How long to wait. Raises what waiting cannot mend."""
        otherwise_s = min(FIRST_WAIT_S * 2.0 ** min(attempt - 1, 10), LONGEST_WAIT_S)
        if not isinstance(failure, ApiRefused):
            return otherwise_s
        if failure.status in (UNAUTHORIZED, NOT_FOUND):
            raise TokenUnknown(failure.status) from None
        if failure.status == CONFLICT:
            return self._after_conflict()
        if failure.status == TOO_MANY and failure.retry_after_s is not None:
            return min(failure.retry_after_s, LONGEST_RETRY_AFTER_S)
        return otherwise_s

    def _after_conflict(self) -> float:
        now = self._clock.monotonic()
        if self._conflict_since is None:
            self._conflict_since = now
        if now - self._conflict_since >= CONFLICT_PATIENCE_S:
            raise ReceivingConflict from None
        return CONFLICT_WAIT_S


def _tell(failure: Exception, attempt: int, seconds: float) -> None:
    extra: dict[str, object] = {"action": "receiving_failed", "error": type(failure).__name__}
    extra |= {"attempt": attempt, "seconds": seconds}
    if isinstance(failure, ApiFailure):
        extra |= {"method": failure.method, "reason": failure.reason}
    known = isinstance(failure, ApiFailure | StorageError)
    log.warning("could not receive; trying again", extra=extra, exc_info=not known)
