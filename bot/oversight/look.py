"""What every check is given: one moment of the database, and by when things should be done."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Row, Table, func, select

from bot.usecases.room import Room
from storage import contents, tables
from storage.transaction import Tx

Kept = Row[*tuple[Any, ...]]
RULING = ("rules", "signs")  # kinds of content that decide about words and answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something is not as it should be. `row` is an id, `detail` holds ids and figures only."""

    check: str
    row: str
    detail: Mapping[str, str | int | None] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"finding:{self.check}:{self.row}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """`now` is the moved clock's, `wall` the system's. `since` is since when the program has been
    running without a break, None where nobody knows: what fell due before counts from then."""

    room: Room
    now: datetime
    wall: datetime
    since: datetime | None

    def is_late(self, due: datetime | None, tolerance: timedelta) -> bool:
        """Should it have been done by now?"""
        if due is None:
            return False
        starts = due if self.since is None else max(due, self.since)
        return starts + tolerance < self.now


def existing(tx: Tx, column: Column[Any], values: Collection[Any]) -> frozenset[Any]:
    """Those of `values` that stand in the column."""
    if not values:
        return frozenset()
    found = tx.execute(select(column).where(column.in_(set(values)))).scalars()
    return frozenset(found)


def by_column(
    tx: Tx, table: Table, column: Column[Any], values: Collection[Any]
) -> dict[Any, list[Kept]]:
    """Rows of `table` by what they have in `column`."""
    found: dict[Any, list[Kept]] = {}
    if values:
        for row in tx.execute(select(table).where(column.in_(set(values)))):
            found.setdefault(row._mapping[column], []).append(row)
    return found


def ruling_since(tx: Tx, room: Room) -> datetime | None:
    """Since when the rules and signs in force have been in force; None where others came between,
    so that nobody knows which of them judged what."""
    v = tables.content_versions
    current = [contents.version_id(one) for one in room.content.files if one.kind in RULING]
    first = select(func.max(v.c.first_used_at)).where(v.c.id.in_(current))
    since: datetime | None = tx.execute(first).scalar_one()
    later = select(v.c.id).where(v.c.kind.in_(RULING), v.c.id.not_in(current))
    if since is None or tx.execute(later.where(v.c.first_used_at >= since).limit(1)).first():
        return None
    return since


Found = Iterator[Finding]
