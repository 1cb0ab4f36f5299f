"""Alerts and tasks: why a human is asked, whom the chain told, who took it, what came of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, func, or_, select

from flows.definition import Chain
from flows.escalation import chain_as_json, chain_from_json
from flows.events import AlertFound
from flows.model import (
    AlertKind,
    AlertState,
    CaseId,
    CheckinId,
    ContactId,
    StaffId,
    Urgency,
)
from flows.situation import KnownAlert
from storage import cases, tables
from storage.lasting import Lasting
from storage.rows import change, insert_once
from storage.transaction import Tx

NOTE = "alerts.note"
CHILD_ONCE = timedelta(hours=24)
_KNOWN = Lasting(
    select(tables.alerts)
    .where(
        tables.alerts.c.case_id == bindparam("case"),
        or_(
            tables.alerts.c.state != AlertState.CLOSED,
            tables.alerts.c.checkin_id == bindparam("checkin"),  # NULL is equal to nothing
        ),
    )
    .order_by(tables.alerts.c.opened_at, tables.alerts.c.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert or task as it is kept. `code` is the case's, or "tamu" for a stranger."""

    id: str
    kind: AlertKind
    case: CaseId | None
    contact: ContactId | None
    checkin: CheckinId | None
    code: str
    worker: StaffId | None
    urgency: Urgency
    state: AlertState
    chain: Chain
    round: int
    step: int
    tries: int
    opened_at: datetime
    acknowledged_by: StaffId | None
    note_from: StaffId | None
    child_wrote_at: datetime | None = None


STRANGER_CODE = "tamu"


def get(tx: Tx, alert: str) -> Alert | None:
    """One alert, or None."""
    row = tx.execute(_query().where(tables.alerts.c.id == alert)).one_or_none()
    return None if row is None else _alert(row)


def known(tx: Tx, case: CaseId, checkin: CheckinId | None) -> tuple[KnownAlert, ...]:
    """What is not closed for this case, and whatever belongs to its open check-in."""
    rows = tx.execute(_KNOWN, {"case": case, "checkin": checkin})
    return tuple(
        KnownAlert(
            id=row.id,
            kind=AlertKind(row.kind),
            urgency=Urgency(row.urgency),
            state=AlertState(row.state),
            checkin=row.checkin_id,
            contact=row.contact_id,
        )
        for row in rows
    )


def open_(
    tx: Tx,
    found: AlertFound,
    *,
    case: CaseId | None,
    contact: ContactId | None,
    chain: Chain,
    now: datetime,
) -> bool:
    """Open it unless it is there; was it opened?"""
    return insert_once(
        tx,
        tables.alerts,
        id=found.id,
        kind=found.kind,
        case_id=case,
        contact_id=contact,
        checkin_id=found.checkin,
        urgency=found.urgency,
        state=AlertState.OPEN,
        chain=chain_as_json(chain),
        round=0,
        step=0,
        is_waiting=False,
        opened_at=now,
        tries=0,
    )


def update(tx: Tx, alert: str, **values: object) -> None:
    """Write plain columns."""
    change(tx, tables.alerts, tables.alerts.c.id == alert, **values)


def acknowledge(tx: Tx, alert: str, staff: StaffId, *, now: datetime) -> bool:
    """Take it, if nobody else has: one conditional update, one owner."""
    a = tables.alerts
    return (
        change(
            tx,
            a,
            a.c.id == alert,
            a.c.state == AlertState.OPEN,
            state=AlertState.ACKNOWLEDGED,
            acknowledged_by=staff,
            acknowledged_at=now,
            escalate_at=None,
            is_waiting=False,
        )
        == 1
    )


def is_forgotten(tx: Tx, alert: str) -> bool:
    """Has nobody taken it, and will nothing more ring?"""
    a = tables.alerts
    quiet = (a.c.state == AlertState.OPEN, a.c.escalate_at.is_(None))
    return tx.execute(select(a.c.id).where(a.c.id == alert, *quiet)).first() is not None


