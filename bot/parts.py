"""What `app` and `telegram.assembly` hand each other, so that neither needs the other's insides."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.clock import SystemClock
from bot.config import Settings
from bot.scheduler.pulse import RunDue
from bot.shifts import Shift
from bot.usecases.room import Room
from bot.waypoints import Pass
from bot.working import Drain
from storage.database import Database
from storage.leases import Process
from storage.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What stands before anything is built on it; `sending` is this process's part in sending."""

    settings: Settings
    database: Database
    clock: SystemClock
    room: Room
    process: Process
    sending: Shift
    passing: Pass


class NextDue(Protocol):
    def __call__(self, tx: Tx, *, now: datetime) -> datetime | None:
        """The earliest moment, past or future, at which something is to be done or sent."""
        ...


class Sending(Protocol):
    """What the program sees of the sender."""

    @property
    def is_running(self) -> bool: ...

    async def run(self) -> None: ...

    async def stop(self) -> None: ...

    async def relieve(self) -> None: ...

    def ring(self) -> None: ...

    def metrics(self) -> Mapping[str, int]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What does the work. `drain` handles every update that waits, and tells how many."""

    drain: Drain
    sender: Sending
    run_due: RunDue
    next_due: NextDue
    close: Callable[[], Awaitable[None]]


BuildParts = Callable[[Given], Awaitable[Parts]]
