"""Whatever happens to families and their plans: nothing goes out outside safe hours, none after an
end, and never are two check-ins open on one phone."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.usecases import ends, enrol
from bot.usecases.record import move_contact
from bot.usecases.room import Room
from flows import loader
from flows.events import ContactMoved
from flows.hours import in_safe_hours, within
from flows.model import CaseState, Contact, ContactId, ContactState, Level, Risk, SafeHours
from flows.warning_signs import build
from storage import addresses, cases, contacts, key_dates, plan_changes, programmes, tables
from storage.checkins import OPEN_STATES
from storage.outbox import Lane
from storage.transaction import Tx
from tests.e2e.records import a_case, a_contact
from tests.oversight.centres import Centre, opened
from tests.postgres import copy_migrated

RATNA, SHARED, OWN = 5001, 7001, 7002
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
STARTS = (
    datetime(2026, 12, 20, 3, tzinfo=UTC),  # into a new year
    datetime(2027, 2, 1, 3, tzinfo=UTC),  # into the fast and Idul Fitri
    datetime(2028, 2, 20, 3, tzinfo=UTC),  # over a 29 February
)

hours = st.builds(
    SafeHours,
    start=st.sampled_from([time(9), time(13, 30), time(17), time(22)]),
    end=st.sampled_from([time(16), time(19), time(4)]),
    timezone=st.sampled_from(ZONES),
    weekdays=st.sampled_from([frozenset(range(7)), frozenset(range(5)), frozenset({2, 5})]),
)
deeds = st.sampled_from(
    ["wait", "wait", "tap", "later", "pause", "resume", "stop", "day", "risk", "close", "goodbye"]
)
steps = st.lists(st.tuples(deeds, st.integers(0, 2), st.integers(1, 12)), min_size=3, max_size=9)


@dataclass
class World:
    centre: Centre
    families: list[ContactId]
    ended: dict[str, datetime] = field(default_factory=dict)
    paused: set[str] = field(default_factory=set)

    def contact(self, tx: Tx, number: int) -> Contact:
        found = contacts.get(tx, self.families[number])
        assert found is not None
        return found

    def does(self, deed: str, number: int, length: int) -> None:
        if deed in ("tap", "later"):
            self._taps("Mulai" if deed == "tap" else "Nanti", number)
        elif deed == "stop":
            self._taps("Bantuan", number, "Berhenti")
        elif deed != "wait":
            self.centre.database.write_now(self._decides, deed, number, length)
        self.centre.passes(days=length, hours=5)

    def _taps(self, label: str, number: int, then: str | None = None) -> None:
        """If the button is there: people tap what they see."""
        chat = OWN if number == 2 else SHARED
        try:
            self.centre.taps(chat, label, *([] if then is None else [then]))
        except AssertionError:
            if then is not None:
                self.centre.writes(chat, "STOP")

    def _decides(self, tx: Tx, deed: str, number: int, length: int) -> None:
        now, room = self.centre.now, self.centre.room
        contact = self.contact(tx, number)
        case = cases.get(tx, contact.case)
        plan_changes.note(tx, case=case.id, actor="operator", action=deed, reason=None, now=now)
        match deed:
            case "pause" if case.state is CaseState.ACTIVE:
                until = None if length % 2 else now.date() + timedelta(days=length)
                cases.update(tx, case.id, state=CaseState.PAUSED, paused_until=until)
                ends.pause(tx, room, cases.get(tx, case.id), now=now)
            case "resume" if case.state is CaseState.PAUSED:
                ends.resume(tx, room, case, actor="operator", now=now)
            case "day":
                day = now.date() + timedelta(days=length + 3)
                key_dates.add(
                    tx, f"day:{case.id}:{now.isoformat()}", case.id, "release", day, now=now
                )
                self._replans(tx, contact)
            case "risk":
                cases.update(tx, case.id, risk=list(Risk)[length % 3])
                self._replans(tx, contact)
            case "close" if case.state is not CaseState.CLOSED:
                ends.close_now(tx, room, case, is_silent=bool(length % 2), now=now)
            case "goodbye" if case.state is CaseState.ACTIVE:
                cases.update(tx, case.id, closes_on=now.date() + timedelta(days=length))
                self._replans(tx, contact)

    def _replans(self, tx: Tx, contact: Contact) -> None:
        if contact.state is ContactState.ACTIVE:
            programmes.replan(tx, contact, now=self.centre.now)

    # What must hold

    def holds(self) -> None:
        o, c, k = tables.outbox, tables.checkins, tables.contacts
        unprompted = (o.c.owner_kind == "contact", o.c.lane == Lane.CHECKIN, o.c.verb == "send")
        for row in self.centre.rows(select(o).where(*unprompted, o.c.sent_at.is_not(None))):
            self._was_safe(row.owner_id, row.sent_at)
        chats = [row.chat_hash for row in self.centre.rows(
            select(c.c.chat_hash).where(c.c.state.in_(OPEN_STATES)))]  # fmt: skip
        assert len(chats) == len(set(chats)), "two check-ins are open on one phone"
        for row in self.centre.rows(select(k).where(k.c.state != ContactState.ACTIVE)):
            self._is_quiet(row)
        assert self.centre.finds() == set()

    def _was_safe(self, contact: str, sent_at: datetime) -> None:
        found = self.centre.database.read_now(contacts.get, contact)
        assert found is not None
        laid = within(found.hours, self.centre.room.content.calendar, near=sent_at)
        assert in_safe_hours(sent_at, laid), f"sent at {sent_at} to {laid}"

    def _is_quiet(self, row: object) -> None:
        """Whoever has left has nothing planned, nothing open, and nothing on its way."""
        c, o = tables.checkins, tables.outbox
        contact = row.id  # type: ignore[attr-defined]
        assert row.next_due_at is None  # type: ignore[attr-defined]
        live = (*OPEN_STATES, "due")
        mine = (c.c.contact_id == contact, c.c.state.in_(live))
        assert not self.centre.rows(select(c.c.id).where(*mine))
        waiting = (o.c.owner_id == contact, o.c.state == "pending", o.c.lane == Lane.CHECKIN)
        rows = self.centre.rows(select(o.c.id).where(*waiting))
        assert all(one.id.startswith("goodbye") for one in rows)


@lru_cache
def a_room() -> Room:
    """The shipped content."""
    content = loader.load()
    return Room(content=content, detector=build(content.signs), timezone="Asia/Jakarta")


def world(folder: Path, room: Room, start: datetime, given_hours: list[SafeHours]) -> World:
    """Two children on one phone, and another family."""
    url = f"sqlite:///{folder}/kabar.db"
    copy_migrated(folder / "kabar.db")
    centre = opened(url, folder, room)
    centre.clock.at = start
    worker, made = centre.staff(RATNA), []
    for number, (nickname, safe) in enumerate(
        zip(("Kakak", "Adik", "si Kecil"), given_hours, strict=True)
    ):
        case = a_case(f"K-{number}", worker, nickname=nickname, risk=list(Risk)[number],
                      left_on=start.date() - timedelta(days=60 * number),
                      birth_date=date(2010 + number, 2, 28))  # fmt: skip
        level = Level.DISCREET if number == 1 else Level.OPEN
        on = None if level is Level.DISCREET else start.date()
        new = a_contact(case.id, level, on, hours=safe)

        def write(tx: Tx, case=case, new=new, number=number) -> None:  # type: ignore[no-untyped-def]
            enrol.add_case(tx, room, case, new, now=start)
            addresses.link(tx, "contact", new.id, OWN if number == 2 else SHARED, now=start)
            found = contacts.get(tx, new.id)
            assert found is not None
            move_contact(tx, found, ContactMoved(state=ContactState.ACTIVE), now=start)

        centre.database.write_now(write)
        made.append(new.id)
    return World(centre=centre, families=made)


@pytest.mark.parametrize("start", STARTS, ids=["new year", "fast", "leap day"])
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(given_hours=st.lists(hours, min_size=3, max_size=3), happens=steps)
def test_sends_stay_in_safe_hours_and_end_with_every_end(
    start: datetime, given_hours: list[SafeHours],
    happens: list[tuple[str, int, int]],
) -> None:  # fmt: skip
    with TemporaryDirectory() as folder:
        here = world(Path(folder), a_room(), start, given_hours)
        with here.centre.database:
            for deed, number, length in happens:
                here.does(deed, number, length)
                here.holds()
