"""From the 3x24 hours: each that must run does, and reminds somebody in time."""

from collections.abc import Sequence
from datetime import timedelta

from bot.oversight.look import Finding, Found, Kept, Look, existing, ruling_since
from storage import tables
from storage.transaction import Tx

PATIENCE = timedelta(minutes=5)


def overdue(_: Tx, look: Look, rows: Sequence[Kept]) -> Found:
    """A reminder is past due."""
    for row in rows:
        if row.stopped_at is None and look.is_late(row.remind_at, PATIENCE):
            yield Finding(check="clock_overdue", row=row.id)


def unremindable(_: Tx, look: Look, rows: Sequence[Kept]) -> Found:
    """It runs, its time is not over, and no reminder is planned: there is always one up to the end.
    What is over may have heard all that the file of its day held; a later file may hold more."""
    for row in rows:
        if row.stopped_at is None and row.remind_at is None and look.now < row.ends_at:
            yield Finding(check="clock_silent", row=row.id)


def unstarted(tx: Tx, look: Look, rows: Sequence[Kept]) -> Found:
    """A rule with a clock spoke, and there is none for its check-in or message."""
    starting = {rule.id for rule in look.room.content.rules if rule.starts_clock}
    since = ruling_since(tx, look.room)
    wanted = {
        f"deadline:{row.id.removeprefix('fact:').rsplit(':', 2)[0]}": row
        for row in rows
        if row.rule in starting and since is not None and row.at >= since
    }
    there = existing(tx, tables.deadlines.c.id, wanted)
    for deadline, row in wanted.items():
        if deadline not in there:
            yield Finding(check="clock_missing", row=row.id)
