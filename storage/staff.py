"""The people who work for the centre. A row that somebody has damaged is left out and logged: what
happens to one of them stands in no other's way."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, bindparam, select

from flows.escalation import Reach
from flows.model import Role, Staff, StaffId
from storage import addresses, tables
from storage.addresses import Address
from storage.errors import KeyFileOutdated, SealError
from storage.lasting import Lasting
from storage.rows import add as add_row
from storage.transaction import Tx

log = logging.getLogger(__name__)

NAME = "staff.name"


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
    """One member of staff; None where there is none, or none that can be read."""
    row = tx.execute(_BY_ID, {"staff": staff}).one_or_none()
    return None if row is None else _staff(row)


def address(tx: Tx, staff: str) -> Address | None:
    """Their chat; None while their link is unopened, or where it cannot be opened any more."""
    try:
        return addresses.of(tx, "staff", staff)
    except SealError as error:
        _unreadable(staff, error)
        return None


def name(tx: Tx, staff: StaffId) -> str:
    """The name, opened."""
    sealed = tx.execute(select(tables.staff.c.name).where(tables.staff.c.id == staff)).scalar_one()
    return tx.vault.open(tx, subject(staff), NAME, staff, sealed)


def everybody(tx: Tx) -> tuple[Staff, ...]:
    """All staff who can be read, in the order in which they came."""
    return tuple(one for one in map(_staff, _rows(tx)) if one is not None)


def reach(tx: Tx, worker: StaffId | None) -> Reach:
    """Who is linked and reachable now, by the names that steps use. Duty has no roster yet.

    Raises KeyFileOutdated where nobody is left because of it: that passes with the key file."""
    people, missing = _within_reach(tx)
    found: Reach = {
        "worker": tuple(one.id for one in people if one.id == worker),
        "duty": (),
        "supervisor": tuple(one.id for one in people if one.role is Role.SUPERVISOR),
        "head": tuple(one.id for one in people if one.role is Role.HEAD),
    }
    if missing and not any(found.values()):
        raise missing[0]
    return found


def nobody_is_missing(tx: Tx) -> None:
    """Before it is said that somebody cannot be reached. Raises KeyFileOutdated where that may be
    for want of a newer key file alone."""
    _, missing = _within_reach(tx)
    if missing:
        raise missing[0]


def _within_reach(tx: Tx) -> tuple[list[Staff], list[KeyFileOutdated]]:
    people, missing = list[Staff](), list[KeyFileOutdated]()
    for row in _rows(tx):
        one = _staff(row)
        if one is None or not one.is_active or not one.is_reachable:
            continue
        try:
            tx.vault.open(tx, subject(one.id), addresses.COLUMN, row.chat, row.address)
            people.append(one)
        except SealError as error:
            _unreadable(one.id, error)
            missing += [error] if isinstance(error, KeyFileOutdated) else []
    return people, missing


def _rows(tx: Tx) -> Sequence[Row[*tuple[Any, ...]]]:
    found = tx.execute(_with_phone().order_by(tables.staff.c.created_at, tables.staff.c.id))
    return found.all()


def _with_phone() -> Select[*tuple[Any, ...]]:
    """Only what is needed: what is wrong in another column hinders nobody."""
    s, phone = tables.staff, tables.addresses
    is_theirs = (phone.c.owner_kind == "staff") & (phone.c.owner_id == s.c.id)
    return select(
        *(s.c.id, s.c.role, s.c.timezone, s.c.is_active),
        *(phone.c.state.label("phone"), phone.c.id.label("chat"), phone.c.address),
    ).select_from(s.outerjoin(phone, is_theirs))


_BY_ID = Lasting(_with_phone().where(tables.staff.c.id == bindparam("staff")))


def _staff(row: Row[*tuple[Any, ...]]) -> Staff | None:
    try:
        ZoneInfo(row.timezone)
        role = Role(row.role)
    except (ValueError, KeyError, OSError) as error:  # so ZoneInfo tells that it knows no such zone
        _unreadable(row.id, error)
        return None
    return Staff(
        id=StaffId(row.id),
        role=role,
        timezone=row.timezone,
        is_active=row.is_active,
        is_reachable=row.phone == "active",
    )


def _unreadable(staff: str, error: Exception) -> None:
    """Not the text: it may quote what stands there. The seals of the rows name it as well."""
    extra = {"action": "staff_unreadable", "staff": staff, "error": type(error).__name__}
    log.error("a member of staff cannot be read and is passed over", extra=extra)