def close(tx: Tx, alert: str, staff: StaffId, *, outcome: str, now: datetime) -> bool:
    """Settle it with an outcome; only its owner can, and only once."""
    a = tables.alerts
    return (
        change(
            tx,
            a,
            a.c.id == alert,
            a.c.state == AlertState.ACKNOWLEDGED,
            a.c.acknowledged_by == staff,
            state=AlertState.CLOSED,
            outcome=outcome,
            closed_by=staff,
            closed_at=now,
        )
        == 1
    )


def child_wrote(tx: Tx, alert: str, *, now: datetime) -> bool:
    """Staff say that the child was writing; once."""
    a = tables.alerts
    where = (a.c.id == alert, a.c.child_wrote_at.is_(None))
    return change(tx, a, *where, child_wrote_at=now) == 1


def child_was_answered(tx: Tx, alert: Alert, *, now: datetime) -> bool:
    """Was the same said lately of another alert of this contact? The child reads it once."""
    a = tables.alerts
    others = (a.c.contact_id == alert.contact, a.c.id != alert.id)
    lately = a.c.child_wrote_at > now - CHILD_ONCE
    return tx.execute(select(a.c.id).where(*others, lately).limit(1)).first() is not None


def keep_note(tx: Tx, alert: Alert, text: str) -> None:
    """What the worker wrote about it."""
    sealed = tx.vault.seal(tx, subject(alert.case), NOTE, alert.id, text)
    update(tx, alert.id, note=sealed, note_from=None)


def awaiting_note(tx: Tx, staff: StaffId, *, since: datetime) -> str | None:
    """The alert, closed after `since`, whose note this person's next text is."""
    a = tables.alerts
    found: str | None = tx.execute(
        select(a.c.id)
        .where(a.c.note_from == staff, a.c.closed_at > since)
        .order_by(a.c.closed_at.desc())
        .limit(1)
    ).scalar_one_or_none()
    return found


def note_asked_at(tx: Tx, staff: StaffId) -> datetime | None:
    """When this person was last asked for a note that has not come."""
    a = tables.alerts
    found: datetime | None = tx.execute(
        select(func.max(a.c.closed_at)).where(a.c.note_from == staff)
    ).scalar_one_or_none()
    return found


def held_by(tx: Tx, staff: str) -> tuple[str, ...]:
    """Alerts that this person took and has not settled."""
    a = tables.alerts
    rows = tx.execute(
        select(a.c.id)
        .where(a.c.state == AlertState.ACKNOWLEDGED, a.c.acknowledged_by == staff)
        .order_by(a.c.acknowledged_at, a.c.id)
    )
    return tuple(rows.scalars())


def open_reading_of_strangers(tx: Tx) -> str | None:
    """The reading task that texts of unlinked people join."""
    a = tables.alerts
    found: str | None = tx.execute(
        select(a.c.id)
        .where(
            a.c.case_id.is_(None),
            a.c.kind == AlertKind.READING,
            a.c.state == AlertState.OPEN,
        )
        .limit(1)
    ).scalar_one_or_none()
    return found


def _query() -> Any:
    a, c = tables.alerts, tables.cases
    return select(a, c.c.code, c.c.worker_id).select_from(a.outerjoin(c, c.c.id == a.c.case_id))


def subject(case: CaseId | None) -> str:
    """Whose data key seals what is written about an alert."""
    return "centre" if case is None else cases.subject(case)


def _alert(row: Row[*tuple[Any, ...]]) -> Alert:
    return Alert(
        id=row.id,
        kind=AlertKind(row.kind),
        case=row.case_id,
        contact=row.contact_id,
        checkin=row.checkin_id,
        code=row.code or STRANGER_CODE,
        worker=row.worker_id,
        urgency=Urgency(row.urgency),
        state=AlertState(row.state),
        chain=chain_from_json(row.chain),
        round=row.round,
        step=row.step,
        tries=row.tries,
        opened_at=row.opened_at,
        acknowledged_by=row.acknowledged_by,
        note_from=row.note_from,
        child_wrote_at=row.child_wrote_at,
    )
