"""What is to be done about hourly and that nobody waits for: a second list beside the duties.

When each comes next is a setting, a moment of the centre's clock: a restart loses nothing. It is no
stop of a moved clock, which would halt at each of its hours; whoever lets a year pass has the
chores of that year done once, at its end.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage import prune, settings
from storage.database import Database
from storage.errors import CommitFailed, DatabaseBusy, DatabaseClosed
from storage.transaction import Tx

log = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
PIECES = 10  # of one chore in one pass: a few dozen milliseconds, then the duties have their turn
NOT_NOW = (DatabaseBusy, CommitFailed, DatabaseClosed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """`setting` holds when it comes next; `do` does one small piece and says whether more is
    left."""

    name: str
    setting: str
    do: Callable[..., bool]


CHORES = (
    Chore(name="bodies", setting="prune_at", do=prune.bodies),
    Chore(name="dead_bodies", setting="prune_dead_at", do=prune.dead_bodies),
    Chore(name="attempts", setting="prune_attempts_at", do=prune.attempts),
    Chore(name="findings", setting="prune_findings_at", do=prune.findings),
)


async def run_chores(database: Database, *, now: datetime) -> None:
    """Do what is due, some pieces of it; what is left goes on with the next pass. One that fails is
    logged and comes again in an hour."""
    for chore in await database.read(_due, now=now):
        try:
            if not await _do(database, chore, now=now):
                await database.write(settings.write, chore.setting, (now + EVERY).isoformat())
        except NOT_NOW:
            raise
        except Exception:
            log.exception("a chore failed", extra={"action": f"chore_{chore.name}"})
            await database.write(settings.write, chore.setting, (now + EVERY).isoformat())


async def _do(database: Database, chore: Chore, *, now: datetime) -> bool:
    """Is more left?"""
    for _ in range(PIECES):
        if not await database.write(chore.do, now=now):
            return False
    return True


def _due(tx: Tx, *, now: datetime) -> tuple[Chore, ...]:
    return tuple(one for one in CHORES if (_next(tx, one) or now) <= now)


def _next(tx: Tx, chore: Chore) -> datetime | None:
    found = settings.read(tx, chore.setting)
    return None if found is None else datetime.fromisoformat(found)
