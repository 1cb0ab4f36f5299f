"""Statements that live as long as the program: put into SQL once, then given to SQLite's driver
without a detour.

SQLAlchemy takes 60 us to find out again what it found out the last time, the driver 7 for the rest.
Whatever does not fit, and all on PostgreSQL, is left to SQLAlchemy; answers and errors are alike.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ClauseElement, ColumnElement, Connection, CursorResult, Dialect, Executable
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

Processor = Callable[[Any], Any]
LONGEST = 8  # lists of values; a longer one would be a statement nearly of its own


class Answer(IteratorResult[*tuple[Any, ...]]):
    """Rows as SQLAlchemy brings them, and how many a change met."""

    def __init__(self, metadata: Any, rows: Iterable[Any], rowcount: int) -> None:
        super().__init__(metadata, iter(rows))
        self.rowcount: Final = rowcount


Found = CursorResult[*tuple[Any, ...]] | Answer


@dataclass(frozen=True, slots=True)
class _Slot:
    """Where a parameter goes; with `place`, one of its values."""

    name: str
    place: int | None = None


@dataclass(frozen=True, slots=True)
class _Road:
    """One statement for the driver. `constants` has a gap wherever one of `slots` goes."""

    sql: str
    constants: tuple[Any, ...]
    slots: tuple[tuple[int, _Slot, Processor | None], ...]
    metadata: SimpleResultMetaData
    processors: tuple[tuple[int, Processor], ...]

    def go(self, connection: Connection, parameters: Mapping[str, Any]) -> Answer:
        try:
            values = self._bound(parameters)
        except Exception as error:
            raise _wrapped(self.sql, error, connection.dialect) from error
        try:
            cursor = _driver(connection).execute(self.sql, values)
            rows: list[Any] = cursor.fetchall()
        except sqlite3.Error as error:
            raise _wrapped(self.sql, error, connection.dialect) from error
        if self.processors:
            rows = [self._read(row) for row in rows]
        return Answer(self.metadata, rows, cursor.rowcount)

    def _bound(self, parameters: Mapping[str, Any]) -> list[Any]:
        values = list(self.constants)
        for at, slot, processor in self.slots:
            value = parameters[slot.name]
            if slot.place is not None:
                value = value[slot.place]
            values[at] = value if processor is None else processor(value)
        return values

    def _read(self, row: Sequence[Any]) -> tuple[Any, ...]:
        values = list(row)
        for at, processor in self.processors:
            values[at] = processor(values[at])
        return tuple(values)


class Lasting:
    """A statement that is kept; its parameters come as a mapping."""

    __slots__ = ("_lists", "_only", "_roads", "statement")

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self._lists: tuple[str, ...] | None = None  # parameters that are lists of values
        self._roads: dict[tuple[int, ...], _Road | None] = {}  # by how long these are
        self._only: _Road | None = None  # where there are none

    def execute(self, connection: Connection, parameters: Mapping[str, Any] | None = None) -> Found:
        """As `connection.execute` would."""
        if connection.dialect.name == "sqlite":
            given = parameters or {}
            road = self._only or self._road(connection.dialect, given)
            if road is not None:
                return road.go(connection, given)
        return connection.execute(self.statement, parameters)

    def _road(self, dialect: Dialect, parameters: Mapping[str, Any]) -> _Road | None:
        if self._lists is None:
            self._lists = _lists(self.statement, dialect)
        lengths = tuple([len(parameters.get(name, ())) for name in self._lists])
        if lengths in self._roads:
            return self._roads[lengths]
        if any(length > LONGEST for length in lengths):
            return None
        given = dict(zip(self._lists, lengths, strict=True))
        road = self._roads[lengths] = _built(self.statement, dialect, given)
        self._only = None if lengths else road
        return road


def many(connection: Connection, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Run a statement written by hand with each of these rows."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(sql, list(rows))
        return
    try:
        _driver(connection).executemany(sql, rows)
    except sqlite3.Error as error:
        raise _wrapped(sql, error, connection.dialect) from error


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _lists(statement: Executable, dialect: Dialect) -> tuple[str, ...]:
    binds = _compiled(statement, dialect).binds.values()
    return tuple(sorted({one.key for one in binds if one.expanding and one.required}))


def _built(statement: Executable, dialect: Dialect, lists: Mapping[str, int]) -> _Road | None:
    compiled = _compiled(statement, dialect)
    free = {name: _Slot(name) for name, one in compiled.binds.items() if one.required}
    spread = {name: [_Slot(name, at) for at in range(count)] for name, count in lists.items()}
    made = compiled.construct_expanded_state({**free, **spread}, escape_names=False)
    columns: list[ColumnElement[Any]] = list(getattr(statement, "exported_columns", ()))
    keys = [str(one.key) for one in columns]
    if made.positiontup is None or len(set(keys)) < len(keys):
        return None  # which of two columns a name means, SQLAlchemy knows
    constants, slots = list[Any](), list[tuple[int, _Slot, Processor | None]]()
    for at, name in enumerate(made.positiontup):
        value, processor = made.parameters[name], made.processors.get(name)
        if name in compiled.binds:  # and no value of a list
            processor = _type(compiled.binds[name], dialect).bind_processor(dialect)
        if isinstance(value, _Slot):
            slots.append((at, value, processor))
            value = None
        elif processor is not None:
            value = processor(value)
        constants.append(value)
    readers = [_type(one, dialect).result_processor(dialect, None) for one in columns]
    return _Road(
        sql=made.statement,
        constants=tuple(constants),
        slots=tuple(slots),
        metadata=SimpleResultMetaData(keys),
        processors=tuple((at, one) for at, one in enumerate(readers) if one is not None),
    )


def _compiled(statement: Executable, dialect: Dialect) -> SQLCompiler:
    assert isinstance(statement, ClauseElement)
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)
    return compiled


def _type(element: ColumnElement[Any], dialect: Dialect) -> TypeEngine[Any]:
    return element.type.dialect_impl(dialect)


def _wrapped(sql: str, error: Exception, dialect: Dialect) -> BaseException:
    """The error that SQLAlchemy would raise, which tells no value, nor keeps one."""
    return DBAPIError.instance(
        sql, ("hidden",), error, sqlite3.Error, hide_parameters=True, dialect=dialect, ismulti=False
    )
