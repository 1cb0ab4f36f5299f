"""Why a human is asked: one row a reason, sealed, written once whatever is replayed."""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, or_, select

from flows.events import AlertFound, Reason
from flows.model import CaseId, Certainty, Evidence, Urgency
from flows.rules import Spoken
from storage import tables
from storage.alerts import Alert, subject
from storage.lasting import Lasting
from storage.rows import insert_once
from storage.transaction import Tx

SAYS, EVIDENCE = "facts.says", "facts.evidence"
UNSURE_WORDS = "unsure_words"  # the reason that asks for Benar or Bukan

_f, _a, _c = tables.facts, tables.alerts, tables.checkins
_OF_CASE = Lasting(
    select(_f.c.id, _f.c.rule, _f.c.at, _f.c.total, _c.c.total.label("whole"))
    .select_from(_f.join(_a, _a.c.id == _f.c.alert_id).outerjoin(_c, _c.c.id == _a.c.checkin_id))
    .where(_f.c.case_id == bindparam("case"))
    .order_by(_f.c.at)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One reason as staff read it, with the words behind it if there are any."""

    id: str
    rule: str
    urgency: Urgency
    says: str
    evidence: tuple[Evidence, ...]
    words_id: str | None
    at: datetime


def of_case(tx: Tx, case: CaseId) -> tuple[tuple[Spoken, ...], frozenset[str]]:
    """Earlier reasons of this case, for the repeat policy, and their ids: none of them rings
    again. A rule speaks at the tap, when only a part of the answers is there: what a later total
    is measured against is what that check-in came to."""
    rows = tx.execute(_OF_CASE, {"case": case}).all()
    spoken = tuple(
        Spoken(rule=row.rule, at=row.at, total=_higher(row.total, row.whole)) for row in rows
    )
    return spoken, frozenset(row.id for row in rows)


def _higher(then: int | None, whole: int | None) -> int | None:
    known = [total for total in (then, whole) if total is not None]
    return max(known, default=None)


def hard_words_at(tx: Tx, alerts: Collection[str]) -> datetime | None:
    """When the last critical words, sure or unsure, came to any of these alerts; None if they rest
    on other things."""
    if not alerts:
        return None
    f = tables.facts
    is_hard = or_(f.c.urgency == Urgency.CRITICAL, f.c.rule == UNSURE_WORDS)
    where = (f.c.alert_id.in_(alerts), f.c.evidence.is_not(None), is_hard)
    found: datetime | None = tx.execute(
        select(f.c.at).where(*where).order_by(f.c.at.desc()).limit(1)
    ).scalar_one_or_none()
    return found


def rests_on_words(tx: Tx, alert: str) -> bool:
    """Does a reason of this alert stand on a text that is kept?"""
    f, w = tables.facts, tables.words
    behind = select(f.c.id).join(w, w.c.id == f.c.words_id).where(f.c.alert_id == alert)
    return tx.execute(behind.limit(1)).first() is not None


def add(tx: Tx, found: AlertFound, *, case: CaseId | None, now: datetime) -> int:
    """Write the reasons that are not known yet; how many were new?"""
    return sum(_add(tx, found.id, reason, case=case, now=now) for reason in found.reasons)


def _add(tx: Tx, alert: str, reason: Reason, *, case: CaseId | None, now: datetime) -> bool:
    row, who, evidence = reason.id, subject(case), None
    if reason.evidence:
        listed = json.dumps([asdict(one) for one in reason.evidence], ensure_ascii=False)
        evidence = tx.vault.seal(tx, who, EVIDENCE, row, listed)
    return insert_once(
        tx,
        tables.facts,
        id=row,
        alert_id=alert,
        case_id=case,
        rule=reason.rule,
        rule_version=reason.version,
        urgency=reason.urgency,
        says=tx.vault.seal(tx, who, SAYS, row, reason.says),
        evidence=evidence,
        words_id=f"words:{reason.words or reason.source}",
        total=reason.total,
        at=now,
    )


def of_alert(tx: Tx, alert: Alert) -> tuple[Fact, ...]:
    """All reasons of an alert, opened, in the order in which they came."""
    f, who = tables.facts, subject(alert.case)
    rows = tx.execute(select(f).where(f.c.alert_id == alert.id).order_by(f.c.at, f.c.id))
    return tuple(
        Fact(
            id=row.id,
            rule=row.rule,
            urgency=Urgency(row.urgency),
            says=tx.vault.open(tx, who, SAYS, row.id, row.says),
            evidence=evidence(tx, who, row),
            words_id=row.words_id,
            at=row.at,
        )
        for row in rows
    )


def evidence(tx: Tx, who: str, row: Row[*tuple[Any, ...]]) -> tuple[Evidence, ...]:
    if row.evidence is None:
        return ()
    listed = json.loads(tx.vault.open(tx, who, EVIDENCE, row.id, row.evidence))
    return tuple(Evidence(**{**one, "certainty": Certainty(one["certainty"])}) for one in listed)
