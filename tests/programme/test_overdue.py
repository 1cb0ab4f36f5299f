"""What is due already is never lost: neither when staff change the plan, nor on a silent phone that
two children share, nor while nobody of the family takes part."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.usecases import ends, enrol
from bot.usecases.record import move_contact
from bot.usecases.resume_contact import resume_contact
from bot.usecases.room import Room
from flows.events import ContactMoved
from flows.model import CaseId, CaseState, ContactId, ContactState, Level, Risk, Slot
from storage import addresses, cases, contacts, programmes, tables
from storage.transaction import Tx
from tests.e2e.conftest import the_room
from tests.e2e.records import a_case, a_contact
from tests.programme.test_preview import CODE, SARI, Family, family

__all__ = ["the_room"]


@pytest.fixture
def here(tmp_path: Path, the_room: Room) -> Iterator[Family]:
    found = family(tmp_path, the_room, Level.DISCREET, risk=Risk.LOW, left_on=date(2025, 11, 1))
    with found.centre.database:
        yield found


def the_case(tx: Tx) -> CaseId:
    found = cases.find(tx, CODE)
    assert found is not None
    return found


def asked(here: Family, contact: str, *slots: Slot) -> int:
    c = tables.checkins
    mine = (c.c.contact_id == contact, c.c.opened_at.is_not(None))
    rows = here.centre.rows(select(c.c.slot).where(*mine))
    return sum(not slots or row.slot in slots for row in rows)


def a_brother(here: Family, risk: Risk, **case: object) -> ContactId:
    """Another child of the same mother, on her phone."""
    centre = here.centre
    worker = centre.rows(select(tables.staff.c.id))[0][0]
    other = a_case("K-2", worker, nickname="Adik", risk=risk, **case)
    new = a_contact(other.id, Level.DISCREET, None)

    def join(tx: Tx) -> None:
        enrol.add_case(tx, centre.room, other, new, now=centre.now)
        addresses.link(tx, "contact", new.id, SARI, now=centre.now)
        found = contacts.get(tx, new.id)
        assert found is not None
        move_contact(tx, found, ContactMoved(state=ContactState.ACTIVE), now=centre.now)

    here.writes(join)
    return new.id


def is_of_risk(here: Family, risk: Risk) -> None:
    def change(tx: Tx) -> None:
        cases.update(tx, the_case(tx), risk=risk)
        contact = contacts.get(tx, here.contact)
        assert contact is not None
        programmes.replan(tx, contact, now=here.centre.now)

    here.writes(change)


def test_an_overdue_check_in_outlives_a_change_of_the_plan(here: Family) -> None:
    here.centre.passes(hours=2)
    due = here.centre.rows(select(tables.contacts.c.next_due_at))[0][0]
    here.centre.clock.at = due + timedelta(hours=1)  # nothing ran in that hour

    is_of_risk(here, Risk.MEDIUM)
    here.centre.passes(minutes=5)

    assert asked(here, here.contact) == 1


def test_a_pause_that_ended_while_nobody_took_part_is_over_for_whoever_comes_back(
    here: Family,
) -> None:
    room, start = here.centre.room, here.centre.now

    def pause_and_stop(tx: Tx) -> None:
        case = cases.get(tx, the_case(tx))
        until = start.date() + timedelta(days=5)
        cases.update(tx, case.id, state=CaseState.PAUSED, paused_until=until)
        ends.pause(tx, room, cases.get(tx, case.id), now=start)
        contact = contacts.get(tx, here.contact)
        assert contact is not None
        move_contact(tx, contact, ContactMoved(state=ContactState.STOPPED), now=start)
        programmes.keep(tx, contact, programmes.Place(next=None, anchor=start))

    here.writes(pause_and_stop)
    here.centre.passes(days=20)

    here.writes(
        lambda tx: resume_contact(
            tx, room, ContactId(here.contact), actor="operator", now=here.centre.now
        )
    )
    here.centre.passes(days=2)

    state = here.centre.rows(select(tables.cases.c.state))[0][0]
    assert (state, asked(here, here.contact)) == ("active", 1)


def test_on_a_silent_phone_both_children_are_asked_about(here: Family) -> None:
    brother = a_brother(here, Risk.HIGH)
    is_of_risk(here, Risk.HIGH)

    here.centre.passes(days=58)

    assert min(asked(here, one) for one in (here.contact, brother)) >= 7
    assert here.centre.finds() == set()


def test_a_check_in_about_one_child_takes_no_pulse_from_the_other(here: Family) -> None:
    brother = a_brother(here, Risk.HIGH)

    here.centre.passes(days=58)

    assert asked(here, here.contact, Slot.PULSE) == 2
    assert asked(here, brother, Slot.REGULAR) >= 7


def test_an_erased_brother_holds_nobody_up(here: Family) -> None:
    brother = a_brother(here, Risk.HIGH)
    here.writes(lambda tx: tx.vault.destroy(tx, cases.subject(the_case(tx)), now=here.centre.now))

    here.centre.passes(days=2)

    assert asked(here, brother) == 1
