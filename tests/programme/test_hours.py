"""New safe hours and quiet days hold for what already waits; levels and schools change a plan."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.usecases import case_days, case_ends, case_facts, contact_ends, contact_hours, enrol
from bot.usecases.casework import Decision
from bot.usecases.errors import Refused
from bot.usecases.room import Room
from flows.hours import local
from flows.model import ContactKind, Level, Risk, Role, Slot
from storage import contacts, plan_changes, tables
from storage.outbox import Lane
from storage.transaction import Tx
from tests.e2e.conftest import the_room
from tests.e2e.records import a_contact
from tests.oversight.centres import Centre, opened
from tests.postgres import copy_migrated

__all__ = ["the_room"]

RATNA, SARI, DEWI = 5001, 7001, 7002
CODE = "K-0142"
WHY = Decision(reason="Keluarga minta begitu, sudah dibicarakan.")
EVERY = {"start": None, "end": None, "weekdays": None, "timezone": None}


class Family:
    """One family at A and what is decided about it."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        self.worker = centre.staff(RATNA)
        self.contact = centre.family(SARI, self.worker, CODE)

    def decides(self, verb: Any, *about: Any, why: Decision = WHY, **more: Any) -> Any:
        room, now = self.centre.room, self.centre.now
        return self.centre.database.write_now(verb, room, *about, why, now=now, **more)

    def place(self) -> tuple[datetime | None, str | None]:
        c = tables.contacts
        where = select(c.c.next_due_at, c.c.next_slot).where(c.c.id == self.contact)
        at, slot = self.centre.rows(where)[0]
        return at, slot

    def local_day(self) -> str:
        at, _ = self.place()
        assert at is not None
        return str(local(at, "Asia/Jakarta").date())

    def sent(self) -> list[datetime]:
        """When something came to the family that it had not asked for."""
        o = tables.outbox
        mine = (o.c.owner_id == self.contact, o.c.lane == Lane.CHECKIN, o.c.verb == "send")
        rows = self.centre.rows(select(o.c.sent_at).where(*mine, o.c.sent_at.is_not(None)))
        return [local(row.sent_at, "Asia/Jakarta") for row in rows]


@pytest.fixture
def here(tmp_path: Path, the_room: Room) -> Iterator[Family]:
    url = f"sqlite:///{tmp_path}/kabar.db"
    copy_migrated(tmp_path / "kabar.db")
    centre = opened(url, tmp_path, the_room)
    with centre.database:
        family = Family(centre)
        yield family
        assert centre.finds() == set()


def test_what_waits_for_the_old_hours_goes_out_in_the_new_ones_alone(here: Family) -> None:
    here.centre.passes(hours=10)  # eight in the evening
    here.decides(case_ends.close, CODE, on=None, is_silent=False)
    here.decides(
        contact_hours.set_hours, here.contact,
        **{**EVERY, "start": time(19), "end": time(21)},
    )  # fmt: skip
    here.centre.passes(minutes=1)
    assert [at.time().hour for at in here.sent()] == [20]


def test_what_was_to_come_this_morning_waits_for_the_evening(here: Family) -> None:
    here.centre.passes(hours=10)
    here.decides(case_ends.close, CODE, on=here.centre.now.date() + timedelta(days=5),
                 is_silent=False)  # fmt: skip
    here.decides(
        contact_hours.set_hours, here.contact,
        **{**EVERY, "start": time(18), "end": time(19), "weekdays": frozenset({3, 4, 5})},
    )  # fmt: skip

    here.centre.passes(days=6)

    assert here.sent()
    assert {at.hour for at in here.sent()} == {18}
    assert {at.weekday() for at in here.sent()} <= {3, 4, 5}


def test_the_first_check_in_keeps_its_day_and_moves_to_the_new_hour(here: Family) -> None:
    before = here.local_day()

    here.decides(
        contact_hours.set_hours, here.contact,
        **{**EVERY, "start": time(13), "timezone": "Asia/Jayapura"},
    )  # fmt: skip

    at, slot = here.place()
    assert slot == Slot.REGULAR
    assert at is not None
    assert f"{local(at, 'Asia/Jayapura'):%Y-%m-%d %H:%M}" == f"{before} 13:00"


def test_hours_changed_on_the_day_of_a_check_in_bring_no_second_one(here: Family) -> None:
    here.centre.passes(days=1, hours=1)
    assert len(here.sent()) == 1

    here.decides(contact_hours.set_hours, here.contact, **{**EVERY, "start": time(14)})
    assert here.local_day() == str(here.centre.now.date() + timedelta(days=7))
    here.centre.passes(hours=8)

    assert len(here.sent()) == 1


def test_quiet_days_hold_for_a_goodbye_that_already_waits(here: Family) -> None:
    here.centre.passes(hours=10)
    here.decides(case_ends.close, CODE, on=None, is_silent=False)
    tomorrow = here.centre.now.date() + timedelta(days=1)
    span = (tomorrow, tomorrow + timedelta(days=1))
    here.decides(contact_hours.add_quiet, here.contact, span=span)

    here.centre.passes(days=2)
    assert here.sent() == []
    here.centre.passes(days=1)
    assert [at.date() for at in here.sent()] == [tomorrow + timedelta(days=2)]


