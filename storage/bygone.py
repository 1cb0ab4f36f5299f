"""One thing after the other as it became known: the entries of a history, and the books that tell
what a row was before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Table, select

from storage import tables
from storage.transaction import Tx

Values = Mapping[str, Any]


class Judged(StrEnum):
    """What the rules looked at then."""

    ANSWER = "answer"
    CLOSED = "closed"  # a check-in has ended
    HALF_DONE = "half_done"  # a day after its first answer
    WORDS = "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that became known. With `adds` a row came, with `changes` one became different;
    with `judged` the rules looked at the row `row`, after it came and before it changed.

    `order` tells apart what has one moment; `cause` is what reasons are named after."""

    at: datetime
    order: tuple[int, int]
    table: Table
    row: str
    adds: Values = field(default_factory=dict)
    changes: Values = field(default_factory=dict)
    judged: Judged | None = None
    cause: str = ""
    edits: str | None = None
    is_last: bool = False  # an answer with which the check-in ended
    spoke: str | None = None  # the contact who spoke with it
    is_pulse: bool = False  # then they spoke for every child on their phone
    looks: str | None = None  # the case that the rules of a day look at because of it


class Book:
    """Both books, by what they are about, and when a row of the inbox was handled."""

    def __init__(self, tx: Tx) -> None:
        self.tx = tx
        self.notes: dict[str, list[Row[Any]]] = {}
        for row in rows(tx, tables.audit):
            self.notes.setdefault(row.object, []).append(row)
        self.plans: dict[str, list[Row[Any]]] = {}
        for row in rows(tx, tables.plan_changes):
            self.plans.setdefault(row.case_id or "", []).append(row)
        inbox = tables.inbox
        handled = tx.execute(select(inbox.c.id, inbox.c.handled_at))
        self._handled = {row.id: row.handled_at for row in handled}

    def heard_at(self, cause: str, at: datetime) -> datetime:
        """When a message was looked at; where the inbox has forgotten it, when it was written."""
        return max(self._handled.get(cause) or at, at)

    def noted_at(self, row: str, action: str, at: datetime) -> datetime:
        """When staff told of it: a talk may be entered days later."""
        told = [note.at for note in self.notes.get(row, ()) if note.action == action]
        return min(told, default=at)

    def met_at(self, met: Row[Any]) -> datetime:
        """When a talk was known of: a sheet of paper is copied later than it was written."""
        if met.checkin_id is None:
            return self.noted_at(met.id, "encounter_noted", met.at)
        begun = (note for note in self.notes.get(met.checkin_id, ()) if note.action == "form_begun")
        known_at: datetime = met.at
        if any(note.via == "command" for note in begun):
            known_at = self.noted_at(met.checkin_id, "form_filled", known_at)
        return known_at


def rows(tx: Tx, table: Table) -> list[Row[Any]]:
    """All of a table, in the order in which they came."""
    order = table.c["seq"] if "seq" in table.c else table.c["id"]
    return list(tx.execute(select(table).order_by(order)).all())


def values_of(row: Row[Any], **instead: object) -> dict[str, Any]:
    """A row as it stands, some columns as they were."""
    return {**row._mapping, **instead}
