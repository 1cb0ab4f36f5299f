"""The ways to write a row. Of a watched table every write is noted, so that its rows are sealed
before the transaction ends (see `seals.py`): nothing else may write to one.
"""

from collections.abc import Mapping, Sequence
from operator import eq
from typing import Any

from sqlalchemy import (
    BinaryExpression,
    BindParameter,
    Column,
    ColumnElement,
    Table,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from storage import seals
from storage.sealed_columns import KEYS
from storage.transaction import Tx


def add(tx: Tx, table: Table, **values: object) -> None:
    """Insert; a unique key that is taken is an error."""
    key = KEYS.get(table.name)
    if key is None:
        tx.execute(insert(table).values(**values))
    elif key in values:
        tx.execute(insert(table).values(**values))
        seals.note(tx, table.name, [values[key]])
    else:
        made = tx.execute(insert(table).values(**values).returning(table.c[key]))
        seals.note(tx, table.name, [made.scalar_one()])


def insert_once(tx: Tx, table: Table, **values: object) -> bool:
    """Insert unless a unique key is taken; was it inserted? A replay therefore changes nothing.

    The row tells, not a count: PostgreSQL's driver counts no inserts."""
    dialect = postgresql if tx.connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(**values).on_conflict_do_nothing()
    key = KEYS.get(table.name)
    shown = table.primary_key.columns if key is None else [table.c[key]]
    inserted = tx.execute(statement.returning(*shown)).first()
    if inserted is None:
        return False
    if key is not None:
        seals.note(tx, table.name, inserted)
    return True


def change(tx: Tx, table: Table, *where: ColumnElement[bool], **values: object) -> int:
    """Claim or change by condition; how many rows? None: someone was faster, and that is fine."""
    changing = update(table).where(*where).values(**values)
    key = KEYS.get(table.name)
    if key is None:
        return tx.execute(changing).rowcount
    before = _named(table.c[key], where)
    if before is None:
        before = tx.execute(select(table.c[key]).where(*where)).scalars().all()
    if not before:
        return 0
    seals.look(tx, table.name, before)
    changed = tx.execute(changing.returning(table.c[key])).scalars().all()
    seals.note(tx, table.name, changed)
    return len(changed)


def _named(key: Column[Any], where: Sequence[ColumnElement[bool]]) -> Sequence[object] | None:
    """The one row that a condition names by its key; None where it must be looked for. Most
    changes are of this kind, and need not ask twice."""
    for part in where:
        is_equal = isinstance(part, BinaryExpression) and part.operator is eq
        if is_equal and part.left is key and isinstance(part.right, BindParameter):
            return [part.right.value]
    return None


def put(tx: Tx, table: Table, key: Mapping[str, object], **values: object) -> None:
    """Write `values` under `key`, whether or not a row is there already."""
    where = [table.c[name] == value for name, value in key.items()]
    if not change(tx, table, *where, **values) and not insert_once(tx, table, **{**key, **values}):
        change(tx, table, *where, **values)  # somebody else put it there in between


def remove(tx: Tx, table: Table, *where: ColumnElement[bool]) -> int:
    """Delete by condition, the seals too; how many rows?"""
    key = KEYS.get(table.name)
    if key is None:
        return tx.execute(delete(table).where(*where)).rowcount
    going = tx.execute(select(table.c[key]).where(*where)).scalars().all()
    seals.look(tx, table.name, going)
    gone = tx.execute(delete(table).where(*where).returning(table.c[key])).scalars().all()
    seals.note(tx, table.name, gone)
    return len(gone)
