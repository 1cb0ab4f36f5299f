"""What staff see on their phones while signs wait, ring, are judged, and clocks run."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from bot.usecases.incoming import NO_SIGNS, Incoming
from bot.usecases.note_membership import note_unreachable
from bot.usecases.receive_stranger import receive_stranger
from bot.usecases.record_outcome import staff_text
from bot.usecases.staff_press import staff_press
from flows.hours import local
from storage import addresses, tables
from storage.outbox import Payload, from_json
from storage.transaction import Tx
from storage.words import File
from tests.oversight.centres import Centre

RATNA, DEWI, HANA, SARI, TAMU = 5001, 5002, 5003, 7001, 9001
CRITICAL = "dia bilang mau bunuh diri"
VIOLENCE = "anak saya dipukul gurunya tadi"
UNSURE = "kayaknya dia mau mati"
UNSURE_VIOLENCE = "mungkin dia dipukul lagi"
HARMLESS = "hari ini hujan terus bu"
CHILD = "ini aku kak, mama lagi tidur"
CHILD_PLEADS = "kak tolong aku, jangan bilang mama"
KRITIS, TUGAS = (f"{word}. 1 hal perlu dilihat. K-0142" for word in ("Kritis", "Tugas"))
WIB = "Asia/Jakarta"


@dataclass
class House:
    centre: Centre
    contact: str
    people: dict[int, str]
    excused: set[str] = field(default_factory=set)

    def writes(self, text: str) -> str:
        return self.centre.writes(SARI, text)

    def shows(self, caption: str) -> None:
        """The mother sends a photo with words under it."""
        body = {"chat": {"id": SARI, "type": "private"}, "caption": caption}
        row = self.centre.arrives(SARI, "message", body)
        came = Incoming(id=row, chat=SARI, at=self.centre.now, message_no=int(row.split(":")[1]),
                        signs=self.centre.room.detector.find(caption), text=caption,
                        files=(File(kind="photo", file_id="f", duration_s=None),))  # fmt: skip
        self.centre._receives(came)

    def strays_in(self, text: str, chat: int = TAMU) -> None:
        """Somebody who is not linked writes."""
        body = {"chat": {"id": chat, "type": "private"}, "text": text}
        row = self.centre.arrives(chat, "message", body)
        came = Incoming(id=row, chat=chat, at=self.centre.now, text=text, message_no=1,
                        signs=self.centre.room.detector.find(text))  # fmt: skip
        self.centre.database.write_now(
            receive_stranger, self.centre.room, came, now=self.centre.now
        )
        self.centre._sends()

    def passes(self, **time: float) -> None:
        self.centre.passes(**time)

    def until(self, hour: int) -> None:
        """On to the next such hour in Jakarta."""
        here = local(self.centre.now, WIB)
        self.centre.passes(hours=(hour - here.hour) % 24 or 24)

    def taps(self, chat: int, *labels: str) -> str | None:
        """The newest buttons of these names; what the tapper reads at once."""
        said = None
        for label in labels:
            said = self.presses(chat, *self.centre._button(chat, label))
        return said

    def presses(self, chat: int, pressed: str, no: int) -> str | None:
        """A button by what it carries."""
        body = {"data": pressed, "from": {"id": chat}, "message": {"chat": {"id": chat}}}
        row = self.centre.arrives(chat, "callback_query", body)
        came = Incoming(id=row, chat=chat, at=self.centre.now, signs=NO_SIGNS,
                        message_no=no, pressed=pressed)  # fmt: skip
        said = self.centre.database.write_now(
            staff_press, self.centre.room, came, now=self.centre.now
        )
        self.centre._sends()
        return said

    def tells(self, chat: int, text: str) -> None:
        """A text of staff."""
        row = self.centre.arrives(chat, "message", {"chat": {"id": chat}, "text": text})
        came = Incoming(id=row, chat=chat, at=self.centre.now, signs=NO_SIGNS, text=text)
        self.centre.database.write_now(staff_text, self.centre.room, came, now=self.centre.now)
        self.centre._sends()

    def blocks(self, chat: int) -> None:
        """This member of staff cannot be reached any more."""

        def write(tx: Tx) -> None:
            hashed = addresses.chat_hash(tx, chat)
            note_unreachable(
                tx, self.centre.room, "staff", self.people[chat], hashed,
                cause=f"gone:{chat}:{self.centre.now}", now=self.centre.now,
            )  # fmt: skip

        self.centre.database.write_now(write)
        self.centre._sends()

    def rung(self, chat: int) -> tuple[int, int]:
        """How many notices of kritis and how many tasks came to this phone."""
        texts = [said.text for said in self.pushed(chat)]
        return texts.count(KRITIS), texts.count(TUGAS)

    def pushed(self, chat: int) -> list[Payload]:
        """Everything that came as a message of its own, in order."""
        return [self._said(row) for row in self._rows(chat, "send")]

    def shown(self, chat: int) -> list[str]:
        """All texts that were ever shown there, edits too."""
        return [self._said(row).text for row in self._rows(chat, "send", "edit")]

    def last(self, chat: int) -> tuple[str, list[str]]:
        """The newest text, sent or edited, with its buttons."""
        said = self._said(self._rows(chat, "send", "edit")[-1])
        return said.text, [key.label for row in said.keys for key in row]

    def alerts(self) -> list[tuple[str, str, str | None]]:
        """(kind, state, outcome), reading lists left out."""
        a = tables.alerts
        rows = self.centre.rows(
            select(a).where(a.c.kind != "reading").order_by(a.c.opened_at, a.c.id)
        )
        return [(row.kind, row.state, row.outcome) for row in rows]

    def verdicts(self) -> list[tuple[str, bool]]:
        """(rule, Benar), by rule."""
        v, f = tables.verdicts, tables.facts
        rows = self.centre.rows(
            select(f.c.rule, v.c.is_true).join(f, f.c.id == v.c.fact_id).order_by(f.c.rule)
        )
        return [(row.rule, row.is_true) for row in rows]

    def clocks(self) -> list[Any]:
        """All clocks, the oldest first."""
        d = tables.deadlines
        return self.centre.rows(select(d).order_by(d.c.began_at, d.c.id))

    def _rows(self, chat: int, *verbs: str) -> list[Any]:
        o = tables.outbox

        def read(tx: Tx) -> list[Any]:
            mine = (o.c.chat_hash == addresses.chat_hash(tx, chat), o.c.verb.in_(verbs))
            sent = select(o).where(*mine, o.c.sent_at.is_not(None)).order_by(o.c.sent_at, o.c.seq)
            return list(tx.execute(sent).all())

        return self.centre.database.read_now(read)

    def _said(self, row: Any) -> Payload:
        def read(tx: Tx) -> Payload:
            return from_json(tx.vault.open(tx, row.subject, "outbox.payload", row.id, row.payload))

        return self.centre.database.read_now(read)
