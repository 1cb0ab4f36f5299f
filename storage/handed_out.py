"""The journal of exports: what left the centre, when, and why names went along."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from storage import plan_changes, tables
from storage.transaction import Tx

EXPORTED, WITH_NAMES = "exported", "export_with_names"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOut:
    """One export; `reason` is None where codes went out alone."""

    at: datetime
    format: str
    rows: int
    reason: str | None


def handed_out(tx: Tx) -> tuple[HandedOut, ...]:
    """Every export, oldest first. What is noted of one of them bears one moment."""
    a = tables.audit
    rows = tx.execute(select(a.c.at, a.c.detail).where(a.c.action == EXPORTED).order_by(a.c.seq))
    reasons: dict[tuple[object, ...], str | None] = {
        (one.at, one.detail["format"], one.detail["rows"]): one.reason
        for one in plan_changes.of_centre(tx, WITH_NAMES)
    }
    return tuple(_export(row.at, json.loads(row.detail), reasons) for row in rows)


def _export(
    at: datetime, detail: dict[str, Any], reasons: Mapping[tuple[object, ...], str | None]
) -> HandedOut:
    format, rows = detail["format"], detail["rows"]
    return HandedOut(at=at, format=format, rows=rows, reason=reasons.get((at, format, rows)))
