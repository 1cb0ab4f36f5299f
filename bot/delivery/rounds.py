"""What the sender asks of the database: once at its start, and round after round."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.delivery.lanes import LANES, Group
from bot.delivery.retry import after_crash
from storage import deliveries
from storage.database import Tx
from storage.deliveries import Claimed, InHand

log = logging.getLogger(__name__)

MaySend = Callable[[Tx], bool]
"""Is it still this process that sends, as the database sees it? Asked before anything is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one look at the outbox is about. `room` is for all groups together; `held` are rows on
    their way, `called` these and others that could not be settled. `is_unsure`: nobody knows what
    the last claim took."""

    lease: str
    room: int
    places: Mapping[Group, int]
    resting: frozenset[str]
    paused: frozenset[str]
    held: frozenset[str]
    called: frozenset[str]
    is_unsure: bool
    mark: str


def take(
    tx: Tx, may_send: MaySend, look: Round, *, now: datetime, wall: datetime
) -> tuple[Claimed, ...] | None:
    """The rows to send now, the most urgent group first; None where another process sends.

    Rows that waited as uncertain are among them, and those whose outcome could not be recorded:
    of these, rows that are still held are left to their holder."""
    if not may_send(tx):
        return None
    if look.is_unsure:
        deliveries.let_go(tx, lease=look.lease, held=look.called)
    lost = tuple(hand for hand in deliveries.overdue(tx, wall=wall) if hand.row not in look.held)
    for hand in lost:
        log.warning("a row was never settled", extra={"action": "overdue", "row": hand.row})
    _judge(tx, lost, now=now, wall=wall)
    deliveries.revive(tx, now=now, wall=wall, mark=look.mark)
    claimed: tuple[Claimed, ...] = ()
    for group, lanes in LANES.items():
        limit = min(look.room, look.places[group]) - len(claimed)
        if limit > 0:
            claimed += deliveries.claim(
                tx,
                now=now,
                wall=wall,
                lease=look.lease,
                limit=limit,
                lanes=lanes,
                resting=look.resting,
                paused=look.paused,
            )
    return claimed


def recover(tx: Tx, may_send: MaySend, lease: str, *, now: datetime, wall: datetime) -> int | None:
    """Judge the rows that an earlier process left on their way; how many? None where another
    process sends, whose rows these are."""
    if not may_send(tx):
        return None
    found = deliveries.orphans(tx, lease=lease)
    _judge(tx, found, now=now, wall=wall)
    return len(found)


def _judge(tx: Tx, lost: tuple[InHand, ...], *, now: datetime, wall: datetime) -> None:
    for hand in lost:
        deliveries.settle(tx, hand, after_crash(hand, now=now, wall=wall), now=now)
