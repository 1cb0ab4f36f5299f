"""Every step up and down again, tables that are those of tables.py, an audit that only grows."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, cast

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import (
    Column,
    Connection,
    Executable,
    Table,
    create_mock_engine,
    delete,
    insert,
    inspect,
    make_url,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateIndex, CreateTable

from storage import audit, migrate, sealing, settings, tables
from storage.columns import Moment
from storage.database import Database, Tx
from storage.engine import engine_of
from storage.keyring import KeyRing

RING = KeyRing(keys={"one": bytes(32)}, current="one", index_key=bytes(32))
NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
POSTGRESQL = make_url("postgresql://").get_dialect()()


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def revisions() -> list[str]:
    """All steps, the first one first."""
    return [script.revision for script in scripts().walk_revisions()][::-1]


@pytest.fixture
def url(empty_url: str) -> str:
    return empty_url


@contextmanager
def reading(url: str) -> Iterator[Connection]:
    engine = engine_of(url).reading_engine(url, patience_s=5, connections=1)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    migrate.upgrade(url)
    with Database(url, vault_keys=RING) as opened:
        yield opened


def table_names(url: str) -> set[str]:
    with reading(url) as connection:
        return set(inspect(connection).get_table_names()) - {"alembic_version"}


def test_every_step_can_be_taken_back_and_taken_again(url: str) -> None:
    before = "base"
    for revision in revisions():
        migrate.upgrade(url, revision)
        migrate.downgrade(url, before)
        migrate.upgrade(url, revision)
        assert migrate.status(url).current == revision
        before = revision


def test_nothing_is_left_when_all_steps_are_taken_back(url: str) -> None:
    migrate.upgrade(url)

    migrate.downgrade(url, "base")

    assert table_names(url) == set()


def a_row(table: Table) -> dict[str, object]:
    """A value in every column; what points elsewhere points to the one row there."""
    return {column.name: a_value(column) for column in table.columns}


def a_value(column: Column[Any]) -> object:
    if column.foreign_keys:
        return a_value(next(iter(column.foreign_keys)).column)
    if isinstance(column.type, Moment):
        return NOW
    kinds = {bool: True, int: 7, bytes: b"\x00\x01sealed", date: NOW.date()}
    return kinds.get(column.type.python_type, f"{column.table.name}.{column.name}")


def kept(tx: Tx, step: str) -> dict[str, list[tuple[object, ...]]]:
    """Everything in the tables and columns that there are at this step."""
    found = {}
    for table in tables.metadata.sorted_tables:
        columns = [c for c in table.columns if c.name not in later(table.name, step)]
        if columns:
            found[table.name] = [tuple(row) for row in tx.execute(select(*columns))]
    return found


def whole(*names: str) -> dict[str, list[str]]:
    return {name: [c.name for c in tables.metadata.tables[name].columns] for name in names}


NEW: dict[str, dict[str, list[str]]] = {
    "0004": {**whole("findings", "leases", "seals"), "inbox": ["lease", "lease_until"]},
    "0005": {
        **whole("key_dates", "encounters", "plan_changes"),
        "cases": ["state", "paused_until", "closes_on", "extra_weeks"],
        "contacts": ["next_slot", "regular_at", "weekdays", "quiet", "reads_little", "code",
                     "ends_on"],
        "checkins": ["slot", "left_out", "filled_by", "way"],
    },
    "0006": {
        **whole("verdicts", "deadlines"),
        "cases": ["look_at", "resumed_at"],
        "alerts": ["child_wrote_at"],
    },
}  # fmt: skip
"""What each of the last steps brought."""


def later(table: str, step: str) -> set[str]:
    """Columns that the steps after this one bring."""
    return {name for one in NEW if one > step for name in NEW[one].get(table, ())}


@pytest.mark.parametrize("step", ["0003", "0005"])
def test_rows_in_every_table_outlive_the_last_steps_back_and_again(url: str, step: str) -> None:
    migrate.upgrade(url)
    with Database(url, vault_keys=RING) as database:
        for table in tables.metadata.sorted_tables:
            database.write_now(
                lambda tx, table=table: tx.execute(insert(table).values(a_row(table)))
            )
        before = database.read_now(kept, step)

    migrate.downgrade(url, step)
    with Database(url, vault_keys=RING) as database:
        assert database.read_now(kept, step) == before
    migrate.upgrade(url)

    with Database(url, vault_keys=RING) as database:
        database.write_now(settings.forget, sealing.DUE)  # one of the steps asks for seals
        assert database.read_now(kept, step) == before
        assert all(len(rows) == 1 for rows in before.values())
        brought = {name for one in NEW if one > step for name in NEW[one]}
        assert {*before, *brought} == set(tables.metadata.tables)
        now = database.read_now(kept, "0006")
        assert all(now[name] == [] for name in brought - set(before))


def test_two_upgrades_at_once_are_both_content(url: str) -> None:
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(migrate.upgrade, [url, url]))

    assert migrate.status(url).is_current


def test_the_migrated_tables_are_those_of_the_picture(url: str) -> None:
    migrate.upgrade(url)

    with reading(url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        differences = compare_metadata(context, tables.metadata)

    assert differences == []


def test_steps_are_numbered_in_a_row_and_the_last_is_the_head() -> None:
    files = sorted((migrate.MIGRATIONS / "versions").glob("*.py"))

    assert revisions() == [f"{number:04}" for number in range(1, len(files) + 1)]
    assert [path.name[:5] for path in files] == [f"{revision}_" for revision in revisions()]
    assert migrate.CURRENT_HEAD.read_text() == f"{revisions()[-1]}\n"


def note(tx: Tx) -> None:
    audit.note(tx, actor="operator", via="command", action="tested", object="staff:1", now=NOW)


@pytest.mark.parametrize(
    "statement",
    [update(tables.audit).values(actor="somebody else"), delete(tables.audit)],
    ids=["changed", "deleted"],
)
def test_what_is_in_the_audit_cannot_be_changed_or_deleted(
    database: Database, statement: Executable
) -> None:
    database.write_now(note)

    with pytest.raises(DBAPIError, match="the audit only grows"):
        database.write_now(lambda tx: tx.execute(statement))

    assert database.read_now(actors) == ["operator"]


def actors(tx: Tx) -> list[str]:
    return [str(actor) for actor in tx.execute(text("SELECT actor FROM audit")).scalars()]


@pytest.mark.parametrize("table", tables.metadata.sorted_tables, ids=lambda table: table.name)
def test_postgresql_would_take_the_table(table: Table) -> None:
    made = str(CreateTable(table).compile(dialect=POSTGRESQL))
    indexes = [str(CreateIndex(index).compile(dialect=POSTGRESQL)) for index in table.indexes]

    assert made.strip().startswith(f"CREATE TABLE {table.name}")
    assert all(index.startswith("CREATE") for index in indexes)
    assert "DATETIME" not in made and "BLOB" not in made, "a type of SQLite alone"


def test_postgresql_gets_the_same_tables_from_the_steps() -> None:
    said: list[str] = []
    listener = create_mock_engine("postgresql://", lambda one, *_, **__: said.append(str(one)))
    context = MigrationContext.configure(connection=cast(Connection, listener))

    with Operations.context(context):
        for script in [*scripts().walk_revisions()][::-1]:
            script.module.upgrade()

    made = {name for one in said for name in re.findall(r"^\s*CREATE TABLE (\w+)", one)}
    assert made == set(tables.metadata.tables)
    assert any("CREATE TRIGGER" in one and "ON audit" in one for one in said)
