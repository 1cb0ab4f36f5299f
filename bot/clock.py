"""The only file that reads the clock; everything below the edge gets `now` as an argument.

- `now()`: what people notice. Under KABAR_CLOCK=manual it is the system's time plus an offset.
- `wall()`: the system's time, for send backoff, uncertain waits and the gap in receiving.
- `monotonic()`: seconds that only run forward, for pacing and ages.
"""

import asyncio
import logging
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from bot.config import ClockKind, Settings
from bot.errors import ClockMismatch
from storage import settings as kept
from storage.database import Database
from storage.errors import StorageError
from storage.transaction import Tx

log = logging.getLogger(__name__)

CORRECTION = timedelta(minutes=5)
"""A step back of the system's clock up to this long is waited out, a longer one is followed:
time that stands still for hours would hold up every alert."""
FOLLOW_S = 0.5  # how often the clock that others move is looked at
CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class SystemClock:
    """The time as it is; `now` does not go back when the system's clock is set a little back."""

    def __init__(self) -> None:
        self._last = self.wall()

    def now(self) -> datetime:
        """Aware, UTC."""
        wall = self.wall()
        if self._last - wall > CORRECTION:
            log.warning("the system's clock was set back", extra={"action": "clock_set_back"})
            self._last = wall
        self._last = max(self._last, wall)
        return self._last

    def wall(self) -> datetime:
        """Aware, UTC, without any offset."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some moment; on Linux also those in which the machine slept."""
        return time.clock_gettime(CLOCK)


class MovedClock(SystemClock):
    """The system's time plus an offset that only grows."""

    def __init__(self, offset: timedelta) -> None:
        super().__init__()
        self._offset = offset

    def now(self) -> datetime:
        return super().now() + self._offset

    @property
    def offset(self) -> timedelta:
        return self._offset

    def offset_to(self, moment: datetime) -> timedelta:
        """The offset with which it is `moment` now; never less than the one there is."""
        return max(self._offset, self._offset + (moment - self.now()))

    def move(self, offset: timedelta) -> None:
        """Let it be that much later; a smaller offset changes nothing."""
        self._offset = max(self._offset, offset)


def keep_offset(tx: Tx, offset: timedelta) -> None:
    """Write the offset down, so that a restart and other processes find it."""
    kept.write(tx, kept.CLOCK_OFFSET, repr(offset.total_seconds()))


async def follow(database: Database, clock: MovedClock) -> None:
    """Move with the others: of several processes one alone is asked to let time pass."""
    while True:
        with suppress(StorageError):
            clock.move(await database.read(_kept_offset))
        await asyncio.sleep(FOLLOW_S)


def open_clock(settings: Settings, tx: Tx) -> SystemClock:
    """The clock of `kabar run`: a MovedClock under KABAR_CLOCK=manual. Raises ClockMismatch."""
    offset = _kept_offset(tx)
    if settings.clock is ClockKind.MANUAL:
        return MovedClock(offset)
    if offset:
        raise ClockMismatch(offset)
    return SystemClock()


def clock_for_command(tx: Tx, settings: Settings) -> SystemClock:
    """The clock of a command, which runs beside `kabar run` and must see the time as it does.

    The database knows what time it is there, whatever this shell's KABAR_CLOCK says.
    """
    offset = _kept_offset(tx)
    moved = settings.clock is ClockKind.MANUAL or bool(offset)
    return MovedClock(offset) if moved else SystemClock()


def _kept_offset(tx: Tx) -> timedelta:
    found = kept.read(tx, kept.CLOCK_OFFSET)
    return timedelta(seconds=float(found)) if found else timedelta()
