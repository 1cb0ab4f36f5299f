"""How often people who are not linked have rung, so that nobody can drown the staff."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from flows.model import AlertKind
from storage import tables
from storage.transaction import Tx


def alerts_of_chat(tx: Tx, chat_hash: str, *, since: datetime) -> int:
    """Alerts that this unlinked chat has caused since then."""
    return _count(tx, since, tables.words.c.chat_hash == chat_hash)


def alerts_of_all(tx: Tx, *, since: datetime) -> int:
    """Alerts that all unlinked chats together have caused since then."""
    return _count(tx, since)


def _count(tx: Tx, since: datetime, *where: ColumnElement[bool]) -> int:
    a, f, w = tables.alerts, tables.facts, tables.words
    joined = a.join(f, f.c.alert_id == a.c.id).join(w, w.c.id == f.c.words_id)
    statement = (
        select(func.count(func.distinct(a.c.id)))
        .select_from(joined)
        .where(a.c.case_id.is_(None), a.c.kind == AlertKind.ALERT, a.c.opened_at > since, *where)
    )
    count: int = tx.execute(statement).scalar_one()
    return count
