"""The way in, where a row of it is damaged."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from storage import inbox, tables
from storage.database import Database
from storage.errors import SealError
from storage.inbox import Arrived
from storage.keyring import KeyRing

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
BOT = "700001"


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing.create(tmp_path / "kabar.keys")


@pytest.fixture
def database(tmp_path: Path, ring: KeyRing) -> Iterator[Database]:
    with Database(f"sqlite:///{tmp_path}/kabar.db", vault_keys=ring) as opened:
        opened.write_now(lambda tx: tables.metadata.create_all(tx.connection))
        yield opened


def store(database: Database, *chats: str) -> None:
    page = [
        Arrived(update_id=number, kind="message", chat=chat, body=f'"halo from {chat}"')
        for number, chat in enumerate(chats, start=1)
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
    database: Database, ring: KeyRing, tmp_path: Path
) -> None:
    store(database, "7", "8")
    k = tables.data_keys
    broken = update(k).where(k.c.subject == inbox.SUBJECT).values(wrapped=b"\x01 not this key")
    database.write_now(lambda tx: tx.execute(broken))

    with (
        Database(f"sqlite:///{tmp_path}/kabar.db", vault_keys=ring) as opened_anew,
        pytest.raises(SealError),
    ):
        opened_anew.read_now(inbox.next_of_each_chat)
