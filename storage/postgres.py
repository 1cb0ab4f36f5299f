"""How a connection to PostgreSQL is set up. Everything that only PostgreSQL knows stands here,
and in `pool.py` and `bell.py`; nothing else names its driver.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import psycopg
from psycopg import IsolationLevel
from sqlalchemy import URL, Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.engine.interfaces import DBAPICursor, ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from storage.errors import CommitFailed, DatabaseAway, DatabaseBusy, UnsupportedDatabase

T = TypeVar("T")

EXAMPLE = "postgresql://kabar:PASSWORD@localhost/kabar"
DRIVER = "postgresql+psycopg"
DRIVERS = ("postgres", "postgresql", DRIVER)
MIGRATING = 0x6B616261  # the advisory lock of migrations; any number that is always the same
TRIES = 3  # of a piece that collides with another, or whose connection is lost in the middle
PAUSES_S = (0.05, 0.1, 0.2, 0.5)  # between looks whether the server is back; the last one stays
COLLIDED = ("40001", "40P01")  # serialization_failure, deadlock_detected
LOCKED = "55P03"  # lock_not_available: lock_timeout is over
IDLE_S = 10  # in a transaction of ours nothing takes so long; a lease lasts as long
AWAY = ("08", "57P")  # connection lost; the server stops, has crashed or is starting
FULL = ("53", "58")  # no disk or memory left, or an error of the system
CHANGED = "rows changed"  # in the dictionary that SQLAlchemy keeps with each connection
SPOKEN = {  # libpq gives a connection that is refused no code, only these words
    r"password authentication failed": (
        "PostgreSQL refused the password. Correct it in KABAR_DATABASE_URL, or set it anew with"
        " ALTER ROLE ... PASSWORD."
    ),
    r"no password supplied": (
        "PostgreSQL wants a password, which stands neither in KABAR_DATABASE_URL nor in the file"
        " that PGPASSFILE names."
    ),
    r"no pg_hba\.conf entry": (
        "PostgreSQL lets nobody in from this machine with this role. Add a line to its pg_hba.conf."
    ),
    r"role \".*\" does not exist": (
        "PostgreSQL has no such role. Correct it in KABAR_DATABASE_URL or make it with"
        " CREATE ROLE ... LOGIN PASSWORD ..."
    ),
    r"database \".*\" does not exist": (
        "PostgreSQL has no such database. Correct KABAR_DATABASE_URL or make it with"
        " CREATE DATABASE ... OWNER ..., then run `kabar db upgrade`."
    ),
}
REFUSED = (r"invalid (\w+) value: ", r"for connection option \"(\w+)\"")
"""How libpq names an option whose value it does not take; the value itself is not told on."""
NUMBERS = (
    *("port", "connect_timeout", "tcp_user_timeout"),
    *("keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count"),
)
WRONG_VALUE = (
    "PostgreSQL does not take the value of {name} in KABAR_DATABASE_URL. Correct it or take it out."
)
MAY_NOT = (
    "PostgreSQL lets this role not do that. Make it the owner of the database (ALTER DATABASE ..."
    " OWNER TO ...), then try again."
)


def address(url: str) -> URL:
    """The address as SQLAlchemy wants it, with psycopg 3. Raises UnsupportedDatabase."""
    found = make_url(url)
    if found.drivername not in DRIVERS or not found.database:
        raise UnsupportedDatabase(
            "KABAR_DATABASE_URL is no address of a PostgreSQL database, or names a driver that is"
            f" not here. Write it like {EXAMPLE}."
        )
    known = {one.keyword.decode() for one in psycopg.pq.Conninfo.get_defaults()}
    for name, value in found.normalized_query.items():
        if name not in known:
            # A password with a slip in it may have ended here; then an @ is left over.
            is_slip = "@" in f"{found.database}{found.query}"
            named = "an option" if is_slip else f"the option {name}"
            raise UnsupportedDatabase(
                f"KABAR_DATABASE_URL has {named} after the ? that PostgreSQL does not know. Correct"
                " it or take it out."
            )
        if name in NUMBERS and not re.fullmatch(r"-?[0-9]+(,[0-9]+)*", ",".join(value)):
            raise UnsupportedDatabase(WRONG_VALUE.format(name=name))
    return found.set(drivername=DRIVER)


def writing_engine(
    url: str, *, patience_s: float, connections: int = 1, foreign_keys: bool = True
) -> Engine:
    """Connections whose transactions see each other's rows once they are committed."""
    return _engine(
        url, patience_s=patience_s, connections=connections, isolation=IsolationLevel.READ_COMMITTED
    )


def reading_engine(url: str, *, patience_s: float, connections: int) -> Engine:
    """Connections whose transactions see one moment of the database and cannot write."""
    return _engine(
        url,
        patience_s=patience_s,
        connections=connections,
        isolation=IsolationLevel.REPEATABLE_READ,
        read_only=True,
    )


def listening_engine(url: str, *, patience_s: float) -> Engine:
    """One connection that is in no transaction, for LISTEN and NOTIFY."""
    engine = create_engine(
        address(url),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args=_line(patience_s),
        hide_parameters=True,
    )
    _set_up(engine, "SET application_name = 'kabar'; SET TimeZone = 'UTC'")
    return engine


def alone(connection: Connection) -> None:
    """Wait until no other migration is at work, and keep the next one out until the commit."""
    connection.execute(select(func.pg_advisory_xact_lock(MIGRATING)))


