"""Leases on a real PostgreSQL: one holder at a time, takeovers, and the fence behind them."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from storage import leases, tables
from storage.database import Database, Tx
from storage.keyring import KeyRing
from storage.leases import LASTS, Process
from storage.presence import Presence

RING = KeyRing(keys={"one": bytes(32)}, current="one", index_key=bytes(32))
RATNA, DEWI = Process(id="ratna"), Process(id="dewi")
SENDING = "sending"


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    with Database(postgres_url, vault_keys=RING, patience_s=1) as opened:
        yield opened


@pytest.fixture
def ratna_lives(postgres_url: str) -> Iterator[Presence]:
    presence = Presence(postgres_url, RATNA)
    presence.begin()
    yield presence
    presence.end()


def runs_out(tx: Tx, name: str = SENDING) -> None:
    """As if nothing had been renewed for as long as a lease lasts."""
    row = tables.leases.c.name == name
    past = leases.clock(tx) - timedelta(seconds=1)
    tx.execute(update(tables.leases).where(row).values(until=past))


def test_a_second_process_waits_while_the_first_lives(
    database: Database, ratna_lives: Presence
) -> None:
    first = database.write_now(leases.take, SENDING, RATNA)

    second = database.write_now(leases.take, SENDING, DEWI)

    assert first is not None
    assert second is None
    assert database.write_now(leases.holds, first)


def test_a_dead_process_is_followed_at_once(database: Database, ratna_lives: Presence) -> None:
    first = database.write_now(leases.take, SENDING, RATNA)
    ratna_lives.end()

    second = database.write_now(leases.take, SENDING, DEWI)

    assert first is not None
    assert second is not None
    assert second.number == first.number + 1
    assert not database.write_now(leases.holds, first)
    assert not database.write_now(leases.renew, first)


def test_a_frozen_process_is_followed_once_its_lease_has_run_out(
    database: Database, ratna_lives: Presence
) -> None:
    first = database.write_now(leases.take, SENDING, RATNA)
    database.write_now(runs_out)

    second = database.write_now(leases.take, SENDING, DEWI)

    assert first is not None
    assert second is not None
    assert not database.write_now(leases.holds, first), "woken, it finds another number there"
    assert database.write_now(leases.holds, second)


def test_a_lease_that_ran_out_untaken_can_be_renewed(
    database: Database, ratna_lives: Presence
) -> None:
    held = database.write_now(leases.take, SENDING, RATNA)
    assert held is not None
    database.write_now(runs_out)

    assert database.write_now(leases.renew, held)
    assert database.write_now(leases.take, SENDING, DEWI) is None


def test_renewing_lasts_as_long_as_a_lease(database: Database) -> None:
    held = database.write_now(leases.take, SENDING, RATNA)
    assert held is not None

    def left(tx: Tx) -> timedelta:
        leases.renew(tx, held)
        (until,) = tx.execute(text("SELECT until FROM leases")).one()
        return until - leases.clock(tx)

    assert LASTS - timedelta(seconds=1) < database.write_now(left) <= LASTS


def test_what_is_let_go_can_be_taken_at_once(database: Database, ratna_lives: Presence) -> None:
    held = database.write_now(leases.take, SENDING, RATNA)
    assert held is not None

    database.write_now(leases.let_go, held)

    assert database.write_now(leases.take, SENDING, DEWI) is not None


def test_a_takeover_waits_until_a_fenced_transaction_has_ended(
    postgres_url: str, database: Database
) -> None:
    held = database.write_now(leases.take, SENDING, RATNA)
    assert held is not None
    asked: list[str] = []

    def claims(tx: Tx) -> bool:
        is_held = leases.holds(tx, held)
        with Database(postgres_url, vault_keys=RING, patience_s=0.2) as other:
            try:
                other.write_now(leases.take, SENDING, DEWI)
            except Exception as error:
                asked.append(type(error).__name__)
        return is_held

    assert database.write_now(claims)
    assert asked == ["DatabaseBusy"]
    assert database.write_now(leases.take, SENDING, DEWI) is not None, "Ratna never said she lives"


def test_the_dead_are_buried_once_and_the_living_left_alone(
    database: Database, ratna_lives: Presence
) -> None:
    for process in (RATNA, DEWI):
        database.write_now(leases.take, f"{leases.LIVING}{process.id}", process)
    me = Process(id="me")

    gone = database.write_now(leases.bury, me)

    assert gone == ("dewi",)
    assert database.write_now(leases.bury, me) == ()


def test_whoever_leaves_in_order_is_not_missed(database: Database, ratna_lives: Presence) -> None:
    for process in (RATNA, DEWI):
        database.write_now(leases.take, f"{leases.LIVING}{process.id}", process)

    database.write_now(leases.leave, DEWI)

    assert database.write_now(leases.bury, RATNA) == ()
