"""What only PostgreSQL does: pieces side by side, tried again, and a server that comes and goes."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import suppress
from threading import Barrier, Event, Lock

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError

from storage import migrate, pool
from storage.database import Database, Tx
from storage.errors import (
    CommitFailed,
    CommitUnknown,
    DatabaseAway,
    DatabaseBusy,
    NotMigrated,
    StorageError,
    UnsupportedDatabase,
)
from tests.postgres import Server
from tests.storage.pieces import PATIENCE_S, RING, Gate, at, keep, kept, notes, schema


@pytest.fixture
def url(postgres: Server) -> Iterator[str]:
    made = postgres.empty()
    yield made
    postgres.takes_back(made)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    with Database(url, vault_keys=RING) as opened:
        opened.write_now(lambda tx: schema.create_all(tx.connection))
        yield opened


def rewrite(tx: Tx, note: str, body: str) -> None:
    tx.execute(update(notes).where(notes.c.id == note).values(body=body))


def bodies(tx: Tx) -> dict[str, str]:
    return {row.id: row.body for row in tx.execute(select(notes))}


def pid(tx: Tx) -> int:
    return int(tx.execute(text("SELECT pg_backend_pid()")).scalar_one())


# Side by side


async def test_eight_pieces_are_under_way_at_once(database: Database) -> None:
    together = Barrier(pool.WRITERS)

    def meet(tx: Tx, note: str) -> None:
        keep(tx, note)
        together.wait(PATIENCE_S)

    await asyncio.gather(*(database.write(meet, str(n)) for n in range(pool.WRITERS)))

    assert len(await database.read(kept)) == pool.WRITERS


async def test_two_pieces_that_wait_for_each_other_are_both_written(database: Database) -> None:
    database.write_now(keep, "a")
    database.write_now(keep, "b")
    together, tries = Barrier(2), []

    def cross(tx: Tx, first: str, second: str) -> None:
        tries.append(first)
        rewrite(tx, first, f"by {first}")
        if len(tries) <= 2:
            together.wait(PATIENCE_S)
        rewrite(tx, second, f"by {first}")

    await asyncio.gather(database.write(cross, "a", "b"), database.write(cross, "b", "a"))

    assert len(tries) == 3
    assert len(set((await database.read(bodies)).values())) == 1


async def test_what_collides_again_and_again_is_given_up(database: Database) -> None:
    tries = []

    def collide(tx: Tx) -> None:
        tries.append(keep(tx, "a"))
        tx.execute(text("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$"))

    with pytest.raises(DatabaseBusy):
        await database.write(collide)

    assert len(tries) == 3
    assert await database.read(kept) == []


async def test_a_lock_that_is_held_too_long_is_named(database: Database, url: str) -> None:
    database.write_now(keep, "a")
    gate = Gate()
    held = database.write(lambda tx: (rewrite(tx, "a", "held"), gate.hold(tx)))
    await at(gate)

    with Database(url, vault_keys=RING, patience_s=0.05) as hasty:
        with pytest.raises(DatabaseBusy, match=r"more than 0\.05 s.*try again"):
            await hasty.write(rewrite, "a", "hasty")
        gate.opened.set()
        await held
        await hasty.write(rewrite, "a", "later")

    assert (await database.read(bodies))["a"] == "later"


async def test_a_failed_statement_that_was_swallowed_is_not_taken_for_kept(
    database: Database,
) -> None:
    database.write_now(keep, "a")

    def go_on_as_if_nothing_were(tx: Tx) -> str:
        keep(tx, "b")
        with suppress(IntegrityError):
            keep(tx, "a")
        return "fine"

    with pytest.raises(CommitFailed):
        await database.write(go_on_as_if_nothing_were)

    assert await database.read(kept) == ["a"]


def test_connections_are_set_up_as_promised(database: Database) -> None:
    names = ("application_name", "TimeZone", "synchronous_commit", "lock_timeout")

    def look(tx: Tx) -> list[str]:
        isolation = tx.execute(text("SHOW transaction_isolation")).scalar_one()
        read_only = tx.execute(text("SHOW transaction_read_only")).scalar_one()
        return [isolation, read_only, *(tx.execute(text(f"SHOW {n}")).scalar_one() for n in names)]

    assert database.write_now(look) == ["read committed", "off", "kabar", "UTC", "on", "5s"]
    assert database.read_now(look) == ["repeatable read", "on", "kabar", "UTC", "on", "5s"]


# Bells


def test_a_commit_rings_in_other_processes(database: Database, url: str) -> None:
    heard = Event()
    with Database(url, vault_keys=RING) as other:
        other.on_commit(heard.set)
        while not heard.is_set():  # it may not be listening yet
            database.write_now(insert_another)
            heard.wait(0.05)

    assert heard.is_set()


def test_the_last_commit_before_the_end_is_told_too(database: Database, url: str) -> None:
    heard = Event()
    database.on_commit(heard.set)
    while not heard.is_set():
        with Database(url, vault_keys=RING) as command:
            command.write_now(insert_another)
        heard.wait(0.05)


def test_a_bell_survives_the_loss_of_its_connection(
    database: Database, url: str, postgres: Server
) -> None:
    heard = Event()
    with Database(url, vault_keys=RING) as other:
        other.on_commit(heard.set)
        while not heard.is_set():
            database.write_now(insert_another)
            heard.wait(0.05)
        lines = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN kabar'"
        )
        postgres.asks(url, lines)
        heard.clear()

        assert heard.wait(PATIENCE_S), (
            "it rings by itself once it is back: who knows what it missed"
        )


def insert_another(tx: Tx) -> None:
    tx.execute(insert(notes).values(id=text("gen_random_uuid()::text")))


# A server that comes and goes


async def test_a_piece_whose_connection_breaks_is_run_again(
    database: Database, url: str, postgres: Server
) -> None:
    tries = []

    def lose_it_once(tx: Tx) -> str:
        tries.append(1)
        if len(tries) == 1:
            postgres.asks(url, f"SELECT pg_terminate_backend({pid(tx)})")
        return keep(tx, "a")

    assert await database.write(lose_it_once) == "kept a"
    assert len(tries) == 2
    assert await database.read(kept) == ["a"]


async def test_a_piece_that_breaks_every_connection_is_given_up(
    database: Database, url: str, postgres: Server
) -> None:
    tries = []

    def lose_it(tx: Tx) -> None:
        tries.append(postgres.asks(url, f"SELECT pg_terminate_backend({pid(tx)})"))
        keep(tx, "a")

    with pytest.raises(DatabaseAway):
        await database.write(lose_it)

    assert len(tries) == 3


async def test_a_connection_that_breaks_at_the_commit_leaves_it_open_what_was_kept(
    database: Database, url: str, postgres: Server
) -> None:
    def lose_it_last(tx: Tx) -> None:
        keep(tx, "a")
        postgres.asks(url, f"SELECT pg_terminate_backend({pid(tx)})")

    with pytest.raises(CommitUnknown, match="may or may not"):
        await database.write(lose_it_last)


async def test_reads_and_writes_outlive_a_crash_of_the_server(
    database: Database, postgres: Server
) -> None:
    """Whoever was told that it is kept finds it; whoever was told otherwise may try again."""
    told: list[str] = []
    seen, going = Lock(), True

    async def write_on(name: int) -> None:
        n = 0
        while going:
            note = f"{name}-{n:05}"
            try:
                await database.write(write_once, note)
            except StorageError:
                continue
            with seen:
                told.append(note)
            n += 1

    writing = [asyncio.ensure_future(write_on(n)) for n in range(12)]
    while len(told) < 50:
        await asyncio.wait(writing, timeout=0.01)
    await asyncio.to_thread(postgres.crashes)
    before = len(told)
    await asyncio.to_thread(postgres.returns)
    while len(told) < before + 50:
        await asyncio.wait(writing, timeout=0.01)
    going = False
    await asyncio.gather(*writing)

    assert set(told) <= set(await database.read(kept))


def write_once(tx: Tx, note: str) -> None:
    tx.execute(text("INSERT INTO notes (id) VALUES (:id) ON CONFLICT DO NOTHING"), {"id": note})


async def test_while_the_server_is_away_reads_and_writes_say_so(
    url: str, database: Database, postgres: Server
) -> None:
    with Database(url, vault_keys=RING, patience_s=0.2) as hasty:
        await asyncio.to_thread(postgres.crashes)
        try:
            with pytest.raises(DatabaseAway, match="could not be reached"):
                await hasty.write(keep, "a")
            with pytest.raises(DatabaseAway):
                await hasty.read(kept)
        finally:
            await asyncio.to_thread(postgres.returns)

        assert await hasty.write(keep, "a") == "kept a"


# Addresses


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_common_way_to_write_the_address_is_understood(scheme: str, url: str) -> None:
    with Database(url.replace("postgresql", scheme, 1), vault_keys=RING) as opened:
        assert opened.is_shared


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("postgresql+asyncpg://kabar:geheim@db/kabar", "Write it like"),
        ("postgresql://kabar:geheim@db", "Write it like"),
        ("postgresql://kabar:geheim@db:port/kabar", "no address of a database"),
        ("postgresql://kabar:geheim@db/kabar?sslmode=prefer&foo=bar", "the option foo after"),
        ("postgresql://kabar:ge@heim/a?geheim=x@db/kabar", "an option after"),
        ("postgresql://kabar:geheim@db/kabar?connect_timeout=geheim", "of connect_timeout"),
        ("postgresql://kabar:geheim@127.0.0.1:1/kabar?sslmode=geheim", "of sslmode"),
        ("postgresql://kabar:geheim@127.0.0.1:1/kabar?port=geheim", "of port"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused(address: str, reason: str) -> None:
    with pytest.raises(UnsupportedDatabase, match=reason) as caught:
        Database(address, vault_keys=RING)

    assert "geheim" not in str(caught.value)


def test_a_role_or_database_that_is_missing_is_named(postgres: Server) -> None:
    for url, advice in (
        (postgres.address("nowhere"), "CREATE DATABASE"),
        (postgres.address("postgres", role="nobody", password="geheim"), "CREATE ROLE"),
    ):
        with pytest.raises(UnsupportedDatabase, match=advice) as caught:
            migrate.upgrade(url)
        with pytest.raises(UnsupportedDatabase, match=advice):
            Database(url, vault_keys=RING)
        assert "geheim" not in repr(caught.value)


def test_a_wrong_password_is_named_and_not_told(postgres: Server) -> None:
    url = postgres.address("postgres", role="stranger", password="geheim")

    with pytest.raises(UnsupportedDatabase, match="refused the password") as caught:
        migrate.status(url)

    assert "geheim" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_role_that_may_make_no_tables_is_told_how(postgres: Server) -> None:
    url = postgres.address("postgres", role="guest")

    with pytest.raises(UnsupportedDatabase, match="OWNER TO"):
        migrate.upgrade(url)


def test_a_server_that_is_not_there_is_named(caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.DEBUG, logger="storage"),
        pytest.raises(DatabaseAway, match="See whether it is running"),
    ):
        Database("postgresql://kabar:geheim@127.0.0.1:9/kabar", vault_keys=RING, patience_s=0.1)

    assert "geheim" not in caplog.text


def test_an_empty_database_is_not_worked_with(url: str) -> None:
    with pytest.raises(NotMigrated, match="kabar db upgrade"):
        migrate.require_current(url)
