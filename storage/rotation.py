"""Changes the key that wraps all data keys, while others work; each step may be the last one before
a crash, and the next try goes on from there.

1. A new key comes into the key file, beside the old ones.
2. The database says that it wraps from now on: whoever does not know it reads the file again.
3. Every data key is wrapped anew, some at a time.
4. If that is wanted, the keys that wrap nothing any more leave the file.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select, text

from storage import settings, tables
from storage.errors import SealError
from storage.keyring import KeyRing
from storage.rows import change
from storage.transaction import Tx
from storage.vault import WRAPPING_KEY

log = logging.getLogger(__name__)

AT_ONCE = 100  # data keys looked at in one transaction: a few milliseconds

d = tables.data_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How many living data keys each key wraps, and which one the database says wraps."""

    wrapped: Mapping[str, int]
    announced: str | None

    def is_unfinished(self, ring: KeyRing) -> bool:
        """Did a rotation end before all was wrapped anew?"""
        has_others = any(key_id != ring.current for key_id in self.wrapped)
        return has_others or (len(ring.keys) > 1 and self.announced != ring.current)


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """The last subject looked at, None at the end; how many were wrapped anew, how many not."""

    last: str | None
    done: int
    failed: int


def usage(tx: Tx) -> Usage:
    rows = tx.execute(
        select(d.c.key_id, func.count()).where(d.c.wrapped.is_not(None)).group_by(d.c.key_id)
    )
    return Usage(
        wrapped={str(key_id): int(count) for key_id, count in rows},
        announced=settings.read(tx, WRAPPING_KEY),
    )


def announce(tx: Tx, key_id: str) -> None:
    """From this commit on every new data key is wrapped by this key, in all processes; see
    `Vault._follow`. On SQLite one writes at a time, here those under way are waited for."""
    if tx.connection.dialect.name == "postgresql":
        tx.execute(text("LOCK TABLE data_keys IN SHARE ROW EXCLUSIVE MODE"))
    settings.write(tx, WRAPPING_KEY, key_id)


def rewrap(tx: Tx, current: str, *, after: str = "") -> Portion:
    """Wrap the next data keys behind the subject `after` by the key `current`."""
    rows = tx.execute(
        select(d.c.subject, d.c.key_id, d.c.wrapped)
        .where(d.c.subject > after)
        .order_by(d.c.subject)
        .limit(AT_ONCE)
    ).all()
    others = [row for row in rows if row.wrapped is not None and row.key_id != current]
    done = sum([_rewrap(tx, current, *row) for row in others])
    last = rows[-1].subject if rows else None
    return Portion(last=last, done=done, failed=len(others) - done)


def _rewrap(tx: Tx, current: str, subject: str, key_id: str, wrapped: bytes) -> bool:
    """Not where it was destroyed meanwhile."""
    try:
        anew = tx.vault.rewrapped(subject, key_id, wrapped)
    except SealError as error:
        extra = {"action": "not_rewrapped", "row": subject, "error": type(error).__name__}
        log.error("a data key cannot be wrapped anew", extra=extra)
        return False
    same = (d.c.subject == subject, d.c.key_id == key_id, d.c.wrapped.is_not(None))
    change(tx, d, *same, wrapped=anew, key_id=current)
    return True
