"""Check-ins as they are handed out, a row each with all its answers, and the names of whom they are
about, for those who may have them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row, Select, select

from flows.scoring import Given
from storage import tables
from storage.cases import NICKNAME
from storage.cases import subject as of_case
from storage.contacts import subject as of_contact
from storage.replies import AT_ONCE, Wanted, opened
from storage.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRow:
    """A check-in that was asked, with every version of its answers in order."""

    checkin_id: str
    case: str
    case_id: str
    contact_id: str
    version: str
    level: str
    state: str
    slot: str
    way: str
    filled_by: str | None
    asked_at: datetime
    ended_at: datetime | None
    timezone: str
    answers: tuple[Given, ...]
    total: int | None
    is_estimated: bool | None
    band: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Of a child and of whoever answers for it; empty where they were erased."""

    nickname: str
    contact_name: str
    relation: str


NOBODY = Names(nickname="", contact_name="", relation="")


def versions(tx: Tx, wanted: Wanted) -> tuple[str, ...]:
    """The content of the check-ins that were asked, the newest first."""
    k, v = tables.checkins, tables.content_versions
    used = select(k.c.content_version).where(*_asked(wanted)).distinct()
    newest = (v.c.first_used_at.desc(), v.c.id)
    return tuple(tx.execute(select(v.c.id).where(v.c.id.in_(used)).order_by(*newest)).scalars())


def checkins(tx: Tx, wanted: Wanted) -> Iterator[AskedRow]:
    """Check-ins that were asked, in this order."""
    found = tx.connection.execute(_around(wanted), execution_options={"yield_per": AT_ONCE})
    for piece in found.partitions():
        answers = _answers(tx, [row.id for row in piece])
        for row in piece:
            yield _row(row, answers.get(row.id, ()))


def names(tx: Tx, case: str | None, contact: str | None) -> Names:
    """Whom a row is about. A stranger has no name here."""
    c, p = tables.cases, tables.contacts
    child = tx.execute(select(c).where(c.c.id == case)).one_or_none()
    adult = tx.execute(select(p).where(p.c.id == contact)).one_or_none()
    return Names(
        nickname="" if child is None else _opened(tx, of_case(child.id), child, NICKNAME),
        contact_name="" if adult is None else _of_adult(tx, adult, "contacts.name"),
        relation="" if adult is None else _of_adult(tx, adult, "contacts.relation"),
    )


def _of_adult(tx: Tx, adult: Row[*tuple[Any, ...]], column: str) -> str:
    return _opened(tx, of_contact(adult.id), adult, column)


def _opened(tx: Tx, subject: str, row: Row[*tuple[Any, ...]], column: str) -> str:
    sealed: bytes = getattr(row, column.partition(".")[2])
    return opened(tx, subject, column, row.id, sealed)


def _asked(wanted: Wanted) -> tuple[Any, ...]:
    k = tables.checkins
    return (k.c.opened_at.is_not(None), *wanted.holds(k, k.c.opened_at))


def _around(wanted: Wanted) -> Select[*tuple[Any, ...]]:
    k, c, p = tables.checkins, tables.cases, tables.contacts
    joined = k.join(c, c.c.id == k.c.case_id).join(p, p.c.id == k.c.contact_id)
    query = select(k, c.c.code, p.c.timezone).select_from(joined)
    return query.where(*_asked(wanted)).order_by(k.c.opened_at, k.c.id)


def _answers(tx: Tx, some: Sequence[str]) -> dict[str, tuple[Given, ...]]:
    a = tables.answers
    columns = (a.c.checkin_id, a.c.item, a.c.value, a.c.at)
    query = select(*columns).where(a.c.checkin_id.in_(some)).order_by(a.c.checkin_id, a.c.seq)
    return {
        checkin: tuple(Given(item=row.item, value=row.value, at=row.at) for row in rows)
        for checkin, rows in groupby(tx.execute(query), key=lambda row: row.checkin_id)
    }


def _row(row: Row[*tuple[Any, ...]], answers: tuple[Given, ...]) -> AskedRow:
    return AskedRow(
        checkin_id=row.id,
        case=row.code,
        case_id=row.case_id,
        contact_id=row.contact_id,
        version=row.content_version,
        level=row.level,
        state=row.state,
        slot=row.slot,
        way=row.way,
        filled_by=row.filled_by,
        asked_at=row.opened_at,
        ended_at=row.ended_at,
        timezone=row.timezone,
        answers=answers,
        total=row.total,
        is_estimated=row.is_estimated,
        band=row.band,
    )
