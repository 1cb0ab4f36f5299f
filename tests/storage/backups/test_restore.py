"""A restore undoes nothing that people have asked for since the backup, and says whom to call."""

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from bot.usecases.room import Room
from flows.model import ContactState, Level
from storage import contacts, inbox, ledger, migrate, settings, tables
from storage.errors import RestoreRefused, SubjectErased
from storage.inbox import Arrived
from storage.keyring import KeyRing
from storage.outbox import Lane
from storage.predecessor import Family
from storage.rows import change
from storage.transaction import Tx
from tests.storage.backups.conftest import (
    CANARY,
    LATER,
    NOW,
    Centre,
    a_family,
    everything,
    puts,
    state_of,
    writes,
)


def erase(tx: Tx, subject: str) -> None:
    tx.vault.destroy(tx, subject, now=LATER)


def opened(tx: Tx, contact: str) -> str:
    return contacts.name(tx, contacts.ContactId(contact))


# What is refused --------------------------------------------------------------------------------


def test_a_database_with_rows_is_not_replaced_unasked(centre: Centre, room: Room) -> None:
    centre.does(a_family, room)
    file = centre.saves()
    before = centre.asks(everything)

    with pytest.raises(RestoreRefused, match="--replace"):
        centre.restores(file)

    assert centre.asks(everything) == before


def test_without_anybody_who_knows_of_erasures_nothing_is_restored(
    small: Centre, elsewhere: Centre, room: Room
) -> None:
    small.does(a_family, room)
    file = small.saves()

    with pytest.raises(RestoreRefused, match="--ledger"):
        elsewhere.restores(file)

    assert not elsewhere.restores(file, without_ledger=True).is_known


def test_the_database_of_another_centre_knows_nothing_of_these_erasures(
    small: Centre, elsewhere: Centre, room: Room
) -> None:
    for centre, seconds in ((small, 0), (elsewhere, 100)):
        migrate.upgrade(centre.url)
        centre.does(a_family, room)
        centre.does(receives, at=NOW)
        centre.does(made_at, seconds)
    file = small.saves()

    with pytest.raises(RestoreRefused, match="Another centre"):
        elsewhere.restores(file, replace=True)

    done = elsewhere.restores(file, replace=True, without_ledger=True)
    assert not done.is_known and [one.code for one in done.aftermath.families] == ["K-0001"]


def receives(tx: Tx, *, at: Any) -> None:
    body = json.dumps({"update_id": 1})
    inbox.store(tx, "b", [Arrived(update_id=1, kind="message", chat="500006", body=body)], now=at)


def made_at(tx: Tx, seconds: float) -> None:
    d = tables.data_keys
    change(tx, d, d.c.subject == "centre", created_at=NOW + timedelta(seconds=seconds))


def test_while_a_process_holds_a_lease_postgresql_is_not_restored(
    postgres_url: str, ring: KeyRing, tmp_path: Path
) -> None:
    centre = Centre(url=postgres_url, ring=ring, folder=tmp_path)
    file = centre.saves()
    lease = {"name": "sending", "holder": "p1", "number": 1, "process": 1}
    centre.does(
        lambda tx: tx.execute(insert(tables.leases).values(**lease, until=LATER.replace(year=2999)))
    )

    with pytest.raises(RestoreRefused, match="kabar run"):
        centre.restores(file, without_ledger=True)


def test_a_database_that_somebody_has_open_is_not_moved_away(small: Centre, room: Room) -> None:
    small.does(a_family, room)
    file = small.saves()

    with small.opened() as database:
        database.write_now(receives, at=NOW)
        with pytest.raises(RestoreRefused, match="close"):
            small.restores(file, replace=True)

    assert small.asks(inbox.waiting) == 1
    assert not list(small.folder.glob("small.db.*"))


# Erasures ---------------------------------------------------------------------------------------


