"""What use cases may rely on, on either engine: one piece, those who wait, bells, and reading."""

import asyncio
import logging
from collections.abc import Iterator
from threading import Event, get_ident

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from storage.database import Database, Tx
from storage.errors import CommitFailed, DatabaseClosed
from tests.storage.pieces import (
    PATIENCE_S,
    RING,
    Gate,
    at,
    keep,
    keep_and_fail,
    kept,
    link_to_nothing,
    notes,
    schema,
)


@pytest.fixture
def database(empty_url: str) -> Iterator[Database]:
    with Database(empty_url, vault_keys=RING) as opened:
        opened.write_now(lambda tx: schema.create_all(tx.connection))
        yield opened


def look_from_outside(url: str) -> list[str]:
    """What somebody else finds who opens the same database."""
    with Database(url, vault_keys=RING) as other:
        return other.read_now(kept)


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


async def test_what_fails_at_the_commit_is_not_kept(database: Database) -> None:
    def keep_in_vain(tx: Tx) -> None:
        keep(tx, "a")
        link_to_nothing(tx)

    with pytest.raises(CommitFailed):
        await database.write(keep_in_vain)

    assert await database.read(kept) == []


async def test_a_use_case_that_would_wait_for_another_is_refused(database: Database) -> None:
    with pytest.raises(RuntimeError, match="same tx"):
        await database.write(lambda tx: database.write_now(keep, "a"))


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
        await asyncio.to_thread(database.close)

    assert "LookupError" in {getattr(record, "error", "") for record in caplog.records}
    assert "Siti" not in caplog.text


def test_a_write_outlives_the_event_loop_that_asked_for_it(
    database: Database, empty_url: str
) -> None:
    gate = Gate()

    async def ask_and_leave() -> None:
        database.write(gate.hold)
        database.write(keep, "late")

    asyncio.run(ask_and_leave())
    gate.opened.set()
    database.close()

    assert look_from_outside(empty_url) == ["gate", "late"]


async def test_closing_finishes_what_is_queued(database: Database, empty_url: str) -> None:
    gate = Gate()
    waiting = [database.write(gate.hold), *(database.write(keep, f"{n:02}") for n in range(70))]
    await at(gate)

    closing_down = asyncio.create_task(asyncio.to_thread(database.close))
    gate.opened.set()
    await asyncio.gather(closing_down, *waiting)

    assert len(await asyncio.to_thread(look_from_outside, empty_url)) == 71


async def test_after_closing_everything_is_refused(database: Database) -> None:
    await asyncio.to_thread(database.close)

    with pytest.raises(DatabaseClosed):
        await database.write(keep, "a")
    with pytest.raises(DatabaseClosed):
        await database.read(kept)
    database.close()


async def test_after_commit_runs_when_everybody_can_see_the_row(
    database: Database, empty_url: str
) -> None:
    seen: list[str] = []

    def keep_and_look(tx: Tx) -> None:
        tx.after_commit(lambda: seen.extend(look_from_outside(empty_url)))
        keep(tx, "a")

    await database.write(keep_and_look)

    assert seen == ["a"]


async def test_after_commit_is_silent_for_what_was_undone(database: Database) -> None:
    called: list[str] = []

    def promise_and_fail(tx: Tx) -> None:
        tx.after_commit(lambda: called.append("promise"))
        raise LookupError

    def promise_in_vain(tx: Tx) -> None:
        tx.after_commit(lambda: called.append("promise"))
        link_to_nothing(tx)

    await asyncio.gather(
        database.write(promise_and_fail), database.write(promise_in_vain), return_exceptions=True
    )

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
