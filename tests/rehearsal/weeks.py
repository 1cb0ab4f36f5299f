"""Some weeks of three invented families, played through the program's own use cases."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.usecases import enrol
from bot.usecases.case_facts import set_risk
from bot.usecases.casework import Decision
from bot.usecases.incoming import Incoming
from bot.usecases.paper_form import Sheet, keep_sheet
from bot.usecases.receive_reply import receive_reply
from bot.usecases.room import kept_checkin
from flows.model import AlertKind, ContactId, Level, Outcome, Risk, StaffId, Way
from storage import alerts, tables
from storage.transaction import Tx
from tests.e2e.scenes import CRITICAL, DENIED, HARMLESS, UNSURE
from tests.oversight.centres import Centre

RATNA, SARI, TINI, WATI = 5001, 7001, 7002, 7003
CALM: Mapping[str, int] = {"sleep": 1, "fear": 1, "strength": 2}
HARD = {"sleep": 3, "eat": 2, "fear": 3, "withdraw": 2, "anger": 2, "self": 1}  # 13
OVERNIGHT = timedelta(hours=23, minutes=6)


@dataclass
class Weeks:
    """A mother at A who answers, one at B, and one whose answers stop half way."""

    centre: Centre
    worker: str
    contacts: dict[int, str] = field(default_factory=dict)

    def joins(self, chat: int, code: str, level: Level) -> None:
        self.contacts[chat] = self.centre.family(chat, self.worker, code, level)

    def weeks_on(self, number: int = 1) -> None:
        """Staff settle what is open, and time goes on."""
        for _ in range(number):
            self.settles()
            self.centre.passes(days=7)

    def settles(self) -> None:
        """Somebody takes every alert and task, and says that it is done."""

        def write(tx: Tx) -> None:
            for row in tx.execute(select(tables.alerts.c.id, tables.alerts.c.kind)).all():
                staff, now = StaffId(self.worker), self.centre.now
                outcome = Outcome.READ if row.kind == AlertKind.READING else Outcome.TALKED_SAFE
                if alerts.acknowledge(tx, row.id, staff, now=now):
                    alerts.close(tx, row.id, staff, outcome=outcome, now=now)

        self.centre.database.write_now(write)

    def answers(self, chat: int, values: Mapping[str, int], *, stops_at: str = "") -> None:
        """All that is asked, 0 where nothing is said; up to an item where it stops."""
        self.centre.taps(chat, "Mulai")
        while (asked := self._asked(chat)) is not None:
            item, labels = asked
            if item == stops_at:
                return
            self.centre.clock.at += timedelta(seconds=8)
            if item == "open_line":
                self.centre.taps(chat, "Selesai")
            else:
                self.centre.taps(chat, labels[values.get(item, 0)])

    def _asked(self, chat: int) -> tuple[str, dict[int, str]] | None:
        c = tables.checkins

        def read(tx: Tx) -> tuple[str, dict[int, str]] | None:
            mine = (c.c.contact_id == self.contacts[chat], c.c.state == "open")
            row = tx.execute(select(c).where(*mine)).first()
            if row is None:
                return None
            item = json.loads(row.path)[-1]
            if item == "open_line":
                return item, {}
            found = kept_checkin(tx, row.content_version).item(item)
            return item, {one.value: one.label for one in found.choices}

        return self.centre.database.read_now(read)

    def corrects(self, chat: int, update: str, text: str) -> None:
        """The message of an earlier update, written anew."""
        no = 10_000 + int(update.rpartition(":")[2])
        row = self.centre.arrives(chat, "edited_message", {"chat": {"id": chat}, "text": text})
        came = Incoming(id=row, chat=chat, at=self.centre.now, text=text, message_no=no,
                        signs=self.centre.room.detector.find(text), is_edit=True)  # fmt: skip
        self.centre.database.write_now(receive_reply, self.centre.room, came, now=self.centre.now)

    def writes_down(self, code: str, values: Mapping[str, int], *, days_ago: int) -> None:
        """Staff copy a sheet of paper about a talk some days ago."""
        sheet = Sheet(
            code=code, form="mingguan-a", way=Way.CALL, by=self.worker,
            at=self.centre.now - timedelta(days=days_ago), contact=None, child_only=False,
            saw_child=False, answers={item: str(value) for item, value in values.items()},
            note="Ibu bilang dia dipukul.",
        )  # fmt: skip
        self.centre.database.write_now(keep_sheet, self.centre.room, sheet, now=self.centre.now)

    def lives_through(self) -> None:
        """Nine weeks with something of everything."""
        centre = self.centre
        centre.passes(hours=OVERNIGHT.total_seconds() / 3600)
        self.answers(SARI, CALM)
        self.answers(TINI, {"sleep": 1})
        self.answers(WATI, HARD, stops_at="anger")
        centre.writes(SARI, HARMLESS)
        self.weeks_on()
        self.answers(SARI, {**CALM, "anger": 1})
        self.answers(TINI, {"call": 1})
        first = centre.writes(WATI, HARMLESS)
        self.corrects(WATI, first, UNSURE)
        self.weeks_on()
        self.answers(SARI, HARD)
        centre.writes(TINI, CRITICAL)
        centre.writes(TINI, DENIED)
        self._risk_rises()
        self.weeks_on()
        self.answers(SARI, {**HARD, "self": 3, "safety": 2})
        self.answers(TINI, {"call": 2})
        centre.writes(WATI, UNSURE)
        self.writes_down("K-0103", HARD, days_ago=2)
        self.weeks_on(2)
        self._changes_mind()
        self.weeks_on(2)
        self.answers(SARI, {"safety": 3, "caregiver": 3})
        self.answers(TINI, {"sleep": 3, "eat": 3})
        self.weeks_on()

    def _changes_mind(self) -> None:
        """A day too many, then one fewer: what was said first counts."""
        self.centre.taps(SARI, "Mulai", "5-7 hari", "Kembali", "Tidak ada")
        self.centre.passes(hours=30)

    def _risk_rises(self) -> None:
        why = Decision(by=self.worker, reason="Bapak tirinya pulang ke rumah.")
        self.centre.database.write_now(
            set_risk, self.centre.room, "K-0101", why, risk=Risk.HIGH, now=self.centre.now
        )

    def sets_level(self, chat: int, level: Level) -> None:
        def write(tx: Tx) -> None:
            enrol.interview(
                tx, ContactId(self.contacts[chat]), level=level, on=self.centre.now.date(),
                duress_word=None, now=self.centre.now,
            )  # fmt: skip

        self.centre.database.write_now(write)


def begun(centre: Centre) -> Weeks:
    """The three families, who agree today."""
    weeks = Weeks(centre=centre, worker=centre.staff(RATNA))
    weeks.joins(SARI, "K-0101", Level.OPEN)
    weeks.joins(TINI, "K-0102", Level.DISCREET)
    weeks.joins(WATI, "K-0103", Level.OPEN)
    return weeks


def every_row(centre: Centre) -> dict[str, Any]:
    """The whole database, to see that nothing was written."""
    return {
        table.name: sorted(map(str, centre.rows(select(table))))
        for table in tables.metadata.sorted_tables
        if table.name != "leases"
    }
