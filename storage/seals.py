"""Row seals: a row of a watched table that was changed, deleted or added past the program shows.

Each row of a watched table has a keyed MAC of all its columns in `seals`, written in the
transaction that wrote the row, by a key that is not in the database. A row altered by SQL matches
its seal no more, a deleted one leaves a seal behind, an added one has none.

    seal    version of the column lists (1 byte) | BLAKE2b (32 bytes), bound to table and columns

Before the program changes a row it looks whether the seal still fits. Where it does not, the work
goes on, for an alert must not wait for it, but the row is not sealed anew: it stays broken until
an operator accepts it.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from storage import lasting
from storage.sealed_columns import COLUMNS, KEYS, VERSION

if TYPE_CHECKING:
    from storage.transaction import Tx

log = logging.getLogger(__name__)

PURPOSE = b"seals of rows"
MAC_BYTES = 32
AT_ONCE = 200  # rows named in one statement
DIGITS = 19  # no number of a row has so many: the databases count to 2 ** 63

Raw = Sequence[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A row that is not as the program left it: altered, added or deleted."""

    how: str
    table: str
    row: str


def is_watched(table: str) -> bool:
    return table in KEYS


def note(tx: "Tx", table: str, rows: Iterable[Raw]) -> None:
    """These rows, key and sealed columns, were written: `write` seals them before the transaction
    ends."""
    written, is_sure = tx.written.setdefault(table, {}), not tx.in_inner_savepoint
    for row in rows:
        written[row[0]] = row[1:] if is_sure else None


def note_gone(tx: "Tx", table: str, keys: Iterable[object]) -> None:
    """These rows were deleted: `write` looks whether they are, and drops their seals."""
    tx.written.setdefault(table, {}).update(dict.fromkeys(keys))


def look(tx: "Tx", table: str, beside: Iterable[Raw]) -> None:
    """Rows that are about to be changed, as key, seal and sealed columns: do the seals still fit?
    Those that do not are kept apart, and stay unsealed."""
    known = tx.written.get(table, {})
    for broken in _judged(tx, table, (row for row in beside if row[0] not in known)):
        tx.broken.add((table, broken.row))
        extra = {"action": "seal_broken", "table": table, "row": broken.row, "how": broken.how}
        log.error("a row was changed past the program", extra=extra)


def write(tx: "Tx") -> None:
    """Seal what this transaction wrote, and drop the seals of what it deleted."""
    sealed: list[tuple[str, bytes]] = []
    gone: list[str] = []
    for table, rows in tx.written.items():
        unsure = [key for key, values in rows.items() if values is None]
        rows.update({row[0]: row[1:] for row in _fetched(tx, table, unsure)})
        for key, values in rows.items():
            name = f"{table}:{key}"
            if (table, str(key)) in tx.broken:
                continue
            if values is None:
                gone.append(name)
            else:
                sealed.append((name, mac(tx.vault.seal_key, table, values)))
    tx.written.clear()
    _keep(tx, sorted(sealed))
    for names in _portions(gone):
        _run(tx, f"DELETE FROM seals WHERE row {_among(tx, len(names))}", names)


def page(
    tx: "Tx", table: str, *, after: object, limit: int
) -> tuple[tuple[Broken, ...], object | None]:
    """Rows of a table against their seals, from behind the key `after` on (None: from the start);
    the last key looked at, None where there are no more."""
    key = KEYS[table]
    start, values = ("", []) if after is None else (f"WHERE t.{key} > {_mark(tx)}", [after])
    found = _run(tx, f"{_BESIDE[table]} {start} ORDER BY t.{key} LIMIT {limit}", values)
    return tuple(_judged(tx, table, found)), found[-1][0] if found else None


