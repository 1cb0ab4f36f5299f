"""The ledger of erasures outside the database: ids only, one JSON object a line, so that a restore
on another machine can erase again who was erased."""

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from storage import tables
from storage.errors import RestoreRefused
from storage.transaction import Tx


def lines(tx: Tx) -> list[str]:
    """Everybody who was erased, the earliest first."""
    e = tables.erasures
    rows = tx.execute(select(e.c.subject, e.c.at).order_by(e.c.at, e.c.subject))
    return [json.dumps({"subject": row.subject, "at": row.at.isoformat()}) for row in rows]


def parsed(lines: Iterable[str]) -> dict[str, datetime]:
    """The same back. Raises RestoreRefused where a line is something else: a subject that is
    passed over would be back."""
    found: dict[str, datetime] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            one = json.loads(line)
            subject, at = str(one["subject"]), datetime.fromisoformat(one["at"])
        except (ValueError, KeyError, TypeError):
            at = None
        if at is None or at.tzinfo is None:
            raise RestoreRefused(
                f"Line {number} of the ledger is none that `kabar db ledger` has written. Nothing"
                " was changed."
            )
        found[subject] = at
    return found
