"""Where the sandbox keeps its state between starts, and the first moment it can go back to."""

import fcntl
import json
import os
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import IO, Any

from bot.story.errors import CannotOpen

VERSION = 1  # of what lies in the folder; another one is begun anew
FIRST = "first"


class Folder:
    """`kabar.db`, `kabar.key`, `phones.json` (the emulator's), `stage.json`, and `first/`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = path / "kabar.db"
        self.key = path / "kabar.key"
        self.phones = path / "phones.json"
        self.state = path / "stage.json"
        self.log = path / "bot.log"
        self._lock: IO[str] | None = None

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.database.absolute()}"

    @property
    def is_prepared(self) -> bool:
        """Is there a whole sandbox of this version here, with its first moment?"""
        first = self.path / FIRST
        whole = all((first / name).is_file() for name in ("kabar.db", "phones.json", "stage.json"))
        return self.read_state().get("version") == VERSION and whole

    def take(self) -> None:
        """Make it this program's own until it ends. Raises CannotOpen if another one has it."""
        self.path.mkdir(parents=True, exist_ok=True)
        self._lock = (self.path / ".lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotOpen(
                f"A sandbox runs already with {self.path}. Stop it with Ctrl+C where it was"
                " started, or start this one in another folder."
            ) from None

    def empty(self) -> None:
        """Throw everything away but the lock."""
        for thing in self.path.iterdir():
            if thing.is_dir():
                shutil.rmtree(thing)
            elif thing.name != ".lock":
                thing.unlink()

    def read_state(self) -> dict[str, Any]:
        """What the stage wrote down last; empty if nothing, or nothing that can be read."""
        return _read(self.state)

    def write_state(self, state: Mapping[str, Any]) -> None:
        """All or nothing: a crash in between leaves the former state."""
        _write(self.state, {"version": VERSION, **state})

    def keep_first(self, phones: Mapping[str, Any], state: Mapping[str, Any]) -> None:
        """Remember this moment as the first one. Nobody may be writing to the database."""
        first = self.path / FIRST
        shutil.rmtree(first, ignore_errors=True)
        making = self.path / f"{FIRST}.new"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        with (
            closing(sqlite3.connect(self.database)) as now,
            closing(sqlite3.connect(making / "kabar.db")) as then,
        ):
            now.backup(then)
        (making / "kabar.db").chmod(0o600)
        _write(making / "phones.json", phones)
        _write(making / "stage.json", state)
        making.rename(first)

    def first_state(self) -> dict[str, Any]:
        """What the stage was to know at the first moment."""
        return _read(self.path / FIRST / "stage.json")

    def go_back(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The first database again; phones and state as they were then.

        The bot must be dead and the database closed.
        """
        first = self.path / FIRST
        for ending in ("", "-wal", "-shm"):
            Path(f"{self.database}{ending}").unlink(missing_ok=True)
        making = self.path / "kabar.db.new"
        shutil.copyfile(first / "kabar.db", making)
        making.chmod(0o600)
        making.replace(self.database)
        return _read(first / "phones.json"), _read(first / "stage.json")


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(file: Path, content: Mapping[str, Any]) -> None:
    making = file.with_suffix(".new")
    with making.open("w") as out:
        json.dump(content, out, ensure_ascii=False)
        out.flush()
        os.fsync(out.fileno())
    making.replace(file)