def test_quiet_days_are_refused_where_they_make_no_sense_and_taken_back(here: Family) -> None:
    today = here.centre.now.date()
    for first, last, says in (
        (today, today - timedelta(days=1), "is before"),
        (today - timedelta(days=9), today - timedelta(days=8), "is over"),
        (today, today + timedelta(days=200), "kabar case pause K-0142"),
    ):
        with pytest.raises(Refused, match=says):
            here.decides(contact_hours.add_quiet, here.contact, span=(first, last))
    here.decides(contact_hours.add_quiet, here.contact, span=(today, today))
    with pytest.raises(Refused, match="quiet already"):
        here.decides(contact_hours.add_quiet, here.contact, span=(today, today))
    here.decides(contact_hours.remove_quiet, here.contact, first=today)
    with pytest.raises(Refused, match="No quiet days begin"):
        here.decides(contact_hours.remove_quiet, here.contact, first=today)


def test_silent_and_back_again_by_rhythm(here: Family) -> None:
    here.centre.passes(days=1)
    day = here.local_day()
    now = here.centre.now

    def interview(level: Level) -> None:
        here.centre.database.write_now(
            enrol.interview, here.contact, level=level, on=here.centre.now.date(),
            duress_word=None, now=here.centre.now,
        )  # fmt: skip

    interview(Level.SILENT)
    seen = len(here.sent())
    here.centre.passes(days=16)
    assert len(here.sent()) == seen
    interview(Level.DISCREET)
    assert date.fromisoformat(here.local_day()).weekday() == date.fromisoformat(day).weekday()
    here.centre.passes(days=7)
    assert len(here.sent()) > seen
    assert now < here.centre.now


def test_a_day_of_weight_brings_a_check_in_and_takes_it_along(here: Family) -> None:
    here.decides(case_facts.set_risk, CODE, risk=Risk.LOW)
    here.decides(case_facts.set_left, CODE, on=here.centre.now.date() - timedelta(weeks=20))
    here.centre.passes(days=2)
    first = here.local_day()
    trial = here.centre.now.date() + timedelta(days=9)

    row = here.decides(case_days.add_day, CODE, kind="trial", on=trial)

    assert here.place()[1] == Slot.EXTRA
    assert here.local_day() == str(trial - timedelta(days=3))
    with pytest.raises(Refused, match="entered already"):
        here.decides(case_days.add_day, CODE, kind="trial", on=trial)
    with pytest.raises(Refused, match="The programme of this case has: release, trial"):
        here.decides(case_days.add_day, CODE, kind="wedding", on=trial)
    with pytest.raises(Refused, match="is over"):
        here.decides(case_days.add_day, CODE, kind="trial", on=trial - timedelta(days=60))
    here.decides(case_days.remove_day, CODE, day=row)
    assert here.local_day() == first
    with pytest.raises(Refused, match="has no day"):
        here.decides(case_days.remove_day, CODE, day=row)


def test_a_school_needs_a_code_of_its_own_level_b_and_comes_once(here: Family) -> None:
    def add(code: str | None, level: Level = Level.DISCREET, ends_on: date | None = None) -> str:
        def write(tx: Tx) -> str:
            case = enrol.case_of(tx, CODE)
            on = here.centre.now.date() if level is Level.OPEN else None
            new = replace(a_contact(case, level, on), code=code)
            room, now = here.centre.room, here.centre.now
            return contact_ends.add_school(tx, room, new, ends_on=ends_on, now=now).owner_id

        return here.centre.database.write_now(write)

    for arguments, says in (
        ((None,), "add --code"),
        ((CODE,), "The code K-0142 is taken"),
        (("S-07", Level.OPEN), "at level B"),
        (("S-07", Level.DISCREET, date(2026, 7, 1)), "2026-06-19 at the latest"),
        (("S-07", Level.DISCREET, date(2026, 3, 1)), "must be ahead"),
    ):
        with pytest.raises(Refused, match=says):
            add(*arguments)  # type: ignore[arg-type]
    made = add("S-07")
    with pytest.raises(Refused, match="has a school contact"):
        add("S-08")
    here.decides(contact_ends.end_contact, made, is_silent=True)
    with pytest.raises(Refused, match="The code S-07 is taken"):
        add("S-07")
    again = here.centre.database.read_now(contacts.get, add("S-08"))
    assert again is not None
    assert (again.kind, again.ends_on) == (ContactKind.SCHOOL, date(2026, 6, 19))


def test_whoever_may_not_decide_is_refused_and_whoever_did_stands_in_both_books(
    here: Family,
) -> None:
    budi, dewi = here.centre.staff(RATNA + 1), here.centre.staff(DEWI, Role.SUPERVISOR)
    for by, says in (("nobody", "There is no staff nobody"), (budi, "not their case")):
        with pytest.raises(Refused, match=says):
            here.decides(case_ends.pause, CODE, why=Decision(by=by, reason="x"), until=None)

    for by in (here.worker, dewi):
        here.decides(case_ends.pause, CODE, why=Decision(by=by, reason="Rumah sakit."), until=None)

    def books(tx: Tx) -> tuple[list[Any], list[Any]]:
        case = enrol.case_of(tx, CODE)
        a = tables.audit
        noted = tx.execute(select(a.c.actor).where(a.c.action == "case_paused").order_by(a.c.seq))
        changes = [one for one in plan_changes.of_case(tx, case) if one.action == "paused"]
        return [(one.actor, one.reason) for one in changes], list(noted.scalars())

    changes, noted = here.centre.database.read_now(books)
    assert changes == [(f"staff:{by}", "Rumah sakit.") for by in (here.worker, dewi)]
    assert noted == [f"staff:{by}" for by in (here.worker, dewi)]
