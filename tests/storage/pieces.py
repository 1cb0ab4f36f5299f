"""Two small tables, pieces that write to them, and a gate that holds a piece."""

import asyncio
from threading import Event

from sqlalchemy import Column, ForeignKey, MetaData, Table, Text, insert, select

from storage.database import Tx
from storage.keyring import KeyRing

schema = MetaData()
notes = Table("notes", schema, Column("id", Text, primary_key=True), Column("body", Text))
# Checked at the commit only: the way to make a commit fail.
links = Table(
    "links",
    schema,
    Column("id", Text, primary_key=True),
    Column("note", Text, ForeignKey("notes.id", deferrable=True, initially="DEFERRED")),
)

RING = KeyRing(keys={"one": bytes(32)}, current="one", index_key=bytes(32))
PATIENCE_S = 10  # for threads that wait for each other


def keep(tx: Tx, note: str) -> str:
    tx.execute(insert(notes).values(id=note, body=f"about {note}"))
    return f"kept {note}"


def keep_and_fail(tx: Tx, note: str) -> None:
    keep(tx, note)
    raise LookupError(note)


def link_to_nothing(tx: Tx) -> None:
    tx.execute(insert(links).values(id="a", note="no such note"))


def kept(tx: Tx) -> list[str]:
    return list(tx.execute(select(notes.c.id).order_by(notes.c.id)).scalars())


class Gate:
    """Holds the writer inside one piece, so that others gather behind it."""

    def __init__(self) -> None:
        self.reached, self.opened = Event(), Event()

    def hold(self, tx: Tx, note: str = "gate") -> None:
        keep(tx, note)
        self.reached.set()
        assert self.opened.wait(PATIENCE_S)


async def at(gate: Gate) -> None:
    assert await asyncio.to_thread(gate.reached.wait, PATIENCE_S)
