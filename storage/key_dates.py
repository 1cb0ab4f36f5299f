"""Days of weight of a case: a release, a trial, the start of school. No family ever reads of them,
and here they are sealed, for they say much about a child."""

from datetime import date, datetime

from sqlalchemy import bindparam, select

from flows.model import CaseId, KeyDate
from storage import cases, tables
from storage.lasting import Lasting
from storage.rows import add as add_row
from storage.rows import change
from storage.transaction import Tx

DAY = "key_dates.day"
_k = tables.key_dates
_OF_CASE = Lasting(
    select(_k.c.id, _k.c.kind, _k.c.day)
    .where(_k.c.case_id == bindparam("case"), _k.c.ended_at.is_(None))
    .order_by(_k.c.created_at, _k.c.id)
)


def add(tx: Tx, row: str, case: CaseId, kind: str, day: date, *, now: datetime) -> None:
    """Enter a day; `kind` is one of the programme's."""
    sealed = tx.vault.seal(tx, cases.subject(case), DAY, row, day.isoformat())
    add_row(tx, tables.key_dates, id=row, case_id=case, kind=kind, day=sealed, created_at=now)


def of_case(tx: Tx, case: CaseId) -> tuple[KeyDate, ...]:
    """The days that count, in the order entered."""
    return tuple(found for _, found in with_ids(tx, case))


def with_ids(tx: Tx, case: CaseId) -> tuple[tuple[str, KeyDate], ...]:
    """The same with their ids, to take one back."""
    who = cases.subject(case)
    return tuple(
        (
            row.id,
            KeyDate(
                kind=row.kind,
                day=date.fromisoformat(tx.vault.open(tx, who, DAY, row.id, row.day)),
            ),
        )
        for row in tx.execute(_OF_CASE, {"case": case})
    )


def end(tx: Tx, row: str, *, now: datetime) -> bool:
    """Take a day back; False where it does not count any more."""
    return bool(change(tx, _k, _k.c.id == row, _k.c.ended_at.is_(None), ended_at=now))
