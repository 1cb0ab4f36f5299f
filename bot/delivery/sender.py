"""The one loop that empties the outbox.

    claim   rows that may go now are marked `sending`, and that is committed
    call    Telegram is asked, several rows at a time
    settle  the outcome is recorded, if the row is still in our hand

Killed between the first and the last, a row stays `sending`; the next start finds it and treats it
as one whose outcome nobody knows.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime

from bot.delivery.carrier import SETTLE_TRIES, Carrier, Unreachable, warn
from bot.delivery.lanes import Group, Places, group_of
from bot.delivery.pacing import HORIZON_S, Pacing, Rates
from bot.delivery.rounds import MaySend, Round, recover, take
from bot.errors import TokenUnknown
from bot.ports import Clock, Messenger
from storage import deliveries
from storage.database import Database
from storage.deliveries import Claimed
from storage.errors import DatabaseClosed

log = logging.getLogger(__name__)

POLL_S = 0.5  # where no bell was heard
UNAUTHORIZED = 401
PLACES = Places()


class Sender:
    """Sends what waits until it is stopped. One for a bot's token."""

    def __init__(
        self,
        *,
        database: Database,
        messenger: Messenger,
        clock: Clock,
        rates: Rates,
        on_unreachable: Unreachable,
        repeat_mark: str,
        may_send: MaySend = lambda _: True,
        is_on_shift: Callable[[], bool] = lambda: True,
        places: Places = PLACES,
        settle_tries: int = SETTLE_TRIES,
    ) -> None:
        """`on_unreachable(owner_kind, owner_id, row)` is awaited before the row is settled, so
        that a crash in between cannot lose it; it may therefore be told twice. `repeat_mark` is put
        behind an alert that may have arrived before. Where several processes share a database,
        `may_send(tx)` says in each claim's own transaction whether this one sends, `is_on_shift()`
        right before each call."""
        self._database = database
        self._clock = clock
        self._may_send = may_send
        self._holds_shift = is_on_shift
        self._mark = repeat_mark
        self._places = places
        self._pacing = Pacing(rates)
        self._carrier = Carrier(
            database=database,
            messenger=messenger,
            clock=clock,
            pacing=self._pacing,
            on_unreachable=on_unreachable,
            is_on_shift=self._is_on_shift,
            settle_tries=settle_tries,
        )
        self._flying: dict[str, Group] = {}
        self._lease = secrets.token_hex(8)
        self._bell, self._ended = asyncio.Event(), asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = self._is_relieved = self._is_unsure = False

    async def run(self) -> None:
        """Send until `stop`, or until another process sends (`is_relieved`). Raises TokenUnknown
        once Telegram refuses the token."""
        self._loop = asyncio.get_running_loop()
        try:
            async with asyncio.TaskGroup() as flights:
                await self._pump(flights)
        finally:
            self._loop = None
            self._ended.set()
        if self._carrier.is_refused:
            raise TokenUnknown(UNAUTHORIZED)

    async def stop(self) -> None:
        """Take nothing more in hand, and wait for what is."""
        self._stopping = True
        self._bell.set()
        if self.is_running:
            await self._ended.wait()

    def ring(self) -> None:
        """Something may be waiting. Safe in any thread, and before and after `run`."""
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # it was closed a moment ago
                loop.call_soon_threadsafe(self._bell.set)

    @property
    def is_running(self) -> bool:
        return self._loop is not None

    @property
    def is_relieved(self) -> bool:
        """Did `run` end because another process sends now?"""
        return self._is_relieved

    async def unsettled(self, now: datetime) -> int:
        """Rows that are due at `now` or on their way; uncertain ones wait for nobody."""
        return await self._database.read(deliveries.unsettled, now=now)

    async def is_idle(self, now: datetime) -> bool:
        """Is there nothing to send at `now`, and nothing on its way?"""
        return not self._flying and not await self.unsettled(now)

    def metrics(self) -> Mapping[str, int]:
        """How many rows ended how, since the start, and how many are on their way."""
        return {**self._carrier.counts, "in_flight": len(self._flying)}

    @property
    def _is_ending(self) -> bool:
        return self._stopping or self._is_relieved or self._carrier.is_refused

    def _is_on_shift(self) -> bool:
        return not self._is_relieved and self._holds_shift()

    async def _pump(self, flights: asyncio.TaskGroup) -> None:
        try:
            await self._recover()
            while not self._is_ending:
                await self._round(flights)
        except DatabaseClosed:
            log.info("the sender lets go", extra={"action": "sender_let_go"})

    async def _recover(self) -> None:
        while not self._stopping:
            self._bell.clear()
            now, wall = self._clock.now(), self._clock.wall()
            try:
                found = await self._database.write(
                    recover, self._may_send, self._lease, now=now, wall=wall
                )
            except DatabaseClosed:
                raise
            except Exception as error:
                warn("recovery_failed", error)
                await self._rest()
            else:
                self._is_relieved = found is None
                self._carrier.counts["recovered"] += found or 0
                return

    async def _round(self, flights: asyncio.TaskGroup) -> None:
        self._bell.clear()  # before looking: what comes in meanwhile rings again
        at = self._clock.monotonic()
        places = self._places.free(self._flying.values())
        room = self._pacing.room(at) if self._is_on_shift() else 0
        claimed = await self._claim(room, places, at) if room and any(places.values()) else ()
        for one in claimed:
            self._flying[one.hand.row] = group_of(one.hand.lane)
            start = self._pacing.take(self._clock.monotonic())
            flights.create_task(self._fly(one, start, at))
        if not claimed and not self._is_ending:
            await self._rest()
        elif len(claimed) == room:
            await self._breathe()

    async def _claim(
        self, room: int, places: Mapping[Group, int], at: float
    ) -> tuple[Claimed, ...]:
        look = Round(
            lease=self._lease,
            room=room,
            places=places,
            resting=self._pacing.resting(at),
            paused=self._pacing.paused(at),
            held=frozenset(self._flying),
            called=frozenset(self._flying) | self._carrier.unsettled,
            is_unsure=self._is_unsure,
            mark=self._mark,
        )
        now, wall = self._clock.now(), self._clock.wall()
        try:
            taken = await self._database.write(take, self._may_send, look, now=now, wall=wall)
        except DatabaseClosed:
            raise
        except Exception as error:
            self._is_unsure = True
            warn("claim_failed", error)
            return ()
        self._is_unsure = False
        if taken is None:
            log.warning("another process sends now", extra={"action": "sender_relieved"})
            self._is_relieved = True
        return taken or ()

    async def _rest(self) -> None:
        """Until the bell, the next slot or the next look."""
        at = self._clock.monotonic()
        wake_at = self._pacing.wake_at(at)
        seconds = POLL_S if wake_at is None else min(POLL_S, wake_at - at)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._bell.wait()

    async def _breathe(self) -> None:
        """More waits than the pace lets go. Each bell would otherwise lead to a look for one row;
        after this there is room for a few, and an alert has lost no slot that was still free."""
        at = self._clock.monotonic()
        wake_at = self._pacing.wake_at(at)
        await asyncio.sleep(0 if wake_at is None else min(HORIZON_S, wake_at - at))

    async def _fly(self, claimed: Claimed, start: float, claimed_at: float) -> None:
        """Whatever goes wrong with one row, the others go on."""
        hand = claimed.hand
        try:
            await self._carrier.carry(claimed, start, claimed_at)
        except DatabaseClosed:
            log.warning("not settled", extra={"action": "not_settled", "row": hand.row})
        except Exception as error:
            warn("delivery_failed", error, row=hand.row)
        finally:
            self._flying.pop(hand.row, None)
            self._bell.set()
