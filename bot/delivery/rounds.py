"""What the sender asks of the database: once at its start, and round after round."""

import logging
from datetime import datetime

from bot.delivery.retry import after_crash
from storage import deliveries
from storage.database import Tx
from storage.deliveries import Claimed, InHand

log = logging.getLogger(__name__)


def take(
    tx: Tx,
    *,
    now: datetime,
    wall: datetime,
    lease: str,
    limit: int,
    resting: frozenset[str],
    paused: frozenset[str],
    held: frozenset[str],
    only_alerts: bool,
    mark: str,
) -> tuple[Claimed, ...]:
    """The rows to send now: those that waited as uncertain among them, and those whose outcome
    could not be recorded. Of these, rows that are still `held` are left to their holder."""
    lost = tuple(hand for hand in deliveries.overdue(tx, wall=wall) if hand.row not in held)
    for hand in lost:
        log.warning("a row was never settled", extra={"action": "overdue", "row": hand.row})
    _judge(tx, lost, now=now, wall=wall)
    deliveries.revive(tx, now=now, wall=wall, mark=mark)
    return deliveries.claim(
        tx,
        now=now,
        wall=wall,
        lease=lease,
        limit=limit,
        resting=resting,
        paused=paused,
        only_alerts=only_alerts,
    )


def recover(tx: Tx, lease: str, *, now: datetime, wall: datetime) -> int:
    """Judge the rows that an earlier process left on their way; how many? Only for the one
    process that sends: the rows of another that lives would be judged as well."""
    found = deliveries.orphans(tx, lease=lease)
    _judge(tx, found, now=now, wall=wall)
    return len(found)


def _judge(tx: Tx, lost: tuple[InHand, ...], *, now: datetime, wall: datetime) -> None:
    for hand in lost:
        deliveries.settle(tx, hand, after_crash(hand, now=now, wall=wall), now=now)
