"""Totals of check-ins that are over: what later ones are compared with."""

from datetime import datetime

from sqlalchemy import bindparam, select

from flows.model import CaseId, ContactId
from storage import tables
from storage.lasting import Lasting
from storage.transaction import Tx

_c = tables.checkins
_TOTALS = Lasting(
    select(_c.c.id, _c.c.total, _c.c.ended_at)
    .where(
        _c.c.case_id == bindparam("case"),
        _c.c.contact_id == bindparam("contact"),
        _c.c.total.is_not(None),
        _c.c.ended_at.is_not(None),
    )
    .order_by(_c.c.ended_at)
)


def of_contact(
    tx: Tx,
    case: CaseId,
    contact: ContactId,
    *,
    other_than: str | None,
    before: datetime | None = None,
) -> tuple[int, ...]:
    """Totals of this contact's ended check-ins, oldest first, the one being judged left out. What
    staff filled in for them measures the same, so it counts. With `before`, only earlier ones."""
    rows = tx.execute(_TOTALS, {"case": case, "contact": contact})
    others = (row for row in rows if row.id != other_than)
    return tuple(row.total for row in others if before is None or row.ended_at < before)