def deleted(tx: "Tx", *, after: str | None, limit: int) -> tuple[tuple[Broken, ...], str | None]:
    """Seals whose row is not there any more, from behind the seal `after` on; the last one looked
    at, None where there are no more."""
    start, values = ("", []) if after is None else (f"WHERE row > {_mark(tx)}", [after])
    found = _run(tx, f"SELECT row FROM seals {start} ORDER BY row LIMIT {limit}", values)
    names = [str(row[0]) for row in found]
    return _lost(tx, names), names[-1] if names else None


def still_deleted(tx: "Tx", names: Sequence[str]) -> tuple[Broken, ...]:
    """Of these seals, those that are there and whose row is not."""
    found: list[str] = []
    for some in _portions(names):
        there = _run(tx, f"SELECT row FROM seals WHERE row {_among(tx, len(some))}", some)
        found += [str(row[0]) for row in there]
    return _lost(tx, found)


def _lost(tx: "Tx", names: Iterable[str]) -> tuple[Broken, ...]:
    by_table: defaultdict[str, list[str]] = defaultdict(list)
    for name in names:
        table, _, row = name.partition(":")
        by_table[table].append(row)
    return tuple(
        Broken(how="deleted", table=table, row=row)
        for table, rows in by_table.items()
        for row in _missing(tx, table, rows)
    )


def compare(tx: "Tx", table: str, rows: Iterable[object]) -> tuple[Broken, ...]:
    """These rows against their seals; one that is not there is not looked for."""
    return tuple(_compared(tx, table, list(rows)))


def accept(tx: "Tx", table: str, row: str) -> bool:
    """Seal the row as it stands now, whoever wrote it; False where neither is there."""
    name, key = f"{table}:{row}", _as_key(table, row)
    had = _run(tx, f"SELECT 1 FROM seals WHERE row = {_mark(tx)}", [name])
    found = _fetched(tx, table, [key])
    _keep(tx, [(name, mac(tx.vault.seal_key, table, one[1:])) for one in found])
    if had and not found:
        _run(tx, f"DELETE FROM seals WHERE row = {_mark(tx)}", [name])
    return bool(had or found)


def seal_unsealed(tx: "Tx", table: str, *, after: object, limit: int) -> object | None:
    """One portion of the work when seals are introduced: rows without a seal get one, those with
    one keep it, right or wrong. The last key looked at, None at the end."""
    broken, last = page(tx, table, after=after, limit=limit)
    added = [_as_key(table, one.row) for one in broken if one.how == "added"]
    key = tx.vault.seal_key
    for keys in _portions(added):
        _keep(tx, [(f"{table}:{r[0]}", mac(key, table, r[1:])) for r in _fetched(tx, table, keys)])
    return last


def mac(key: bytes, table: str, values: Raw, *, version: int = VERSION) -> bytes:
    """The seal of a row whose columns, in the order of the list, hold `values`."""
    digest = blake2b(_HEADS[version][table], key=key, digest_size=MAC_BYTES)
    # Half of all values are none: that these need no call is felt with every message.
    digest.update(b"".join([b"n" if value is None else _encoded(value) for value in values]))
    return bytes([version]) + digest.digest()


