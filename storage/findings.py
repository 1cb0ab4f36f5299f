"""What the audit found amiss: kept until a later look does not find it any more."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from storage import tables
from storage.rows import change, insert_once
from storage.transaction import Tx

f = tables.findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One open finding. `id` is finding:{check}:{row}; `detail` holds ids and figures only."""

    id: str
    detail: Mapping[str, str | int | None]
    found_at: datetime


def open_(tx: Tx) -> tuple[Known, ...]:
    """Everything that is amiss, the oldest first."""
    rows = tx.execute(select(f).where(f.c.cleared_at.is_(None)).order_by(f.c.found_at, f.c.id))
    return tuple(
        Known(id=row.id, detail=json.loads(row.detail), found_at=row.found_at) for row in rows
    )


def by_check(tx: Tx) -> dict[str, int]:
    """How many are open, by check."""
    counted: dict[str, int] = {}
    for row in tx.execute(select(f.c.id).where(f.c.cleared_at.is_(None))).scalars():
        check = row.split(":", 2)[1]
        counted[check] = counted.get(check, 0) + 1
    return counted


def count(tx: Tx) -> int:
    """How many are open."""
    found: int = tx.execute(select(func.count()).where(f.c.cleared_at.is_(None))).scalar_one()
    return found


def keep(tx: Tx, row: str, detail: Mapping[str, str | int | None], *, now: datetime) -> bool:
    """Write it down; was it not known, or not any more?"""
    text = json.dumps(dict(detail), sort_keys=True, separators=(",", ":"))
    if insert_once(tx, f, id=row, detail=text, found_at=now):
        return True
    again = (f.c.id == row, f.c.cleared_at.is_not(None))
    return change(tx, f, *again, detail=text, found_at=now, cleared_at=None) == 1


def clear(tx: Tx, mended: Collection[str], *, now: datetime) -> None:
    """These were looked for again and are not amiss any more."""
    for row in sorted(mended):
        change(tx, f, f.c.id == row, f.c.cleared_at.is_(None), cleared_at=now)
