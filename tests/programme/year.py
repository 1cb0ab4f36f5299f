"""Twelve months of a few invented families, played moment by moment through the program's own use
cases, and what stood on their phones as a transcript that can be read aloud."""

import heapq
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.scheduler import ticks
from bot.usecases import ends, enrol
from bot.usecases.incoming import NO_SIGNS, Incoming
from bot.usecases.room import kept_checkin
from flows.forms import Checkin
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
from storage import (
    cases,
    checkins,
    contacts,
    encounters,
    key_dates,
    plan_changes,
    programmes,
    tables,
)
from storage.outbox import Key, from_json
from storage.transaction import Tx
from tests.oversight.centres import Centre
from tests.programme.transcript import Transcript

WIB = "Asia/Jakarta"
RATNA, HEAD = 5001, 5002
AFTER = timedelta(minutes=25)
TAKES, SETTLES = timedelta(minutes=40), timedelta(minutes=30)
SILENT, ONE_TAP = "diam", "baik"
EXTRA = {"strength": 3, "caregiver": 1, "practical": 0}
"""What a family says when something comes in turn."""


@dataclass
class Child:
    code: str
    contact: ContactId
    case: CaseId
    chat: int
    answers: list[Any]
    afterwards: str
    now: Any = ONE_TAP  # what the family does with the check-in on the phone


