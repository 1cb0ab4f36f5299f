"""Seals the rows of a database that is older than the seals, once, in portions.

The migration that brings the seals leaves a mark where rows are there already, and the last portion
takes it away. Without the mark nothing is ever sealed in bulk: rows that were changed, or added,
past the program would be blessed by it.
"""

from sqlalchemy import delete

from storage import seals, settings, tables
from storage.database import Database
from storage.errors import NotMigrated
from storage.sealed_columns import KEYS
from storage.transaction import Tx

DUE = "seals_due"
PORTION = 500  # rows of one transaction; between two, others may write


def require_done(tx: Tx) -> None:
    """Raise NotMigrated while rows wait for their first seal."""
    if settings.read(tx, DUE) is not None:
        raise NotMigrated("Rows are still to be sealed for the audit. Run `kabar db upgrade`.")


def seal_older(database: Database) -> bool:
    """Do it where it is due; it may be broken off and begun again. Was it due?"""
    if database.read_now(settings.read, DUE) is None:
        return False
    for table in KEYS:
        after: object | None = None
        while True:
            after = database.write_now(seals.seal_unsealed, table, after=after, limit=PORTION)
            if after is None:
                break
    database.write_now(_done)
    return True


def _done(tx: Tx) -> None:
    tx.execute(delete(tables.settings).where(tables.settings.c.name == DUE))
