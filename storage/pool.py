"""The threads that write to PostgreSQL: each piece is a transaction of its own, side by side.

PostgreSQL puts the commits of several connections into one sync of the disk by itself.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from storage import postgres
from storage.bell import Bell
from storage.errors import CommitFailed, CommitUnknown, DatabaseClosed
from storage.transaction import Tx, guarded
from storage.vault import Vault

T = TypeVar("T")

WRITERS = 8  # threads, with a connection each


class Pool:
    """Runs pieces of work, WRITERS at a time, until it is closed."""

    def __init__(self, url: str, vault: Vault, patience_s: float) -> None:
        self._bells: list[Callable[[], None]] = []
        self._others = Bell(url, self._ring, patience_s=patience_s)
        self._vault = vault
        self._patience_s = patience_s
        self._engine = postgres.writing_engine(url, patience_s=patience_s, connections=WRITERS)
        self._within = threading.local()
        self._threads = ThreadPoolExecutor(WRITERS, thread_name_prefix="kabar-writer")
        try:
            self.submit(lambda tx: None).result()  # a bad address is found at the start
        except BaseException:
            self.close()
            raise

    def on_commit(self, bell: Callable[[], None]) -> None:
        """Ring `bell` in a thread of ours after each commit that changed a row, here or there."""
        self._bells.append(bell)
        self._others.listen()

    def submit(self, work: Callable[[Tx], T]) -> Future[T]:
        """Queue `work`; the future is settled once it is committed, or not at all."""
        if getattr(self._within, "piece", False):
            raise RuntimeError("a use case cannot wait for another one: call it with the same tx")
        until = time.monotonic() + self._patience_s
        try:
            return self._threads.submit(self._run, work, until)
        except RuntimeError:
            raise DatabaseClosed from None

    def close(self) -> None:
        """Finish what is queued, then stop."""
        self._threads.shutdown()
        self._others.close()
        self._engine.dispose()

    def _run(self, work: Callable[[Tx], T], until: float) -> T:
        self._within.piece = True
        with postgres.named_errors(self._patience_s):
            tx, value, has_changed = postgres.patiently(partial(self._once, work), until=until)
        tx.finish()
        if has_changed:
            self._ring()
            self._others.tell()
        return value

    def _once(self, work: Callable[[Tx], T]) -> tuple[Tx, T, bool]:
        with self._engine.connect() as connection, connection.begin():
            before = postgres.rows_changed(connection)
            tx = Tx(connection, self._vault)
            value = work(tx)
            has_changed = postgres.rows_changed(connection) > before
            _commit(connection, has_changed)
        return tx, value, has_changed

    def _ring(self) -> None:
        for bell in tuple(self._bells):
            guarded(bell, "bell")


def _commit(connection: Connection, has_changed: bool) -> None:
    """Raises what may be tried again at once as it comes, all else as a failed commit."""
    if postgres.is_spoilt(connection):
        raise CommitFailed
    try:
        connection.commit()
    except DBAPIError as error:
        if postgres.has_collided(error) or (postgres.is_away(error) and not has_changed):
            raise
        if postgres.is_away(error):
            raise CommitUnknown from error
        raise CommitFailed from error
