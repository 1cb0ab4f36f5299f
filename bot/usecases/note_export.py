"""What was handed out is written down before it is handed out: in what form, how much, and, if it
says who families are, why."""

from datetime import datetime

from storage import audit, plan_changes
from storage.handed_out import EXPORTED, WITH_NAMES
from storage.transaction import Tx

OPERATOR = "operator"


def note_export(tx: Tx, *, format: str, rows: int, reason: str | None, now: datetime) -> None:
    """`reason` is given where names are in it, and sealed for the centre."""
    said = {"actor": OPERATOR, "via": "command", "object": "replies"}
    audit.note(tx, **said, action=EXPORTED, now=now, format=format, rows=rows)
    if reason is None:
        return
    audit.note(tx, **said, action=WITH_NAMES, now=now, format=format, rows=rows)
    plan_changes.note(
        tx,
        case=None,
        actor=OPERATOR,
        action=WITH_NAMES,
        reason=reason,
        now=now,
        format=format,
        rows=rows,
    )
