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
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime

from bot.delivery.pacing import Pacing, Rates
from bot.delivery.retry import untold, verdict
from bot.delivery.rounds import recover, take
from bot.errors import TokenUnknown
from bot.ports import (
    Clock,
    Messenger,
    Outcome,
    RetryAfter,
    Unauthorized,
    Unknown,
)
from bot.waypoints import Pass, Waypoint, nothing
from storage import deliveries
from storage.database import Database
from storage.deliveries import Claimed, InHand, State, Verb, Verdict
from storage.errors import DatabaseClosed

log = logging.getLogger(__name__)

POLL_S = 0.5  # where no bell was heard
LONGEST_CALL_S = 60.0  # shorter than the lease
SETTLE_TRIES = 60  # half a second apart
UNAUTHORIZED = 401

Unreachable = Callable[[str, str, str], Awaitable[None]]


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
        at_once: int = 8,
        settle_tries: int = SETTLE_TRIES,
        passing: Pass = nothing,
    ) -> None:
        """`on_unreachable(owner_kind, owner_id, row)` is awaited before the row is settled, so
        that a crash in between cannot lose it; it may therefore be told twice. `repeat_mark` is put
        behind an alert that may have arrived before. Of `at_once` calls, two or more, the last one
        is kept for alerts: others may hang for a long time."""
        self.counts: Counter[str] = Counter()
        self._database = database
        self._messenger = messenger
        self._clock = clock
        self._pacing = Pacing(rates)
        self._on_unreachable = on_unreachable
        self._mark = repeat_mark
        self._at_once = at_once
        self._settle_tries = settle_tries
        self._passing = passing
        self._flying: set[str] = set()
        self._lease = secrets.token_hex(8)
        self._bell = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = False
        self._token_refused = False
        self._ended = asyncio.Event()

    async def run(self) -> None:
        """Send until `stop`. Raises TokenUnknown once Telegram refuses the token."""
        self._loop = asyncio.get_running_loop()
        try:
            async with asyncio.TaskGroup() as flights:
                await self._pump(flights)
        finally:
            self._loop = None
            self._ended.set()
        if self._token_refused:
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

    async def unsettled(self, now: datetime) -> int:
        """Rows that are due at `now` or on their way; uncertain ones wait for nobody."""
        return await self._database.read(deliveries.unsettled, now=now)

    async def is_idle(self, now: datetime) -> bool:
        """Is there nothing to send at `now`, and nothing on its way?"""
        return not self._flying and not await self.unsettled(now)

    def metrics(self) -> Mapping[str, int]:
        """How many rows ended how, since the start, and how many are on their way."""
        return {**self.counts, "in_flight": len(self._flying)}

    async def _pump(self, flights: asyncio.TaskGroup) -> None:
        try:
            await self._recover()
            while not self._stopping:
                await self._round(flights)
        except DatabaseClosed:
            log.info("the sender lets go", extra={"action": "sender_let_go"})

    async def _recover(self) -> None:
        while not self._stopping:
            self._bell.clear()
            try:
                now, wall = self._clock.now(), self._clock.wall()
                found = await self._database.write(recover, self._lease, now=now, wall=wall)
            except DatabaseClosed:
                raise
            except Exception as error:
                _warn("recovery_failed", error)
                await self._rest()
            else:
                self.counts["recovered"] += found
                return

    async def _round(self, flights: asyncio.TaskGroup) -> None:
        self._bell.clear()  # before looking: what comes in meanwhile rings again
        at = self._clock.monotonic()
        free = self._at_once - len(self._flying)
        room = min(max(free - 1, 1), self._pacing.room(at)) if free > 0 else 0
        claimed = await self._claim(room, at, only_alerts=free == 1) if room > 0 else ()
        for one in claimed:
            self._flying.add(one.hand.row)
            flights.create_task(self._carry(one, self._pacing.take(self._clock.monotonic())))
        if not claimed:
            await self._rest()

    async def _claim(self, room: int, at: float, *, only_alerts: bool) -> tuple[Claimed, ...]:
        try:
            return await self._database.write(
                take,
                now=self._clock.now(),
                wall=self._clock.wall(),
                lease=self._lease,
                limit=room,
                resting=self._pacing.resting(at),
                paused=self._pacing.paused(at),
                held=frozenset(self._flying),
                only_alerts=only_alerts,
                mark=self._mark,
            )
        except DatabaseClosed:
            raise
        except Exception as error:
            _warn("claim_failed", error)
            return ()

    async def _rest(self) -> None:
        """Until the bell, the next slot or the next look."""
        at = self._clock.monotonic()
        wake_at = self._pacing.wake_at(at)
        seconds = POLL_S if wake_at is None else min(POLL_S, wake_at - at)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._bell.wait()

    async def _carry(self, claimed: Claimed, start: float) -> None:
        """One row from the claim to its end; whatever goes wrong, the others go on."""
        hand = claimed.hand
        try:
            await asyncio.sleep(max(0.0, start - self._clock.monotonic()))
            self._passing(Waypoint.AFTER_CLAIM)
            outcome = await self._call(claimed)
            self._passing(Waypoint.AFTER_SEND)
            self._pace(hand, outcome)
            await self._conclude(hand, outcome)
            self._passing(Waypoint.AFTER_SETTLE)
        except DatabaseClosed:
            log.warning("not settled", extra={"action": "not_settled", "row": hand.row})
        except Exception as error:
            _warn("delivery_failed", error, row=hand.row)
        finally:
            self._flying.discard(hand.row)
            self._bell.set()

    async def _call(self, claimed: Claimed) -> Outcome:
        try:
            async with asyncio.timeout(LONGEST_CALL_S):
                return await self._messenger.deliver(claimed.instruction)
        except Exception as error:
            # Its text could hold the token (aiohttp names addresses), so only the type is kept.
            return Unknown(reason=type(error).__name__)

    def _pace(self, hand: InHand, outcome: Outcome) -> None:
        at = self._clock.monotonic()
        if hand.verb is Verb.SEND:
            self._pacing.messaged(hand.chat_hash, at)
        if isinstance(outcome, RetryAfter):
            self._pacing.refused(hand.chat_hash, at, outcome.seconds)

    async def _conclude(self, hand: InHand, outcome: Outcome) -> None:
        if isinstance(outcome, Unauthorized):
            self._token_refused = self._stopping = True
        now, wall = self._clock.now(), self._clock.wall()
        found = verdict(hand, outcome, now=now, wall=wall)
        if found.state is State.UNREACHABLE and not await self._tell_unreachable(hand):
            found = untold(hand, wall=wall)
        is_kept = await self._settle(hand, found)
        ended = _ending(found) if is_kept else "fenced"
        self.counts[ended] += 1
        is_dead = found.state is State.DEAD
        is_alert_lost = is_dead and hand.is_alert and hand.verb is Verb.SEND
        extra = {"action": "alert_dead" if is_alert_lost else ended, "row": hand.row}
        log.log(logging.ERROR if is_dead else logging.INFO, "row settled", extra=extra)

    async def _tell_unreachable(self, hand: InHand) -> bool:
        """False where it failed: an alert must not be lost with the phone it was for."""
        try:
            await self._on_unreachable(hand.owner_kind, hand.owner_id, hand.row)
        except Exception as error:
            _warn("unreachable_untold", error, row=hand.row)
            return False
        return True

    async def _settle(self, hand: InHand, found: Verdict) -> bool:
        """Try until it is recorded: a message that is on a phone must not stay `sending`. Raises
        what the database says to the last try; when the lease is over, the row is judged anew."""
        for left in reversed(range(self._settle_tries)):
            try:
                return await self._database.write(
                    deliveries.settle, hand, found, now=self._clock.now()
                )
            except DatabaseClosed:
                raise
            except Exception as error:
                _warn("settle_failed", error, row=hand.row)
                if not left:
                    raise
            await asyncio.sleep(POLL_S)
        return False


def _ending(found: Verdict) -> str:
    """The name under which it is counted; `retried` is pending again."""
    return "retried" if found.state is State.PENDING else str(found.state)


def _warn(action: str, error: Exception, **ids: str) -> None:
    extra = {"action": action, "error": type(error).__name__, **ids}
    log.warning("the sender met an error", extra=extra)