def test_who_was_erased_since_is_erased_again(centre: Centre, room: Room) -> None:
    contact = centre.does(a_family, room)
    file = centre.saves()
    centre.does(erase, f"contact:{contact}")

    done = centre.restores(file, replace=True)

    assert done.aftermath.erased == 1
    with pytest.raises(SubjectErased):
        centre.asks(opened, contact)
    assert centre.asks(ledger.lines) == [
        json.dumps({"subject": f"contact:{contact}", "at": LATER.isoformat()})
    ]


def test_a_list_of_erasures_works_on_another_machine(
    small: Centre, elsewhere: Centre, room: Room
) -> None:
    contact = small.does(a_family, room)
    file = small.saves()
    small.does(erase, f"contact:{contact}")

    done = elsewhere.restores(file, ledger=ledger.parsed(small.asks(ledger.lines)))

    assert done.aftermath.erased == 1
    with pytest.raises(SubjectErased):
        elsewhere.asks(opened, contact)


@pytest.mark.parametrize(
    "line", ["contact:1", "[]", '{"subject": "contact:1"}', '{"subject": "a", "at": "2026-01-01"}']
)
def test_a_list_of_erasures_with_a_slip_is_refused_by_line(line: str) -> None:
    good = json.dumps({"subject": "contact:1", "at": NOW.isoformat()})

    with pytest.raises(RestoreRefused, match="Line 3"):
        ledger.parsed([good, "", line])


# What is sent again -----------------------------------------------------------------------------


def test_only_notices_and_what_takes_words_away_go_out_again(centre: Centre, room: Room) -> None:
    mother = centre.does(a_family, room)

    def fill_outbox(tx: Tx) -> None:
        puts(tx, mother, "question")
        puts(tx, mother, "unknown")
        puts(tx, mother, "later", not_before=LATER + timedelta(days=1))
        puts(tx, mother, "alert", lane=Lane.ALERT, kind="notice")
        puts(tx, mother, "task", lane=Lane.ANSWER, kind="notice")
        puts(tx, mother, "farewell", lane=Lane.ANSWER, kind="delete", verb="delete", target="x")
        puts(tx, mother, "done")
        o = tables.outbox
        change(tx, o, o.c.id.in_(("unknown", "alert")), state="sending", lease="a", attempts=1)
        change(tx, o, o.c.id == "done", state="sent", sent_at=NOW)

    centre.does(fill_outbox)
    file = centre.saves()
    centre.now = LATER

    done = centre.restores(file, replace=True)

    found = {
        row: centre.asks(state_of, row)
        for row in ("question", "unknown", "later", "alert", "task", "farewell", "done")
    }
    assert found == {
        "question": ("cancelled", "restored", None),
        "unknown": ("cancelled", "restored", None),
        "later": ("pending", None, None),
        "alert": ("pending", None, None),
        "task": ("pending", None, None),
        "farewell": ("pending", None, None),
        "done": ("sent", None, None),
    }
    assert (done.aftermath.kept, done.aftermath.cancelled) == (3, 2)
    assert centre.asks(settings.read, settings.ALIVE_AT) == NOW.isoformat()


# Families ---------------------------------------------------------------------------------------


def test_families_who_have_written_since_are_named(centre: Centre, room: Room) -> None:
    first, second = centre.does(a_family, room), centre.does(a_family, room, "K-00002")
    centre.does(writes, first, CANARY, cause="1:1", at=NOW)
    file = centre.saves()
    centre.does(writes, second, CANARY, cause="1:2", at=NOW - timedelta(hours=1))  # came in late
    centre.does(writes, second, CANARY, cause="1:3", at=LATER)
    centre.does(receives, at=LATER)
    centre.does(new_case, room)
    centre.now = LATER + timedelta(hours=1)

    done = centre.restores(file, replace=True)

    assert done.is_known
    assert done.aftermath.families == (
        Family(code="K-000003", is_missing=True),
        Family(code="K-00002", words=2, newest=LATER),
        Family(code="K-0001", words=1, newest=LATER),  # hers waits in the inbox
    )
    noted = centre.asks(
        lambda tx: (
            tx.execute(select(tables.audit.c.action).order_by(tables.audit.c.seq.desc()).limit(4))
            .scalars()
            .all()
        )
    )
    assert sorted(noted) == ["restored", "words_lost", "words_lost", "words_lost"]


