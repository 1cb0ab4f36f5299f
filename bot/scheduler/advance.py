"""Moves the clock of a test centre forward as if the time had passed: stop by stop, in order."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import MovedClock
from storage.errors import StorageError
from storage.figures import Unsettled

log = logging.getLogger(__name__)

PATIENCE_S = 60.0
LOOK_AGAIN_S = 0.05  # while waiting for what changes no row
STOPS_AT_ONE_MOMENT = 5
"""Something that stays due after so many passes is a fault, and must not hold up the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What moving needs of the running program.

    - `opened` is set once everything runs; `changed` after each commit and each piece of work.
    - `receive` ends a receiving round that began after the call.
    - `next_due` is the earliest moment, past or future, at which something is to be done.
    - `unsettled` is what waits at the two doors; `is_working` says whether a row is in hand.
    - `keep_offset` writes the clock's offset down; `moved` is called after each move.
    - `audit` looks whether everything is as it should be, once the end is reached.
    """

    opened: asyncio.Event
    changed: asyncio.Event
    receive: Callable[[], Awaitable[None]]
    run_due: Callable[[], Awaitable[None]]
    next_due: Callable[[], Awaitable[datetime | None]]
    unsettled: Callable[[], Awaitable[Unsettled]]
    is_working: Callable[[], bool]
    keep_offset: Callable[[timedelta], Awaitable[None]]
    moved: Callable[[], None]
    audit: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Where the clock stands; `unsettled` only where patience ran out on the way."""

    now: datetime
    next_due_at: datetime | None
    unsettled: Unsettled | None = None


class Advance:
    """Moves one clock; calls wait for each other."""

    def __init__(
        self, clock: MovedClock, around: Surroundings, *, patience_s: float = PATIENCE_S
    ) -> None:
        self._clock = clock
        self._around = around
        self._patience_s = patience_s
        self._one_at_a_time = asyncio.Lock()

    async def look(self) -> Arrival:
        """Where the clock stands, without moving it."""
        await self._around.opened.wait()
        return Arrival(now=self._clock.now(), next_due_at=await self._around.next_due())

    async def by(self, distance: timedelta, *, audits: bool = True) -> Arrival:
        """Let `distance` pass. The clock arrives, even if not everything could be settled.

        1. Finish one receiving round, and what came with it.
        2. Stop at each due moment in order: move the clock there, do what is due, settle.
        3. Stop at the end. It is counted from when step 1 was done, so that what a person did just
           before has its whole time.
        4. Look at all of it as the audit does, and settle what follows from that; not with
           `audits` False, for whoever moves a large centre in many small steps.
        """
        async with self._one_at_a_time:
            end = self._clock.now() + distance
            try:
                async with asyncio.timeout(self._patience_s) as patience:
                    end = await self._begin(distance)
                    await self._visit_until(end)
                    await self._stop_at(end)
                    if audits:
                        await self._around.audit()
                        await self._settle()
                    return await self.look()
            except TimeoutError:
                if not patience.expired():
                    raise
            return await self._give_up(end)

    async def _begin(self, distance: timedelta) -> datetime:
        await self._around.opened.wait()
        await self._around.receive()
        await self._settle()
        return self._clock.now() + distance

    async def _visit_until(self, end: datetime) -> None:
        last, stops = None, 0
        while (moment := await self._around.next_due()) is not None and moment <= end:
            stops = stops + 1 if moment == last else 1
            last = moment
            if stops > STOPS_AT_ONE_MOMENT:
                extra = {"action": "still_due", "moment": moment.isoformat(), "count": stops - 1}
                log.error("something stays due, whatever is done; going on", extra=extra)
                return
            await self._stop_at(moment)

    async def _stop_at(self, moment: datetime) -> None:
        await self._move_to(moment)
        await self._around.run_due()
        await self._settle()

    async def _move_to(self, moment: datetime) -> None:
        """Written down first: a crash in between must not let the time go back."""
        offset = self._clock.offset_to(moment)
        if offset > self._clock.offset:
            await self._around.keep_offset(offset)
            self._clock.move(offset)
        self._around.moved()

    async def _settle(self) -> None:
        """Wait until every update is handled and every message that is due is sent."""
        while True:
            self._around.changed.clear()
            with suppress(StorageError):  # a database that is away for a moment settles nothing
                waiting = await self._around.unsettled()
                if waiting.is_nothing and not self._around.is_working():
                    return
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AGAIN_S):
                    await self._around.changed.wait()

    async def _give_up(self, end: datetime) -> Arrival:
        await self._move_to(end)
        waiting = await self._around.unsettled()
        extra = {"action": "unsettled", "waiting": waiting.inbox + waiting.outbox}
        log.warning("the clock was moved, but not everything is settled", extra=extra)
        return Arrival(now=self._clock.now(), next_due_at=None, unsettled=waiting)
