"""How a connection to SQLite is set up. Everything that only SQLite knows stands in this file."""

import logging
import os
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from storage.errors import DatabaseBusy, UnsupportedDatabase

T = TypeVar("T")
log = logging.getLogger(__name__)

EXAMPLE = "sqlite:///var/kabar.db"
DRIVERS = ("sqlite", "sqlite+pysqlite")
AGAIN_S = 0.05  # until a new file is tried again that somebody else switches to WAL
PRAGMAS = (
    "journal_mode = WAL",  # readers and the writer do not wait for each other
    "synchronous = FULL",  # receiving confirms to Telegram: a commit must outlive a power cut
    "trusted_schema = OFF",  # a file from elsewhere cannot make the schema call functions
    "secure_delete = ON",  # what is deleted is written over
    "temp_store = MEMORY",  # no rows in files beside the database
)


def database_file(url: str) -> Path:
    """Where the SQLite file lies. Raises UnsupportedDatabase for every other kind of address."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):  # a port that is no number
        raise UnsupportedDatabase(
            f"KABAR_DATABASE_URL is no address of a database; write it like {EXAMPLE}."
        ) from None
    name = address.database or ":memory:"  # threads could not share what lies in memory
    if address.drivername not in DRIVERS or name.startswith((":memory:", "file:")):
        raise UnsupportedDatabase(
            f"{address.render_as_string()} is no address of an SQLite file. Set"
            f" KABAR_DATABASE_URL to one, such as {EXAMPLE}, or to a PostgreSQL database."
        )
    path = Path(name).absolute()
    if path.is_dir():
        raise UnsupportedDatabase(
            f"KABAR_DATABASE_URL names a directory. Add the name of a file in it, as in {EXAMPLE}."
        )
    return path


def writing_engine(
    url: str, *, patience_s: float, connections: int = 1, foreign_keys: bool = True
) -> Engine:
    """Connections that take the write lock at BEGIN; makes the file (0600) where missing.

    A transaction that reads first and writes later would be refused at once, however patient.
    """
    _prepare_file(database_file(url))
    return _engine(
        url,
        begin="BEGIN IMMEDIATE",
        connections=connections,
        pragmas=(
            *_waits(patience_s),
            *PRAGMAS,
            f"foreign_keys = {'ON' if foreign_keys else 'OFF'}",
        ),
        patience_s=patience_s,
    )


def reading_engine(url: str, *, patience_s: float, connections: int) -> Engine:
    """Connections whose transactions see one moment of the database and cannot write."""
    database_file(url)
    return _engine(
        url,
        begin="BEGIN",
        connections=connections,
        pragmas=(*_waits(patience_s), *PRAGMAS, "query_only = ON"),
        patience_s=patience_s,
    )


def alone(connection: Connection) -> None:
    """Nothing to do for a migration to be the only one: a transaction that writes is alone."""


def patiently(attempt: Callable[[], T], *, until: float) -> T:
    """Run it: the patience lies in SQLite's own busy_timeout, and nothing collides."""
    return attempt()


def is_busy(error: BaseException) -> bool:
    """Was it another program's lock that ended the waiting?"""
    return _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


@contextmanager
def named_errors(patience_s: float) -> Iterator[None]:
    """Raise what an operator can act on as an error of ours, all else as it comes."""
    try:
        yield
    except DBAPIError as error:
        if is_busy(error):
            raise DatabaseBusy(patience_s) from error
        if _code(error) == sqlite3.SQLITE_NOTADB:
            raise UnsupportedDatabase(
                "The file that KABAR_DATABASE_URL names is no SQLite database, or a damaged one."
                " Correct the address or restore a backup."
            ) from error
        if _code(error) == sqlite3.SQLITE_CANTOPEN:
            raise UnsupportedDatabase(
                "The file that KABAR_DATABASE_URL names cannot be opened. Correct the address, or"
                " let the user of this command read and write the file and its directory."
            ) from error
        raise


def rows_changed(connection: Connection) -> int:
    """Rows written on this connection since it was opened, those rolled back again included."""
    return _driver(connection).total_changes


def savepoint(connection: Connection) -> None:
    """What is written from here on can be undone, or is kept with `release`. By the driver itself:
    SQLAlchemy's own way takes ten times as long, twice in every piece of work."""
    _driver(connection).execute("SAVEPOINT piece")


def undo(connection: Connection) -> None:
    """Nothing has been written since the savepoint, which is gone too."""
    _driver(connection).execute("ROLLBACK TO piece")
    release(connection)


def release(connection: Connection) -> None:
    _driver(connection).execute("RELEASE piece")


def dangling_references(connection: Connection) -> list[str]:
    """Tables with rows that point nowhere; rebuilding a table cannot be guarded by foreign_keys."""
    rows = connection.exec_driver_sql("PRAGMA foreign_key_check")
    return sorted({f"{row[0]} -> {row[2]}" for row in rows})


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _code(error: BaseException) -> int:
    """SQLite's primary result code; the higher bits only say more about the same failure."""
    code = getattr(error.orig, "sqlite_errorcode", 0) if isinstance(error, DBAPIError) else 0
    return int(code) & 0xFF


def _engine(
    url: str, *, begin: str, connections: int, pragmas: tuple[str, ...], patience_s: float
) -> Engine:
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # an error's text would carry what a person wrote into the log
    )

    @event.listens_for(engine, "connect")
    def _set_up(driver: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        driver.isolation_level = None  # the driver's own BEGIN breaks savepoints and DDL
        until = time.monotonic() + patience_s
        for pragma in pragmas:
            _set(driver, pragma, until)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _set(driver: sqlite3.Connection, pragma: str, until: float) -> None:
    """Two that switch a new file to WAL at once are refused without a wait: try again while there
    is patience left. `until` is by time.monotonic()."""
    while True:
        try:
            driver.execute(f"PRAGMA {pragma}").close()
            return
        except sqlite3.OperationalError as error:
            is_held = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not is_held or time.monotonic() >= until:
                raise
            time.sleep(AGAIN_S)


def _waits(patience_s: float) -> tuple[str]:
    return (f"busy_timeout = {round(patience_s * 1000)}",)


def _prepare_file(path: Path) -> None:
    """Make directory (0700) and file (0600) where missing; SQLite gives -wal and -shm its mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    for file in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        # A copy that was put back by hand is often readable for everybody.
        with suppress(FileNotFoundError, PermissionError):
            if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                file.chmod(0o600)
                log.warning("closed the database to other users", extra={"action": "chmod"})