def new_case(tx: Tx, room: Room) -> None:
    a_family(tx, room, "K-000003")
    k = tables.cases
    change(tx, k, k.c.code == "K-000003", created_at=LATER)


def test_where_nothing_can_be_asked_everybody_who_could_have_written_is_named(
    small: Centre, elsewhere: Centre, room: Room
) -> None:
    small.does(a_family, room)
    stopped = small.does(a_family, room, "K-00002")
    small.does(set_state, stopped, ContactState.STOPPED)

    done = elsewhere.restores(small.saves(), without_ledger=True)

    assert not done.is_known
    assert {one.code for one in done.aftermath.families} == {"K-0001", "K-00002"}


def set_state(tx: Tx, contact: str, state: ContactState) -> None:
    contacts.update(tx, contacts.ContactId(contact), state=state)


def test_who_has_stopped_since_is_not_written_to(centre: Centre, room: Room) -> None:
    contact = centre.does(a_family, room)
    centre.does(puts, contact, "question", not_before=LATER + timedelta(days=1))
    file = centre.saves()
    centre.does(set_state, contact, ContactState.STOPPED)

    done = centre.restores(file, replace=True)

    found = centre.asks(contacts.get, contact)
    assert found.state is ContactState.STOPPED
    assert centre.asks(contacts.next_due_at, found.id) is None
    assert centre.asks(state_of, "question")[0] == "cancelled"
    assert done.aftermath.quieted == 1


def test_a_level_that_shows_less_stays_and_one_that_shows_more_does_not(
    small: Centre, room: Room
) -> None:
    silent = small.does(a_family, room, level=Level.OPEN)
    lifted = small.does(a_family, room, "K-00002")
    file = small.saves()
    small.does(lambda tx: contacts.update(tx, contacts.ContactId(silent), level=Level.SILENT))
    small.does(lambda tx: contacts.update(tx, contacts.ContactId(lifted), level=Level.OPEN))

    small.restores(file, replace=True)

    assert small.asks(contacts.get, silent).level is Level.SILENT
    assert small.asks(contacts.get, lifted).level is Level.DISCREET


# The old file -----------------------------------------------------------------------------------


def test_the_old_file_is_kept_beside_the_new_one(small: Centre, room: Room) -> None:
    contact = small.does(a_family, room)
    file = small.saves()
    small.does(writes, contact, CANARY, cause="1:1", at=LATER)
    before = small.asks(everything)

    done = small.restores(file, replace=True)
    again = small.restores(file, replace=True)

    assert done.old_file is not None and again.old_file is not None
    assert done.old_file != again.old_file
    old = Centre(url=f"sqlite:///{done.old_file}", ring=small.ring, folder=small.folder)
    assert old.asks(everything) == before
    assert small.asks(everything)["words"] == []


def test_a_damaged_database_can_be_replaced_if_erasures_are_named(
    small: Centre, room: Room
) -> None:
    small.does(a_family, room)
    file = small.saves()
    (small.folder / "small.db").write_bytes(b"not what it was" * 1000)

    with pytest.raises(RestoreRefused, match="--replace"):
        small.restores(file)
    with pytest.raises(RestoreRefused, match="cannot be read"):
        small.restores(file, replace=True)
    done = small.restores(file, replace=True, ledger={})

    assert done.old_file is not None
    assert done.old_file.read_bytes().startswith(b"not what it was")
    assert [row[1] for row in small.asks(everything)["cases"]] == ["K-0001"]
    assert os.stat(small.folder / "small.db").st_mode & 0o777 == 0o600


def test_a_moved_clock_does_not_go_back(small: Centre, room: Room) -> None:
    small.does(a_family, room)
    small.does(settings.write, settings.CLOCK_OFFSET, "60.0")
    file = small.saves()
    small.does(settings.write, settings.CLOCK_OFFSET, "7200.0")

    small.restores(file, replace=True)

    assert small.asks(settings.read, settings.CLOCK_OFFSET) == "7200.0"
