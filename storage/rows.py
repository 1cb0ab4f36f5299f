"""The ways to write a row. Of a watched table every write is noted, so that its rows are sealed
before the transaction ends (see `seals.py`): nothing else may write to one.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Table, delete, update

from storage import prepared, seals
from storage.lasting import Found
from storage.prepared import Conditions
from storage.sealed_columns import KEYS
from storage.transaction import Tx

NOTHING: Mapping[str, object] = {}


def add(tx: Tx, table: Table, **values: object) -> None:
    """Insert; a unique key that is taken is an error."""
    dialect = tx.connection.dialect.name
    statement = prepared.inserting(table, tuple(values), dialect, is_once=False)
    made = tx.execute(statement, prepared.as_set(values)).all()
    if table.name in KEYS:
        seals.note(tx, table.name, made)


def insert_once(tx: Tx, table: Table, **values: object) -> bool:
    """Insert unless a unique key is taken; was it inserted? A replay therefore changes nothing.

    The row tells, not a count: PostgreSQL's driver counts no inserts."""
    dialect = tx.connection.dialect.name
    statement = prepared.inserting(table, tuple(values), dialect, is_once=True)
    made = tx.execute(statement, prepared.as_set(values)).all()
    if made and table.name in KEYS:
        seals.note(tx, table.name, made)
    return bool(made)


def change(tx: Tx, table: Table, *where: ColumnElement[bool], **values: object) -> int:
    """Claim or change by condition; how many rows? None: someone was faster, and that is fine."""
    found = prepared.conditions(table, where) if prepared.are_plain(values) else None
    return _change(tx, table, where, values, found)


def change_by(
    tx: Tx,
    table: Table,
    where: Mapping[str, object],
    but: Mapping[str, object] = NOTHING,
    /,
    **values: object,
) -> int:
    """The same where each column of `where` has this value, and each of `but` another one: without
    expressions, whose making costs more than the change. For what happens with every message."""
    if not prepared.are_plain(values):
        same = [table.c[name] == it for name, it in where.items()]
        other = [table.c[name] != it for name, it in but.items()]
        return change(tx, table, *same, *other, **values)
    return _change(tx, table, (), values, prepared.equal(where, but))


def _change(
    tx: Tx,
    table: Table,
    where: Sequence[ColumnElement[bool]],
    values: Mapping[str, object],
    found: Conditions | None,
) -> int:
    if table.name not in KEYS:
        return _changed(tx, table, where, values, found).rowcount
    if not _is_known(tx, table, found):
        looking = (
            prepared.looking(table, where) if found is None else prepared.beside(table, found.shape)
        )
        beside = tx.execute(looking, found.parameters if found else None).all()
        if not beside:
            return 0
        seals.look(tx, table.name, beside)
    rows = _changed(tx, table, where, values, found).all()
    seals.note(tx, table.name, rows)
    return len(rows)


def _is_known(tx: Tx, table: Table, found: Conditions | None) -> bool:
    """Is it one row, which this transaction has written before?"""
    key = None if found is None else found.wanted(KEYS[table.name])
    return key is not None and tx.written.get(table.name, {}).get(key) is not None


def _changed(
    tx: Tx,
    table: Table,
    where: Sequence[ColumnElement[bool]],
    values: Mapping[str, object],
    found: Conditions | None,
) -> Found:
    if found is not None:
        statement = prepared.changing(table, tuple(values), found.shape)
        return tx.execute(statement, found.parameters | prepared.as_set(values))
    changing = update(table).where(*where).values(**values)
    if table.name in KEYS:
        changing = changing.returning(*prepared.sealed(table))
    return tx.execute(changing)


def put(tx: Tx, table: Table, key: Mapping[str, object], **values: object) -> None:
    """Write `values` under `key`, whether or not a row is there already."""
    if change_by(tx, table, key, **values) or insert_once(tx, table, **{**key, **values}):
        return
    change_by(tx, table, key, **values)  # somebody else put it there in between


def remove(tx: Tx, table: Table, *where: ColumnElement[bool]) -> int:
    """Delete by condition, the seals too; how many rows?"""
    key = KEYS.get(table.name)
    if key is None:
        return tx.execute(delete(table).where(*where)).rowcount
    seals.look(tx, table.name, tx.execute(prepared.looking(table, where)).all())
    gone = tx.execute(delete(table).where(*where).returning(table.c[key])).scalars().all()
    seals.note_gone(tx, table.name, gone)
    return len(gone)
