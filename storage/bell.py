"""A bell between processes that share a PostgreSQL database: LISTEN and NOTIFY, and no more.

It is never the record: a ring that is lost costs the second until the next tick. NOTIFY has a
connection of its own and is sent after the commit, for inside of it PostgreSQL would hold one lock
for all who notify while the disk is synced, and commits would queue up behind each other.
"""

import logging
import select
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg
from sqlalchemy.exc import DBAPIError

from storage import postgres
from storage.transaction import guarded

log = logging.getLogger(__name__)

CHANNEL = "kabar"
TELL, CLOSE = b"t", b"c"
REST_S = 0.02  # between two rings: what is committed meanwhile shares the next one
AGAIN_S = 1.0  # until a lost connection is made anew


class Bell:
    """Tells other processes of our commits, and rings here at theirs.

    Its thread starts with the first need: a command that only reads opens no connection for it.
    """

    def __init__(self, url: str, ring: Callable[[], None], *, patience_s: float) -> None:
        self._engine = postgres.listening_engine(url, patience_s=patience_s)
        self._ring = ring
        self._asked, self._asks = socket.socketpair()
        self._asks.setblocking(False)
        self._thread = threading.Thread(target=self._serve, name="kabar-bell", daemon=True)
        self._gate = threading.Lock()
        self._closing = threading.Event()

    def listen(self) -> None:
        """Ring from now on. Others' rings before this were not for us."""
        with self._gate:
            if not self._thread.ident and not self._closing.is_set():
                self._thread.start()

    def tell(self) -> None:
        """Let the others look. It waits for nothing."""
        self.listen()
        with suppress(BlockingIOError):  # so many are waiting that one more says nothing new
            self._asks.send(TELL)

    def close(self) -> None:
        """Send what was told last, then stop."""
        with self._gate:
            is_closed = self._closing.is_set()
            self._closing.set()
        if is_closed:
            return
        if self._thread.ident:
            self._asks.setblocking(True)
            with suppress(OSError):
                self._asks.send(CLOSE)
            self._thread.join()
        self._asks.close()
        self._asked.close()

    def _serve(self) -> None:
        lost = False
        while not self._closing.is_set():
            try:
                with self._engine.connect() as connection:
                    driver = connection.connection.driver_connection
                    assert isinstance(driver, psycopg.Connection)
                    driver.execute(f"LISTEN {CHANNEL}")
                    if lost:
                        guarded(self._ring, "bell")  # who knows what was missed
                    lost = False
                    self._answer(driver)
            except (DBAPIError, psycopg.Error, OSError) as error:
                if not lost:
                    extra = {"action": "bell_lost", "error": type(error).__name__}
                    log.warning("no bell from other processes for now", extra=extra)
                lost = True
                self._closing.wait(AGAIN_S)

    def _answer(self, driver: "psycopg.Connection[Any]") -> None:
        """Ring for others and tell them, until closed or the connection is lost."""
        while True:
            ready, _, _ = select.select([self._asked.fileno(), driver.fileno()], [], [])
            asked = self._asked.recv(4096) if self._asked.fileno() in ready else b""
            if TELL in asked:
                driver.execute(f"NOTIFY {CHANNEL}")
            own = driver.info.backend_pid
            if any(one.pid != own for one in driver.notifies(timeout=0)):
                guarded(self._ring, "bell")
            if CLOSE in asked:
                return
            if TELL in asked:
                self._closing.wait(REST_S)
