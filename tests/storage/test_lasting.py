"""Lasting statements answer and fail on SQLite's driver as they do through SQLAlchemy."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    Integer,
    LargeBinary,
    Table,
    bindparam,
    insert,
    select,
)
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeEngine

import storage
from storage import prepared, sqlite, tables
from storage.columns import Moment
from storage.lasting import LONGEST, Answer, Lasting

NOW = datetime(2026, 3, 1, 8, 0, 0, 123, tzinfo=UTC)
STATES = ("pending", "sending", "sent", "uncertain", "asked", "new", "closed")
NAIVE = NOW.replace(tzinfo=None)
SECRET = "the agreed word"
FOUND = {
    f"{module.name}.{name}": one
    for module in pkgutil.iter_modules(storage.__path__, "storage.")
    if not module.ispkg
    for name, one in vars(importlib.import_module(module.name)).items()
    if isinstance(one, Lasting)
}


def value(kind: TypeEngine[Any], number: int) -> object:
    """Number 1 is what questions ask for; of number 0 a moment is long over."""
    match kind:
        case Moment():
            return NOW - timedelta(days=3 if number == 0 else 0, seconds=number)
        case Boolean():
            return number % 2 == 1
        case Integer():
            return number
        case Date():
            return date(2020, 1, 1 + number)
        case LargeBinary():
            return b"\x00\xff" * number
        case _:
            return str(number)


def row(table: Table, number: int) -> dict[str, Any]:
    special = {"channel": "telegram", "state": STATES[number % len(STATES)], "verb": "send"}
    return {one.name: special.get(one.name) or _or_nothing(one, number) for one in table.columns}


def _or_nothing(column: Column[Any], number: int) -> object:
    is_nothing = column.nullable and not column.unique and number > len(STATES)
    return None if is_nothing else value(column.type, number)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    url = f"sqlite:///{tmp_path_factory.mktemp('lasting')}/kabar.db"
    engine = sqlite.writing_engine(url, patience_s=5, foreign_keys=False)
    with engine.connect() as opened:
        tables.metadata.create_all(opened)
        for table in tables.metadata.sorted_tables:
            opened.execute(insert(table), [row(table, n) for n in range(2 * len(STATES))])
        yield opened
    engine.dispose()


@pytest.fixture
def connection(filled: Connection) -> Iterator[Connection]:
    with filled.begin_nested() as inside:
        yield filled
        inside.rollback()


def given(statement: Lasting, connection: Connection, length: int) -> dict[str, Any]:
    compiled = statement.statement.compile(connection)  # type: ignore[attr-defined]
    wanted = {one.key: one for one in compiled.binds.values() if one.required}
    plain = {name: value(one.type, 1) for name, one in wanted.items()}
    lists = {name: [f"{n}" for n in range(length)] for name in plain if wanted[name].expanding}
    return plain | {"limit": 5, "last_lane": 9, "first_lane": 0, "seq": 0} | lists


def answers(
    connection: Connection, run: Callable[[], Any]
) -> tuple[list[str], list[list[tuple[type, Any]]], int]:
    """Keys, rows with the kind of each value, and how many; then undone."""
    with connection.begin_nested() as inside:
        result = run()
        count = result.rowcount
        rows = result.all() if getattr(result, "returns_rows", True) else []
        keys = list(result.keys()) if rows else []
        found = (keys, [[(type(v), v) for v in row] for row in rows], count)
        inside.rollback()
    return found


def alike(connection: Connection, statement: Lasting, values: Mapping[str, Any]) -> int:
    straight = answers(connection, lambda: statement.execute(connection, values))
    known = {name: values[name] for name in given(statement, connection, 0) if name in values}
    through = answers(connection, lambda: connection.execute(statement.statement, known or values))

    assert isinstance(statement.execute(connection, values), Answer)
    assert straight[1] == through[1]
    if straight[0] != ["None"]:  # a figure without a name
        assert straight[0] == through[0]
    return len(straight[1])


def test_there_are_many_of_them() -> None:
    assert len(FOUND) > 20


@pytest.mark.parametrize("name", FOUND)
@pytest.mark.parametrize("length", [0, 1, 3])
def test_a_question_is_answered_the_same(connection: Connection, name: str, length: int) -> None:
    alike(connection, FOUND[name], given(FOUND[name], connection, length))


def test_most_questions_of_this_test_find_rows(connection: Connection) -> None:
    full = [n for n, one in FOUND.items() if alike(connection, one, given(one, connection, 0))]

    assert len(full) > len(FOUND) / 2


@pytest.mark.parametrize("table", tables.metadata.sorted_tables, ids=lambda table: table.name)
def test_a_row_is_written_the_same(connection: Connection, table: Table) -> None:
    columns = tuple(column.name for column in table.columns)
    for number in (1, 90):  # one that is there already, and a new one with nothing in many columns
        values = prepared.as_set(row(table, number))
        once = prepared.inserting(table, columns, "sqlite", is_once=True)
        assert alike(connection, once, values) == (number == 90)


@pytest.mark.parametrize("table", tables.metadata.sorted_tables, ids=lambda table: table.name)
def test_a_row_is_changed_the_same(connection: Connection, table: Table) -> None:
    keys = [column.name for column in table.primary_key]
    plain = tuple(c.name for c in table.columns if not c.primary_key and not c.unique)
    where = {f"where_{place}": row(table, 1)[name] for place, name in enumerate(keys)}
    sets = {name: row(table, 90)[name] if table.c[name].nullable else row(table, 1)[name]
            for name in plain}  # fmt: skip
    shape = tuple((name, operators.eq) for name in keys)
    statement = prepared.changing(table, plain or tuple(keys), shape)
    values = where | prepared.as_set(sets or {name: row(table, 1)[name] for name in keys})

    alike(connection, statement, values)

    assert statement.execute(connection, values).rowcount == 1
    where_it_is = table.c[keys[0]] == row(table, 1)[keys[0]]
    stored = connection.execute(select(table).where(where_it_is)).mappings().one()
    assert {name: stored[name] for name in sets} == sets


def test_a_long_list_and_two_columns_of_one_name_are_left_to_sqlalchemy(
    connection: Connection,
) -> None:
    c = tables.cases.c.id
    listed = Lasting(select(c).where(c.in_(bindparam("cases", expanding=True))))
    twins = Lasting(select(c, tables.contacts.c.id).join(tables.contacts))

    many = listed.execute(connection, {"cases": [str(n) for n in range(LONGEST + 1)]})

    assert not isinstance(many, Answer)
    assert len(many.all()) == LONGEST + 1
    assert not isinstance(twins.execute(connection), Answer)


# Errors


def failure(run: Callable[[], Any]) -> StatementError:
    with pytest.raises(StatementError) as caught:
        run()
    return caught.value


@pytest.mark.parametrize(
    "wrong",
    [
        {"set_name": "1", "set_value": SECRET},  # taken
        {"set_name": SECRET, "set_value": None},
        {"set_name": SECRET, "set_value": [SECRET]},  # of no kind that SQLite knows
    ],
)
def test_an_error_is_the_same_and_tells_no_value(
    connection: Connection, wrong: dict[str, Any]
) -> None:
    statement = prepared.inserting(tables.settings, ("name", "value"), "sqlite", is_once=False)

    straight = failure(lambda: statement.execute(connection, wrong))
    through = failure(lambda: connection.execute(statement.statement, wrong))

    assert (type(straight), str(straight)) == (type(through), str(through))
    assert type(straight.orig) is type(through.orig)
    assert SECRET not in str(straight)
    assert SECRET not in repr(straight.params)


def test_what_the_driver_cannot_write_down_is_its_own_error(connection: Connection) -> None:
    half = {"set_name": "\ud800", "set_value": SECRET}  # of an emoji
    statement = prepared.inserting(tables.settings, ("name", "value"), "sqlite", is_once=False)

    for run in (statement.execute, lambda one, values: one.execute(statement.statement, values)):
        with pytest.raises(UnicodeEncodeError):
            run(connection, half)


def test_a_taken_key_is_told_with_sqlites_code(connection: Connection) -> None:
    taken = {"set_name": "1", "set_value": "x"}
    statement = prepared.inserting(tables.settings, ("name", "value"), "sqlite", is_once=False)

    error = failure(lambda: statement.execute(connection, taken))

    assert isinstance(error, IntegrityError)
    assert isinstance(error, DBAPIError)
    assert getattr(error.orig, "sqlite_errorname", "") == "SQLITE_CONSTRAINT_PRIMARYKEY"


def test_a_moment_without_a_zone_is_refused(connection: Connection) -> None:
    statement = Lasting(
        select(tables.cases.c.id).where(tables.cases.c.created_at < bindparam("at"))
    )

    straight = failure(lambda: statement.execute(connection, {"at": NAIVE}))
    through = failure(lambda: connection.execute(statement.statement, {"at": NAIVE}))

    assert str(straight) == str(through)


def test_a_parameter_that_is_not_given_is_an_error(connection: Connection) -> None:
    statement = Lasting(select(tables.cases.c.id).where(tables.cases.c.id == bindparam("case")))

    assert "case" in str(failure(lambda: statement.execute(connection)))
