"""Brings a database to the tables this program knows, and says where it stands.

`migrations/.current-head` names the last step: two branches that both add one collide there, and a
command need not load Alembic to see that a database is up to date.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sqlalchemy import Connection, column, inspect, select, table

from storage.engine import database_file, engine_of
from storage.errors import NotMigrated
from storage.keyring import KeyRing

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
CURRENT_HEAD = MIGRATIONS / ".current-head"
PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Last step in the database (None: none at all) and last step the program knows."""

    current: str | None
    head: str

    @property
    def is_current(self) -> bool:
        return self.current == self.head

    @property
    def is_newer(self) -> bool:
        """Did a later version of the program migrate it? Steps are numbered in four digits."""
        return self.current is not None and self.current > self.head


def upgrade(database_url: str, revision: str = "head") -> None:
    """Take every step up to `revision`, all of them or none; make an SQLite file where missing.

    Two at once are safe: the second one waits, and finds nothing left to do.
    """
    _known(database_url)
    from alembic import command  # half a second that only migrations should cost

    with _migrating(database_url) as config:
        command.upgrade(config, revision)


def downgrade(database_url: str, revision: str) -> None:
    """Take the steps back until `revision` is the last; "base" leaves no table. For tests."""
    from alembic import command

    with _migrating(database_url) as config:
        command.downgrade(config, revision)


def draft(message: str) -> None:
    """Write the next numbered migration: what tables.py has beyond the last step. For developers.

    Read it before use: a renamed column looks like one dropped and one added.
    """
    from alembic import command

    following = f"{int(_head()) + 1:04}"
    with TemporaryDirectory() as directory:
        scratch = f"sqlite:///{directory}/scratch.db"
        upgrade(scratch)
        with _migrating(scratch) as config:
            command.revision(config, message, autogenerate=True, rev_id=following)
    CURRENT_HEAD.write_text(f"{following}\n")


def status(database_url: str) -> Status:
    """Where the database stands; one that does not exist is not made by asking."""
    file = database_file(database_url)
    if file is not None and not file.exists():
        return Status(current=None, head=_head())
    with _reading(database_url) as connection:
        steps = table("alembic_version", column("version_num"))
        migrated = inspect(connection).has_table(steps.name)
        current = connection.scalar(select(steps.c.version_num)) if migrated else None
    return Status(current=current, head=_head())


def require_current(database_url: str) -> None:
    """Raise NotMigrated unless program and database know the same tables."""
    found = _known(database_url)
    if not found.is_current:
        at = f"is at step {found.current}" if found.current else "has no tables yet"
        raise NotMigrated(
            f"The database {at}, this program needs step {found.head}. Run `kabar db upgrade`."
        )


def _known(database_url: str) -> Status:
    """Raise NotMigrated where a later version of the program has been at the database."""
    found = status(database_url)
    if found.is_newer:
        raise NotMigrated(
            f"The database is at step {found.current}, this program knows steps up to {found.head}."
            " Install the version of Kabar that made it, or restore an older backup."
        )
    return found


def prepare_key_file(database_url: str, key_path: Path) -> KeyRing:
    """Load the key ring; make it where it is missing and the database is new.

    Raises KeyFileMissing beside a database that holds tables: a new key could open none of it.
    """
    if key_path.exists() or not _is_new(database_url):
        return KeyRing.load(key_path)
    return KeyRing.create(key_path)


def _head() -> str:
    return CURRENT_HEAD.read_text().strip()


def _is_new(database_url: str) -> bool:
    file = database_file(database_url)
    if file is not None and not file.exists():
        return True
    with _reading(database_url) as connection:
        return not inspect(connection).get_table_names()


@contextmanager
def _reading(database_url: str) -> Iterator[Connection]:
    engines = engine_of(database_url)
    reading = engines.reading_engine(database_url, patience_s=PATIENCE_S, connections=1)
    until = time.monotonic() + PATIENCE_S
    try:
        with (
            engines.named_errors(PATIENCE_S),
            engines.patiently(reading.connect, until=until) as connection,
        ):
            yield connection
    finally:
        reading.dispose()


@contextmanager
def _migrating(database_url: str) -> Iterator["Config"]:
    """Alembic's settings around one write transaction, in which all of its steps happen."""
    from alembic.config import Config

    engines = engine_of(database_url)
    # Building a table anew deletes the old one, which foreign keys would take for deleted rows.
    writing = engines.writing_engine(database_url, patience_s=PATIENCE_S, foreign_keys=False)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    try:
        with engines.named_errors(PATIENCE_S), writing.begin() as connection:
            engines.alone(connection)
            config.attributes["connection"] = connection
            yield config
            if dangling := engines.dangling_references(connection):
                raise NotMigrated(
                    f"The step would leave rows that point nowhere ({', '.join(dangling)}), so"
                    " nothing was changed. Keep the database as it is and report this text."
                )
    finally:
        writing.dispose()
