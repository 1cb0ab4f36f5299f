"""What `kabar preview` foresees is what the family then gets, to the word and to the minute."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.usecases import enrol
from bot.usecases.errors import Refused
from bot.usecases.preview import Foreseen, preview
from bot.usecases.record import move_contact
from bot.usecases.room import Room
from flows.events import ContactMoved
from flows.model import CaseState, ContactState, Level, Risk, SafeHours, Slot
from storage import addresses, cases, contacts, key_dates, tables
from storage.outbox import from_json
from storage.transaction import Tx
from tests.e2e.conftest import the_room
from tests.e2e.records import a_case, a_contact
from tests.oversight.centres import Centre, opened
from tests.postgres import copy_migrated

__all__ = ["the_room"]

RATNA, SARI = 5001, 7001
CODE = "K-0142"


@dataclass
class Family:
    centre: Centre
    contact: str

    def foresees(self, days: int) -> tuple[Foreseen, ...]:
        read = self.centre.database.read_now
        return read(preview, self.centre.room, CODE, days=days, now=self.centre.now)

    def gets(self) -> list[tuple[datetime, str, tuple[tuple[str, ...], ...]]]:
        """Everything that came by itself, with its buttons, in order."""
        o = tables.outbox

        def read(tx: Tx) -> list[Any]:
            mine = (o.c.owner_id == self.contact, o.c.verb == "send", o.c.sent_at.is_not(None))
            found = []
            for row in tx.execute(select(o).where(*mine).order_by(o.c.seq)):
                said = from_json(
                    tx.vault.open(tx, row.subject, "outbox.payload", row.id, row.payload)
                )
                labels = tuple(tuple(key.label for key in line) for line in said.keys)
                found.append((row.sent_at, said.text, labels))
            return found

        return self.centre.database.read_now(read)

    def writes(self, write: Any) -> None:
        self.centre.database.write_now(write)


def family(
    folder: Path, room: Room, level: Level, *, hours: SafeHours | None = None, **case: Any
) -> Family:
    url = f"sqlite:///{folder}/kabar.db"
    copy_migrated(folder / "kabar.db")
    centre = opened(url, folder, room)
    worker = centre.staff(RATNA)
    case_of = a_case(CODE, worker, **case)
    on = centre.now.date() if level is Level.OPEN else None
    new = a_contact(case_of.id, level, on, **({} if hours is None else {"hours": hours}))

    def write(tx: Tx) -> None:
        enrol.add_case(tx, room, case_of, new, now=centre.now)
        addresses.link(tx, "contact", new.id, SARI, now=centre.now)
        found = contacts.get(tx, new.id)
        assert found is not None
        move_contact(tx, found, ContactMoved(state=ContactState.ACTIVE), now=centre.now)

    centre.database.write_now(write)
    return Family(centre=centre, contact=new.id)


def by_themselves(
    foreseen: tuple[Foreseen, ...], *, until: datetime
) -> list[tuple[datetime, str, tuple[tuple[str, ...], ...]]]:
    wanted = [
        (screen.at, screen.text, screen.buttons)
        for one in foreseen
        for screen in one.screens
        if screen.why in ("sent", "if nothing is answered")
        or (screen.why == "if nothing comes in five days" and one.level is Level.OPEN)
    ]
    return sorted((one for one in wanted if one[0] <= until), key=lambda one: one[0])


@pytest.fixture
def room(the_room: Room) -> Iterator[Room]:
    yield the_room


NIGHT = SafeHours(start=time(19), end=time(21, 30), timezone="Asia/Jayapura")
SOME_DAYS = SafeHours(
    start=time(13), end=time(15), timezone="Asia/Makassar", weekdays=frozenset({1, 4})
)


@pytest.mark.parametrize(
    ("risk", "hours", "weeks_home", "days"),
    [
        (Risk.HIGH, None, 1, 60),
        (Risk.MEDIUM, NIGHT, 10, 90),
        (Risk.LOW, SOME_DAYS, 16, 120),
    ],
)
def test_a_silent_family_at_b_gets_what_was_foreseen(
    tmp_path: Path, room: Room, risk: Risk, hours: SafeHours | None, weeks_home: int, days: int
) -> None:
    left_on = date(2026, 3, 2) - timedelta(weeks=weeks_home)
    here = family(tmp_path, room, Level.DISCREET, hours=hours, risk=risk, left_on=left_on)
    with here.centre.database:
        until = here.centre.now + timedelta(days=days)
        foreseen = by_themselves(here.foresees(days), until=until)

        here.centre.passes(days=days)

        assert len(foreseen) >= days // 30
        assert here.gets() == foreseen


def test_at_a_too_up_to_the_kind_word_after_five_silent_days(tmp_path: Path, room: Room) -> None:
    here = family(tmp_path, room, Level.OPEN, risk=Risk.HIGH)
    with here.centre.database:
        until = here.centre.now + timedelta(days=27)
        foreseen = by_themselves(here.foresees(27), until=until)

        here.centre.passes(days=27)

        assert any("Minggu ini tidak sempat?" in text for _, text, _ in foreseen)
        assert here.gets() == foreseen


def test_a_day_of_weight_and_a_goodbye_are_foreseen_and_come_so(tmp_path: Path, room: Room) -> None:
    here = family(tmp_path, room, Level.DISCREET, risk=Risk.LOW, left_on=date(2025, 11, 1))
    with here.centre.database:
        case = here.centre.rows(select(tables.cases.c.id))[0][0]
        here.writes(lambda tx: _plans(tx, here, case))
        until = here.centre.now + timedelta(days=80)
        foreseen = here.foresees(80)

        here.centre.passes(days=80)

        slots = {one.slot for one in foreseen}
        assert {Slot.EXTRA, Slot.PARTING, Slot.GOODBYE} <= slots
        assert foreseen[-1].screens[0].text.startswith("Terima kasih sudah ikut")
        assert here.gets() == by_themselves(foreseen, until=until)


def _plans(tx: Tx, here: Family, case: Any) -> None:
    from storage import programmes

    now = here.centre.now
    key_dates.add(tx, "day:1", case, "school_start", now.date() + timedelta(days=20), now=now)
    cases.update(tx, case, closes_on=now.date() + timedelta(days=60))
    contact = contacts.get(tx, here.contact)
    assert contact is not None
    programmes.replan(tx, contact, now=now)


def test_a_preview_writes_nothing(tmp_path: Path, room: Room) -> None:
    here = family(tmp_path, room, Level.OPEN)
    with here.centre.database:
        counts = [select(func.count()).select_from(one) for one in tables.metadata.sorted_tables]
        before = [here.centre.rows(one) for one in counts]

        here.foresees(365)

        assert [here.centre.rows(one) for one in counts] == before


def test_a_family_that_falls_to_b_by_an_old_interview_is_foreseen_at_b(
    tmp_path: Path, room: Room
) -> None:
    here = family(tmp_path, room, Level.OPEN, risk=Risk.HIGH)
    with here.centre.database:
        levels = [one.level for one in here.foresees(120) if one.slot is Slot.REGULAR]

        assert levels[0] is Level.OPEN
        assert levels[-1] is Level.DISCREET
        assert levels == sorted(levels)


def test_in_a_pause_nothing_is_foreseen(tmp_path: Path, room: Room) -> None:
    here = family(tmp_path, room, Level.OPEN)
    with here.centre.database:
        case = here.centre.rows(select(tables.cases.c.id))[0][0]
        here.writes(lambda tx: cases.update(tx, case, state=CaseState.PAUSED))

        assert here.foresees(200) == ()


def test_an_unknown_case_says_so(tmp_path: Path, room: Room) -> None:
    here = family(tmp_path, room, Level.OPEN)
    with here.centre.database, pytest.raises(Refused, match="K-9"):
        here.centre.database.read_now(preview, room, "K-9", days=9, now=here.centre.now)


def test_what_waits_for_a_quiet_day_to_pass_is_foreseen_too(tmp_path: Path, room: Room) -> None:
    here = family(tmp_path, room, Level.DISCREET, risk=Risk.LOW, left_on=date(2025, 11, 1))
    with here.centre.database:
        here.centre.passes(days=1)
        c = tables.checkins
        here.writes(lambda tx: tx.execute(c.update().values(state="due", due_at=here.centre.now
                                                            + timedelta(hours=20))))  # fmt: skip

        first = here.foresees(10)[0]

        assert first.slot is Slot.REGULAR
        assert first.at >= here.centre.now + timedelta(hours=20)
