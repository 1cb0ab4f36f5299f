"""What use cases may rely on: group commit, savepoints, bells, and a lock that others get too."""

import asyncio
import logging
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event, get_ident

import pytest
from sqlalchemy import Column, ForeignKey, MetaData, Table, Text, func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from storage.database import Database, Tx
from storage.errors import CommitFailed, DatabaseBusy, DatabaseClosed, UnsupportedDatabase
from storage.keyring import KeyRing

schema = MetaData()
notes = Table("notes", schema, Column("id", Text, primary_key=True), Column("body", Text))
# Checked at the commit only: the way to make a commit fail.
links = Table(
    "links",
    schema,
    Column("id", Text, primary_key=True),
    Column("note", Text, ForeignKey("notes.id", deferrable=True, initially="DEFERRED")),
)

RING = KeyRing(keys={"one": bytes(32)}, current="one", index_key=bytes(32))
PATIENCE_S = 10  # for threads that wait for each other


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "var" / "kabar.db"


@pytest.fixture
def database(file: Path) -> Iterator[Database]:
    with Database(f"sqlite:///{file}", vault_keys=RING) as opened:
        opened.write_now(lambda tx: schema.create_all(tx.connection))
        yield opened


def keep(tx: Tx, note: str) -> str:
    tx.execute(insert(notes).values(id=note, body=f"about {note}"))
    return f"kept {note}"


def keep_and_fail(tx: Tx, note: str) -> None:
    keep(tx, note)
    raise LookupError(note)


def link_to_nothing(tx: Tx) -> None:
    tx.execute(insert(links).values(id="a", note="no such note"))


def kept(tx: Tx) -> list[str]:
    return list(tx.execute(select(notes.c.id).order_by(notes.c.id)).scalars())


class Gate:
    """Holds the writer inside one piece, so that others gather behind it."""

    def __init__(self) -> None:
        self.reached, self.opened = Event(), Event()

    def hold(self, tx: Tx, note: str = "gate") -> None:
        keep(tx, note)
        self.reached.set()
        assert self.opened.wait(PATIENCE_S)


async def at(gate: Gate) -> None:
    assert await asyncio.to_thread(gate.reached.wait, PATIENCE_S)


# One piece


async def test_what_is_written_is_answered_and_read_again(database: Database) -> None:
    answer = await database.write(keep, note="a")

    assert answer == "kept a"
    assert await database.read(kept) == ["a"]


def test_a_plain_thread_writes_and_reads_too(database: Database) -> None:
    assert database.write_now(keep, "a") == "kept a"
    assert database.read_now(kept) == ["a"]


async def test_use_cases_run_beside_the_event_loop(database: Database) -> None:
    threads = {
        await database.write(lambda tx: get_ident()),
        await database.read(lambda tx: get_ident()),
        get_ident(),
    }

    assert len(threads) == 3


async def test_an_error_comes_back_to_the_one_who_caused_it(database: Database) -> None:
    with pytest.raises(LookupError):
        await database.write(keep_and_fail, "a")
    with pytest.raises(LookupError):
        await asyncio.to_thread(database.write_now, keep_and_fail, "a")

    assert await database.read(kept) == []


async def test_an_error_of_the_database_does_not_tell_what_was_written(database: Database) -> None:
    await database.write(keep, "Siti Aminah")

    with pytest.raises(IntegrityError) as caught:
        await database.write(keep, "Siti Aminah")

    assert "Siti" not in str(caught.value)


@pytest.mark.parametrize("failure", [SystemExit, KeyboardInterrupt, StopIteration])
def test_no_failure_of_a_use_case_stops_the_writer(
    database: Database, failure: type[BaseException]
) -> None:
    def fail(tx: Tx) -> None:
        raise failure

    with pytest.raises((failure, RuntimeError)):
        database.write_now(fail)

    assert database.write_now(keep, "a") == "kept a"


async def test_even_a_stray_stop_iteration_reaches_the_one_who_waits(database: Database) -> None:
    with pytest.raises(RuntimeError):
        await database.write(lambda tx: next(iter(())))
    with pytest.raises(RuntimeError):
        await database.read(lambda tx: next(iter(())))


async def test_a_use_case_may_roll_back_a_savepoint_of_its_own(database: Database) -> None:
    def keep_one_of_two(tx: Tx) -> None:
        keep(tx, "a")
        with tx.connection.begin_nested() as inner:
            keep(tx, "b")
            inner.rollback()

    await database.write(keep_one_of_two)

    assert await database.read(kept) == ["a"]


