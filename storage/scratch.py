"""A copy of the centre in memory, into which rows come back one after the other: what a question to
the database would have answered at any moment of the past. It is written to no disk, what was
sealed stays sealed in it, and nothing of it reaches the database that it was copied from."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Table, create_engine, insert, select, update
from sqlalchemy.pool import StaticPool

from storage import tables
from storage.transaction import Tx
from storage.vault import Vault

Values = Mapping[str, Any]
STANDING = (
    tables.settings,
    tables.data_keys,
    tables.erasures,
    tables.content_versions,
    tables.staff,
    tables.addresses,
)
"""What is copied as it stands today: nothing that rules look at changes in there."""


class Scratch:
    """`tx` is for whoever asks as of the latest row that came back."""

    def __init__(self, vault: Vault) -> None:
        self._engine = create_engine(
            "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
        tables.metadata.create_all(self._engine)
        self._connection = self._engine.connect()
        self.tx = Tx(self._connection, vault)

    def add(self, table: Table, values: Values) -> None:
        """A row comes back."""
        self._connection.execute(insert(table).values(**values))

    def add_once(self, table: Table, values: Values) -> None:
        """A row comes back, unless it is there."""
        if not self._has(table, values["id"]):
            self.add(table, values)

    def put(self, table: Table, row: str, values: Values) -> None:
        """A row comes back, in the place of the one that stood for it."""
        if self._has(table, row):
            self.change(table, row, values)
        else:
            self.add(table, values)

    def _has(self, table: Table, row: str) -> bool:
        found = self._connection.execute(select(table.c["id"]).where(table.c["id"] == row))
        return found.first() is not None

    def change(self, table: Table, row: str, values: Values) -> None:
        """A row becomes what it became then."""
        self._connection.execute(update(table).where(table.c["id"] == row).values(**values))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()
        self._engine.dispose()


def standing_rows(tx: Tx) -> tuple[tuple[Table, tuple[Values, ...]], ...]:
    """The rows of the tables that stand still, as they are in this database."""
    return tuple(
        (table, tuple(dict(row._mapping) for row in tx.execute(select(table))))
        for table in STANDING
    )
