"""Puts a backup in a database's place, and in the same deed undoes what only its age would do; see
aftermath.py.

An SQLite file is made anew beside the old one, which is moved aside at the end; on PostgreSQL the
tables are made anew in one transaction. Up to that end nothing has changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, MetaData, Table, func, insert, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from storage import aftermath, backup, engine, migrate, predecessor, settings, tables
from storage.aftermath import Aftermath, Erased
from storage.archive import ArchiveReader, Header
from storage.backup import AT_ONCE, Moments, Row
from storage.database import within
from storage.errors import (
    BackupBroken,
    BackupKeyMissing,
    BackupNewer,
    RestoreRefused,
    StorageError,
)
from storage.exchange import Exchange, url_of
from storage.keyring import KeyRing
from storage.migrate import Rebuilding
from storage.predecessor import Before
from storage.transaction import Tx
from storage.vault import WRAPPING_KEY, Vault

NOT_EMPTY = (
    "The database is not empty, and nothing was changed. To put the backup in its place, say"
    " --replace: {what}."
)
WITHOUT_LEDGER = (
    "{why}, so nobody can tell who was erased since the backup: they would be back. Give a list"
    " that `kabar db ledger` has written with --ledger FILE, or say --without-ledger and erase"
    " them again by hand. Nothing was changed."
)
UNWRITTEN = (
    "The database could not be written ({reason}). See whether its disk is full or failing: beside"
    " the one that is there, the restored one must have room. Nothing was changed."
)
AT_WORK = (
    "A `kabar run` is at work on this database: stop every one of them, wait a minute, then try"
    " again. Nothing was changed."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the operator has named. `ledger` is None where none was given."""

    replace: bool = False
    ledger: Erased | None = None
    without_ledger: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was done, `at` a moment of the system's clock. `is_known` says whether the families
    could be read from what was there, `old_file` where that lies now."""

    header: Header
    at: datetime
    rows: Mapping[str, int]
    aftermath: Aftermath
    is_known: bool
    old_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """What stands in the backup's way: nothing, or a database that can be asked, or not."""

    is_empty: bool
    before: Before | None


def restore(url: str, path: Path, ring: KeyRing, wish: Wish, moments: Moments) -> Restored:
    """Read `path` into the database of `url`, which nobody else may have open. `moments` tells what
    time it is, by the clock of the centre and by the system's.

    Raises BackupError, RestoreRefused or another StorageError; then nothing has changed.
    """
    try:
        with path.open("rb") as file:
            reader = ArchiveReader.open(file, ring)
            if reader.header.step > migrate.head():
                raise BackupNewer(reader.header.step, migrate.head())
            given = _Given(reader=reader, ring=ring, wish=wish, moments=moments)
            file_of_database = engine.database_file(url)
            if file_of_database is None:
                return _in_place(url, given)
            return _beside(file_of_database, given)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        name = error.filename or path
        raise RestoreRefused(f"{name} cannot be used ({reason}). Nothing was changed.") from error
    except DBAPIError as error:
        raise RestoreRefused(UNWRITTEN.format(reason=type(error.orig).__name__)) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    reader: ArchiveReader
    ring: KeyRing
    wish: Wish
    moments: Moments


def _in_place(url: str, given: _Given) -> Restored:
    with migrate.rebuilding(url) as made:
        _refuse_company(made.connection)
        standing = _asked(made.connection, given.reader.header)
        _refuse(standing, given.wish, "what it holds now is deleted")
        return _rebuilt(made, given, standing)


def _beside(database: Path, given: _Given) -> Restored:
    standing = _standing(database, given.reader.header)
    with Exchange(database, keeps_old=not standing.is_empty) as exchange:
        _refuse(standing, given.wish, "the file that stands there is moved aside")
        with migrate.rebuilding(url_of(exchange.new)) as made:
            restored = _rebuilt(made, given, standing)
        return replace(restored, old_file=exchange.finish(at=restored.at))


def _standing(database: Path, header: Header) -> _Standing:
    if not database.exists():
        return _Standing(is_empty=True, before=None)
    try:
        with migrate.reading(url_of(database)) as connection:
            return _asked(connection, header)
    except (StorageError, SQLAlchemyError):
        return _Standing(is_empty=False, before=None)


def _asked(connection: Connection, header: Header) -> _Standing:
    if not predecessor.holds_rows(connection):
        return _Standing(is_empty=True, before=None)
    try:
        with connection.begin_nested():  # PostgreSQL would let nothing more be done after a failure
            return _Standing(is_empty=False, before=predecessor.look(connection, header))
    except SQLAlchemyError:
        return _Standing(is_empty=False, before=None)


