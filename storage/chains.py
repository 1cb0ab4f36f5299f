"""Chains at work: whom they have told, whose next step is due, and what waits for somebody."""

from datetime import datetime

from sqlalchemy import exists, func, select

from flows.model import AlertState, CaseId, StaffId
from storage import tables
from storage.alerts import Alert
from storage.rows import add
from storage.transaction import Tx


def told(tx: Tx, alert: Alert, people: tuple[StaffId, ...], *, step: int, now: datetime) -> None:
    """The chain has asked these people."""
    for staff in people:
        add(
            tx,
            tables.steps,
            alert_id=alert.id,
            staff_id=staff,
            round=alert.round,
            step=step,
            at=now,
        )


def times_told(tx: Tx, alert: str) -> int:
    """How often the chain has told somebody about it."""
    count: int = tx.execute(
        select(func.count()).where(tables.steps.c.alert_id == alert)
    ).scalar_one()
    return count


def was_asked(tx: Tx, alert: str, staff: StaffId) -> bool:
    """Has the chain ever asked this person about it?"""
    s = tables.steps
    found = tx.execute(select(s.c.seq).where(s.c.alert_id == alert, s.c.staff_id == staff).limit(1))
    return found.first() is not None


def is_asked_about(tx: Tx, case: CaseId, staff: str) -> bool:
    """Has the chain asked this person about something of this case that is not closed?"""
    a, s = tables.alerts, tables.steps
    found = tx.execute(
        select(a.c.id)
        .join(s, s.c.alert_id == a.c.id)
        .where(a.c.case_id == case, a.c.state != AlertState.CLOSED, s.c.staff_id == staff)
        .limit(1)
    )
    return found.first() is not None


def asked_of(tx: Tx, staff: str) -> tuple[str, ...]:
    """Open alerts about which the chain has asked this person."""
    a, s = tables.alerts, tables.steps
    asked = select(s.c.alert_id).where(s.c.staff_id == staff)
    rows = tx.execute(
        select(a.c.id)
        .where(a.c.state == AlertState.OPEN, a.c.id.in_(asked))
        .order_by(a.c.opened_at, a.c.id)
    )
    return tuple(rows.scalars())


def unheard(tx: Tx, staff: StaffId) -> tuple[str, ...]:
    """Alerts whose chain has asked this person, and nobody in this round who can be reached."""
    a, s, phone = tables.alerts, tables.steps, tables.addresses
    asked = (s.c.alert_id == a.c.id) & (s.c.round == a.c.round)
    by_phone = (phone.c.owner_kind == "staff") & (phone.c.owner_id == s.c.staff_id)
    rows = tx.execute(
        select(a.c.id)
        .where(
            a.c.state == AlertState.OPEN,
            exists().where(asked, s.c.staff_id == staff),
            ~exists().where(asked, by_phone, phone.c.state == "active"),
        )
        .order_by(a.c.opened_at)
    )
    return tuple(rows.scalars())


def due(tx: Tx, *, now: datetime) -> tuple[str, ...]:
    """Alerts whose next step has come, the oldest first."""
    a = tables.alerts
    rows = tx.execute(
        select(a.c.id)
        .where(a.c.state == AlertState.OPEN, a.c.escalate_at <= now)
        .order_by(a.c.escalate_at, a.c.id)
    )
    return tuple(rows.scalars())


def waiting(tx: Tx) -> tuple[str, ...]:
    """Alerts that nobody could be told of so far."""
    a = tables.alerts
    rows = tx.execute(
        select(a.c.id).where(a.c.state == AlertState.OPEN, a.c.is_waiting).order_by(a.c.opened_at)
    )
    return tuple(rows.scalars())


def next_moment(tx: Tx) -> datetime | None:
    """When the next step of any chain is due, past or future."""
    a = tables.alerts
    found: datetime | None = tx.execute(
        select(func.min(a.c.escalate_at)).where(a.c.state == AlertState.OPEN)
    ).scalar_one_or_none()
    return found
