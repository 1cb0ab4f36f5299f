"""Who does what only one process may do: this one's part in it, renewed while it works.

With one process on one database it is always this one. With several, each asks for every shift
once a second, works while it holds one, and stands by where another does.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from enum import StrEnum
from typing import Any

from bot.nursery import Nursery
from bot.ports import Clock
from storage import inbox, leases
from storage.database import Database
from storage.errors import DatabaseClosed, StorageError
from storage.leases import LASTS, LIVING, Held, Process
from storage.transaction import Tx

log = logging.getLogger(__name__)

LOOK_S = 1.0  # how often a process that stands by asks
RENEW_S = 2.0
STOP_S = 95.0  # for calls under way when their shift is lost: they are finished and recorded
WORTH_S = LASTS.total_seconds() - 1.0  # less than it lasts: clocks of two machines run unevenly


Work = Callable[[], Coroutine[Any, Any, None]]


class Role(StrEnum):
    RECEIVING = "receiving"
    SENDING = "sending"
    TICKING = "ticking"


class Shift:
    """One role. `is_mine` is asked at every step that another process must not do as well."""

    def __init__(self, role: Role, database: Database, clock: Clock, process: Process) -> None:
        self.role = role
        self._database = database
        self._clock = clock
        self._process = process
        self._held: Held | None = None
        self._asked_at = 0.0
        self._has_asked = False

    @property
    def stands_by(self) -> bool:
        """Has it asked lately, and is it another's? A database that is away answers nobody."""
        is_fresh = self._clock.monotonic() - self._asked_at < WORTH_S
        return self._has_asked and self._held is None and is_fresh

    @property
    def is_mine(self) -> bool:
        """By a clock that also runs while the process is frozen: woken late, it says no."""
        if not self._database.is_shared:
            return True
        is_fresh = self._clock.monotonic() - self._asked_at < WORTH_S
        return self._held is not None and is_fresh

    def holds(self, tx: Tx) -> bool:
        """The same by the database, for the rest of this transaction."""
        if not self._database.is_shared:
            return True
        return self._held is not None and leases.holds(tx, self._held)

    async def take(self) -> bool:
        """Ask once; it counts from the moment before the question."""
        if not self._database.is_shared:
            return True
        asked_at = self._clock.monotonic()
        self._held = await self._database.write(leases.take, self.role, self._process)
        self._asked_at, self._has_asked = asked_at, True
        return self._held is not None

    async def renew(self) -> bool:
        """False once another process has it."""
        if not self._database.is_shared:
            return True
        asked_at, held = self._clock.monotonic(), self._held
        if held is None or not await self._database.write(leases.renew, held):
            self._held = None
            return False
        self._asked_at = asked_at
        return True

    async def let_go(self) -> None:
        """At the end of the program, after the work: the next process need not wait."""
        held, self._held = self._held, None
        if held is not None:
            with suppress(StorageError):
                await self._database.write(leases.let_go, held)


class Shifts:
    """All roles of this process."""

    def __init__(
        self, database: Database, clock: Clock, nursery: Nursery, process: Process
    ) -> None:
        self.process = process
        self._database = database
        self._nursery = nursery
        self._troubles = set[str]()
        self._shifts = {role: Shift(role, database, clock, self.process) for role in Role}

    def of(self, role: Role) -> Shift:
        return self._shifts[role]

    async def serve(self, role: Role, work: Work, stop: Work | None = None) -> None:
        """Do `work` whenever the shift is ours. When it is lost, `stop` is called, and what has
        not ended after a while is cancelled. Work that ends by itself ends this too."""
        shift = self._shifts[role]
        while True:
            await self._until_taken(shift)
            log.info("on shift", extra={"action": "shift_taken", "role": role})
            working = self._nursery.start(role, work())
            try:
                await self._while_held(shift, working)
            except asyncio.CancelledError:
                working.cancel()
                raise
            if working.done() and await self._is_still(shift):
                return
            log.warning("the shift was lost", extra={"action": "shift_lost", "role": role})
            if stop is not None:
                self._nursery.start(f"end of {role}", stop())
            await self._nursery.finish(working, patience_s=STOP_S if stop else 0.0)

    async def keep_alive(self) -> None:
        """Say again and again that this process lives, and free what dead ones had in hand."""
        name = f"{LIVING}{self.process.id}"
        while self._database.is_shared:
            try:
                await self._database.write(leases.take, name, self.process)
                await self._database.write(_bury, self.process)
                self._works_again("alive_untold")
            except DatabaseClosed:
                return
            except StorageError as error:
                self._troubled("alive_untold", error)
            await asyncio.sleep(RENEW_S)

    async def let_go(self) -> None:
        """At the end of the program: nobody waits for this process, nor misses it."""
        for shift in self._shifts.values():
            await shift.let_go()
        if self._database.is_shared:
            with suppress(StorageError):
                await self._database.write(_leave, self.process)

    async def _until_taken(self, shift: Shift) -> None:
        while True:
            try:
                is_taken = await shift.take()
                self._works_again("shift_unasked", shift.role)
                if is_taken:
                    return
            except DatabaseClosed:
                raise
            except StorageError as error:
                self._troubled("shift_unasked", error, shift.role)
            await asyncio.sleep(LOOK_S)

    async def _is_still(self, shift: Shift) -> bool:
        """Did the work end by itself, and not because another process has the shift?"""
        try:
            return await shift.renew()
        except DatabaseClosed:
            return True
        except StorageError:
            return False  # ask for it again: it may be another's by now

    async def _while_held(self, shift: Shift, working: asyncio.Task[None]) -> None:
        """Until the work ends or the shift is another's. A database that is away for a moment
        takes nothing from anybody, but what is not renewed in time counts as lost."""
        while not working.done():
            await asyncio.wait((working,), timeout=RENEW_S)
            try:
                if not working.done() and not await shift.renew():
                    return
                self._works_again("shift_not_renewed", shift.role)
            except DatabaseClosed:
                return
            except StorageError as error:
                self._troubled("shift_not_renewed", error, shift.role)
                if not shift.is_mine:
                    return

    def _troubled(self, action: str, error: Exception, role: str = "") -> None:
        """Once, not at every look until it works again."""
        if f"{action}{role}" not in self._troubles:
            self._troubles.add(f"{action}{role}")
            extra = {"action": action, "role": role or None, "error": type(error).__name__}
            log.warning("a shift cannot be kept up", extra=extra)

    def _works_again(self, action: str, role: str = "") -> None:
        if f"{action}{role}" in self._troubles:
            self._troubles.remove(f"{action}{role}")
            extra = {"action": f"{action}_over", "role": role or None}
            log.info("a shift can be kept up again", extra=extra)


def _leave(tx: Tx, process: Process) -> None:
    leases.leave(tx, process)
    inbox.release(tx, holders=(process.id,))


def _bury(tx: Tx, process: Process) -> None:
    gone = leases.bury(tx, process)
    if gone:
        inbox.release(tx, holders=gone)
        log.warning("a process is gone", extra={"action": "process_gone", "count": len(gone)})
