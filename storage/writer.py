"""The one thread that writes to SQLite: group commit.

It takes all that waits (up to BATCH pieces), gives each a savepoint of one transaction, commits
once and then answers everybody: fifty pieces cost one sync of the disk.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection

from storage import sqlite
from storage.errors import CommitFailed, DatabaseBusy, DatabaseClosed
from storage.transaction import Tx, guarded
from storage.vault import Vault

T = TypeVar("T")
log = logging.getLogger(__name__)

BATCH = 50  # pieces in one commit
# Between two batches the lock lies free for a tenth of the time it was held, and for a millisecond
# at least. Another process that waits for it looks every 0.1 s: under full load it misses fifty
# looks in a row (5 s) once in 120 times, three hundred (30 s) once in 10^12.
PAUSE_S, PAUSE_SHARE = 0.001, 0.1


class Writer:
    """Runs pieces of work one batch after the other until it is closed."""

    def __init__(self, url: str, vault: Vault, patience_s: float) -> None:
        self._bells: list[Callable[[], None]] = []
        self._vault = vault
        self._patience_s = patience_s
        self._engine = sqlite.writing_engine(url, patience_s=patience_s)
        with sqlite.named_errors(patience_s):
            # Once now: a bad file is found at the start, and readers find WAL switched on.
            self._engine.connect().close()
        self._queue: SimpleQueue[_Piece[Any] | None] = SimpleQueue()  # None: close
        self._gate = threading.Lock()  # nothing may be queued behind that None
        self._closed = False
        self._thread = threading.Thread(target=self._loop, name="kabar-writer", daemon=True)
        self._thread.start()

    def on_commit(self, bell: Callable[[], None]) -> None:
        """Ring `bell` in the writer's thread after each commit that changed a row."""
        self._bells.append(bell)

    def submit(self, work: Callable[[Tx], T]) -> Future[T]:
        """Queue `work`; the future is settled once it is committed, or not at all."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("a use case cannot wait for another one: call it with the same tx")
        piece = _Piece(work)
        with self._gate:
            if self._closed:
                raise DatabaseClosed
            self._queue.put(piece)
        return piece.future

    def close(self) -> None:
        """Finish what is queued, then stop."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()
        self._engine.dispose()

    def _loop(self) -> None:
        going = True
        while going:
            batch, going = self._gather()
            started = time.monotonic()
            self._commit(batch)
            time.sleep(max(PAUSE_S, PAUSE_SHARE * (time.monotonic() - started)))

    def _gather(self) -> tuple[list["_Piece[Any]"], bool]:
        """All that waits, up to BATCH; and whether to go on after it."""
        batch: list[_Piece[Any]] = []
        piece = self._queue.get()
        with suppress(Empty):
            while piece is not None:
                batch.append(piece)
                if len(batch) == BATCH:
                    break
                piece = self._queue.get_nowait()
        return batch, piece is not None

    def _commit(self, batch: list["_Piece[Any]"]) -> None:
        try:
            with self._engine.connect() as connection, connection.begin():
                is_alone = len(batch) == 1
                runs = [piece.run(connection, self._vault, is_alone=is_alone) for piece in batch]
                changed = sum(runs)
        except BaseException as error:
            extra = {"action": "batch_lost", "pieces": len(batch), "error": type(error).__name__}
            log.error("a batch was lost", extra=extra)
            for piece in batch:
                piece.lost(error, self._patience_s)
        else:
            for piece in batch:
                piece.kept()
            for bell in tuple(self._bells) if changed else ():
                guarded(bell, "bell")
        for piece in batch:
            piece.answer()


class _Piece(Generic[T]):
    """One use case on its way through the writer: run, then kept or lost, then answered."""

    def __init__(self, work: Callable[[Tx], T]) -> None:
        self.future: Future[T] = Future()
        self._work = work
        self._tx: Tx | None = None  # set once its savepoint is released
        self._answer: Callable[[], None] | None = None

    def run(self, connection: Connection, vault: Vault, *, is_alone: bool) -> int:
        """Do the work, in a savepoint unless the transaction is its own; return the rows it
        changed. Raises only if all is lost."""
        before = sqlite.rows_changed(connection)
        if not is_alone:
            sqlite.savepoint(connection)
        try:
            tx = Tx(connection, vault)
            value = self._work(tx)
        except BaseException as error:  # SystemExit too: it must not end the one thread that writes
            self._answer = partial(self.future.set_exception, error)
            _undo(connection, is_alone=is_alone)
            return 0
        if not is_alone:
            sqlite.release(connection)
        self._tx = tx
        self._answer = partial(self.future.set_result, value)
        return sqlite.rows_changed(connection) - before

    def kept(self) -> None:
        if self._tx:
            self._tx.finish()

    def lost(self, cause: BaseException, patience_s: float) -> None:
        """The transaction around it failed; what had failed before keeps its own reason."""
        if self._tx or not self._answer:
            error = DatabaseBusy(patience_s) if sqlite.is_busy(cause) else CommitFailed()
            error.__cause__ = cause
            self._answer = partial(self.future.set_exception, error)

    def answer(self) -> None:
        assert self._answer
        self._answer()


def _undo(connection: Connection, *, is_alone: bool) -> None:
    if is_alone:
        connection.rollback()
    else:
        sqlite.undo(connection)
