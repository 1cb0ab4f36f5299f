"""The office of a year: the worker takes what rings, and staff decide things of themselves."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.usecases import ends, enrol
from bot.usecases.incoming import NO_SIGNS, Incoming
from flows.hours import local
from flows.model import (
    Case,
    CaseId,
    CaseState,
    ContactId,
    ContactState,
    Encounter,
    Level,
    Risk,
    Way,
)
from storage import cases, contacts, encounters, key_dates, plan_changes, programmes, tables
from storage.outbox import from_json
from storage.transaction import Tx
from tests.oversight.centres import Centre
from tests.programme.transcript import Transcript

WIB = "Asia/Jakarta"
RATNA = 5001
TAKES, TRIES = timedelta(minutes=40), timedelta(hours=24)
SILENT, ONE_TAP = "diam", "baik"


@dataclass
class Child:
    code: str
    contact: ContactId
    case: CaseId
    chat: int
    answers: list[Any]
    afterwards: str
    now: Any = ONE_TAP  # what the family does with the check-in on the phone
    outcomes: dict[str, list[Any]] = field(default_factory=dict)  # by kind of alert, else the usual
    is_true: bool = False  # what a worker will say of unsure words
    name: str = ""  # of the transcript, where it is not the child's code

    @property
    def page(self) -> str:
        return self.name or self.code


class Office:
    """What the worker does; a year has the rest."""

    centre: Centre
    transcript: Transcript
    children: dict[str, Child]
    worked: set[str]

    def plans(self, at: datetime, act: Callable[[], None]) -> None:
        """Somebody will do this."""
        raise NotImplementedError

    def opened(self, row: Any) -> Any:
        """What a row of the outbox says."""

        def read(tx: Tx) -> Any:
            return from_json(tx.vault.open(tx, row.subject, "outbox.payload", row.id, row.payload))

        return self.centre.database.read_now(read)

    def _works(self, alert: str) -> None:
        """The worker takes it, talks, and says so."""
        if alert in self.worked:
            return
        self.worked.add(alert)
        self.plans(self.centre.now + TAKES, lambda: self._settles(alert))

    def _settles(self, alert: str) -> None:
        a, k = tables.alerts, tables.cases
        joined = select(a.c.kind, a.c.urgency, k.c.code).join_from(a, k).where(a.c.id == alert)
        row = self.centre.rows(joined)[0]
        if self._waits(alert, self.children[row.code].outcomes.get(row.kind, [])):
            return
        says = self.centre.rows(select(tables.facts).where(tables.facts.c.alert_id == alert))
        self.transcript.staff(row.code, self.centre.now, row.kind, row.urgency, self._says(says))
        child = self.children[row.code]
        if row.kind == "unsure_words":
            self._desk(alert, "Lihat", "Benar" if child.is_true else "Bukan")
            if not child.is_true:
                return
        self._desk(alert, "Saya tangani")
        usual = "Sudah dibaca" if row.kind == "reading" else "Bicara, aman"
        planned = child.outcomes.get(row.kind, [])
        outcome = planned.pop(0) if planned else usual
        self._desk(alert, outcome)
        if outcome == "Tidak tersambung":
            again = planned.pop(0) if planned else usual
            self.plans(self.centre.now + TRIES, lambda: self._desk(alert, again, "Lewati catatan"))
            return
        self._desk(alert, "Lewati catatan")

    def _waits(self, alert: str, planned: list[Any]) -> bool:
        """A number of days before an outcome: so long nobody finds the time."""
        if not planned or not isinstance(planned[0], int):
            return False
        self.plans(self.centre.now + timedelta(days=planned.pop(0)), lambda: self._settles(alert))
        return True

    def _desk(self, alert: str, *labels: str) -> None:
        """Buttons of this alert on the worker's phone."""
        for label in labels:
            pressed, number = self._staff_key(alert, label)
            body = {"data": pressed, "from": {"id": RATNA}, "message": {"chat": {"id": RATNA}}}
            row = self.centre.arrives(RATNA, "callback_query", body)
            self.centre._receives(Incoming(id=row, chat=RATNA, at=self.centre.now, signs=NO_SIGNS,
                                           message_no=number, pressed=pressed))  # fmt: skip

    def _staff_key(self, alert: str, label: str) -> tuple[str, int]:
        o = tables.outbox
        where = (o.c.alert_id == alert, o.c.owner_kind == "staff", o.c.sent_at.is_not(None))
        for row in self.centre.rows(select(o).where(*where).order_by(o.c.seq.desc())):
            labels = [key.label for line in self.opened(row).keys for key in line]
            if label in labels:
                return f"{row.token}:{labels.index(label)}", row.message_no or 0
        raise AssertionError(f"no button {label} of {alert} at {self.centre.now}")

    def _says(self, rows: list[Any]) -> list[str]:
        def read(tx: Tx) -> list[str]:
            found = []
            for row in rows:
                subject = cases.subject(row.case_id)
                found.append(tx.vault.open(tx, subject, "facts.says", row.id, row.says))
            return found

        return self.centre.database.read_now(read)

    def decides(self, child: Child, deed: Mapping[str, Any]) -> None:
        """What staff do of themselves."""
        self.transcript.did(child.page, self.centre.now, f"(petugas: {_told(deed)})", who="")
        self.centre.database.write_now(self._decided, child, deed)

    def _decided(self, tx: Tx, child: Child, deed: Mapping[str, Any]) -> None:
        now, room = self.centre.now, self.centre.room
        case, contact = cases.get(tx, child.case), contacts.get(tx, child.contact)
        assert contact is not None
        today = local(now, WIB).date()
        for action, detail in _booked(deed, case, today):
            plan_changes.note(
                tx, case=case.id, actor="operator", action=action, reason=None, now=now, **detail
            )
        if "wawancara" in deed:
            enrol.interview(tx, child.contact, level=Level(deed["wawancara"]), on=today,
                            duress_word=None, now=now)  # fmt: skip
        if "telepon" in deed:
            met = Encounter(case=case.id, contact=child.contact, staff=case.worker, checkin=None,
                            way=Way.CALL, spoke=True, saw_child=True, at=now)  # fmt: skip
            encounters.note(tx, f"met:{case.id}:{now.isoformat()}", met)
            contacts.update(tx, child.contact, last_spoken_at=now)
        if "rumah" in deed:
            cases.update(tx, case.id, home_risk=True)
        if "tanggal" in deed:
            day = today + timedelta(days=deed["hari"])
            key_dates.add(tx, f"day:{case.id}:{day}", case.id, deed["tanggal"], day, now=now)
        if "risiko" in deed:
            cases.update(tx, case.id, risk=Risk(deed["risiko"]))
        if "pamitan" in deed:
            cases.update(tx, case.id, closes_on=today + timedelta(days=deed["pamitan"]))
        if "perpanjang" in deed:
            cases.update(tx, case.id, extra_weeks=deed["perpanjang"])
        if "jeda" in deed:
            until = today + timedelta(days=deed["jeda"])
            cases.update(tx, case.id, state=CaseState.PAUSED, paused_until=until)
            ends.pause(tx, room, cases.get(tx, case.id), now=now)
        for one in contacts.of_case(tx, case.id):
            if one.state is ContactState.ACTIVE:
                programmes.replan(tx, one, now=now)


def _booked(
    deed: Mapping[str, Any], case: Case, today: date
) -> Iterator[tuple[str, dict[str, Any]]]:
    """As the commands write it into the book of plans."""

    def day(name: str) -> str:
        return str(today + timedelta(days=deed[name]))

    if "jeda" in deed:
        yield "paused", {"until": day("jeda")}
    if "risiko" in deed:
        yield "risk_set", {"risk": deed["risiko"], "was": case.risk}
    if "perpanjang" in deed:
        more = deed["perpanjang"] - case.extra_weeks
        yield "extended", {"weeks": more, "extra_weeks": deed["perpanjang"]}
    if "pamitan" in deed:
        yield "close_planned", {"on": day("pamitan")}
    if not deed.keys() & {"jeda", "risiko", "perpanjang", "pamitan"}:
        yield "played", {}


def _told(deed: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in deed.items())