def _encoded(value: object) -> bytes:
    """Type, length, content: the same from SQLite, which keeps moments as text and truth as
    numbers, and from PostgreSQL."""
    if isinstance(value, str):
        content = value.encode("utf-8", "surrogatepass")
        return b"s%d:%b" % (len(content), content)
    match value:
        case None:
            return b"n"
        case int():  # a bool too
            return b"i%d;" % value
        case bytes():
            return b"b%d:%b" % (len(value), value)
        case datetime():
            return _encoded(value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"))
        case date():
            return _encoded(value.isoformat())
        case memoryview():
            return _encoded(bytes(value))
        case _:
            return _encoded(f"{type(value).__name__} {value}")  # nothing of ours


_HEADS: Mapping[int, Mapping[str, bytes]] = {
    version: {
        table: b"".join(_encoded(part) for part in (PURPOSE, table, *columns))
        for table, columns in lists.items()
    }
    for version, lists in COLUMNS.items()
}
_BESIDE: Mapping[str, str] = {
    table: (
        f"SELECT t.{KEYS[table]}, s.mac, {', '.join(f't.{column}' for column in columns)}"
        f" FROM {table} t LEFT JOIN seals s ON s.row = '{table}:' || t.{KEYS[table]}"
    )
    for table, columns in COLUMNS[VERSION].items()
}
"""The newest columns of rows, with their seals beside them."""


# Reading ----------------------------------------------------------------------------------------


def _compared(tx: "Tx", table: str, rows: Sequence[object]) -> list[Broken]:
    broken: list[Broken] = []
    for ids in _portions(rows):
        where = f"WHERE t.{KEYS[table]} {_among(tx, len(ids))}"
        broken += _judged(tx, table, _run(tx, f"{_BESIDE[table]} {where}", ids))
    return broken


def _judged(tx: "Tx", table: str, found: Iterable[Raw]) -> list[Broken]:
    """Of rows with their seal beside them, those that do not fit."""
    key, broken = tx.vault.seal_key, []
    for row, seal, *values in found:
        if seal is None:
            broken.append(Broken(how="added", table=table, row=str(row)))
        elif bytes(seal) != mac(key, table, values) and not _fits_older(tx, table, row, seal):
            broken.append(Broken(how="altered", table=table, row=str(row)))
    return broken


def _fits_older(tx: "Tx", table: str, row: object, seal: bytes) -> bool:
    version = bytes(seal)[0] if seal else VERSION
    if version == VERSION or version not in COLUMNS:
        return False
    found = _fetched(tx, table, [row], version=version)
    made = (mac(tx.vault.seal_key, table, one[1:], version=version) for one in found)
    return any(bytes(seal) == one for one in made)


def _fetched(tx: "Tx", table: str, rows: Sequence[object], *, version: int = VERSION) -> list[Raw]:
    """Key and sealed columns of these rows, as the driver gives them."""
    key, columns = KEYS[table], ", ".join(COLUMNS[version][table])
    found: list[Raw] = []
    for ids in _portions(rows):
        where = f"WHERE {key} {_among(tx, len(ids))}"
        found += _run(tx, f"SELECT {key}, {columns} FROM {table} {where}", ids)
    return found


def _missing(tx: "Tx", table: str, rows: Sequence[str]) -> list[str]:
    if table not in KEYS:
        return list(rows)
    key, there = KEYS[table], set()
    for ids in _portions([_as_key(table, row) for row in rows]):
        where = f"WHERE {key} {_among(tx, len(ids))}"
        there |= {str(one[0]) for one in _run(tx, f"SELECT {key} FROM {table} {where}", ids)}
    return [row for row in rows if row not in there]


def _as_key(table: str, row: str) -> object:
    """A row's name in `seals` as the column holds it."""
    if KEYS[table] != "seq":
        return row
    return int(row) if row.isdecimal() and len(row) < DIGITS else -1


# Statements -------------------------------------------------------------------------------------
# Written by hand: they run in every transaction, and what they bring must come as it is kept.


def _keep(tx: "Tx", sealed: Sequence[tuple[str, bytes]]) -> None:
    if sealed:
        mark = _mark(tx)
        lasting.many(
            tx.connection,
            f"INSERT INTO seals (row, mac) VALUES ({mark}, {mark})"
            " ON CONFLICT (row) DO UPDATE SET mac = excluded.mac",
            sealed,
        )


def _run(tx: "Tx", statement: str, values: Sequence[object]) -> list[Raw]:
    result = tx.connection.exec_driver_sql(statement, tuple(values))
    return list(result.all()) if result.returns_rows else []


def _mark(tx: "Tx") -> str:
    return "?" if tx.connection.dialect.paramstyle == "qmark" else "%s"


def _among(tx: "Tx", count: int) -> str:
    mark = _mark(tx)
    return f"= {mark}" if count == 1 else f"IN ({', '.join([mark] * count)})"


def _portions(rows: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))
