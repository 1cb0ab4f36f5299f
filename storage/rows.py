"""Three ways to write a row that several hands may try to write."""

from collections.abc import Mapping
from functools import lru_cache

from sqlalchemy import ColumnElement, Executable, Table, bindparam, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.transaction import Tx


def insert_once(tx: Tx, table: Table, **values: object) -> bool:
    """Insert unless a unique key is taken; was it inserted? A replay therefore changes nothing.

    The row tells, not a count: PostgreSQL's driver counts no inserts."""
    statement = _inserting(table, tuple(values), tx.connection.dialect.name)
    return tx.execute(statement, values).first() is not None


def change(tx: Tx, table: Table, *where: ColumnElement[bool], **values: object) -> int:
    """Claim or change by condition; how many rows? None: someone was faster, and that is fine."""
    return tx.execute(update(table).where(*where).values(**values)).rowcount


def put(tx: Tx, table: Table, key: Mapping[str, object], **values: object) -> None:
    """Write `values` under `key`, whether or not a row is there already."""
    where = [table.c[name] == value for name, value in key.items()]
    if not change(tx, table, *where, **values):
        insert_once(tx, table, **{**key, **values})


@lru_cache(maxsize=256)
def _inserting(table: Table, columns: tuple[str, ...], dialect: str) -> Executable:
    """Built once for the columns it fills: building costs more than running it."""
    places = {name: bindparam(name, type_=table.c[name].type) for name in columns}
    key = table.primary_key.columns
    if dialect == "postgresql":
        statement = postgresql.insert(table).values(places)
        return statement.on_conflict_do_nothing().returning(*key)
    return sqlite.insert(table).values(places).on_conflict_do_nothing().returning(*key)
