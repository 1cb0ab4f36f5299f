"""The way in, where a row of it is damaged."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from storage import inbox, tables
from storage.database import Database, Tx
from storage.errors import SealError
from storage.inbox import Arrived
from storage.keyring import KeyRing

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
BOT = "700001"


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing.create(tmp_path / "kabar.keys")


@pytest.fixture
def database(database_url: str, ring: KeyRing) -> Iterator[Database]:
    with Database(database_url, vault_keys=ring) as opened:
        yield opened


@pytest.fixture
def shared(postgres_url: str, ring: KeyRing) -> Iterator[Database]:
    with Database(postgres_url, vault_keys=ring) as opened:
        yield opened


def store(database: Database, *chats: str, first: int = 1) -> None:
    page = [
        Arrived(update_id=number, kind="message", chat=chat, body=f'"halo from {chat}"')
        for number, chat in enumerate(chats, start=first)
    ]
    database.write_now(inbox.store, BOT, page, now=NOW)


def test_a_damaged_row_is_handed_on_without_its_words_and_hides_no_other(
    database: Database,
) -> None:
    store(database, "7", "8")
    i = tables.inbox
    broken = update(i).where(i.c.id == f"{BOT}:1").values(body=b"\x01 what somebody wrote by hand")
    database.write_now(lambda tx: tx.execute(broken))

    found = database.read_now(inbox.next_of_each_chat)

    assert [(row.id, row.body) for row in found] == [
        (f"{BOT}:1", None),
        (f"{BOT}:2", '"halo from 8"'),
    ]


def test_with_a_damaged_key_of_the_centre_nothing_is_taken_for_unreadable(
    database: Database, ring: KeyRing, database_url: str
) -> None:
    store(database, "7", "8")
    k = tables.data_keys
    broken = update(k).where(k.c.subject == inbox.SUBJECT).values(wrapped=b"\x01 not this key")
    database.write_now(lambda tx: tx.execute(broken))

    with (
        Database(database_url, vault_keys=ring) as opened_anew,
        pytest.raises(SealError),
    ):
        opened_anew.read_now(inbox.next_of_each_chat)


# Several processes


def claimed(database: Database, holder: str) -> list[str]:
    return [row.id.partition(":")[2] for row in database.write_now(inbox.claim, holder=holder)]


def test_two_processes_share_the_chats_and_keep_the_order_of_each(shared: Database) -> None:
    store(shared, "7", "8", "7")

    assert claimed(shared, "one") == ["1", "2"]
    assert claimed(shared, "two") == [], "the third waits for the first of its chat"
    shared.write_now(inbox.handled, f"{BOT}:1", now=NOW)
    assert claimed(shared, "two") == ["3"]
    assert claimed(shared, "one") == ["2"], "what is in hand comes again until it is handled"


def test_claims_that_meet_take_different_rows(
    shared: Database, postgres_url: str, ring: KeyRing
) -> None:
    store(shared, "7", "8")
    with Database(postgres_url, vault_keys=ring) as other:

        def claim_while_another_does(tx: Tx) -> tuple[list[str], list[str]]:
            mine = [row.id for row in inbox.claim(tx, holder="one")]
            store(other, "9", first=3)
            return mine, claimed(other, "two")

        mine, others = shared.write_now(claim_while_another_does)

    assert (mine, others) == ([f"{BOT}:1", f"{BOT}:2"], ["3"])


def test_rows_of_a_process_that_ended_are_free_when_it_is_known_or_after_a_while(
    shared: Database,
) -> None:
    store(shared, "7", "8")
    claimed(shared, "dead")
    assert claimed(shared, "alive") == []

    assert shared.write_now(inbox.release, holders=["dead"]) == 2
    assert claimed(shared, "alive") == ["1", "2"]
    i = tables.inbox
    shared.write_now(lambda tx: tx.execute(update(i).values(lease_until=NOW)))
    assert claimed(shared, "third") == ["1", "2"]


def test_a_claim_that_finds_nothing_new_rings_no_bell(shared: Database) -> None:
    store(shared, "7")
    claimed(shared, "one")
    rung: list[str] = []
    shared.on_commit(lambda: rung.append("ding"))

    assert claimed(shared, "one") == ["1"]
    assert rung == []
