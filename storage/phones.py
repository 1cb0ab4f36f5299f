"""One check-in at a time on a phone: when it is free again, and what came to it lately."""

from datetime import datetime

from sqlalchemy import select

from storage import tables
from storage.checkins import Kept
from storage.transaction import Tx

_c = tables.checkins


def asked_lately(tx: Tx, kept: Kept, *, since: datetime) -> bool:
    """Has another check-in come to the same phone since then?"""
    same = (_c.c.chat_hash == kept.chat_hash, _c.c.id != kept.id, _c.c.opened_at >= since)
    return tx.execute(select(_c.c.id).where(*same).limit(1)).first() is not None


def free_at(tx: Tx, checkin: str) -> datetime | None:
    """When a check-in that is open will have left the phone at the latest."""
    ends = select(_c.c.expires_at).where(_c.c.id == checkin)
    found: datetime | None = tx.execute(ends).scalar_one_or_none()
    return found
