"""`kabar rules replay`: read the history, let it come back under the rules, compare."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import datetime

from bot.rehearsal.comparing import Compared, compare
from bot.rehearsal.replaying import Replayed, replay
from bot.usecases.room import Room
from storage import history
from storage.database import Database
from storage.history import History
from storage.scratch import Scratch, standing_rows
from storage.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What would be different, and what it rests on."""

    compared: Compared
    replayed: Replayed


def replay_stored(
    database: Database,
    room: Room,
    *,
    since: datetime,
    until: datetime,
    heard: Callable[[int, int], None] = lambda _, __: None,
) -> Answer:
    """Nothing is written. `heard` is told how many rows came back, of how many."""

    def gathered(tx: Tx) -> tuple[History, Scratch]:
        # A vault of its own: what is remembered by that of the database is as things stand today.
        scratch = Scratch(copy(database.vault))
        for table, rows in standing_rows(tx):
            for row in rows:
                scratch.add(table, row)
        return history.read(tx), scratch

    known, scratch = database.read_now(gathered)
    with scratch:
        whole = len(known.entries)
        replayed = replay(
            scratch,
            room,
            known,
            since=since,
            until=until,
            heard=lambda number: heard(number, whole),
        )
    compared = compare(
        known.facts,
        replayed.told,
        since=since,
        codes=known.codes,
        workers=known.workers,
        timezone=room.timezone,
    )
    return Answer(compared=compared, replayed=replayed)
