"""Which of the two databases an address names, and what each has to be able to do.

`sqlite.py` and `postgres.py` hold the same functions; all that only one of them knows stands there.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError

from storage import sqlite
from storage.errors import UnsupportedDatabase

T = TypeVar("T")


class Engines(Protocol):
    """What `sqlite.py` and `postgres.py` have in common; the meaning stands at each function."""

    def writing_engine(
        self, url: str, *, patience_s: float, connections: int = 1, foreign_keys: bool = True
    ) -> Engine: ...

    def reading_engine(self, url: str, *, patience_s: float, connections: int) -> Engine: ...

    def alone(self, connection: Connection) -> None: ...

    def patiently(self, attempt: Callable[[], T], *, until: float) -> T: ...

    def named_errors(self, patience_s: float) -> AbstractContextManager[None]: ...

    def rows_changed(self, connection: Connection) -> int: ...

    def dangling_references(self, connection: Connection) -> list[str]: ...


def engine_of(url: str) -> Engines:
    """The functions for this address. Raises UnsupportedDatabase where neither engine takes it."""
    if not is_postgresql(url):
        sqlite.database_file(url)
        return sqlite
    from storage import postgres  # the driver is loaded only where an address asks for it

    postgres.address(url)
    return postgres


def database_file(url: str) -> Path | None:
    """Where the SQLite file lies; None for PostgreSQL. Raises UnsupportedDatabase."""
    return None if is_postgresql(url) else sqlite.database_file(url)


def is_postgresql(url: str) -> bool:
    """Does the address ask for PostgreSQL?"""
    return _parsed(url).drivername.startswith("postgres")


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        raise UnsupportedDatabase(
            f"KABAR_DATABASE_URL is no address of a database; write it like {sqlite.EXAMPLE}."
        ) from None
