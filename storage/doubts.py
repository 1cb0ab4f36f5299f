"""Rows of which nobody knows whether they arrived: tried once more, or known after all."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.exc import SQLAlchemyError

from storage import tables
from storage.errors import KeyFileOutdated
from storage.hands import Kept, is_alert, payload_of, root_of
from storage.lasting import Lasting
from storage.outbox import DOUBT, PAYLOAD, as_json
from storage.rows import change
from storage.transaction import Tx
from storage.turns import WAITED, State

QUESTION = "question_a"  # the one kind that waits for a reply before it is repeated

o = tables.outbox
IN_DOUBT = (o.c.state.in_((State.UNCERTAIN, State.PENDING)), o.c.error.startswith(DOUBT))
CLOSED = {"state": State.UNCERTAIN, "retry_at": None}
DOUBTED = Lasting(
    select(o.c.id).where(
        o.c.chat_hash == bindparam("chat"),
        o.c.kind == QUESTION,
        *IN_DOUBT,
        o.c.created_at <= bindparam("at", type_=o.c.created_at.type),
    )
)


def revive(tx: Tx, *, now: datetime, wall: datetime, mark: str) -> None:
    """Uncertain rows whose wait is over are sent once more; alerts end with `mark` then."""
    for row in tx.execute(WAITED, {"wall": wall}).all():
        same = (o.c.id == row.id, o.c.state == State.UNCERTAIN, o.c.retry_at == row.retry_at)
        if row.is_gone or (row.expires_at is not None and row.expires_at <= now):
            change(tx, o, *same, retry_at=None)
            continue
        try:
            words = _marked(tx, row, mark) if is_alert(row.lane, row.kind) else {}
        except KeyFileOutdated:
            continue  # it waits on
        change(tx, o, *same, state=State.PENDING, retry_at=None, **words)


def proven(tx: Tx, row_id: str, *, message_no: int, now: datetime) -> bool:
    """A button of this row was pressed, so it did arrive: it is not sent once more."""
    row = tx.execute(select(o).where(o.c.id == row_id)).one_or_none()
    root = None if row is None else root_of(tx, row)
    values = {"state": State.SENT, "message_no": message_no, "sent_at": now, "retry_at": None}
    if not change(tx, o, o.c.id == row_id, *IN_DOUBT, **values):
        return False
    if root is not None:
        change(tx, o, o.c.id == root.id, o.c.state != State.SENT, **values)
    return True


def heard_from(tx: Tx, chat_hash: str, *, at: datetime) -> int:
    """Somebody in this chat wrote or tapped at this moment: whoever writes back has seen what was
    asked, so no question of before is asked once more. Its number stays unknown; how many?"""
    heard = tx.execute(DOUBTED, {"chat": chat_hash, "at": at}).scalars().all()
    return sum(change(tx, o, o.c.id == row, *IN_DOUBT, **CLOSED) for row in heard)


def _marked(tx: Tx, row: Kept, mark: str) -> dict[str, object]:
    """The same words with the mark at their end, once, however often they are repeated."""
    try:
        payload = payload_of(tx, row)
        text = payload.text.removesuffix(mark) + mark
        sealed = tx.vault.seal(
            tx, row.subject, PAYLOAD, row.id, as_json(replace(payload, text=text))
        )
    except (SQLAlchemyError, KeyFileOutdated):
        raise
    except Exception:
        return {}  # `claim` closes it, and says why
    return {"payload": sealed}
