"""Work on many rows of which a few may be damaged: those are named, and the others looked at."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from storage import tables
from storage.errors import DatabaseBusy, DatabaseClosed
from storage.transaction import Tx

T = TypeVar("T")
U = TypeVar("U")
log = logging.getLogger(__name__)

AWAY = (DatabaseBusy, DatabaseClosed)


def guarded(
    tx: Tx, work: Callable[[Sequence[T]], Iterable[U]], things: Sequence[T], name: str
) -> tuple[list[U], list[T]]:
    """What `work` makes of the things, taken one by one where it fails on all of them; and those
    that it trips over. Only what is no fault of a row is raised: the database does not answer."""
    try:
        with _undoable(tx):
            return list(work(things)), []
    except AWAY:
        raise
    except Exception as error:
        _require_database(tx, error)
        extra = {"action": "check_failed", "check": name, "error": type(error).__name__}
        log.exception("a check has failed", extra=extra)
    made: list[U] = []
    tripped: list[T] = []
    for one in things:
        try:
            with _undoable(tx):
                made += work([one])
        except AWAY:
            raise
        except Exception as error:
            _require_database(tx, error)
            tripped.append(one)
    return made, tripped


@contextmanager
def _undoable(tx: Tx) -> Iterator[None]:
    """PostgreSQL does nothing more in a transaction in which a statement has failed, unless it may
    go back to before it. By hand: inside SQLAlchemy's savepoints the vault keeps no opened key."""
    if tx.connection.dialect.name != "postgresql":
        yield
        return
    tx.connection.exec_driver_sql("SAVEPOINT before_trip")
    try:
        yield
    except Exception:
        with suppress(SQLAlchemyError):  # where the connection is lost, the first error says so
            tx.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT before_trip")
        raise
    finally:
        with suppress(SQLAlchemyError):
            tx.connection.exec_driver_sql("RELEASE SAVEPOINT before_trip")


def _require_database(tx: Tx, error: Exception) -> None:
    """Raise the error where nothing at all can be read any more."""
    try:
        tx.execute(select(tables.settings.c.name).limit(1)).all()
    except Exception:
        raise error from None
