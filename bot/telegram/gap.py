"""How long Telegram's updates were not taken: measured here, kept in the database.

By the system's time, whatever a moved clock says. A gap runs from the last moment at which they
were surely taken to the beginning of the next poll that is answered; while none is, it grows.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.telegram.line import Line
from storage import gaps, inbox, settings
from storage.gaps import Span
from storage.inbox import Arrived
from storage.transaction import Tx

WRITTEN_EVERY = timedelta(seconds=15)  # while nothing comes in
NOTABLE = timedelta(seconds=5)  # shorter ones lie between any two polls
LOOK_S = 1.0
STILL = timedelta(seconds=5)
"""A look at the clock so late means that the process stood still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """`taps_last`: a tap in a longer gap may be lost. `settles_after`: how long after the gap it
    takes until all that waited has come in, once nothing more is known to wait."""

    taps_last: timedelta
    settles_after: timedelta


POLLED = Habits(taps_last=timedelta(seconds=150), settles_after=timedelta())
"""callback_query waits 150 s for a poll, a message 24 h (telegram-bot-api, Client.cpp,
`process_new_callback_query_queue` and `add_message_update`)."""

DELIVERED = Habits(taps_last=timedelta(seconds=120), settles_after=timedelta(seconds=120))
"""A webhook that fails is tried again after 1, 2, 4 ... seconds and at most 60 to 120, and not at
all if that try would come after the 150 s (WebhookActor.cpp, `on_update_error`): the last one for a
tap is at about 123 s, and what waits may come up to 120 s after the gap."""


class Wakefulness:
    """Looks at the clock each second: a process that was stopped (SIGSTOP, a machine asleep) cannot
    tell otherwise from when on it did nothing."""

    def __init__(self, line: Line) -> None:
        self._clock = line.clock
        self._looked_at = line.clock.wall()
        self._stood: Span | None = None
        self._next: asyncio.TimerHandle | None = None

    def start(self) -> None:
        self._looked_at = self._clock.wall()
        self._next = asyncio.get_running_loop().call_later(LOOK_S, self._look)

    def stop(self) -> None:
        if self._next is not None:
            self._next.cancel()

    def stood_still(self, *, since: datetime) -> Span | None:
        """The last time at which it stood still, if that ended after `since`."""
        self._notice()
        is_new = self._stood is not None and self._stood.ends > since
        return self._stood if is_new else None

    def _look(self) -> None:
        self._notice()
        self._next = asyncio.get_running_loop().call_later(LOOK_S, self._look)

    def _notice(self) -> None:
        wall = self._clock.wall()
        if wall - self._looked_at > STILL:
            self._stood = Span(begins=self._looked_at, ends=wall)
        self._looked_at = wall


class Watch:
    """Keeps what comes in, together with until when it did."""

    def __init__(self, line: Line, habits: Habits) -> None:
        self._line = line
        self._clock = line.clock
        self._habits = habits
        self._wakefulness = Wakefulness(line)
        self._alive_at: datetime | None = None
        self._written_at: datetime | None = None
        self._last_gap: timedelta | None = None
        self._is_failing = True
        self.is_behind = False
        """Does Telegram still hold something from the time of a gap?"""

    @property
    def gap_s(self) -> float | None:
        """Seconds of the last gap, while receiving fails of the present one; None if there never
        was one."""
        if self._is_failing and self._alive_at is not None:
            return max((self._clock.wall() - self._alive_at).total_seconds(), 0.0)
        return None if self._last_gap is None else self._last_gap.total_seconds()

    async def open(self) -> None:
        """Look where the last process ended. Raises what the database raises."""
        self._wakefulness.start()
        self._alive_at, self.is_behind = await self._line.database.read(_where_it_ended)

    def close(self) -> None:
        self._wakefulness.stop()

    def failed(self) -> None:
        """Telegram did not answer, or what came could not be kept."""
        self._is_failing = True

    async def polled(
        self, updates: Iterable[Arrived], *, began: datetime, timeout_s: int, is_all: bool
    ) -> int:
        """A poll that began then was answered: keep what it brought; how much was new? Telegram
        held it no longer than its timeout, and nobody held it while the process stood still."""
        ends = min(self._clock.wall(), began + timedelta(seconds=max(timeout_s, 1)))
        stood = self._wakefulness.stood_still(since=began)
        if stood is not None:
            ends = max(began, min(ends, stood.begins))
        return await self._keep(tuple(updates), began, ends, is_all=is_all)

    async def beat(self) -> None:
        """By webhook: since the last beat the process has lived, and could take what was
        delivered. After a failure that is true from now on only."""
        wall = self._clock.wall()
        began = wall if self._is_failing or self._alive_at is None else self._alive_at
        stood = self._wakefulness.stood_still(since=began)
        if stood is not None and not self._is_failing:
            self._alive_at, began = max(began, stood.begins), stood.ends
        await self._keep((), began, wall, is_all=True)

    async def _keep(
        self, updates: tuple[Arrived, ...], began: datetime, ends: datetime, *, is_all: bool
    ) -> int:
        """Nothing is written for an empty page, unless it is time to or it ends a gap."""
        new = 0
        if updates or self._is_to_write(began, ends, is_all=is_all):
            span = Span(begins=began, ends=ends, known=self._alive_at)
            new, gap = await self._line.database.write(
                _keep,
                self._line.bot,
                updates,
                span,
                self._habits,
                is_all=is_all,
                now=self._clock.now(),
                wall=self._clock.wall(),
            )
            self._written_at = ends
            self.is_behind = not is_all and (self.is_behind or gap > self._habits.taps_last)
            self._last_gap = gap if gap > NOTABLE else self._last_gap
        self._alive_at, self._is_failing = ends, False
        return new

    def _is_to_write(self, began: datetime, ends: datetime, *, is_all: bool) -> bool:
        if self._written_at is None or self._alive_at is None:
            return True
        is_gap = began - self._alive_at > NOTABLE
        return is_gap or ends - self._written_at >= WRITTEN_EVERY or (self.is_behind and is_all)


def _where_it_ended(tx: Tx) -> tuple[datetime | None, bool]:
    missed = gaps.pending(tx, settings.MISSED)
    return gaps.alive_at(tx), missed is not None and missed.due_at is None


def _keep(
    tx: Tx,
    bot: str,
    updates: tuple[Arrived, ...],
    span: Span,
    habits: Habits,
    *,
    is_all: bool,
    now: datetime,
    wall: datetime,
) -> tuple[int, timedelta]:
    """Updates and the moment go into the database together; how many were new, after what gap?"""
    new = inbox.store(tx, bot, updates, now=now)
    length = gaps.received(tx, span, offset=now - wall, lost_after=habits.taps_last)
    if is_all:
        gaps.all_is_in(tx, at=now + habits.settles_after)
    return new, length
