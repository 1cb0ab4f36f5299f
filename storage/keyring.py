"""The key ring: a small file outside the database that opens everything sealed inside it.

Several wrapping keys may stand in it: the current one wraps, all unwrap, so that keys can be
changed one at a time. The index key makes the keyed hashes; it never changes, or nobody would be
found again. Keys are 32 bytes in base64.

    {"version": 1, "current": "ID", "keys": {"ID": "KEY", ...}, "index_key": "KEY"}
"""

import base64
import fcntl
import json
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from storage.errors import (
    KeyFileBroken,
    KeyFileExists,
    KeyFileInUse,
    KeyFileMissing,
    KeyFileUnsafe,
    KeyFileUnwritten,
)

KEY_BYTES = 32
VERSION = 1
LONGEST = 65_536  # bytes of a key file; a ring of a hundred keys has 8,000
OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """Wrapping keys by id, the id of the one that wraps, and the key of the look-up hashes.

    `path` is the file it was read from, None for a ring that has none.
    """

    keys: Mapping[str, bytes] = field(repr=False)
    current: str
    index_key: bytes = field(repr=False)
    path: Path | None = field(default=None, compare=False, repr=False)

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make a new ring and its file (0600), on the disk before this returns.

        Raises KeyFileExists rather than touch a file that is there.
        """
        key_id = secrets.token_hex(4)
        ring = cls(
            keys={key_id: secrets.token_bytes(KEY_BYTES)},
            current=key_id,
            index_key=secrets.token_bytes(KEY_BYTES),
            path=path,
        )
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise KeyFileExists(path) from None
        with os.fdopen(descriptor, "wb") as file:
            file.write(ring._as_json())
            file.flush()
            os.fsync(file.fileno())
        sync_directory(path.parent)
        return ring

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the ring. Raises KeyFileMissing, KeyFileUnsafe or KeyFileBroken."""
        try:
            # O_NONBLOCK: a pipe in the file's place is refused below instead of waited for.
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        except FileNotFoundError:
            raise KeyFileMissing(path) from None
        except PermissionError:
            raise KeyFileBroken(path, "this user may not read the key file") from None
        try:
            mode = os.fstat(descriptor).st_mode
            if not stat.S_ISREG(mode):
                raise KeyFileBroken(path, "this is not a file")
            if mode & OTHERS:
                raise KeyFileUnsafe(path, stat.S_IMODE(mode))
            return cls._from_json(path, os.read(descriptor, LONGEST))
        finally:
            os.close(descriptor)

    def with_new_key(self) -> Self:
        """The same ring with one more key, which wraps from now on."""
        key_id = secrets.token_hex(4)
        return replace(
            self, keys={**self.keys, key_id: secrets.token_bytes(KEY_BYTES)}, current=key_id
        )

    def with_current_alone(self) -> Self:
        """The same ring without the keys that wrap no more."""
        return replace(self, keys={self.current: self.keys[self.current]})

    def save(self, path: Path) -> None:
        """Put this ring in the place of the one in `path`, at once and on the disk; owner and mode
        stay. Raises KeyFileUnwritten, and then the file is as it was."""
        partial = path.with_name(f".{path.name}.partial")
        try:
            kept = path.stat()
            partial.unlink(missing_ok=True)  # left over by a crash
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                if (kept.st_uid, kept.st_gid) != (os.geteuid(), os.getegid()):
                    os.fchown(descriptor, kept.st_uid, kept.st_gid)
                os.fchmod(descriptor, stat.S_IMODE(kept.st_mode))
                file.write(self._as_json())
                file.flush()
                os.fsync(descriptor)
            partial.replace(path)
            sync_directory(path.parent)
        except OSError as error:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
            raise KeyFileUnwritten(path, error.strerror or type(error).__name__) from error

    @staticmethod
    @contextmanager
    def held(path: Path) -> Iterator[None]:
        """Nobody else changes the file meanwhile. Raises KeyFileInUse."""
        descriptor = os.open(path.parent, os.O_RDONLY)  # the file itself is replaced on the way
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise KeyFileInUse(path) from None
        finally:
            os.close(descriptor)

    def _as_json(self) -> bytes:
        document = {
            "version": VERSION,
            "current": self.current,
            "keys": {key_id: _encoded(key) for key_id, key in self.keys.items()},
            "index_key": _encoded(self.index_key),
        }
        return json.dumps(document, indent=1).encode() + b"\n"

    @classmethod
    def _from_json(cls, path: Path, content: bytes) -> Self:
        document = _parsed(content)
        if document is None:
            raise KeyFileBroken(path, "the key file is not the JSON object it should be")
        if document.get("version") != VERSION:
            raise KeyFileBroken(path, f"only version {VERSION} of the key file is known here")
        entries, current = document.get("keys"), document.get("current")
        if not isinstance(entries, dict) or not isinstance(current, str) or current not in entries:
            raise KeyFileBroken(path, "the current key is not among the keys")
        keys = {key_id: _decoded(entry) for key_id, entry in entries.items()}
        index_key = _decoded(document.get("index_key"))
        if index_key is None or None in keys.values():
            raise KeyFileBroken(path, f"a key is not {KEY_BYTES} bytes in base64")
        return cls(
            keys={key_id: key for key_id, key in keys.items() if key},
            current=current,
            index_key=index_key,
            path=path,
        )


# The two below answer None instead of raising: an exception of json or base64 would carry the
# whole file, keys and all, into whatever prints it.


def _parsed(content: bytes) -> dict[str, object] | None:
    try:
        document = json.loads(content)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _decoded(entry: object) -> bytes | None:
    if not isinstance(entry, str):
        return None
    try:
        key = base64.b64decode(entry, validate=True)
    except ValueError:
        return None
    return key if len(key) == KEY_BYTES else None


def _encoded(key: bytes) -> str:
    return base64.b64encode(key).decode("ascii")


def sync_directory(directory: Path) -> None:
    """Make a new name in it outlive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
