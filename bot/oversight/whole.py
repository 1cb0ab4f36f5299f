"""The audit as a command: everything once, read-only."""

from bot.clock import SystemClock
from bot.oversight.look import Finding, Look
from bot.oversight.rounds import AROUND, Journey, walk
from bot.usecases.room import Room
from storage import audit, seals
from storage.database import Database
from storage.transaction import Tx

BROKEN = ("row_altered", "row_added", "row_deleted")


def whole(database: Database, room: Room, clock: SystemClock) -> tuple[Finding, ...]:
    """Everything that is amiss. Whether the program ran lately is not asked: late is late."""
    journey, found = Journey(AROUND), dict[str, Finding]()
    while not journey.is_over:
        look = Look(room=room, now=clock.now(), wall=clock.wall(), since=None)
        done = database.read_now(walk, journey, look, clock.monotonic)
        found |= {one.id: one for one in done.found}
    return tuple(found.values())


def accept(tx: Tx, finding: str, clock: SystemClock) -> bool:
    """An operator has looked at a row that was written past the program and takes it as it is now;
    False where the finding is not about such a row."""
    _, _, rest = finding.partition(":")
    check, _, place = rest.partition(":")
    table, _, row = place.partition(":")
    if check not in BROKEN or not seals.is_watched(table) or not seals.accept(tx, table, row):
        return False
    audit.note(
        tx, actor="operator", via="command", action="row_accepted", object=place, now=clock.now()
    )
    return True
