"""Writes the whole database into one sealed file, from one moment of it, while others write.

The rows are in no engine's own form: what was read from SQLite can be restored into PostgreSQL,
and back. See archive.py for the file and restore.py for the way back.
"""

import base64
import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Table, column, func, select, table

from storage import tables
from storage.archive import ArchiveReader, ArchiveWriter, Header
from storage.database import Database
from storage.errors import BackupBroken, BackupError, BackupExists, BackupUnwritten
from storage.keyring import KeyRing, sync_directory
from storage.transaction import Tx

LEFT_OUT = ("leases",)  # who was at work then says nothing of who is now
WRITTEN_BY_FAMILIES = ("answers", "words", "inbox")
AT_ONCE = 500  # rows in memory
END = "end"

Row = list[object]
Moments = Callable[[Tx], tuple[datetime, datetime]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A backup that was read back: its header, and how many rows of each table it holds."""

    header: Header
    rows: Mapping[str, int]
    size: int


def save(database: Database, path: Path, ring: KeyRing, moments: Moments) -> Saved:
    """Write `path` and read it back before it gets that name. `moments` tells what time it is, by
    the clock of the centre and by the system's. Raises BackupExists and BackupUnwritten."""
    with _new_file(path) as file:
        rows = database.read_now(_write, file, ring, moments)
        file.flush()
        os.fsync(file.fileno())
        size = file.tell()
        file.seek(0)
        reader = ArchiveReader.open(file, ring)
        if count(reader) != rows:
            raise BackupBroken
    return Saved(header=reader.header, rows=rows, size=size)


def kept_tables() -> tuple[Table, ...]:
    """What is in a backup, each table after those it points to."""
    return tuple(one for one in tables.metadata.sorted_tables if one.name not in LEFT_OUT)


def count(reader: ArchiveReader) -> Mapping[str, int]:
    """Read a backup to its end; rows by table. Raises BackupBroken."""
    return {name: sum(1 for _ in rows) for name, _, rows in parts(reader)}


def parts(reader: ArchiveReader) -> Iterator[tuple[str, list[str], Iterator[Row]]]:
    """Name, columns and rows of each table in turn; the rows of one before the next.

    Raises BackupBroken, also where fewer rows came than the end of the file says.
    """
    lines, found = reader.lines(), dict[str, int]()
    line = next(lines, None)
    while line is not None and line.startswith(b'{"table"'):
        begins = json.loads(line)
        following: list[bytes] = []

        def rows(name: str, following: list[bytes] = following) -> Iterator[Row]:
            for row in lines:
                if not row.startswith(b"["):
                    following.append(row)
                    return
                found[name] += 1
                yield [_untagged(value) for value in json.loads(row)]

        found[begins["table"]] = 0
        yield begins["table"], begins["columns"], rows(begins["table"])
        line = following[0] if following else None
    if line is None or json.loads(line) != {END: found} or next(lines, None) is not None:
        raise BackupBroken


def _write(tx: Tx, file: BinaryIO, ring: KeyRing, moments: Moments) -> dict[str, int]:
    file.seek(0)  # it may be the second try, after a server that was lost
    file.truncate()
    at, wall = moments(tx)
    steps = table("alembic_version", column("version_num"))
    step = tx.execute(select(steps.c.version_num)).scalar_one()
    last = {
        name: tx.execute(select(func.max(tables.metadata.tables[name].c.seq))).scalar_one() or 0
        for name in WRITTEN_BY_FAMILIES
    }
    header = Header(step=step, at=at, wall=wall, key_id=ring.current, last=last)
    archive = ArchiveWriter(file, ring, header)
    rows = {one.name: _write_table(tx, archive, one) for one in kept_tables()}
    archive.write(_line({END: rows}))
    archive.close()
    return rows


def _write_table(tx: Tx, archive: ArchiveWriter, one: Table) -> int:
    archive.write(_line({"table": one.name, "columns": [column.name for column in one.columns]}))
    query = select(one).order_by(*one.primary_key.columns)
    found = tx.connection.execute(query, execution_options={"yield_per": AT_ONCE})
    written = 0
    for some in found.partitions():
        archive.write(b"".join([_line(list(row)) for row in some]))
        written += len(some)
    return written


@contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    """A file of its own beside `path` (0600), which gets that name if all goes well."""
    if not path.name:
        raise BackupError("Give the backup a file name, such as kabar.backup.")
    partial = path.with_name(f"{path.name}.partial")
    try:
        if path.exists():
            raise BackupExists(path)
        descriptor = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BackupUnwritten(path, "another backup is writing it") from None
            try:
                os.fchmod(descriptor, 0o600)  # one that was left over by a crash is taken over
                os.ftruncate(descriptor, 0)
                yield file
                _name(partial, path)
            except BaseException:
                with suppress(OSError):
                    partial.unlink()
                raise
        sync_directory(path.parent)
    except OSError as error:
        raise BackupUnwritten(path, error.strerror or type(error).__name__) from error


def _name(partial: Path, path: Path) -> None:
    """A link refuses a name that is taken; not every disk for backups knows links."""
    try:
        os.link(partial, path)
    except FileExistsError:
        raise BackupExists(path) from None
    except OSError:
        if path.exists():
            raise BackupExists(path) from None
        partial.rename(path)
    else:
        partial.unlink()


def _line(value: object) -> bytes:
    return json.dumps(value, default=_tagged, separators=(",", ":")).encode() + b"\n"


def _tagged(value: object) -> dict[str, str]:
    """What JSON does not know. No column of ours holds an object of JSON as such."""
    if isinstance(value, bytes | memoryview):
        return {"b": base64.b64encode(value).decode("ascii")}
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    raise TypeError(f"a column holds a {type(value).__name__}")


def _untagged(value: object) -> object:
    if not isinstance(value, dict):
        return value
    ((tag, text),) = value.items()
    match tag:
        case "b":
            return base64.b64decode(text)
        case "t":
            return datetime.fromisoformat(text)
        case _:
            return date.fromisoformat(text)