def patiently(attempt: Callable[[], T], *, until: float) -> T:
    """Run it; again where it collided or its connection broke, or while the server is away.

    `until` is by time.monotonic(); it is tried once at least. Raises the DBAPIError of the last
    try. It must be safe to repeat: what it wrote was undone with its transaction.
    """
    broken = looks = 0
    while True:
        try:
            return attempt()
        except DBAPIError as error:
            if has_collided(error) or is_lost(error):
                broken += 1
            elif not is_away(error):
                raise
            pause = PAUSES_S[min(looks, len(PAUSES_S) - 1)]
            late = time.monotonic() + pause > until and not has_collided(error)
            if broken >= TRIES or late:
                raise
            looks += 1
            time.sleep(pause)


def has_collided(error: DBAPIError) -> bool:
    """Did two transactions stand in each other's way, so that one of them was undone?"""
    return _state(error) in COLLIDED


def is_away(error: DBAPIError) -> bool:
    """Could the server not be reached, or was it lost?"""
    state = _state(error)
    if error.connection_invalidated or state.startswith(AWAY) or state == "53300":
        return True
    unreached = error.statement is None and isinstance(error.orig, psycopg.OperationalError)
    return unreached and not state and _spoken(error) is None


def is_lost(error: DBAPIError) -> bool:
    """Was there a connection, which broke?"""
    return error.statement is not None and is_away(error)


def is_spoilt(connection: Connection) -> bool:
    """Has a statement failed? COMMIT would then undo everything without saying so."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    return driver.info.transaction_status == psycopg.pq.TransactionStatus.INERROR


@contextmanager
def named_errors(patience_s: float) -> Iterator[None]:
    """Raise what an operator can act on as an error of ours, all else as it comes.

    Where there was no connection the cause is left out: it names the host, which in an address
    with a slip in it is a piece of the password.
    """
    try:
        yield
    except DBAPIError as error:
        if error.statement is None and (text := _spoken(error)):
            raise UnsupportedDatabase(text) from None
        if is_away(error):
            raise DatabaseAway(patience_s) from None
        if _state(error) == LOCKED or has_collided(error):
            raise DatabaseBusy(patience_s) from error
        if _state(error) == "42501":
            raise UnsupportedDatabase(MAY_NOT) from error
        if _state(error).startswith(FULL):
            raise CommitFailed from error
        raise


def rows_changed(connection: Connection) -> int:
    """Rows written on this connection since it was opened, those rolled back again included."""
    return int(connection.info.get(CHANGED, 0))


def dangling_references(connection: Connection) -> list[str]:
    """None: PostgreSQL alters a table where it stands and guards its references all the time."""
    return []


def _state(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""


def _spoken(error: DBAPIError) -> str | None:
    """What to do about a connection that was refused, None where nobody answered."""
    said = str(error.orig)
    for pattern in REFUSED:
        if found := re.search(pattern, said):
            return WRONG_VALUE.format(name=found[1])
    return next((text for words, text in SPOKEN.items() if re.search(words, said)), None)


def _line(patience_s: float) -> dict[str, object]:
    """A server that has vanished without a word must not hold a thread for ever."""
    return {
        "connect_timeout": max(2, round(patience_s)),
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,
    }


def _without_words(context: ExceptionContext) -> None:
    """PostgreSQL tells which values it refused, and some of them are what a person wrote."""
    error, wrapped = context.original_exception, context.sqlalchemy_exception
    if isinstance(error, psycopg.Error) and wrapped is not None and error.sqlstate:
        quotes = error.sqlstate.startswith("22")  # data_exception: the value is its very text
        said = "" if quotes else error.diag.message_primary
        error.args = (f"{error.sqlstate} {said}".rstrip(),)
        wrapped.args = (f"({type(error).__module__}.{type(error).__qualname__}) {error}",)


def _engine(
    url: str,
    *,
    patience_s: float,
    connections: int,
    isolation: IsolationLevel,
    read_only: bool = False,
) -> Engine:
    engine = create_engine(
        address(url),
        pool_size=connections,
        max_overflow=0,
        pool_pre_ping=True,  # a server that was restarted has forgotten its connections
        connect_args=_line(patience_s),
        hide_parameters=True,  # an error's text would carry what a person wrote into the log
    )
    settings = (
        "SET application_name = 'kabar'",
        "SET TimeZone = 'UTC'",
        "SET synchronous_commit = 'on'",  # a commit must outlive a power cut; see sqlite.py
        f"SET lock_timeout = {round(patience_s * 1000)}",
        # A process that was frozen in a transaction must not hold its locks for ever.
        f"SET idle_in_transaction_session_timeout = {IDLE_S * 1000}",
    )
    _set_up(engine, "; ".join(settings), isolation=isolation, read_only=read_only)
    event.listen(engine, "after_cursor_execute", _count)
    event.listen(engine, "handle_error", _without_words)
    return engine


def _set_up(
    engine: Engine,
    settings: str,
    *,
    isolation: IsolationLevel | None = None,
    read_only: bool = False,
) -> None:
    # By SET and not in the start packet, which a pgbouncer in between would refuse.
    @event.listens_for(engine, "connect")
    def _connected(driver: psycopg.Connection, _: ConnectionPoolEntry) -> None:
        was, driver.autocommit = driver.autocommit, True
        driver.execute(settings)
        driver.autocommit = was
        driver.isolation_level, driver.read_only = isolation, read_only or None


def _count(connection: Connection, cursor: DBAPICursor, *_: object) -> None:
    """What the server says it did, as "UPDATE 3": that is also true of plain SQL."""
    verb, *counts = (getattr(cursor, "statusmessage", None) or "").split() or [""]
    if verb in ("INSERT", "UPDATE", "DELETE"):
        rows = int(counts[-1])
        connection.info[CHANGED] = connection.info.get(CHANGED, 0) + rows
