"""A mother and her worker; what came to her phone and what was taken away again."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.usecases.incoming import Incoming
from bot.usecases.room import Room
from flows.hours import local
from flows.model import Level, Role
from storage import tables
from storage.outbox import from_json
from storage.transaction import Tx
from storage.words import File
from tests.oversight.centres import Centre, opened
from tests.postgres import copy_migrated

RATNA, DEWI, SARI = 5001, 5002, 7001
CRITICAL = "dia bilang mau bunuh diri"
UNSURE = "kayaknya dia mau mati"
HARMLESS = "hari ini hujan terus bu"
WIB = "Asia/Jakarta"


@dataclass
class Home:
    centre: Centre
    contact: str

    def writes(self, text: str) -> None:
        self.centre.writes(SARI, text)

    def taps(self, *labels: str) -> None:
        self.centre.taps(SARI, *labels)

    def sends(self, kind: str, caption: str | None = None) -> None:
        body = {"chat": {"id": SARI, "type": "private"}, "caption": caption}
        row = self.centre.arrives(SARI, "message", body)
        file = File(kind=kind, file_id="file-1", duration_s=None)
        signs = self.centre.room.detector.find(caption or "")
        self.centre._receives(Incoming(id=row, chat=SARI, at=self.centre.now, signs=signs,
                                       message_no=10_000 + self.centre.updates, text=caption,
                                       files=(file,)))  # fmt: skip

    def until(self, day: int, hour: int, minute: int = 0) -> None:
        """On to that local day of March 2026 and that hour."""
        here = local(self.centre.now, WIB)
        then = here.replace(day=day, hour=hour, minute=minute, second=0)
        self.centre.passes(seconds=(then - here).total_seconds())

    @property
    def heard(self) -> list[tuple[datetime, str]]:
        """What came as a message of its own, in order, with its local moment."""
        return [(local(row.sent_at, WIB), self._said(row).text) for row in self._rows("send")]

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.heard]

    @property
    def last(self) -> tuple[str, Sequence[Sequence[str]]]:
        """The newest message with its buttons."""
        said = self._said(self._rows("send")[-1])
        return said.text, [[key.label for key in row] for row in said.keys]

    @property
    def deletions(self) -> int:
        return len(self._rows("delete"))

    def answers(self) -> list[tuple[str, int | None]]:
        """(item, value) of every answer version."""
        a = tables.answers
        return [(row.item, row.value) for row in self.centre.rows(select(a).order_by(a.c.seq))]

    def unread(self) -> int:
        w = tables.words
        return len(self.centre.rows(select(w.c.id).where(w.c.read_at.is_(None))))

    def alerts(self) -> list[tuple[str, str, str]]:
        """(kind, urgency, state), the oldest first."""
        a = tables.alerts
        rows = self.centre.rows(select(a).order_by(a.c.opened_at, a.c.id))
        return [(row.kind, row.urgency, row.state) for row in rows]

    def _rows(self, verb: str) -> list[Any]:
        o = tables.outbox
        mine = (o.c.owner_id == self.contact, o.c.verb == verb, o.c.sent_at.is_not(None))
        return self.centre.rows(select(o).where(*mine).order_by(o.c.sent_at, o.c.seq))

    def _said(self, row: Any) -> Any:
        def read(tx: Tx) -> Any:
            return from_json(tx.vault.open(tx, row.subject, "outbox.payload", row.id, row.payload))

        return self.centre.database.read_now(read)


@contextmanager
def a_home(folder: Path, room: Room, level: Level = Level.OPEN) -> Iterator[Home]:
    url = f"sqlite:///{folder}/kabar.db"
    copy_migrated(folder / "kabar.db")
    centre = opened(url, folder, room)
    with centre.database:
        worker = centre.staff(RATNA)
        centre.staff(DEWI, Role.SUPERVISOR)
        yield Home(centre=centre, contact=centre.family(SARI, worker, "K-0142", level))
