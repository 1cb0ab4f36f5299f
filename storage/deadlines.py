"""The 3x24 hours as rows: one a check-in or message, with an owner, until a human stops it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select

from flows.model import CaseId, StaffId
from storage import alerts, tables
from storage.rows import change, insert_once
from storage.transaction import Tx

REASON = "deadlines.reason"
d = tables.deadlines


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One clock. `code` is the case's, or "tamu"; `why` one of a closed set, once it is stopped or
    while its words are awaited from `stopped_by`."""

    id: str
    case: CaseId | None
    code: str
    alert: str
    owner: StaffId | None
    began_at: datetime
    ends_at: datetime
    reminded: int
    stopped_at: datetime | None
    stopped_by: str | None
    why: str | None


def start(
    tx: Tx,
    source: str,
    *,
    case: CaseId | None,
    alert: str,
    owner: StaffId | None,
    began: datetime,
    ends: datetime,
    remind: datetime | None,
) -> bool:
    """Start it, unless this check-in or message has one, running or stopped."""
    return insert_once(
        tx,
        d,
        id=f"deadline:{source}",
        case_id=case,
        alert_id=alert,
        owner_id=owner,
        began_at=began,
        ends_at=ends,
        remind_at=remind,
        reminded=0,
    )


def get(tx: Tx, deadline: str) -> Deadline | None:
    """One of them, or None."""
    row = tx.execute(_query().where(d.c.id == deadline)).one_or_none()
    return None if row is None else _deadline(row)


def running(tx: Tx, alert: str | None = None) -> tuple[Deadline, ...]:
    """Those of an alert, or all, that nobody has stopped, the first to end first."""
    where = [d.c.stopped_at.is_(None)] + ([] if alert is None else [d.c.alert_id == alert])
    rows = tx.execute(_query().where(*where).order_by(d.c.ends_at, d.c.id))
    return tuple(_deadline(row) for row in rows)


def owns(tx: Tx, alert: str, staff: StaffId) -> bool:
    """Does this person have a clock of this alert that runs?"""
    mine = (d.c.alert_id == alert, d.c.owner_id == staff, d.c.stopped_at.is_(None))
    return tx.execute(select(d.c.id).where(*mine).limit(1)).first() is not None


def hand_over(tx: Tx, alert: str, staff: StaffId) -> None:
    """Who takes the alert owns its clocks."""
    change(tx, d, d.c.alert_id == alert, d.c.stopped_at.is_(None), owner_id=staff)


def reminded(tx: Tx, deadline: str, *, count: int, next_at: datetime | None) -> None:
    """So many reminders are behind it, and the next one comes then."""
    change(tx, d, d.c.id == deadline, reminded=count, remind_at=next_at)


def await_words(tx: Tx, deadline: Deadline, by: str | None, *, why: str | None) -> None:
    """It goes on until the words are written; with None, no words are awaited any more."""
    change(tx, d, d.c.id == deadline.id, d.c.stopped_at.is_(None), stopped_by=by, why=why)


def awaiting(tx: Tx, by: str) -> tuple[Deadline, ...]:
    """Those whose reason in words is awaited from this person."""
    mine = (d.c.stopped_by == by, d.c.stopped_at.is_(None), d.c.why.is_not(None))
    return tuple(_deadline(row) for row in tx.execute(_query().where(*mine).order_by(d.c.id)))


def stop(
    tx: Tx, deadline: Deadline, by: str, *, why: str, reason: str | None, now: datetime
) -> bool:
    """Stop it, once, with who and why; the words are sealed under the key of the case."""
    subject = alerts.subject(deadline.case)
    sealed = None
    if reason is not None:
        sealed = tx.vault.seal(tx, subject, REASON, deadline.id, reason)
    values = {"stopped_at": now, "stopped_by": by, "why": why, "reason": sealed}
    where = (d.c.id == deadline.id, d.c.stopped_at.is_(None))
    return change(tx, d, *where, **values, remind_at=None) == 1


def run_again(tx: Tx, deadline: Deadline, *, count: int, next_at: datetime | None) -> None:
    """It was stopped by mistake; where it runs, nothing changes. The audit keeps who and why."""
    values = {"stopped_at": None, "stopped_by": None, "why": None, "reason": None}
    where = (d.c.id == deadline.id, d.c.stopped_at.is_not(None))
    change(tx, d, *where, **values, reminded=count, remind_at=next_at)


def due(tx: Tx, *, now: datetime) -> tuple[str, ...]:
    """Those whose next reminder has come, the oldest first."""
    rows: Sequence[str] = (
        tx.execute(select(d.c.id).where(d.c.remind_at <= now).order_by(d.c.remind_at, d.c.id))
        .scalars()
        .all()
    )
    return tuple(rows)


def next_moment(tx: Tx) -> datetime | None:
    """When the next reminder is due, past or future."""
    found: datetime | None = tx.execute(select(func.min(d.c.remind_at))).scalar_one_or_none()
    return found


def _query() -> Select[*tuple[Any, ...]]:
    c = tables.cases
    return select(d, c.c.code).select_from(d.outerjoin(c, c.c.id == d.c.case_id))


def _deadline(row: Row[*tuple[Any, ...]]) -> Deadline:
    return Deadline(
        id=row.id,
        case=row.case_id,
        code=row.code or alerts.STRANGER_CODE,
        alert=row.alert_id,
        owner=row.owner_id,
        began_at=row.began_at,
        ends_at=row.ends_at,
        reminded=row.reminded,
        stopped_at=row.stopped_at,
        stopped_by=row.stopped_by,
        why=row.why,
    )
