"""Three ways to write a row that several hands may try to write."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Table, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.transaction import Tx


def insert_once(tx: Tx, table: Table, **values: object) -> bool:
    """Insert unless a unique key is taken; was it inserted? A replay therefore changes nothing.

    The row tells, not a count: PostgreSQL's driver counts no inserts."""
    dialect = postgresql if tx.connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(**values).on_conflict_do_nothing()
    inserted = tx.execute(statement.returning(*table.primary_key.columns)).first()
    return inserted is not None


def change(tx: Tx, table: Table, *where: ColumnElement[bool], **values: object) -> int:
    """Claim or change by condition; how many rows? None: someone was faster, and that is fine."""
    return tx.execute(update(table).where(*where).values(**values)).rowcount


def put(tx: Tx, table: Table, key: Mapping[str, object], **values: object) -> None:
    """Write `values` under `key`, whether or not a row is there already."""
    where = [table.c[name] == value for name, value in key.items()]
    if not change(tx, table, *where, **values) and not insert_once(tx, table, **{**key, **values}):
        change(tx, table, *where, **values)  # somebody else put it there in between
