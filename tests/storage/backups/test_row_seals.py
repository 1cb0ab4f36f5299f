"""Seals of rows come along, also to the other engine, and what a restore changes is sealed anew."""

from bot.usecases.room import Room
from flows.model import ContactState
from storage import contacts, seals
from storage.sealed_columns import KEYS
from storage.transaction import Tx
from tests.postgres import Server
from tests.storage.backups.conftest import LATER, Centre, a_family, puts


def broken(tx: Tx) -> list[object]:
    found: list[object] = []
    for table in KEYS:
        found += seals.page(tx, table, after=None, limit=1000)[0]
    return found + list(seals.deleted(tx, after=None, limit=1000)[0])


def test_after_a_restore_every_row_fits_its_seal(centre: Centre, room: Room) -> None:
    contact = centre.does(a_family, room)
    centre.does(puts, contact, "question")
    file = centre.saves()
    centre.does(lambda tx: contacts.update(tx, contact, state=ContactState.STOPPED))
    centre.now = LATER

    done = centre.restores(file, replace=True)

    assert (done.aftermath.cancelled, done.aftermath.quieted) == (1, 1)
    assert centre.asks(broken) == []


def test_seals_fit_on_the_other_engine_as_well(small: Centre, postgres: Server, room: Room) -> None:
    small.does(a_family, room)
    big = Centre(url=postgres.empty(), ring=small.ring, folder=small.folder)

    big.restores(small.saves(), without_ledger=True)

    assert big.asks(broken) == []
