"""A process says that it lives: a connection to PostgreSQL that keeps an advisory lock.

The server drops the lock with the connection, however the process ends; so the others learn of a
death at once, and not only when its leases have run out (see leases.py).
"""

import logging
import threading

import psycopg
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from storage import postgres
from storage.leases import Process

log = logging.getLogger(__name__)

LOOK_S = 2.0  # how often the connection is tried
AGAIN_S = 0.5  # until a lost one is made anew
PATIENCE_S = 5.0


class Presence:
    """Keeps the lock of `process` from the end of `begin` until `end`."""

    def __init__(self, url: str, process: Process) -> None:
        self._engine = postgres.listening_engine(url, patience_s=PATIENCE_S)
        self._process = process
        self._ending = threading.Event()
        self._there = threading.Event()
        self._thread = threading.Thread(target=self._stay, name="kabar-presence", daemon=True)

    def begin(self) -> None:
        """Return once the lock is held, or after a while without it: leases still run out."""
        self._thread.start()
        self._there.wait(PATIENCE_S)

    def end(self) -> None:
        self._ending.set()
        self._thread.join()

    def _stay(self) -> None:
        is_lost = False
        while not self._ending.is_set():
            try:
                with self._engine.connect() as connection:
                    connection.execute(select(func.pg_advisory_lock(self._process.lock)))
                    self._there.set()
                    if is_lost:
                        extra = {"action": "presence_back"}
                        log.info("the connection that shows our life is back", extra=extra)
                    is_lost = False
                    while not self._ending.wait(LOOK_S):
                        connection.execute(select(1))
            except (DBAPIError, psycopg.Error, OSError) as error:
                if not is_lost:
                    extra = {"action": "presence_lost", "error": type(error).__name__}
                    log.warning("the connection that shows our life is lost", extra=extra)
                is_lost = True
                self._ending.wait(AGAIN_S)