async def test_a_use_case_that_would_wait_for_another_is_refused(database: Database) -> None:
    with pytest.raises(RuntimeError, match="same tx"):
        await database.write(lambda tx: database.write_now(keep, "a"))


# Group commit


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


# Those who wait


async def test_a_cancelled_waiter_breaks_nothing(database: Database) -> None:
    gate = Gate()
    held = database.write(gate.hold)
    await at(gate)
    given_up = asyncio.ensure_future(database.write(keep, "given up"))
    patient = database.write(keep, "patient")

    given_up.cancel()
    gate.opened.set()
    await asyncio.gather(held, patient)

    assert given_up.cancelled()
    assert await database.read(kept) == ["gate", "given up", "patient"]


async def test_a_failure_that_nobody_waits_for_is_logged_without_words(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    given_up = asyncio.ensure_future(database.write(keep_and_fail, "Siti Aminah"))
    given_up.cancel()

    with caplog.at_level(logging.WARNING):
        await database.write(keep, "a")

    assert "LookupError" in {getattr(record, "error", "") for record in caplog.records}
    assert "Siti" not in caplog.text


def test_a_write_outlives_the_event_loop_that_asked_for_it(database: Database) -> None:
    gate = Gate()

    async def ask_and_leave() -> None:
        database.write(gate.hold)
        database.write(keep, "late")

    asyncio.run(ask_and_leave())
    gate.opened.set()
    database.write_now(keep, "last")

    assert database.read_now(kept) == ["gate", "last", "late"]


async def test_closing_finishes_what_is_queued(database: Database, file: Path) -> None:
    gate = Gate()
    waiting = [database.write(gate.hold), *(database.write(keep, f"{n:02}") for n in range(70))]
    await at(gate)

    closing_down = asyncio.create_task(asyncio.to_thread(database.close))
    gate.opened.set()
    await asyncio.gather(closing_down, *waiting)

    with closing(sqlite3.connect(file)) as other:
        assert other.execute("SELECT count(*) FROM notes").fetchone() == (71,)


async def test_after_closing_everything_is_refused(database: Database) -> None:
    await asyncio.to_thread(database.close)

    with pytest.raises(DatabaseClosed):
        await database.write(keep, "a")
    with pytest.raises(DatabaseClosed):
        await database.read(kept)
    database.close()


# What follows a commit


async def test_after_commit_runs_when_everybody_can_see_the_row(
    database: Database, file: Path
) -> None:
    seen: list[int] = []

    def look() -> None:
        with closing(sqlite3.connect(file)) as other:
            seen.extend(other.execute("SELECT count(*) FROM notes").fetchone())

    def keep_and_look(tx: Tx) -> None:
        tx.after_commit(look)
        keep(tx, "a")

    await database.write(keep_and_look)

    assert seen == [1]


async def test_after_commit_is_silent_for_what_was_undone(database: Database) -> None:
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


async def test_a_failing_callback_or_bell_loses_nothing(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    def break_off() -> None:
        raise LookupError

    def keep_and_break_off(tx: Tx) -> str:
        tx.after_commit(break_off)
        return keep(tx, "a")

    rung: list[str] = []
    database.on_commit(break_off)
    database.on_commit(lambda: rung.append("second bell"))

    assert await database.write(keep_and_break_off) == "kept a"
    assert rung == ["second bell"]
    actions = [record.action for record in caplog.records]  # type: ignore[attr-defined]
    assert actions == ["after_commit", "bell"]


async def test_the_bell_is_silent_when_no_row_changed(database: Database) -> None:
    rung: list[str] = []
    database.on_commit(lambda: rung.append("ding"))

    await database.write(kept)
    await asyncio.gather(database.write(keep_and_fail, "a"), return_exceptions=True)

    assert rung == []


# Reading


async def test_a_read_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError):
        await database.read(keep, "a")

    assert await database.read(kept) == []


async def test_reads_do_not_wait_for_the_writer(database: Database) -> None:
    gate = Gate()
    held = database.write(gate.hold)
    await at(gate)

    assert await database.read(kept) == []

    gate.opened.set()
    await held


async def test_a_read_sees_one_moment(database: Database) -> None:
    begun, go_on = Event(), Event()

    def count_twice(tx: Tx) -> tuple[int, int]:
        count = select(func.count()).select_from(notes)
        first = tx.execute(count).scalar_one()
        begun.set()
        assert go_on.wait(PATIENCE_S)
        return first, tx.execute(count).scalar_one()

    reading = database.read(count_twice)
    assert await asyncio.to_thread(begun.wait, PATIENCE_S)
    await database.write(keep, "a")
    go_on.set()

    assert await reading == (0, 0)


# Other programs

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


# The file


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
