"""Who changed what of a plan, when, and why: kept for good, the reason sealed."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select

from flows.model import CaseId
from storage import cases, tables
from storage.rows import add
from storage.transaction import Tx

CENTRE = "centre"  # whose key seals what is about no single case
REASON = "plan_changes.reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChange:
    """`detail` holds ids and figures; `reason` the words of whoever decided."""

    at: datetime
    actor: str
    action: str
    detail: dict[str, str | int | None]
    reason: str | None


def note(
    tx: Tx,
    *,
    case: CaseId | None,
    actor: str,
    action: str,
    reason: str | None,
    now: datetime,
    **detail: str | int | None,
) -> None:
    """Write it down. A reason is bound to moment and deed, which no other change has."""
    subject = CENTRE if case is None else cases.subject(case)
    place = f"{action}|{now.isoformat()}"
    sealed = None if reason is None else tx.vault.seal(tx, subject, REASON, place, reason)
    add(
        tx,
        tables.plan_changes,
        case_id=case,
        subject=subject,
        at=now,
        actor=actor,
        action=action,
        detail=json.dumps(detail, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        reason=sealed,
    )


def of_case(tx: Tx, case: CaseId) -> tuple[PlanChange, ...]:
    """Everything that was changed, oldest first."""
    return _found(tx, tables.plan_changes.c.case_id == case)


def of_centre(tx: Tx, action: str) -> tuple[PlanChange, ...]:
    """What was done that is about no single case, oldest first."""
    p = tables.plan_changes
    return _found(tx, p.c.case_id.is_(None), p.c.action == action)


def _found(tx: Tx, *where: ColumnElement[bool]) -> tuple[PlanChange, ...]:
    p = tables.plan_changes
    rows = tx.execute(select(p).where(*where).order_by(p.c.seq))
    return tuple(
        PlanChange(
            at=row.at,
            actor=row.actor,
            action=row.action,
            detail=json.loads(row.detail),
            reason=None
            if row.reason is None
            else tx.vault.open(
                tx, row.subject, REASON, f"{row.action}|{row.at.isoformat()}", row.reason
            ),
        )
        for row in rows
    )