@dataclass
class Year:
    """`acts` are what people will do, in order of time."""

    centre: Centre
    transcript: Transcript
    children: dict[str, Child] = field(default_factory=dict)
    acts: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    seen: int = 0
    worked: set[str] = field(default_factory=set)

    def plans(self, at: datetime, act: Callable[[], None]) -> None:
        heapq.heappush(self.acts, (at, len(self.acts) + self.seen * 1000, act))

    def plays(self, until: datetime) -> None:
        """Stop at each moment at which something is due, or somebody does something."""
        centre = self.centre
        while True:
            due = centre.database.read_now(ticks.next_due, now=centre.now)
            first = self.acts[0][0] if self.acts else until
            moment = min(until, first, until if due is None else due)
            centre.clock.at = max(moment, centre.now)
            while self.acts and self.acts[0][0] <= centre.now:
                heapq.heappop(self.acts)[2]()
                self._looks()
            centre.passes(seconds=0)
            self._looks()
            if centre.now >= until:
                return

    # What people see, and what they are going to do about it

    def _looks(self) -> None:
        o = tables.outbox
        new = select(o).where(o.c.seq > self.seen, o.c.sent_at.is_not(None)).order_by(o.c.seq)
        for row in self.centre.rows(new):
            self.seen = row.seq
            if row.verb not in ("send", "edit"):
                continue
            said = self._opened(row)
            child = next(
                (one for one in self.children.values() if one.contact == row.owner_id), None
            )
            if child is not None:
                self.transcript.said(child.code, row.sent_at, said.text, said.keys, row.verb)
                self._reacts(child, said.keys, row.checkin_id)
            elif row.alert_id is not None and row.verb == "send":
                self._works(row.alert_id)

    def _opened(self, row: Any) -> Any:
        def read(tx: Tx) -> Any:
            return from_json(tx.vault.open(tx, row.subject, "outbox.payload", row.id, row.payload))

        return self.centre.database.read_now(read)

    def _reacts(self, child: Child, keys: Any, checkin: str | None) -> None:
        acts = {key.act.get("press") for line in keys for key in line}
        if {"choose", "call_me"} <= acts:  # a pulse
            if child.now != SILENT:
                self.plans(self.centre.now + AFTER, lambda: self._taps(child, "choose", value=0))
        elif "start" in acts:
            child.now = child.answers.pop(0) if child.answers else child.afterwards
            if child.now not in (SILENT, ONE_TAP):
                self.plans(self.centre.now + AFTER, lambda: self._answers(child, str(checkin)))
        elif "pulse_good" in acts and child.now == ONE_TAP:
            self.plans(self.centre.now + AFTER, lambda: self._taps(child, "pulse_good"))

    def _answers(self, child: Child, checkin: str) -> None:
        """All of it in one go, by buttons."""
        given = child.now if isinstance(child.now, Mapping) else {"angka": child.now}
        form = self._form(checkin)
        digits = dict(zip((item.id for item in form.asked), _digits(given["angka"]), strict=False))
        values = {**EXTRA, **digits, "topic": given.get("topik", 0)}
        self.transcript.did(child.code, self.centre.now, f"Mulai, lalu {given['angka']}")
        self._taps(child, "start", quiet=True)
        while (item := self._asked(child)) is not None:
            self._taps(child, "choose", item=item, value=values[item], quiet=True)
        if given.get("kata"):
            self.transcript.did(child.code, self.centre.now, given["kata"])
            self.centre.writes(child.chat, given["kata"])
        if self._key(child, "finish") is not None:
            self._taps(child, "finish", quiet=True)

    def _form(self, checkin: str) -> Checkin:
        def read(tx: Tx) -> Checkin:
            kept = checkins.get(tx, checkin)
            assert kept is not None
            return kept_checkin(tx, kept.content_version)

        return self.centre.database.read_now(read)

    def _asked(self, child: Child) -> str | None:
        """The item on the phone, in the order of the open check-in."""
        c = tables.checkins
        rows = self.centre.rows(select(c.c.path, c.c.state).where(
            c.c.contact_id == child.contact, c.c.state == "open"))  # fmt: skip
        if not rows:
            return None
        item = rows[0].path.rstrip('"]').rsplit('"', 1)[-1]
        return None if item == "open_line" else item

    def _key(self, child: Child, press: str, **wanted: Any) -> tuple[str, int, str] | None:
        """The newest button of this kind on the phone: data, message and label."""
        o = tables.outbox

        def read(tx: Tx) -> tuple[str, int, str] | None:
            mine = (o.c.owner_id == child.contact, o.c.sent_at.is_not(None))
            for row in tx.execute(select(o).where(*mine).order_by(o.c.seq.desc()).limit(12)):
                said = from_json(
                    tx.vault.open(tx, row.subject, "outbox.payload", row.id, row.payload)
                )
                flat: list[Key] = [key for line in said.keys for key in line]
                for number, key in enumerate(flat):
                    act = {"press": press, **wanted}
                    if all(key.act.get(name) == value for name, value in act.items()):
                        return f"{row.token}:{number}", row.message_no or 0, key.label
            return None

        return self.centre.database.read_now(read)

    def _taps(self, child: Child, press: str, *, quiet: bool = False, **wanted: Any) -> None:
        found = self._key(child, press, **wanted)
        assert found is not None, (
            f"{child.code} has no button {press} {wanted} at {self.centre.now}"
        )
        data, number, label = found
        if not quiet:
            self.transcript.did(child.code, self.centre.now, f"[{label}]")
        body = {"data": data, "from": {"id": child.chat}, "message": {"chat": {"id": child.chat}}}
        row = self.centre.arrives(child.chat, "callback_query", body)
        self.centre._receives(Incoming(id=row, chat=child.chat, at=self.centre.now, signs=NO_SIGNS,
                                       message_no=number, pressed=data))  # fmt: skip

    # Staff

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
        says = self.centre.rows(select(tables.facts).where(tables.facts.c.alert_id == alert))
        self.transcript.staff(row.code, self.centre.now, row.kind, row.urgency, self._says(says))
        self.centre.taps(RATNA, "Saya tangani")
        outcome = "Sudah dibaca" if row.kind == "reading" else "Bicara, aman"
        self.centre.taps(RATNA, outcome, "Lewati catatan")

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
        self.transcript.did(child.code, self.centre.now, f"(petugas: {_told(deed)})", who="")
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
        if contact.state is ContactState.ACTIVE:
            programmes.replan(tx, contact, now=now)


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


def _digits(text: str) -> Iterator[int]:
    return (int(one) for one in text.replace(" ", ""))