def _refuse(standing: _Standing, wish: Wish, what: str) -> None:
    if not standing.is_empty and not wish.replace:
        raise RestoreRefused(NOT_EMPTY.format(what=what))
    if standing.before is None and wish.ledger is None and not wish.without_ledger:
        why = (
            "Nothing stands here that could be asked"
            if standing.is_empty
            else "The database that stands here cannot be read"
        )
        raise RestoreRefused(WITHOUT_LEDGER.format(why=why))


def _refuse_company(connection: Connection) -> None:
    """By the database's clock, like the leases."""
    if not connection.dialect.has_table(connection, tables.leases.name):
        return
    connection.execute(text("LOCK TABLE leases IN ACCESS EXCLUSIVE MODE"))
    held = select(tables.leases.c.name).where(tables.leases.c.until > func.now()).limit(1)
    if connection.execute(held).first() is not None:
        raise RestoreRefused(AT_WORK)


def _rebuilt(made: Rebuilding, given: _Given, standing: _Standing) -> Restored:
    """Tables of the backup's step, its rows, the later steps, and the aftermath."""
    made.start(given.reader.header.step)
    rows = _fill(made.connection, given.reader)
    made.finish()
    _refuse_other_keys(made.connection, given.ring)
    before = _same_centre(made.connection, standing, given.wish)
    tx = Tx(made.connection, Vault(given.ring))
    wall, done = within(tx, _finish, given, before)
    return Restored(
        header=given.reader.header,
        at=wall,
        rows=rows,
        aftermath=done,
        is_known=before is not None,
    )


def _finish(tx: Tx, given: _Given, before: Before | None) -> tuple[datetime, Aftermath]:
    settings.write(tx, WRAPPING_KEY, given.ring.current)
    moved_by_s = float(settings.read(tx, settings.CLOCK_OFFSET) or 0)
    if before is not None and before.clock_offset_s > moved_by_s:  # no time comes twice
        settings.write(tx, settings.CLOCK_OFFSET, repr(before.clock_offset_s))
    ledger = {**(given.wish.ledger or {}), **(before.erased if before else {})}
    now, wall = given.moments(tx)
    return wall, aftermath.undo(tx, given.reader.header, before, ledger, now=now)


def _fill(connection: Connection, reader: ArchiveReader) -> dict[str, int]:
    there = MetaData()
    there.reflect(connection)
    found: dict[str, int] = {}
    for name, columns, rows in backup.parts(reader):
        one = there.tables.get(name)
        if one is None or not set(columns) <= set(one.columns.keys()):
            raise BackupBroken
        found[name] = 0
        while some := [_as_kept(columns, row) for row in islice(rows, AT_ONCE)]:
            connection.execute(insert(one), some)
            found[name] += len(some)
        _continue_numbers(connection, one)
    return found


def _as_kept(columns: list[str], row: Row) -> dict[str, object]:
    """SQLite has no zones: moments go in as UTC."""
    return {
        name: value.astimezone(UTC) if isinstance(value, datetime) else value
        for name, value in zip(columns, row, strict=True)
    }


def _continue_numbers(connection: Connection, one: Table) -> None:
    """The next row gets a number after those restored; SQLite looks for it by itself."""
    if connection.dialect.name != "postgresql" or "seq" not in one.columns:
        return
    highest = select(func.max(one.c.seq)).scalar_subquery()
    sequence = func.pg_get_serial_sequence(one.name, "seq")
    is_used = highest.is_not(None)
    connection.execute(select(func.setval(sequence, func.coalesce(highest, 1), is_used)))


def _refuse_other_keys(connection: Connection, ring: KeyRing) -> None:
    d = tables.data_keys
    used = connection.scalars(select(d.c.key_id).where(d.c.wrapped.is_not(None)).distinct())
    for key_id in used:
        if key_id not in ring.keys:
            raise BackupKeyMissing(key_id)


def _same_centre(connection: Connection, standing: _Standing, wish: Wish) -> Before | None:
    """What was there tells of this backup only if it is a later state of the same centre."""
    before = standing.before
    if before is None or predecessor.centre_of(connection) in (None, before.centre):
        return before
    if wish.ledger is None and not wish.without_ledger:
        raise RestoreRefused(WITHOUT_LEDGER.format(why="Another centre's database stands here"))
    return None
