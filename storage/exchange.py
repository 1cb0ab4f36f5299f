"""Puts a new SQLite file in the place of an old one, which stays beside it under another name."""

import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Self

from sqlalchemy import Connection

from storage import sqlite
from storage.errors import RestoreRefused, StorageError
from storage.keyring import sync_directory

COMPANIONS = ("-wal", "-shm", "-journal")
PATIENCE_S = 5.0
IN_USE = (
    "Another program has the database open: close every kabar command and database browser, then"
    " try again. Nothing was changed."
)


def url_of(database: Path) -> str:
    return f"sqlite:///{database}"


class Exchange:
    """`new` may be written at leisure; `finish` puts it in the place of `database`. A crash at any
    point leaves the one or the other there."""

    def __init__(self, database: Path, *, keeps_old: bool) -> None:
        self.new = database.with_name(f"{database.name}.restoring")
        self._database = database
        self._keeps_old = keeps_old

    def __enter__(self) -> Self:
        self._clean()  # what an earlier try may have left
        return self

    def __exit__(self, *_: object) -> None:
        self._clean()

    def finish(self, *, at: datetime) -> Path | None:
        """Exchange the two; where the old one lies now, None if it held nothing to keep."""
        old = None
        if self._database.exists():
            is_sound = self._put_to_rest()
            if self._keeps_old:
                old = self._free_name(f"{self._database.name}.before-{at:%Y%m%dT%H%M%SZ}")
                self._keep(old, is_sound=is_sound)
        for companion in COMPANIONS:
            Path(f"{self._database}{companion}").unlink(missing_ok=True)
        self.new.replace(self._database)
        sync_directory(self._database.parent)
        return old

    def _put_to_rest(self) -> bool:
        """Bring what is still in its log into the old file; False where it is damaged."""
        try:
            resting = sqlite.writing_engine(url_of(self._database), patience_s=PATIENCE_S)
            try:
                with resting.connect() as connection:
                    _checkpoint(connection)
            finally:
                resting.dispose()
        except StorageError:
            raise
        except Exception:
            return False
        # The last one who closes it takes the log away: somebody else has it open.
        if Path(f"{self._database}-wal").exists():
            raise RestoreRefused(IN_USE)
        return True

    def _keep(self, old: Path, *, is_sound: bool) -> None:
        """A second name for a sound file: there is no moment without a database."""
        for companion in () if is_sound else COMPANIONS:
            with suppress(FileNotFoundError):
                Path(f"{self._database}{companion}").rename(f"{old}{companion}")
        try:
            os.link(self._database, old)
        except OSError:
            self._database.rename(old)

    def _free_name(self, wanted: str) -> Path:
        names = (wanted, *(f"{wanted}-{number}" for number in range(2, 1000)))
        return next(one for name in names if not (one := self._database.with_name(name)).exists())

    def _clean(self) -> None:
        for companion in ("", *COMPANIONS):
            Path(f"{self.new}{companion}").unlink(missing_ok=True)


def _checkpoint(connection: Connection) -> None:
    """Outside a transaction, in which it would be refused."""
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
