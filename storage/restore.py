"""Puts a backup in a database's place, and in the same deed undoes what only its age would do:
who was erased is erased again, what went out since does not go out again, who asked for silence
keeps it.

An SQLite file is made anew beside the old one, which is moved aside at the end; on PostgreSQL the
tables are made anew in one transaction. Up to that end nothing has changed.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, MetaData, Table, func, insert, inspect, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from storage import aftermath, backup, engine, migrate, predecessor, tables
from storage.aftermath import Aftermath
from storage.archive import ArchiveReader, Header
from storage.backup import AT_ONCE, Row
from storage.errors import BackupBroken, BackupKeyMissing, BackupNewer, RestoreRefused, StorageError
from storage.keyring import KeyRing, sync_directory
from storage.predecessor import Before
from storage.transaction import Tx
from storage.vault import Vault

Erased = Mapping[str, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the operator has named. `ledger` is None where none was given."""

    replace: bool = False
    ledger: Erased | None = None
    without_ledger: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was done. `old_file` is where the database that stood here lies now; `is_known` says
    whether `families` could be read from it."""

    header: Header
    rows: Mapping[str, int]
    aftermath: Aftermath
    is_known: bool
    old_file: Path | None = field(default=None)


def restore(
    url: str, path: Path, ring: KeyRing, wish: Wish, *, clock: Callable[[Tx], tuple[datetime, datetime]]
) -> Restored:
    """Read `path` into the database of `url`. Nobody else may have it open.

    Raises BackupError, RestoreRefused or another StorageError, and then nothing has changed.
    """
    try:
        with path.open("rb") as file:
            reader = ArchiveReader.open(file, ring)
            head = migrate.status_head()
            if reader.header.step > head:
                raise BackupNewer(reader.header.step, head)
            return _into(url, reader, ring, wish, clock)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise RestoreRefused(f"{error.filename or path} cannot be used ({reason}).") from error
