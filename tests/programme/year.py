"""Twelve months of a few invented families, played moment by moment through the program's own use
cases, and what stood on their phones as a transcript that can be read aloud."""

import heapq
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.scheduler import ticks
from bot.usecases.incoming import NO_SIGNS, Incoming
from bot.usecases.room import kept_checkin
from flows.forms import Checkin
from storage import (
    checkins,
    tables,
)
from storage.outbox import Key, from_json
from storage.transaction import Tx
from tests.oversight.centres import Centre
from tests.programme.office import ONE_TAP, SILENT, Child, Office
from tests.programme.transcript import Transcript

AFTER = timedelta(minutes=25)
EXTRA = {"strength": 3, "caregiver": 1, "practical": 0}
"""What a family says when something comes in turn."""

READS, HURRIES = timedelta(seconds=8), timedelta(milliseconds=400)
"""How long somebody looks at a question."""


@dataclass
class Year(Office):
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
            said = self.opened(row)
            child = next(
                (one for one in self.children.values() if one.contact == row.owner_id), None
            )
            if child is not None:
                self.transcript.said(child.page, row.sent_at, said.text, said.keys, row.verb)
                self._reacts(child, said.keys, row.checkin_id)
            elif row.alert_id is not None and row.verb == "send":
                self._works(row.alert_id)

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
        values = {**EXTRA, **digits, "topic": given.get("topik", 0), **given.get("giliran", {})}
        self.transcript.did(child.page, self.centre.now, f"Mulai, lalu {_given(given)}")
        self._taps(child, "start", quiet=True)
        while (item := self._asked(child)) is not None:
            self.centre.clock.at += HURRIES if given.get("cepat") else READS
            if item == given.get("berhenti"):
                return
            self._answers_one(child, given, item, values[item])
        for text in [given["kata"]] if "kata" in given else given.get("kata-kata", ()):
            self._writes(child, text, is_true=given.get("benar", False))
        if self._key(child, "finish") is not None:
            self._taps(child, "finish", quiet=True)

    def _answers_one(self, child: Child, given: Mapping[str, Any], item: str, value: int) -> None:
        if item in given.get("lewati", ()):
            self.centre.writes(child.chat, "lewati")
            return
        self._taps(child, "choose", item=item, value=value, quiet=True)
        lower = given.get("ubah", {}).get(item)
        if lower is not None:
            self.centre.clock.at += READS
            self._taps(child, "back", quiet=True)
            self._taps(child, "choose", item=item, value=lower, quiet=True)

    def _writes(self, child: Child, text: str, *, is_true: bool = False) -> None:
        self.centre.clock.at += READS
        child.is_true = is_true
        self.transcript.did(child.page, self.centre.now, text)
        self.centre.writes(child.chat, text)

    def says(self, child: Child, act: Mapping[str, Any]) -> None:
        """Something that nobody asked for."""
        for text in act["tulis"]:
            self._writes(child, text, is_true=act.get("benar", False))

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
            self.transcript.did(child.page, self.centre.now, f"[{label}]")
        body = {"data": data, "from": {"id": child.chat}, "message": {"chat": {"id": child.chat}}}
        row = self.centre.arrives(child.chat, "callback_query", body)
        self.centre._receives(Incoming(id=row, chat=child.chat, at=self.centre.now, signs=NO_SIGNS,
                                       message_no=number, pressed=data))  # fmt: skip


def _given(given: Mapping[str, Any]) -> str:
    """What the mother pressed, in words: the figures, and what is not as usual about them."""
    notes = [f"dilewati: {one}" for one in given.get("lewati", ())]
    notes += [f"{item} diturunkan ke {low}" for item, low in given.get("ubah", {}).items()]
    notes += [f"{item} {value}" for item, value in given.get("giliran", {}).items()]
    notes += ["cepat sekali"] if given.get("cepat") else []
    notes += [f"berhenti di {given['berhenti']}"] if "berhenti" in given else []
    return given["angka"] + (f" ({'; '.join(notes)})" if notes else "")


def _digits(text: str) -> Iterator[int]:
    return (int(one) for one in text.replace(" ", ""))
