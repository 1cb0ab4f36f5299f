"""A centre without Telegram: people write and tap through the use cases, time is a number, and
whatever goes out arrives. And somebody who writes into its database by hand."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, select

from bot.clock import MovedClock
from bot.oversight.auditor import Auditor
from bot.oversight.whole import accept, whole
from bot.scheduler import ticks
from bot.usecases import enrol
from bot.usecases.incoming import NO_SIGNS, Incoming
from bot.usecases.receive_reply import receive_reply
from bot.usecases.record import move_contact
from bot.usecases.room import Room
from bot.usecases.staff_press import staff_press
from flows.events import ContactMoved
from flows.model import CaseId, ContactState, Encounter, Level, Role, StaffId, Way
from storage import (
    addresses,
    contacts,
    contents,
    deliveries,
    encounters,
    findings,
    inbox,
    key_dates,
    migrate,
    plan_changes,
    tables,
)
from storage.database import Database, Tx
from storage.deliveries import State, Verdict
from storage.inbox import Arrived
from storage.outbox import from_json
from tests.e2e.records import a_case, a_contact

BOT = "700001"
MONDAY = datetime(2026, 3, 2, 3, tzinfo=UTC)  # ten o'clock in Jakarta


class StandingClock(MovedClock):
    """Stands where it is put."""

    at = MONDAY

    def now(self) -> datetime:
        return self.at

    def wall(self) -> datetime:
        return self.at


STOPS_AT_ONE_MOMENT = 20


@dataclass
class Centre:
    """`now` moves only by `passes`."""

    database: Database
    url: str
    room: Room
    clock: StandingClock = field(default_factory=lambda: StandingClock(timedelta()))
    updates: int = 0
    number: int = 0

    @property
    def now(self) -> datetime:
        return self.clock.at

    # People

    def staff(self, chat: int, role: Role = Role.SOCIAL_WORKER) -> str:
        def write(tx: Tx) -> str:
            made = enrol.add_staff(
                tx, name=f"Staf {chat}", role=role, timezone="Asia/Jakarta", now=self.now
            )
            addresses.link(tx, "staff", made.owner_id, chat, now=self.now)
            return made.owner_id

        return self.database.write_now(write)

    def family(self, chat: int, worker: str, code: str, level: Level = Level.OPEN) -> str:
        """A mother who has agreed."""

        def write(tx: Tx) -> str:
            case = a_case(code, worker)
            new = a_contact(case.id, level, self.now.date() if level is Level.OPEN else None)
            enrol.add_case(tx, self.room, case, new, now=self.now)
            addresses.link(tx, "contact", new.id, chat, now=self.now)
            found = contacts.get(tx, new.id)
            assert found is not None
            move_contact(tx, found, ContactMoved(state=ContactState.ACTIVE), now=self.now)
            self._enters(tx, case.id, StaffId(worker))
            return str(new.id)

        return self.database.write_now(write)

    def _enters(self, tx: Tx, case: CaseId, worker: StaffId) -> None:
        """A day of weight, a call, and why the plan was changed."""
        day = self.now.date() + timedelta(days=400)
        key_dates.add(tx, f"day:{case}", case, "release", day, now=self.now)
        met = Encounter(case=case, contact=None, staff=worker, checkin=None, way=Way.CALL,
                        spoke=True, saw_child=False, at=self.now)  # fmt: skip
        encounters.note(tx, f"met:{case}", met)
        plan_changes.note(tx, case=case, actor=f"staff:{worker}", action="extended",
                          reason="Keluarga masih butuh.", now=self.now)  # fmt: skip

    def writes(self, chat: int, text: str) -> str:
        """The update's id."""
        body = {"chat": {"id": chat, "type": "private"}, "text": text}
        row = self.arrives(chat, "message", body)
        signs = self.room.detector.find(text)
        self._receives(Incoming(id=row, chat=chat, at=self.now, signs=signs,
                                message_no=10_000 + self.updates, text=text))  # fmt: skip
        return row

    def taps(self, chat: int, *labels: str) -> str:
        """Buttons of the newest messages that have them, one after the other."""
        row = ""
        for label in labels:
            pressed, no = self._button(chat, label)
            body = {"data": pressed, "from": {"id": chat}, "message": {"chat": {"id": chat}}}
            row = self.arrives(chat, "callback_query", body)
            self._receives(Incoming(id=row, chat=chat, at=self.now, signs=NO_SIGNS,
                                    message_no=no, pressed=pressed))  # fmt: skip
        return row

    def passes(self, **time: float) -> None:
        """Stop at every due moment, as a moved clock does."""
        end, last, stops = self.now + timedelta(**time), None, 0
        while True:
            due = self.database.read_now(ticks.next_due, now=self.now)
            stops, last = (stops + 1 if due == last else 0), due
            assert stops < STOPS_AT_ONE_MOMENT, f"something stays due at {due}"
            self.clock.at = end if due is None or due > end else max(due, self.now)
            asyncio.run(ticks.run_due(self.database, self.room, now=self.now))
            self._sends()
            if self.now >= end:
                return

    # The audit

    def finds(self) -> set[str]:
        return {one.id for one in whole(self.database, self.room, self.clock)}

    def accepts(self, finding: str) -> bool:
        """What `kabar audit --accept` does."""
        return self.database.write_now(accept, finding, self.clock)

    async def audited(self) -> set[str]:
        """A pass of the running program's own, as it stands in the table afterwards."""
        await Auditor(self.database, self.room, self.clock).look()
        kept = await self.database.read(findings.open_)
        return {one.id for one in kept}

    # Somebody with the file

    def by_hand(self, statement: str, *values: object) -> int:
        """One statement past us, whatever the tables forbid; rows it changed."""
        engine = create_engine(self.url.replace("postgresql:", "postgresql+psycopg:"))
        try:
            with engine.begin() as connection:
                if connection.dialect.name == "sqlite":
                    statement = statement.replace("%s", "?")
                else:
                    connection.exec_driver_sql("SET session_replication_role = replica")
                return connection.exec_driver_sql(statement, values).rowcount
        finally:
            engine.dispose()

    def gone(self, table: str, key: str, row: object) -> None:
        """The row and its seal: somebody who has read how seals work."""
        assert self.by_hand(f"DELETE FROM {table} WHERE {key} = %s", row) == 1
        self.by_hand("DELETE FROM seals WHERE row = %s", f"{table}:{row}")

    def rows(self, query: Any) -> list[Any]:
        return self.database.read_now(lambda tx: list(tx.execute(query).all()))

    def ids(self, table: Any, *where: Any) -> list[Any]:
        """Keys of rows, the oldest first."""
        key = table.c.seq if "id" not in table.c else table.c.id
        order = table.c.seq if "seq" in table.c else table.c.id
        return [row[0] for row in self.rows(select(key).where(*where).order_by(order))]

    def arrives(self, chat: int, kind: str, body: dict[str, Any]) -> str:
        self.updates += 1
        raw = json.dumps({"update_id": self.updates, kind: body})
        came = Arrived(update_id=self.updates, kind=kind, chat=str(chat), body=raw)
        self.database.write_now(inbox.store, BOT, [came], now=self.now)
        return f"{BOT}:{self.updates}"

    def _receives(self, came: Incoming) -> None:
        def write(tx: Tx) -> None:
            owners = addresses.owners(tx, addresses.chat_hash(tx, came.chat))
            if owners[0][0] == "staff":
                staff_press(tx, self.room, came, now=self.now)
            else:
                receive_reply(tx, self.room, came, now=self.now)

        self.database.write_now(write)
        self._sends()

    def _sends(self) -> None:
        def send(tx: Tx) -> int:
            found = deliveries.claim(tx, now=self.now, wall=self.now, lease="test", limit=50)
            for one in found:
                self.number += 1
                sent = Verdict(state=State.SENT, message_no=self.number)
                deliveries.settle(tx, one.hand, sent, now=self.now)
            return len(found)

        while self.database.write_now(send):
            pass

    def _button(self, chat: int, label: str) -> tuple[str, int]:
        o = tables.outbox

        def read(tx: Tx) -> tuple[str, int]:
            mine = (o.c.chat_hash == addresses.chat_hash(tx, chat), o.c.state == State.SENT)
            for row in tx.execute(select(o).where(*mine).order_by(o.c.seq.desc())):
                opened = tx.vault.open(tx, row.subject, "outbox.payload", row.id, row.payload)
                labels = [key.label for line in from_json(opened).keys for key in line]
                if label in labels:
                    return f"{row.token}:{labels.index(label)}", row.message_no or 0
            raise AssertionError(f"no button {label}")

        return self.database.read_now(read)


def opened(url: str, folder: Path, room: Room) -> Centre:
    keys = migrate.prepare_key_file(f"sqlite:///{folder}/none.db", folder / "kabar.key")
    database = Database(url, vault_keys=keys)
    database.write_now(contents.keep, room.content, now=MONDAY)
    return Centre(database=database, url=url, room=room)
