"""One child's after-care: known by a code, everything that identifies the child sealed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row as SqlRow
from sqlalchemy import bindparam, select

from flows.model import (
    Case,
    CaseId,
    CaseState,
    ContactKind,
    ContactState,
    Level,
    Risk,
    Slot,
    StaffId,
)
from storage import tables
from storage.errors import SubjectErased
from storage.lasting import Lasting
from storage.rows import add as add_row
from storage.rows import change_by
from storage.transaction import Tx

NICKNAME, BIRTH_DATE = "cases.nickname", "cases.birth_date"
_k, _c, _a = tables.cases, tables.contacts, tables.addresses
_BY_ID = Lasting(select(_k).where(_k.c.id == bindparam("case")))
_ON_PHONE = Lasting(
    select(_k)
    .join_from(_a, _c, _c.c.id == _a.c.owner_id)
    .join(_k, _k.c.id == _c.c.case_id)
    .where(
        _a.c.address_hash == bindparam("chat"),
        _a.c.owner_kind == "contact",
        _c.c.state == ContactState.ACTIVE,
        _c.c.kind == ContactKind.CAREGIVER,
    )
)


Row = SqlRow[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCase:
    """A case keeps the versions of programme and check-ins (by level) that it starts with."""

    case: Case
    programme_version: str
    checkin_versions: Mapping[Level | Slot, str]


def subject(case: CaseId) -> str:
    """Whose data key seals what is known of this child."""
    return f"case:{case}"


def add(tx: Tx, new: NewCase, *, now: datetime) -> None:
    """Open a case."""
    case = new.case
    who = subject(case.id)
    born = case.birth_date.isoformat()
    add_row(
        tx,
        tables.cases,
        id=case.id,
        code=case.code,
        nickname=tx.vault.seal(tx, who, NICKNAME, case.id, case.nickname),
        birth_date=tx.vault.seal(tx, who, BIRTH_DATE, case.id, born),
        risk=case.risk,
        stage=case.stage,
        worker_id=case.worker,
        home_risk=case.home_risk,
        left_on=case.left_on,
        baseline=case.baseline,
        programme_version=new.programme_version,
        checkin_versions=json.dumps(new.checkin_versions, sort_keys=True),
        created_at=now,
    )


def get(tx: Tx, case: CaseId) -> Case:
    """One case, opened."""
    row = tx.execute(_BY_ID, {"case": case}).one()
    who = subject(case)
    return Case(
        id=CaseId(row.id),
        code=row.code,
        nickname=tx.vault.open(tx, who, NICKNAME, row.id, row.nickname),
        birth_date=birth_date(tx, row),
        risk=Risk(row.risk),
        stage=row.stage,
        worker=StaffId(row.worker_id),
        home_risk=row.home_risk,
        left_on=row.left_on,
        baseline=row.baseline,
        state=CaseState(row.state),
        paused_until=row.paused_until,
        closes_on=row.closes_on,
        extra_weeks=row.extra_weeks,
    )


def birth_date(tx: Tx, row: Row) -> date:
    """The birth date of a row of `cases`, opened."""
    sealed = tx.vault.open(tx, subject(CaseId(row.id)), BIRTH_DATE, row.id, row.birth_date)
    return date.fromisoformat(sealed)


def update(tx: Tx, case: CaseId, **values: object) -> None:
    """Write plain columns: state, stage, risk, left_on, paused_until, closes_on, extra_weeks,
    worker_id, programme_version, checkin_versions."""
    change_by(tx, tables.cases, {"id": case}, **values)


def rename(tx: Tx, case: CaseId, nickname: str) -> None:
    """Another nickname, sealed like the one before."""
    sealed = tx.vault.seal(tx, subject(case), NICKNAME, case, nickname)
    change_by(tx, tables.cases, {"id": case}, nickname=sealed)


def find(tx: Tx, code: str) -> CaseId | None:
    """The case with this code."""
    found = tx.execute(
        select(tables.cases.c.id).where(tables.cases.c.code == code)
    ).scalar_one_or_none()
    return None if found is None else CaseId(found)


def on_phone(tx: Tx, chat_hash: str) -> tuple[CaseId, ...]:
    """The children for whom this phone answers, the oldest first."""
    rows = {row.id: row for row in tx.execute(_ON_PHONE, {"chat": chat_hash})}
    if len(rows) < 2:  # the usual: nothing has to be opened
        return tuple(CaseId(one) for one in rows)
    born = {one: when for one, row in rows.items() if (when := _born(tx, row)) is not None}
    oldest = sorted(born, key=lambda one: (born[one], rows[one].created_at, one))
    return tuple(CaseId(one) for one in oldest)


def _born(tx: Tx, row: Row) -> date | None:
    """None of a child who was erased: the others are asked about all the same."""
    try:
        return birth_date(tx, row)
    except SubjectErased:
        return None


def checkin_version(tx: Tx, case: CaseId, form: Level | Slot) -> str | None:
    """The version of the check-in that this case asks at a level, or as pulse or school form; None
    where it asks none."""
    c = tables.cases
    kept = tx.execute(select(c.c.checkin_versions).where(c.c.id == case)).scalar_one()
    found: str | None = json.loads(kept).get(form.value)
    return found


def checkin_versions(tx: Tx, case: CaseId) -> tuple[str, ...]:
    """Every version of a check-in that this case uses, by level or kind."""
    c = tables.cases
    kept = tx.execute(select(c.c.checkin_versions).where(c.c.id == case)).scalar_one()
    return tuple(dict.fromkeys(json.loads(kept).values()))


def of_worker(tx: Tx, worker: str) -> tuple[tuple[CaseId, str], ...]:
    """(id, code) of the cases of this worker that are not closed, by code."""
    c = tables.cases
    mine = (c.c.worker_id == worker, c.c.state != CaseState.CLOSED)
    rows = tx.execute(select(c.c.id, c.c.code).where(*mine).order_by(c.c.code))
    return tuple((CaseId(row.id), row.code) for row in rows)


def open_ones(tx: Tx) -> tuple[CaseId, ...]:
    """Every case that is not closed, by code."""
    c = tables.cases
    rows = tx.execute(select(c.c.id).where(c.c.state != CaseState.CLOSED).order_by(c.c.code))
    return tuple(CaseId(row) for row in rows.scalars())


def programme_version(tx: Tx, case: CaseId) -> str:
    """The version of the programme that this case started with."""
    version: str = tx.execute(
        select(tables.cases.c.programme_version).where(tables.cases.c.id == case)
    ).scalar_one()
    return version
