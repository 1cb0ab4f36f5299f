"""Who did what to what, and when: append-only, ids and figures only, canonical JSON."""

import json
from datetime import datetime

from storage import tables
from storage.rows import add
from storage.transaction import Tx


def note(
    tx: Tx,
    *,
    actor: str,
    via: str,
    action: str,
    object: str,
    now: datetime,
    **detail: str | int | None,
) -> None:
    """Append one row. `actor` is staff:..., contact:..., system or operator; never a name."""
    add(
        tx,
        tables.audit,
        at=now,
        actor=actor,
        via=via,
        action=action,
        object=object,
        detail=json.dumps(detail, sort_keys=True, separators=(",", ":")),
    )
