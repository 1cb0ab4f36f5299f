"""When family and staff last spoke, and when the child was last seen or spoken to alone: two clocks
that stand on every card."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from flows.model import CaseId, Encounter
from storage import tables
from storage.rows import insert_once, remove
from storage.transaction import Tx


def note(tx: Tx, row: str, met: Encounter) -> bool:
    """Keep it, once."""
    return insert_once(
        tx,
        tables.encounters,
        id=row,
        case_id=met.case,
        contact_id=met.contact,
        staff_id=met.staff,
        checkin_id=met.checkin,
        way=met.way,
        spoke=met.spoke,
        saw_child=met.saw_child,
        at=met.at,
    )


def forget(tx: Tx, row: str) -> None:
    """It did not happen: the form was opened by mistake."""
    remove(tx, tables.encounters, tables.encounters.c.id == row)


def was_with_child_only(tx: Tx, row: str) -> bool:
    """Was nobody of the family, nor of the school, there?"""
    e = tables.encounters
    found = tx.execute(select(e.c.id).where(e.c.id == row, e.c.contact_id.is_(None)))
    return found.first() is not None


def last_spoke(tx: Tx, case: CaseId) -> datetime | None:
    """When anybody of the staff last spoke with anybody of the family, by call or face to face."""
    e = tables.encounters
    return _latest(tx, case, e.c.spoke.is_(True))


def last_saw_child(tx: Tx, case: CaseId) -> datetime | None:
    """When the child was last seen or spoken to alone."""
    e = tables.encounters
    return _latest(tx, case, e.c.saw_child.is_(True))


def _latest(tx: Tx, case: CaseId, *conditions: ColumnElement[bool]) -> datetime | None:
    e = tables.encounters
    found: datetime | None = tx.execute(
        select(func.max(e.c.at)).where(e.c.case_id == case, *conditions)
    ).scalar_one_or_none()
    return found
