"""Every step up and down again, tables that are those of tables.py, an audit that only grows."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import (
    Connection,
    Executable,
    Table,
    create_engine,
    create_mock_engine,
    delete,
    inspect,
    make_url,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import CreateIndex, CreateTable

from storage import audit, migrate, tables
from storage.database import Database, Tx
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
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/kabar.db"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    migrate.upgrade(url)
    with Database(url, vault_keys=RING) as opened:
        yield opened


def table_names(url: str) -> set[str]:
    engine = create_engine(url)
    try:
        return set(inspect(engine).get_table_names()) - {"alembic_version"}
    finally:
        engine.dispose()


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


def test_the_migrated_tables_are_those_of_the_picture(url: str) -> None:
    migrate.upgrade(url)
    engine = create_engine(url)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        differences = compare_metadata(context, tables.metadata)
    engine.dispose()

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

    with pytest.raises(IntegrityError, match="the audit only grows"):
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
