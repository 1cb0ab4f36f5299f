"""The people who work for the centre."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, select

from flows.escalation import Reach
from flows.model import Role, Staff, StaffId
from storage import tables
from storage.lasting import Lasting
from storage.rows import add as add_row
from storage.transaction import Tx

log = logging.getLogger(__name__)

NAME = "staff.name"
ROLES = frozenset(Role)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStaff:
    id: StaffId
    name: str
    role: Role
    timezone: str


def subject(staff: StaffId) -> str:
    """Whose data key seals what is known of this person."""
    return f"staff:{staff}"


def add(tx: Tx, new: NewStaff, *, now: datetime) -> None:
    """Add a member of staff; they have no phone until their link is opened."""
    add_row(
        tx,
        tables.staff,
        id=new.id,
        role=new.role,
        name=tx.vault.seal(tx, subject(new.id), NAME, new.id, new.name),
        timezone=new.timezone,
        is_active=True,
        created_at=now,
    )


def get(tx: Tx, staff: str) -> Staff | None:
    """One member of staff, or None."""
    row = tx.execute(_BY_ID, {"staff": staff}).one_or_none()
    return None if row is None else _staff(row)


def name(tx: Tx, staff: StaffId) -> str:
    """The name, opened."""
    sealed = tx.execute(select(tables.staff.c.name).where(tables.staff.c.id == staff)).scalar_one()
    return tx.vault.open(tx, subject(staff), NAME, staff, sealed)


def everybody(tx: Tx) -> tuple[Staff, ...]:
    """All staff, in the order in which they came. One whose row is damaged is left out, as an alert
    has to reach the others."""
    rows = tx.execute(_with_phone().order_by(tables.staff.c.created_at, tables.staff.c.id)).all()
    known = [row for row in rows if row.role in ROLES]
    if len(known) < len(rows):
        log.error("a row of staff is damaged", extra={"action": "row_unreadable"})
    return tuple(_staff(row) for row in known)


def reach(tx: Tx, worker: StaffId | None) -> Reach:
    """Who is linked and reachable now, by the names that steps use. Duty has no roster yet."""
    people = [one for one in everybody(tx) if one.is_active and one.is_reachable]
    return {
        "worker": tuple(one.id for one in people if one.id == worker),
        "duty": (),
        "supervisor": tuple(one.id for one in people if one.role is Role.SUPERVISOR),
        "head": tuple(one.id for one in people if one.role is Role.HEAD),
    }


def _with_phone() -> Select[*tuple[Any, ...]]:
    s, phone = tables.staff, tables.addresses
    mine = (phone.c.owner_kind == "staff") & (phone.c.owner_id == s.c.id)
    columns = (s.c.id, s.c.role, s.c.timezone, s.c.is_active, phone.c.state.label("phone"))
    return select(*columns).select_from(s.outerjoin(phone, mine))


_BY_ID = Lasting(_with_phone().where(tables.staff.c.id == bindparam("staff")))


def _staff(row: Row[*tuple[Any, ...]]) -> Staff:
    return Staff(
        id=StaffId(row.id),
        role=Role(row.role),
        timezone=row.timezone,
        is_active=row.is_active,
        is_reachable=row.phone == "active",
    )
