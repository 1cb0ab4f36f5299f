"""What only SQLite does: group commit, a lock that others get too, and a file of one's own."""

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from storage.database import Database, Tx
from storage.errors import CommitFailed, DatabaseBusy, UnsupportedDatabase
from tests.storage.pieces import (
    RING,
    Gate,
    at,
    keep,
    keep_and_fail,
    kept,
    link_to_nothing,
    schema,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "var" / "kabar.db"


@pytest.fixture
def database(file: Path) -> Iterator[Database]:
    with Database(f"sqlite:///{file}", vault_keys=RING) as opened:
        opened.write_now(lambda tx: schema.create_all(tx.connection))
        yield opened


async def test_all_that_waits_is_committed_at_once(database: Database) -> None:
    commits: list[str] = []
    database.on_commit(lambda: commits.append("commit"))
    gate = Gate()
    held = database.write(gate.hold)
    await at(gate)

    waiting = [database.write(keep, f"{n:02}") for n in range(30)]
    gate.opened.set()
    await asyncio.gather(held, *waiting)

    assert len(commits) == 2
    assert len(await database.read(kept)) == 31


async def test_one_commit_holds_fifty_pieces_at_most(database: Database) -> None:
    commits: list[str] = []
    database.on_commit(lambda: commits.append("commit"))
    gate = Gate()
    held = database.write(gate.hold)
    await at(gate)

    waiting = [database.write(keep, f"{n:03}") for n in range(120)]
    gate.opened.set()
    await asyncio.gather(held, *waiting)

    assert len(commits) == 1 + 3


async def test_pieces_run_in_the_order_in_which_they_came(database: Database) -> None:
    order: list[int] = []

    await asyncio.gather(*(database.write(lambda tx, n=n: order.append(n)) for n in range(120)))

    assert order == list(range(120))


async def test_a_failing_piece_undoes_its_own_writes_alone(database: Database) -> None:
    gate = Gate()
    held = database.write(gate.hold)
    await at(gate)

    waiting = [
        database.write(keep, "before"),
        database.write(keep_and_fail, "bad"),
        database.write(keep, "after"),
    ]
    gate.opened.set()
    answers = await asyncio.gather(held, *waiting, return_exceptions=True)

    assert answers[1] == "kept before"
    assert isinstance(answers[2], LookupError)
    assert await database.read(kept) == ["after", "before", "gate"]


async def test_a_failing_commit_fails_all_and_keeps_nothing(database: Database) -> None:
    gate = Gate()
    held = database.write(gate.hold)
    await at(gate)

    waiting = [
        database.write(keep, "a"),
        database.write(link_to_nothing),
        database.write(keep_and_fail, "b"),
    ]
    gate.opened.set()
    first, *answers = await asyncio.gather(held, *waiting, return_exceptions=True)

    assert first is None
    assert [type(answer) for answer in answers] == [CommitFailed, CommitFailed, LookupError]
    assert await database.read(kept) == ["gate"]
    assert await database.write(keep, "a") == "kept a"


async def test_a_transaction_that_sqlite_gave_up_is_not_taken_for_kept(database: Database) -> None:
    def lose_everything(tx: Tx) -> None:  # as a full disk does
        tx.execute(text("INSERT OR ROLLBACK INTO notes (id) VALUES ('gate')"))

    gate = Gate()
    held = database.write(gate.hold)
    await at(gate)

    waiting = [database.write(keep, "a"), database.write(lose_everything)]
    waiting.append(database.write(keep, "b"))
    gate.opened.set()
    _, *answers = await asyncio.gather(held, *waiting, return_exceptions=True)

    assert [type(answer) for answer in answers] == [CommitFailed, IntegrityError, CommitFailed]
    assert await database.read(kept) == ["gate"]


OTHER_PROGRAM = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
for n in range(3):
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO notes (id) VALUES (?)", (f"other {n}",))
    other.execute("COMMIT")
"""


async def test_another_program_gets_in_while_writes_go_on(database: Database, file: Path) -> None:
    other = asyncio.create_task(
        asyncio.to_thread(subprocess.run, [sys.executable, "-c", OTHER_PROGRAM, file], check=True)
    )

    n = 0
    while not other.done():  # never fewer than sixty waiting
        await asyncio.gather(*(database.write(keep, f"{n + k:06}") for k in range(120)))
        n += 120
    await other

    assert n > 0
    assert {"other 0", "other 1", "other 2"} <= set(await database.read(kept))


async def test_past_its_patience_it_says_what_to_do(database: Database, file: Path) -> None:
    with (
        Database(f"sqlite:///{file}", vault_keys=RING, patience_s=0.05) as hasty,
        closing(sqlite3.connect(file, isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusy, match=r"more than 0\.05 s.*try again"):
            await hasty.write(keep, "a")
        other.execute("ROLLBACK")

        assert await hasty.read(kept) == []
        assert await hasty.write(keep, "a") == "kept a"


def test_files_are_for_their_owner_alone(file: Path) -> None:
    before = os.umask(0)
    try:
        with Database(f"sqlite:///{file}", vault_keys=RING) as database:
            database.write_now(lambda tx: schema.create_all(tx.connection))
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()}
    finally:
        os.umask(before)

    assert modes == {"kabar.db": 0o600, "kabar.db-wal": 0o600, "kabar.db-shm": 0o600}
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_file_that_others_may_read_is_closed_to_them(file: Path) -> None:
    file.parent.mkdir()
    file.touch(0o644)

    Database(f"sqlite:///{file}", vault_keys=RING).close()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("reads", [False, True])
def test_connections_are_set_up_as_promised(database: Database, reads: bool) -> None:
    expected: dict[str, object] = {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "busy_timeout": 5000,
        "secure_delete": 1,
        "trusted_schema": 0,
        "temp_store": 2,  # MEMORY
        "query_only": int(reads),
        "foreign_keys": int(not reads),
    }

    def look(tx: Tx) -> dict[str, object]:
        return {name: tx.execute(text(f"PRAGMA {name}")).scalar_one() for name in expected}

    found = database.read_now(look) if reads else database.write_now(look)

    assert found == expected


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("sqlite://", "file"),
        ("sqlite:///:memory:", "file"),
        ("sqlite+aiosqlite:///kabar.db", "file"),
        ("mysql://kabar:geheim@db/kabar", "file"),
        ("kabar.db", "address"),
    ],
)
def test_what_is_no_file_of_sqlite_is_refused(address: str, reason: str) -> None:
    with pytest.raises(UnsupportedDatabase, match=reason) as caught:
        Database(address, vault_keys=RING)

    assert "sqlite:///var/kabar.db" in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_a_file_that_is_no_database_is_refused(file: Path) -> None:
    file.parent.mkdir()
    file.write_text("a letter, not a database\n" * 100)

    with pytest.raises(UnsupportedDatabase, match="no SQLite database"):
        Database(f"sqlite:///{file}", vault_keys=RING)


async def test_after_commit_is_silent_for_a_batch_that_was_lost(database: Database) -> None:
    called: list[str] = []

    def promise(tx: Tx) -> None:
        tx.after_commit(lambda: called.append("promise"))

    def promise_and_fail(tx: Tx) -> None:
        promise(tx)
        raise LookupError

    gate = Gate()
    await asyncio.gather(database.write(promise_and_fail), return_exceptions=True)
    held = database.write(gate.hold)
    await at(gate)
    waiting = [database.write(promise), database.write(link_to_nothing)]
    gate.opened.set()
    await asyncio.gather(held, *waiting, return_exceptions=True)

    assert called == []


def test_a_file_that_somebody_holds_is_waited_for_once(file: Path) -> None:
    """Each of many tries would wait the whole patience again."""
    file.parent.mkdir()
    opening = ThreadPoolExecutor(1)
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute("CREATE TABLE letters (id INTEGER)")
        holder.execute("BEGIN EXCLUSIVE")

        opened = opening.submit(Database, f"sqlite:///{file}", vault_keys=RING, patience_s=0.5)

        assert isinstance(opened.exception(timeout=10), DatabaseBusy)
    opening.shutdown()
