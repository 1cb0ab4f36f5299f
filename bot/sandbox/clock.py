"""The only place of the sandbox that reads the time, and the bell that wakes who waits."""

import asyncio
import time

from .wire import Json


class Bell:
    """Wakes everyone who waits for it; rung with nobody waiting it does nothing."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()
        self.rung = 0  # how often: who compares misses nothing between two waits

    def ring(self) -> None:
        self.rung += 1
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)
        self._waiting.clear()

    async def wait(self, timeout_s: float) -> bool:
        """True when it rang within `timeout_s` seconds of real time."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        try:
            async with asyncio.timeout(max(timeout_s, 0)):
                await waiter
        except TimeoutError:
            return False
        else:
            return True
        finally:
            self._waiting.discard(waiter)


class Clock:
    """System time plus an offset, which moves forward only once it has begun.

    Lifetimes of updates, the age of a callback query, the 48 hours of deleting, flood windows and
    the waits between webhook attempts follow `now()`. Long polls and their throttle follow
    `monotonic()`. The `date` of a message is the system's time, unless `moves_dates` is on.
    """

    def __init__(self) -> None:
        self.offset_s = 0.0
        self.moves_dates = False
        self._moved = Bell()

    def system(self) -> float:
        """Unix seconds of the machine."""
        return time.time()

    def now(self) -> float:
        """Unix seconds with the offset."""
        return time.time() + self.offset_s

    def monotonic(self) -> float:
        """Seconds that no offset moves, for the length of a poll."""
        return time.monotonic()

    def date(self) -> int:
        """What a message made now carries as its `date`."""
        return int(self.now() if self.moves_dates else self.system())

    def begin_at(self, moment: float) -> None:
        """Set it to unix seconds, past ones too."""
        self.offset_s = moment - time.time()
        self._moved.ring()

    def json(self) -> Json:
        """As the control side tells it."""
        return {
            "now": self.now(),
            "system": self.system(),
            "offset_s": self.offset_s,
            "moves_dates": self.moves_dates,
        }

    def advance(self, seconds: float) -> None:
        self.offset_s += seconds
        self._moved.ring()

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds` of `now()`: advancing the clock shortens the wait."""
        until = self.now() + seconds
        while (left := until - self.now()) > 0:
            await self._moved.wait(left)
