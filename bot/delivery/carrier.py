"""One row from the claim to its end: Telegram is called, and what became of it is recorded."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.delivery.pacing import Pacing
from bot.delivery.retry import untold, verdict, withheld
from bot.ports import Clock, Messenger, Outcome, Refused, RetryAfter, Sent, Unauthorized, Unknown
from bot.waypoints import Pass, Waypoint, nothing
from storage import deliveries
from storage.database import Database
from storage.deliveries import LEASE, Claimed, InHand, State, Verb, Verdict
from storage.errors import DatabaseClosed

log = logging.getLogger(__name__)

LONGEST_CALL_S = 60.0
LONGEST_WAIT_S = 30.0  # between the claim and the call, in a process that was frozen for a while
SETTLE_TRIES = 60
SETTLE_AGAIN_S = 0.5
# Whoever may judge a row when its lease is over must find that its call is over too.
assert LEASE.total_seconds() > LONGEST_WAIT_S + LONGEST_CALL_S

Unreachable = Callable[[str, str, str], Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class Carrier:
    """Carries rows that the sender has claimed. `counts` tells how they ended; `unsettled` are rows
    that were called for and could not be recorded."""

    database: Database
    messenger: Messenger
    clock: Clock
    pacing: Pacing
    on_unreachable: Unreachable
    is_on_shift: Callable[[], bool]
    settle_tries: int = SETTLE_TRIES
    passing: Pass = nothing
    counts: Counter[str] = field(default_factory=Counter)
    unsettled: set[str] = field(default_factory=set)
    is_refused: bool = False  # Telegram does not accept the token any more

    async def carry(self, claimed: Claimed, start: float, claimed_at: float) -> None:
        """Wait for the slot, call, record. `start` and `claimed_at` are monotonic. Raises what the
        database says to the last try."""
        hand = claimed.hand
        latest = claimed_at + LONGEST_WAIT_S
        if start <= latest:
            await asyncio.sleep(max(0.0, start - self.clock.monotonic()))
        # Asked right before the call: a process that was frozen since the claim may find its rows
        # in the hands of another, and would send what that one sends as well.
        if max(start, self.clock.monotonic()) > latest or not self.is_on_shift():
            await self._record(hand, withheld())
            return
        self.unsettled.add(hand.row)
        self.passing(Waypoint.AFTER_CLAIM)
        outcome = await self._call(claimed)
        self.passing(Waypoint.AFTER_SEND)
        self._pace(hand, outcome)
        await self._conclude(hand, outcome)
        self.passing(Waypoint.AFTER_SETTLE)
        self.unsettled.discard(hand.row)

    async def _call(self, claimed: Claimed) -> Outcome:
        try:
            async with asyncio.timeout(LONGEST_CALL_S):
                return await self.messenger.deliver(claimed.instruction)
        except Exception as error:
            # Its text could hold the token (aiohttp names addresses), so only the type is kept.
            return Unknown(reason=type(error).__name__)

    def _pace(self, hand: InHand, outcome: Outcome) -> None:
        at = self.clock.monotonic()
        if hand.verb is Verb.SEND:
            self.pacing.messaged(hand.chat_hash, at)
        if isinstance(outcome, RetryAfter):
            self.pacing.refused(hand.chat_hash, at, outcome.seconds)

    async def _conclude(self, hand: InHand, outcome: Outcome) -> None:
        if isinstance(outcome, Unauthorized):
            self.is_refused = True
        self._count(hand, outcome)
        now, wall = self.clock.now(), self.clock.wall()
        found = verdict(hand, outcome, now=now, wall=wall)
        if found.state is State.UNREACHABLE and not await self._tell_unreachable(hand):
            found = untold(hand, wall=wall)
        await self._record(hand, found)

    def _count(self, hand: InHand, outcome: Outcome) -> None:
        """What Telegram refused, by its kind: `refused_other` is what nobody here has met yet."""
        match outcome:
            case Refused():
                self.counts[f"refused_{outcome.kind}"] += 1
            case RetryAfter():
                self.counts["refused_too_many"] += 1
            case Sent():
                for left_out in outcome.without:
                    self.counts[f"sent_without_{left_out}"] += 1
                    extra = {"action": f"sent_without_{left_out}", "row": hand.row}
                    log.error("a message was refused as it stood", extra=extra)

    async def _record(self, hand: InHand, found: Verdict) -> None:
        is_kept = await self._settle(hand, found)
        ended = ending(found) if is_kept else "fenced"
        self.counts[ended] += 1
        is_dead = found.state is State.DEAD
        is_alert_lost = is_dead and hand.is_alert and hand.verb is Verb.SEND
        extra = {"action": "alert_dead" if is_alert_lost else ended, "row": hand.row}
        log.log(logging.ERROR if is_dead else logging.INFO, "row settled", extra=extra)

    async def _tell_unreachable(self, hand: InHand) -> bool:
        """False where it failed: an alert must not be lost with the phone it was for."""
        try:
            await self.on_unreachable(hand.owner_kind, hand.owner_id, hand.row)
        except Exception as error:
            warn("unreachable_untold", error, row=hand.row)
            return False
        return True

    async def _settle(self, hand: InHand, found: Verdict) -> bool:
        """Try until it is recorded: a message that is on a phone must not stay `sending`. Raises
        what the database says to the last try; when the lease is over, the row is judged anew."""
        for left in reversed(range(self.settle_tries)):
            try:
                return await self.database.write(
                    deliveries.settle, hand, found, now=self.clock.now()
                )
            except DatabaseClosed:
                raise
            except Exception as error:
                warn("settle_failed", error, row=hand.row)
                if not left:
                    raise
            await asyncio.sleep(SETTLE_AGAIN_S)
        return False


def ending(found: Verdict) -> str:
    """The name under which it is counted; `retried` is pending again."""
    if found == withheld():
        return "withheld"
    return "retried" if found.state is State.PENDING else str(found.state)


def warn(action: str, error: Exception, **ids: str) -> None:
    """By its type alone: the text of an error could hold words, or the token."""
    extra = {"action": action, "error": type(error).__name__, **ids}
    log.warning("the sender met an error", extra=extra)
