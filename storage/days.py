"""What is looked up about a case on a day; and when the rules of a day look at it next."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, case, func, select

from flows.model import CaseId, CheckinState, Contact, ContactId, ContactKind
from storage import tables
from storage.contacts import plain
from storage.lasting import Lasting
from storage.rows import change_by
from storage.transaction import Tx
from storage.turns import State

GONE = (" deactivated", " chat_gone")
"""What Telegram says of an account that is no more, in the error of a refused message."""

_k, _p, _e = tables.cases, tables.contacts, tables.encounters
_c, _o, _f, _a = tables.checkins, tables.outbox, tables.facts, tables.alerts
_BEGAN = Lasting(
    select(_k.c.created_at, _k.c.resumed_at, _k.c.programme_version, _k.c.look_at).where(
        _k.c.id == bindparam("case")
    )
)
_CAREGIVERS = Lasting(
    select(_p)
    .where(_p.c.case_id == bindparam("case"), _p.c.kind == ContactKind.CAREGIVER)
    .order_by(_p.c.created_at, _p.c.id)
)
_MET = Lasting(
    select(
        func.max(case((_e.c.spoke.is_(True), _e.c.at))).label("spoke"),
        func.max(case((_e.c.saw_child.is_(True), _e.c.at))).label("saw"),
    ).where(_e.c.case_id == bindparam("case"))
)
_MISSED = Lasting(
    select(_c.c.contact_id, func.count().label("missed"))
    .where(
        _c.c.case_id == bindparam("case"),
        _c.c.state == CheckinState.EXPIRED,
        _c.c.first_answer_at.is_(None),
        _c.c.opened_at > bindparam("since"),
    )
    .group_by(_c.c.contact_id)
)
_TOLD = Lasting(
    select(_f.c.id, _f.c.rule, _f.c.rule_version, _a.c.id.label("alert"), _a.c.kind)
    .add_columns(_a.c.closed_at, _a.c.outcome)
    .join_from(_f, _a, _a.c.id == _f.c.alert_id)
    .where(_f.c.case_id == bindparam("case"), _f.c.id.like("fact:day:%"))
    .order_by(_f.c.at)
)
_DUE = (
    select(_k.c.id)
    .where(_k.c.look_at <= bindparam("now"))
    .order_by(_k.c.look_at, _k.c.id)
    .limit(bindparam("limit"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Began:
    """When a case was added, and when it last went on after a pause."""

    added_at: datetime
    resumed_at: datetime | None
    programme_version: str
    look_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """When staff last spoke with the family, and last saw the child or spoke with them alone."""

    spoke: datetime | None
    saw_child: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A reason of a rule of a day, and what became of what took it."""

    source: str
    rule: str
    alert: str
    kind: str
    closed_at: datetime | None
    outcome: str | None


def began(tx: Tx, case_id: CaseId) -> Began:
    """Where the clocks of this case begin."""
    row = tx.execute(_BEGAN, {"case": case_id}).one()
    return Began(
        added_at=row.created_at,
        resumed_at=row.resumed_at,
        programme_version=row.programme_version,
        look_at=row.look_at,
    )


def caregivers(tx: Tx, case_id: CaseId) -> tuple[Contact, ...]:
    """The family, the first contact first, without what is sealed."""
    return tuple(plain(row) for row in tx.execute(_CAREGIVERS, {"case": case_id}).all())


def met(tx: Tx, case_id: CaseId) -> Met:
    """The two clocks that encounters keep."""
    row = tx.execute(_MET, {"case": case_id}).one()
    return Met(spoke=row.spoke, saw_child=row.saw)


def missed(tx: Tx, case_id: CaseId, *, since: datetime) -> dict[ContactId, int]:
    """Check-ins asked since then that ended without any answer, by contact."""
    rows = tx.execute(_MISSED, {"case": case_id, "since": since})
    return {ContactId(row.contact_id): row.missed for row in rows}


def gone(tx: Tx, blocked: Collection[ContactId]) -> frozenset[ContactId]:
    """Those whose account is no more: the last message that could not reach them says so."""
    if not blocked:
        return frozenset()
    theirs = (_o.c.owner_id.in_(blocked), _o.c.state == State.UNREACHABLE)
    rows = tx.execute(select(_o.c.owner_id, _o.c.error).where(*theirs).order_by(_o.c.seq))
    last = {row.owner_id: row.error or "" for row in rows}
    return frozenset(
        ContactId(owner) for owner, error in last.items() if any(word in error for word in GONE)
    )


def said(tx: Tx, case_id: CaseId) -> tuple[Said, ...]:
    """What rules of a day have said of this case, the oldest first."""
    return tuple(_said(row) for row in tx.execute(_TOLD, {"case": case_id}).all())


def _said(row: Row[*tuple[Any, ...]]) -> Said:
    ending = f":{row.rule}:{row.rule_version}"
    return Said(
        source=row.id.removeprefix("fact:").removesuffix(ending),
        rule=row.rule,
        alert=row.alert,
        kind=row.kind,
        closed_at=row.closed_at,
        outcome=row.outcome,
    )


def due(tx: Tx, *, now: datetime, limit: int = 1000) -> tuple[str, ...]:
    """Cases whose look has come; the rest of many comes with the next pass."""
    return tuple(tx.execute(_DUE, {"now": now, "limit": limit}).scalars())


def next_moment(tx: Tx) -> datetime | None:
    """The earliest look at any case."""
    found: datetime | None = tx.execute(select(func.min(_k.c.look_at))).scalar_one_or_none()
    return found


def look(tx: Tx, case_id: CaseId, at: datetime | None) -> None:
    """When this case is looked at next; None: not any more."""
    change_by(tx, tables.cases, {"id": case_id}, look_at=at)


def resumed(tx: Tx, case_id: CaseId, *, now: datetime) -> None:
    """It goes on after a pause: silence is counted from here, and looked at anew."""
    change_by(tx, tables.cases, {"id": case_id}, look_at=now, resumed_at=now)
