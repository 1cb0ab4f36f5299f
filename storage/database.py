"""Where use cases meet the database: plain functions `fn(tx, ...)`, given to `write` or `read`.

Use cases are synchronous and run in the database's threads; the event loop only waits for them.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Concatenate, ParamSpec, Self, TypeVar

from storage import engine, seals
from storage.errors import DatabaseClosed
from storage.keyring import KeyRing
from storage.transaction import Tx
from storage.vault import Vault
from storage.writer import Writer

if TYPE_CHECKING:
    from storage.pool import Pool

__all__ = ["Database", "Tx"]

P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger(__name__)

READERS = 4  # threads that read, each with a connection of its own


class Database:
    """The door to one database, for a whole program.

    `patience_s` is how long another program may hold it, or PostgreSQL be away, before
    DatabaseBusy is raised: 5 s for the bot, 30 s for commands. Raises UnsupportedDatabase for an
    address that is neither an SQLite file nor a PostgreSQL database.
    """

    def __init__(self, url: str, *, vault_keys: KeyRing, patience_s: float = 5) -> None:
        self.vault = Vault(vault_keys)
        self._patience_s = patience_s
        self._engines = engine.engine_of(url)
        self._writer = _writer(url, self.vault, patience_s)
        self._reading = self._engines.reading_engine(
            url, patience_s=patience_s, connections=READERS
        )
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="kabar-reader")

    def write(
        self, fn: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Awaitable[T]:
        """Queue `fn(tx, ...)`, from the event loop; await it to know that it is committed.

        It is written even when the one who waits is cancelled. If it raises, only its own writes
        are undone. Raises DatabaseBusy or CommitFailed when nothing of it could be kept. SQLite
        runs one after the other, PostgreSQL several side by side, and may run `fn` once more
        after it was undone: it changes nothing but the database.
        """
        return _waiter(self._writer.submit(_piece(fn, *args, **kwargs)))

    def write_now(
        self, fn: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The same from a plain thread, which waits."""
        return self._writer.submit(_piece(fn, *args, **kwargs)).result()

    def read(
        self, fn: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Awaitable[T]:
        """Run `fn(tx, ...)` on one moment of the database, beside the writer; it cannot write."""
        return _waiter(self._submit_read(_piece(fn, *args, **kwargs)))

    def read_now(self, fn: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same from a plain thread, which waits."""
        return self._submit_read(_piece(fn, *args, **kwargs)).result()

    def on_commit(self, bell: Callable[[], None]) -> None:
        """Ring `bell` in a thread of ours after each commit that changed a row; on PostgreSQL
        also after those of other processes.

        It must be quick, and safe to call there: `partial(loop.call_soon_threadsafe, event.set)`.
        """
        self._writer.on_commit(bell)

    @property
    def is_shared(self) -> bool:
        """May other processes do the same work on it at the same time?"""
        return not isinstance(self._writer, Writer)

    def close(self) -> None:
        """Finish what is queued and stop the threads. It waits: call it beside the event loop."""
        self._readers.shutdown()
        self._reading.dispose()
        self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _submit_read(self, work: Callable[[Tx], T]) -> Future[T]:
        until = time.monotonic() + self._patience_s
        try:
            return self._readers.submit(self._read, work, until)
        except RuntimeError:
            raise DatabaseClosed from None

    def _read(self, work: Callable[[Tx], T], until: float) -> T:
        with self._engines.named_errors(self._patience_s):
            tx, value = self._engines.patiently(partial(self._read_once, work), until=until)
        tx.finish()
        return value

    def _read_once(self, work: Callable[[Tx], T]) -> tuple[Tx, T]:
        with self._reading.connect() as connection, connection.begin():
            tx = Tx(connection, self.vault)
            return tx, work(tx)


def _writer(url: str, vault: Vault, patience_s: float) -> "Writer | Pool":
    if not engine.is_postgresql(url):
        return Writer(url, vault, patience_s)
    from storage.pool import Pool  # the driver is loaded only where an address asks for it

    return Pool(url, vault, patience_s)


def _piece(
    fn: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
) -> Callable[[Tx], T]:
    def work(tx: Tx) -> T:
        try:
            value = fn(tx, *args, **kwargs)
            seals.write(tx)
            return value
        except StopIteration as stray:  # which no future can carry
            raise RuntimeError("a use case raised StopIteration") from stray

    return work


def _waiter(source: Future[T]) -> Awaitable[T]:
    """The same on the running loop, whether or not it, or the one who waits, still lives then."""
    loop = asyncio.get_running_loop()
    waiter: asyncio.Future[T] = loop.create_future()

    def settle() -> None:
        error = source.exception()
        if waiter.done():
            if error:
                extra = {"action": "unheard_failure", "error": type(error).__name__}
                log.warning("a use case failed with nobody waiting for it", extra=extra)
        elif error:
            waiter.set_exception(error)
        else:
            waiter.set_result(source.result())

    def tell(_: Future[T]) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle)

    source.add_done_callback(tell)
    return waiter
