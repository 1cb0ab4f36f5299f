"""Totals of check-ins that are over: what later ones are compared with."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from flows.hours import local
from flows.model import Case, ContactId
from storage import tables
from storage.lasting import Lasting
from storage.standings import COUNTED
from storage.transaction import Tx

_c = tables.checkins
_TOTALS = Lasting(
    select(_c.c.id, _c.c.total, _c.c.opened_at, _c.c.ended_at)
    .where(
        _c.c.case_id == bindparam("case"),
        _c.c.contact_id == bindparam("contact"),
        _c.c.state.in_(COUNTED),
        _c.c.total.is_not(None),
        _c.c.ended_at.is_not(None),
    )
    .order_by(_c.c.ended_at)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What a total is compared with, oldest first: those since the child is at home make a
    baseline, and the last one of all shows a change."""

    at_home: tuple[int, ...] = ()
    last: int | None = None


def of_contact(
    tx: Tx,
    case: Case,
    contact: ContactId,
    *,
    timezone: str,
    other_than: str | None,
    before: datetime | None = None,
) -> Earlier:
    """Totals of this contact's ended check-ins, the one being judged left out. What staff filled in
    for them measures the same, so it counts. With `before`, only earlier ones."""
    rows = [
        row
        for row in tx.execute(_TOTALS, {"case": case.id, "contact": contact})
        if row.id != other_than and (before is None or row.ended_at <= before)
    ]
    at_home = [row.total for row in rows if _is_at_home(case, row.opened_at, timezone)]
    return Earlier(at_home=tuple(at_home), last=rows[-1].total if rows else None)


def _is_at_home(case: Case, asked: datetime | None, timezone: str) -> bool:
    """Was this asked once the child had left the centre? Where that day is not known, yes."""
    if case.left_on is None or asked is None:
        return True
    return local(asked, timezone).date() >= case.left_on
