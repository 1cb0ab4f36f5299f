"""What staff said about signs, Benar or Bukan: one row a fact."""

from datetime import datetime

from sqlalchemy import or_, select

from flows.judging import CHILD_WRITES
from flows.model import StaffId
from storage import tables
from storage.rows import change, insert_once
from storage.transaction import Tx

v, f = tables.verdicts, tables.facts

ON_WORDS = or_(f.c.evidence.is_not(None), f.c.rule == CHILD_WRITES)
"""A child is heard by phrases of its own, also where there is no sign."""


def keep(tx: Tx, alert: str, staff: StaffId, *, is_true: bool, now: datetime) -> int:
    """Say it of every reason of this alert that rests on words; of how many?

    The first verdict counts, but Benar after a Bukan does too: a danger that somebody saw."""
    about = select(f.c.id).where(f.c.alert_id == alert, ON_WORDS)
    facts = tx.execute(about.order_by(f.c.id)).scalars().all()
    return sum(_keep(tx, fact, alert, staff, is_true=is_true, now=now) for fact in facts)


def _keep(tx: Tx, fact: str, alert: str, staff: StaffId, *, is_true: bool, now: datetime) -> bool:
    said = {"is_true": is_true, "staff_id": staff, "at": now}
    if insert_once(tx, v, id=f"verdict:{fact}", fact_id=fact, alert_id=alert, **said):
        return True
    return is_true and change(tx, v, v.c.fact_id == fact, v.c.is_true.is_(False), **said) == 1


def is_open(tx: Tx, alert: str) -> bool:
    """Does a reason of this alert rest on words that nobody has judged?"""
    unsaid = select(f.c.id).outerjoin(v, v.c.fact_id == f.c.id)
    where = (f.c.alert_id == alert, ON_WORDS, v.c.id.is_(None))
    return tx.execute(unsaid.where(*where).limit(1)).first() is not None
