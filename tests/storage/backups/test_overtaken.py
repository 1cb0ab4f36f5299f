"""What fell due between backup and restore: at B nobody is asked again, and nobody is reminded."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.usecases.room import Room
from flows.model import CheckinState, ContactId, ContactState, Level
from storage import addresses, cases, checkins, contacts, tables
from storage.predecessor import Family
from storage.transaction import Tx
from tests.storage.backups.conftest import LATER, NOW, Centre, a_family, puts, state_of

HOUR = timedelta(hours=1)


def a_checkin(tx: Tx, contact: str, level: Level, planned_at: datetime, **values: Any) -> str:
    """Due, or as `values` say."""
    found = contacts.get(tx, contact)
    assert found is not None
    address, version = (
        addresses.of(tx, "contact", contact),
        cases.checkin_version(tx, found.case, level),
    )
    assert address is not None and version is not None
    planned = {"contact": found.id, "case": found.case, "level": level, "planned_at": planned_at}
    assert checkins.plan(tx, **planned, chat_hash=address.chat_hash, content_version=version)
    row = f"checkin:{contact}:{planned_at:%Y%m%dT%H%M}"
    if values:
        checkins.update(tx, row, **values)
    return row


def checkin(tx: Tx, row: str) -> Any:
    c = tables.checkins
    return tx.execute(select(c).where(c.c.id == row)).one()


def planned_for(tx: Tx, contact: str, at: datetime) -> None:
    contacts.update(tx, ContactId(contact), next_due_at=at)


def asked(at: datetime, **more: Any) -> dict[str, Any]:
    moments = {"due_at": None, "expires_at": at + timedelta(days=5)}
    return {"state": CheckinState.ASKED, **moments, **more}


def test_at_b_what_fell_due_is_not_asked_and_the_plan_goes_on(centre: Centre, room: Room) -> None:
    contact = centre.does(a_family, room)
    due = centre.does(a_checkin, contact, Level.DISCREET, NOW - HOUR, due_at=LATER - HOUR)
    later = centre.does(
        a_checkin, contact, Level.DISCREET, NOW - 2 * HOUR, due_at=LATER + HOUR, is_put_off=True
    )
    planned = datetime.fromisoformat("2026-11-25T01:00+00:00")
    centre.does(planned_for, contact, planned)
    file = centre.saves()
    centre.now = planned + timedelta(days=8)

    done = centre.restores(file, replace=True)

    assert centre.asks(checkin, due).state == CheckinState.CANCELLED
    assert centre.asks(checkin, later).state == CheckinState.CANCELLED  # its hour has come as well
    following = centre.asks(contacts.next_due_at, ContactId(contact))
    assert centre.now < following < centre.now + timedelta(days=8)
    left_out = centre.asks(checkin, f"checkin:{contact}:{planned:%Y%m%dT%H%M}")
    assert (left_out.state, left_out.due_at) == (CheckinState.CANCELLED, None)
    assert done.aftermath.left_out >= 3


def test_what_is_put_off_until_after_the_restore_is_asked(small: Centre, room: Room) -> None:
    contact = small.does(a_family, room)
    row = small.does(
        a_checkin, contact, Level.DISCREET, NOW - HOUR, due_at=LATER + HOUR, is_put_off=True
    )
    file = small.saves()
    small.now = LATER

    assert small.restores(file, replace=True).aftermath.left_out == 0
    assert small.asks(checkin, row).state == CheckinState.DUE


def test_nobody_is_reminded_of_what_may_be_answered(small: Centre, room: Room) -> None:
    quiet, open_ = (
        small.does(a_family, room),
        small.does(a_family, room, "K-00002", level=Level.OPEN),
    )
    rows = [
        small.does(a_checkin, quiet, Level.DISCREET, NOW, **asked(NOW, remind_at=LATER - HOUR)),
        small.does(
            a_checkin, quiet, Level.DISCREET, NOW - HOUR, **asked(NOW, remind_at=LATER + HOUR)
        ),
        small.does(a_checkin, open_, Level.OPEN, NOW, **asked(NOW, remind_at=LATER - HOUR)),
    ]
    file = small.saves()
    small.now = LATER

    small.restores(file, replace=True)

    found = [small.asks(checkin, row) for row in rows]
    assert [one.state for one in found] == ["cancelled", "asked", "asked"]
    assert [one.remind_at for one in found] == [None] * 3


@pytest.mark.parametrize(
    ("level", "message", "state"),
    [(Level.OPEN, "pending", "asked"), (Level.DISCREET, "cancelled", "cancelled")],
)
def test_an_opening_that_waited_goes_out_at_a_and_ends_its_check_in_at_b(
    small: Centre, room: Room, level: Level, message: str, state: str
) -> None:
    contact = small.does(a_family, room, level=level)
    row = small.does(a_checkin, contact, level, NOW, **asked(NOW, message="opening"))
    small.does(puts, contact, "opening", checkin=row)
    file = small.saves()
    small.now = LATER

    small.restores(file, replace=True)

    assert small.asks(state_of, "opening")[0] == message
    assert small.asks(checkin, row).state == state


def test_what_the_old_database_knows_to_be_over_is_not_asked_at_a_either(
    small: Centre, room: Room
) -> None:
    contact = small.does(a_family, room, level=Level.OPEN)
    row = small.does(a_checkin, contact, Level.OPEN, NOW, **asked(NOW, message="opening"))
    due = small.does(a_checkin, contact, Level.OPEN, NOW - HOUR)
    begun = small.does(a_checkin, contact, Level.OPEN, NOW - 2 * HOUR, state=CheckinState.OPEN)
    paused = small.does(a_checkin, contact, Level.OPEN, NOW - 3 * HOUR, state=CheckinState.PAUSED)
    small.does(puts, contact, "opening", checkin=row)
    file = small.saves()
    over = {"state": CheckinState.FINISHED, "ended_at": LATER}
    for one in (row, begun):
        small.does(checkins.update, one, **over)
    small.now = LATER

    small.restores(file, replace=True)

    assert small.asks(checkin, row).state == CheckinState.CANCELLED
    assert small.asks(checkin, begun).state == CheckinState.CANCELLED
    assert small.asks(checkin, paused).state == CheckinState.PAUSED
    assert small.asks(state_of, "opening")[0] == "cancelled"
    assert small.asks(checkin, due).state == CheckinState.DUE


# Phones -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("since", ["another phone", "waits for the worker", "not the right person"])
def test_a_phone_that_was_given_up_since_is_not_written_to(
    centre: Centre, room: Room, since: str
) -> None:
    contact, other = centre.does(a_family, room), centre.does(a_family, room, "K-00002")
    row = centre.does(a_checkin, contact, Level.DISCREET, LATER + HOUR)
    centre.does(puts, contact, "lesson", not_before=LATER + HOUR)
    file = centre.saves()
    centre.does(goes_elsewhere, contact, since)
    centre.now = LATER

    done = centre.restores(file, replace=True)

    assert done.aftermath.families == (Family(code="K-0001", is_relinked=True),)
    assert set(centre.asks(addresses.hashes, "contact")) == {other}
    assert centre.asks(checkin, row).state == CheckinState.CANCELLED
    assert centre.asks(state_of, "lesson")[0] == "cancelled"
    found = centre.asks(contacts.get, contact)
    is_refused = since == "not the right person"
    assert found.state is (ContactState.REJECTED if is_refused else ContactState.INVITED)
    assert centre.asks(contacts.next_due_at, found.id) is None


def goes_elsewhere(tx: Tx, contact: str, since: str) -> None:
    states = {
        "another phone": ContactState.ACTIVE,
        "waits for the worker": ContactState.PENDING,
        "not the right person": ContactState.REJECTED,
    }
    contacts.update(tx, ContactId(contact), state=states[since])
    if since == "another phone":
        addresses.link(tx, "contact", contact, 987_654, now=LATER)
