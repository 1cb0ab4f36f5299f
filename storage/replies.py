"""Every reply as it is handed out: one row per answer version and per free text, codes only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from typing import Any

from sqlalchemy import Row, select

from storage import tables
from storage.checkins import WORDS
from storage.transaction import Tx
from storage.words import TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRow:
    """`case` is the code, None for strangers; `item` and `value` are None for free text;
    `text` is None for a tap; `replaced_by` is the reply_id of the next version."""

    reply_id: str
    case: str | None
    contact_id: str | None
    checkin_id: str | None
    item: str | None
    value: int | None
    text: str | None
    at: datetime
    replaced_by: str | None


def every(tx: Tx) -> Iterator[ReplyRow]:
    """All replies by their moments; answers among themselves, and texts, as they came in: Telegram
    gives a text whole seconds, so that moments alone would turn two of them round."""
    yield from merge(_answers(tx), _words(tx), key=lambda row: row.at)


def _answers(tx: Tx) -> Iterator[ReplyRow]:
    a, c = tables.answers, tables.cases
    query = select(a, c.c.code).select_from(a.join(c, c.c.id == a.c.case_id)).order_by(a.c.seq)
    for row in tx.execute(query):
        yield _row(row, item=row.item, value=row.value, text=_typed(tx, row))


def _words(tx: Tx) -> Iterator[ReplyRow]:
    w, c = tables.words, tables.cases
    query = select(w, c.c.code).select_from(w.outerjoin(c, c.c.id == w.c.case_id))
    for row in tx.execute(query.order_by(w.c.seq)):
        text = tx.vault.open(tx, row.subject, TEXT, row.id, row.text)
        yield _row(row, item=None, value=None, text=text)


def _row(
    row: Row[*tuple[Any, ...]], *, item: str | None, value: int | None, text: str | None
) -> ReplyRow:
    return ReplyRow(
        reply_id=row.id,
        case=row.code,
        contact_id=row.contact_id,
        checkin_id=row.checkin_id,
        item=item,
        value=value,
        text=text,
        at=row.at,
        replaced_by=row.replaced_by,
    )


def _typed(tx: Tx, row: Row[*tuple[Any, ...]]) -> str | None:
    if row.words is None:
        return None
    return tx.vault.open(tx, f"contact:{row.contact_id}", WORDS, row.id, row.words)
