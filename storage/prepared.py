"""Statements that are put together once for their shape: building one costs more than running it.

The shape of a change is its table, the columns it writes and what its conditions compare; the
values come as parameters. Of a watched table every statement brings what a seal covers, as the
driver gives it: the key first, then the columns in the order of their list.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BinaryExpression,
    BindParameter,
    Column,
    ColumnElement,
    Executable,
    Null,
    Table,
    bindparam,
    insert,
    literal_column,
    select,
    type_coerce,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import operators
from sqlalchemy.types import NullType

from storage import tables
from storage.lasting import Lasting
from storage.sealed_columns import COLUMNS, KEYS, VERSION

COMPARED = (operators.eq, operators.ne, operators.lt, operators.le, operators.gt, operators.ge)
Shape = tuple[tuple[str, Any], ...]  # column names, and how they are compared
SHAPES = 512  # of each kind are kept; the program has about a hundred


@dataclass(frozen=True, slots=True)
class Conditions:
    """Conditions taken apart. The parameters are called where_0, where_1, ... by their places."""

    shape: Shape
    parameters: dict[str, object]

    def wanted(self, column: str) -> object | None:
        """What the column must equal, None where it may be anything."""
        place = next((n for n, one in enumerate(self.shape) if one == (column, operators.eq)), None)
        return None if place is None else self.parameters[f"where_{place}"]


def conditions(table: Table, where: Iterable[ColumnElement[bool]]) -> Conditions | None:
    """None where one of them is more than a column, a sign and a value."""
    shape: list[tuple[str, Any]] = []
    parameters: dict[str, object] = {}
    for place, one in enumerate(where):
        if not isinstance(one, BinaryExpression) or not isinstance(one.left, Column):
            return None
        sign, right = one.operator, one.right
        is_null = isinstance(right, Null) and sign in (operators.is_, operators.is_not)
        is_value = isinstance(right, BindParameter) and sign in (*COMPARED, operators.in_op)
        if one.left.table is not table or not (is_null or is_value):
            return None
        shape.append((one.left.name, sign))
        if isinstance(right, BindParameter):
            parameters[f"where_{place}"] = right.value
    return Conditions(tuple(shape), parameters)


def equal(where: Mapping[str, object], but: Mapping[str, object]) -> Conditions:
    """Conditions that each column of `where` has this value, and those of `but` another one."""
    wanted = [(name, operators.is_ if it is None else operators.eq) for name, it in where.items()]
    shape = (*wanted, *[(name, operators.ne) for name in but])
    values = (*where.values(), *but.values())
    return Conditions(shape, {f"where_{at}": it for at, it in enumerate(values) if it is not None})


def are_plain(values: Mapping[str, object]) -> bool:
    """Values, and no expressions such as attempts + 1."""
    return not any(isinstance(value, ColumnElement | Executable) for value in values.values())


def as_set(values: Mapping[str, object]) -> dict[str, object]:
    """Parameters of an insert or an update."""
    return {f"set_{name}": value for name, value in values.items()}


@lru_cache(maxsize=SHAPES)
def inserting(table: Table, columns: tuple[str, ...], dialect: str, *, is_once: bool) -> Lasting:
    """Insert these columns; with `is_once`, only where no unique key is taken."""
    places = _places(table, columns)
    if not is_once:
        return Lasting(insert(table).values(places).returning(*_shown(table)))
    module = postgresql if dialect == "postgresql" else sqlite
    once = module.insert(table).values(places).on_conflict_do_nothing()
    return Lasting(once.returning(*_shown(table)))


@lru_cache(maxsize=SHAPES)
def changing(table: Table, columns: tuple[str, ...], shape: Shape) -> Lasting:
    """Write these columns where the conditions hold."""
    statement = update(table).where(*_where(table, shape)).values(_places(table, columns))
    return Lasting(statement.returning(*sealed(table)) if table.name in KEYS else statement)


@lru_cache(maxsize=SHAPES)
def beside(table: Table, shape: Shape) -> Lasting:
    """Rows of a watched table where the conditions hold: key, seal, sealed columns."""
    return Lasting(looking(table, _where(table, shape)))


def looking(table: Table, where: Sequence[ColumnElement[bool]]) -> Executable:
    """The same for conditions of any kind."""
    key, *columns = sealed(table)
    name = literal_column(f"'{table.name}:'").op("||")(table.c[KEYS[table.name]])
    joined = table.outerjoin(tables.seals, tables.seals.c.row == name)
    return select(key, tables.seals.c.mac, *columns).select_from(joined).where(*where)


@lru_cache
def sealed(table: Table) -> tuple[ColumnElement[Any], ...]:
    """The key of a watched table and its sealed columns, without a look at what they mean: what
    somebody wrote past the program may mean nothing."""
    names = (KEYS[table.name], *COLUMNS[VERSION][table.name])
    return tuple(
        type_coerce(table.c[name], NullType()).label(f"raw_{place}")
        for place, name in enumerate(names)
    )


def _shown(table: Table) -> tuple[ColumnElement[Any], ...]:
    return sealed(table) if table.name in KEYS else tuple(table.primary_key.columns)


def _places(table: Table, columns: Iterable[str]) -> dict[str, BindParameter[Any]]:
    return {name: bindparam(f"set_{name}", type_=table.c[name].type) for name in columns}


def _where(table: Table, shape: Shape) -> tuple[ColumnElement[bool], ...]:
    return tuple(_compared(table.c[name], sign, place) for place, (name, sign) in enumerate(shape))


def _compared(column: Column[Any], sign: Any, place: int) -> ColumnElement[bool]:
    if sign in (operators.is_, operators.is_not):
        return column.is_(None) if sign is operators.is_ else column.is_not(None)
    if sign is operators.in_op:
        return column.in_(bindparam(f"where_{place}", expanding=True))
    made: ColumnElement[bool] = sign(column, bindparam(f"where_{place}", type_=column.type))
    return made
