"""Seals the rows of a database that is older than the seals, once, in portions.

The migration that brings the seals leaves a plain mark where rows are there already. It counts only
while there is no seal at all; then a mark takes its place that only the program can make, by which
work that was broken off goes on, and the last portion takes it away. Without a mark nothing is ever
sealed in bulk: rows that were changed, or added, past the program would be blessed by it.
"""

import hmac

from sqlalchemy import func, select

from storage import seals, settings, tables
from storage.database import Database
from storage.errors import NotMigrated, SealsNotAsked
from storage.sealed_columns import KEYS
from storage.transaction import Tx

DUE = "seals_due"
PLAIN = "1"
PORTION = 500  # rows of one transaction; between two, others may write


def require_done(tx: Tx) -> None:
    """Raise NotMigrated while rows wait for their first seal. A mark of somebody else's stops
    nothing: the audit names it."""
    if settings.read(tx, DUE) is not None and not is_forged(tx):
        raise NotMigrated("Rows are still to be sealed for the audit. Run `kabar db upgrade`.")


def is_forged(tx: Tx) -> bool:
    """Does somebody else's mark ask for all rows to be sealed?"""
    mark = settings.read(tx, DUE)
    if mark is None or hmac.compare_digest(mark.encode(), _mark(tx).encode()):
        return False
    return mark != PLAIN or bool(tx.execute(select(tables.seals.c.row).limit(1)).first())


def seal_older(database: Database) -> bool:
    """Do it where it is due; it may be broken off and begun again. Was it due? Raises SealsNotAsked
    where somebody else asks for it; nothing is sealed then, and the mark is gone."""
    if database.read_now(settings.read, DUE) is None:
        return False
    if not database.write_now(begin):
        raise SealsNotAsked
    for table in KEYS:
        after: object | None = None
        while True:
            after = database.write_now(_portion, table, after)
            if after is None:
                break
    database.write_now(settings.forget, DUE)
    return True


def begin(tx: Tx) -> bool:
    """Put our mark in the place of the plain one; False where it is somebody else's."""
    if is_forged(tx):
        settings.forget(tx, DUE)
        return False
    settings.write(tx, DUE, _mark(tx))
    return True


def _portion(tx: Tx, table: str, after: object | None) -> object | None:
    if is_forged(tx) or settings.read(tx, DUE) is None:
        raise SealsNotAsked
    return seals.seal_unsealed(tx, table, after=after, limit=PORTION)


def _mark(tx: Tx) -> str:
    """It fits as long as the journal is not written on, so that an old one cannot be used again:
    while rows are still to be sealed nothing else runs."""
    newest = tx.execute(select(func.max(tables.audit.c.seq))).scalar_one() or 0
    return hmac.digest(tx.vault.seal_key, f"{DUE}|{newest}".encode(), "sha256").hex()
