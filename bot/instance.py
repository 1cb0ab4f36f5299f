"""One `kabar run` a database: a second one would send everything twice."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import AlreadyRunning


@contextmanager
def only_one(database: Path) -> Iterator[None]:
    """Hold `<database>.lock`. Raises AlreadyRunning.

    The system lets go of it when the process ends, however it ends; the empty file stays.
    """
    descriptor = os.open(f"{database}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(database) from None
        yield
    finally:
        os.close(descriptor)
