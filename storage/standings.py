"""What is looked up to say where a case stands; nothing here is written."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, exists, func, select

from flows.model import CaseId, CheckinState, ContactId, ContactKind
from storage import encounters, tables
from storage.checkins import Kept, as_kept
from storage.transaction import Tx

COUNTED = (
    CheckinState.OPEN,
    CheckinState.PAUSED,
    CheckinState.FINISHED,
    CheckinState.EXPIRED,
)
"""States in which answers of a check-in are looked at; one taken back measures nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A check-in as a line of a list."""

    id: str
    contact: str
    version: str
    slot: str
    way: str
    filled_by: str | None
    state: str
    at: datetime
    total: int | None
    is_estimated: bool | None
    band: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """A case as a line of a list: codes and figures, nothing that has to be opened."""

    id: CaseId
    code: str
    risk: str
    stage: str
    worker: str
    state: str
    next_due_at: datetime | None
    spoken_at: datetime | None


def last_answered(tx: Tx, case: CaseId, contact: ContactId | None = None) -> Kept | None:
    """The latest check-in about the case, or of one contact, to which there are answers. What a
    school has answered is no measure of how the child is at home."""
    c, p, latest = tables.checkins, tables.contacts, tables.checkins.c.opened_at.desc()
    schools = select(p.c.id).where(p.c.case_id == case, p.c.kind == ContactKind.SCHOOL)
    theirs = (c.c.case_id == case, c.c.contact_id.not_in(schools))
    query = _answered().where(*theirs).order_by(latest, c.c.id).limit(1)
    row = tx.execute(query if contact is None else query.where(c.c.contact_id == contact)).first()
    return None if row is None else as_kept(row)


def answered_before(tx: Tx, kept: Kept) -> Kept | None:
    """The check-in of the same contact with answers that came before this one."""
    c = tables.checkins
    earlier = (c.c.contact_id == kept.contact, c.c.opened_at < kept.opened_at, c.c.id != kept.id)
    row = tx.execute(_answered().where(*earlier).order_by(c.c.opened_at.desc()).limit(1)).first()
    return None if row is None else as_kept(row)


def _answered() -> Select[*tuple[Any, ...]]:
    """Baik and Kurang baik on a reminder are no measure."""
    c, a = tables.checkins, tables.answers
    given = exists().where(a.c.checkin_id == c.c.id, a.c.item != "pulse")
    return select(c).where(c.c.state.in_(COUNTED), c.c.opened_at.is_not(None), given)


def spoken_at(tx: Tx, case: CaseId) -> datetime | None:
    """When family and staff last spoke: any answer, pulse, call or visit counts."""
    c = tables.contacts
    theirs = (c.c.case_id == case, c.c.kind == ContactKind.CAREGIVER)
    heard = tx.execute(select(func.max(c.c.last_spoken_at)).where(*theirs)).scalar_one()
    return max(filter(None, (heard, encounters.last_spoke(tx, case))), default=None)


def recent(tx: Tx, case: CaseId, *, limit: int) -> tuple[Figures, ...]:
    """The last check-ins that were asked, newest first."""
    c = tables.checkins
    asked = (c.c.case_id == case, c.c.opened_at.is_not(None))
    rows = tx.execute(select(c).where(*asked).order_by(c.c.opened_at.desc(), c.c.id).limit(limit))
    return tuple(_figures(row) for row in rows)


def _figures(row: Row[*tuple[Any, ...]]) -> Figures:
    return Figures(
        id=row.id,
        contact=row.contact_id,
        version=row.content_version,
        slot=row.slot,
        way=row.way,
        filled_by=row.filled_by,
        state=row.state,
        at=row.opened_at,
        total=row.total,
        is_estimated=row.is_estimated,
        band=row.band,
    )


def planned(tx: Tx, case: CaseId) -> dict[str, tuple[datetime | None, str | None]]:
    """When something of the plan comes next to each contact, and what it is."""
    c = tables.contacts
    rows = tx.execute(select(c.c.id, c.c.next_due_at, c.c.next_slot).where(c.c.case_id == case))
    return {row.id: (row.next_due_at, row.next_slot) for row in rows}


def every_case(tx: Tx) -> Iterator[CaseLine]:
    """All cases, by code."""
    k, c = tables.cases, tables.contacts
    due = select(c.c.case_id, func.min(c.c.next_due_at).label("due")).group_by(c.c.case_id)
    next_due = {row.case_id: row.due for row in tx.execute(due)}
    for row in tx.execute(select(k).order_by(k.c.code)).all():
        case = CaseId(row.id)
        yield CaseLine(
            id=case,
            code=row.code,
            risk=row.risk,
            stage=row.stage,
            worker=row.worker_id,
            state=row.state,
            next_due_at=next_due.get(row.id),
            spoken_at=spoken_at(tx, case),
        )
