"""What a use case gets to work with: one open transaction."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Executable

from storage.lasting import Found, Lasting
from storage.vault import OpenKeys, Vault

log = logging.getLogger(__name__)


class Tx:
    """One open transaction. Hand on plain values: a result that is read later finds it closed."""

    __slots__ = (
        "_callbacks",
        "_savepoint",
        "broken",
        "connection",
        "open_keys",
        "vault",
        "written",
    )

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self.connection = connection
        self.vault = vault
        self.open_keys = OpenKeys()
        self._savepoint = connection.get_nested_transaction()
        self._callbacks: list[Callable[[], None]] = []
        # Sealed columns of rows that were written, by table and key; None where
        # one was deleted, or written inside a savepoint that may yet be rolled back.
        self.written: dict[str, dict[object, Sequence[Any] | None]] = {}
        self.broken: set[tuple[str, str]] = set()  # rows whose seal must not be renewed

    @property
    def in_inner_savepoint(self) -> bool:
        """Is the use case inside a savepoint of its own, which it may roll back and go on?"""
        return self.connection.get_nested_transaction() is not self._savepoint

    def execute(
        self,
        statement: Executable | Lasting,
        parameters: Mapping[str, Any] | None = None,
    ) -> Found:
        if isinstance(statement, Lasting):
            return statement.execute(self.connection, parameters)
        return self.connection.execute(statement, parameters)

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Run `callback` in the database's thread once this piece is committed, else never."""
        self._callbacks.append(callback)

    def finish(self) -> None:
        """Run the callbacks: for the database alone to call, once the commit has happened."""
        for callback in self._callbacks:
            guarded(callback, "after_commit")


def guarded(callback: Callable[[], None], action: str) -> None:
    """Run it; a failure is logged and no more, for what was committed stays so."""
    try:
        callback()
    except Exception:
        log.exception("a callback after a commit failed", extra={"action": action})
