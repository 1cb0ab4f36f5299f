"""One-time links: 192 bits, stored hashed, 72 hours, spent in a single statement."""

import hashlib
import logging
import secrets
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select

from storage import tables
from storage.rows import change
from storage.transaction import Tx

log = logging.getLogger(__name__)

LIFETIME = timedelta(hours=72)
PREFIXES = {"staff": "s_", "contact": "f_"}
TOKEN_BYTES = 24  # 192 bits; 32 characters, well within a deep link's 64

ATTEMPTS_WITHIN = timedelta(hours=1)
ATTEMPTS_OF_ONE = 5  # failed links of one chat in an hour
ATTEMPTS_OF_ALL = 100  # of everybody: worth a word to the operator, no reason to lock others out


def invite(tx: Tx, owner_kind: str, owner_id: str, *, now: datetime) -> str:
    """A new token for this person; every earlier one dies. It is shown once and kept hashed:
    192 random bits need no slow hash (OWASP ASVS 6.5.2)."""
    i = tables.invites
    change(
        tx,
        i,
        i.c.owner_kind == owner_kind,
        i.c.owner_id == owner_id,
        i.c.used_at.is_(None),
        i.c.revoked_at.is_(None),
        revoked_at=now,
    )
    token = PREFIXES[owner_kind] + secrets.token_urlsafe(TOKEN_BYTES)
    tx.execute(
        insert(i).values(
            id=f"invite:{_hash(token)[:16]}",
            owner_kind=owner_kind,
            owner_id=owner_id,
            token_hash=_hash(token),
            created_at=now,
            expires_at=now + LIFETIME,
        )
    )
    return token


def spend(tx: Tx, token: str, chat_hash: str, *, now: datetime) -> tuple[str, str] | None:
    """Whose link this is, as (kind, id), if it was still good; one statement, so one winner."""
    i = tables.invites
    statement = (
        i.update()
        .where(
            i.c.token_hash == _hash(token),
            i.c.used_at.is_(None),
            i.c.revoked_at.is_(None),
            i.c.expires_at > now,
        )
        .values(used_at=now, used_by=chat_hash)
        .returning(i.c.owner_kind, i.c.owner_id)
    )
    row = tx.execute(statement).one_or_none()
    return None if row is None else (row.owner_kind, row.owner_id)


def revoke(tx: Tx, owner_kind: str, owner_id: str, *, now: datetime) -> None:
    """Every unspent link of this person dies."""
    i = tables.invites
    change(
        tx,
        i,
        i.c.owner_kind == owner_kind,
        i.c.owner_id == owner_id,
        i.c.revoked_at.is_(None),
        revoked_at=now,
    )


def note_failure(tx: Tx, chat_hash: str, *, now: datetime) -> None:
    """A link that failed, to slow down guessing."""
    tx.execute(insert(tables.attempts).values(chat_hash=chat_hash, at=now))


def may_try(tx: Tx, chat_hash: str, *, now: datetime) -> bool:
    """May this chat try another link? Nobody is told that they may not."""
    a = tables.attempts
    recent = select(func.count()).select_from(a).where(a.c.at > now - ATTEMPTS_WITHIN)
    of_one = tx.execute(recent.where(a.c.chat_hash == chat_hash)).scalar_one()
    if tx.execute(recent).scalar_one() >= ATTEMPTS_OF_ALL:
        log.warning("many links fail", extra={"action": "links_fail"})
    return bool(of_one < ATTEMPTS_OF_ONE)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
