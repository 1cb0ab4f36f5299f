"""What each piece of a reply costs the thread that writes: stored, handled, claimed, settled.

Straight through the use cases, without Telegram and without the loop, in processor time: steadier
than replies a second, so a change shows at once.
"""

import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from sqlalchemy import select

from benchmarks import centre as centres
from benchmarks.centre import Centre, Opening
from benchmarks.figures import Row, table
from bot.delivery.lanes import Group
from bot.delivery.rounds import Round, take
from bot.usecases.incoming import NO_SIGNS, Incoming
from bot.usecases.receive_reply import receive_reply
from bot.usecases.room import Room
from storage import deliveries, inbox, outbox, seals, tables
from storage.database import Database
from storage.deliveries import State, Verdict
from storage.inbox import Arrived
from storage.transaction import Tx

ACTS = 10
FEW = 5  # families are enough to count statements
T = TypeVar("T")
BODY = "x" * 600  # about what a tap is
NONE: frozenset[str] = frozenset()
LOOK = Round(
    lease="bench",
    room=8,
    places=dict.fromkeys(Group, 8),
    resting=NONE,
    paused=NONE,
    held=NONE,
    called=NONE,
    is_unsure=False,
    mark="",
)


class Meter:
    """Processor time by piece, or statements: to count them takes longer than they do."""

    def __init__(self, database: Database, *, is_counting: bool) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.statements: Counter[str] = Counter()
        self.database = database
        self._is_counting = is_counting

    def run(self, name: str, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        def heard(_: str) -> None:
            self.statements[name] += 1

        def timed(tx: Tx) -> T:
            driver = tx.connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            driver.set_trace_callback(heard if self._is_counting else None)
            began = time.thread_time()
            value = fn(tx, *args, **kwargs)
            seals.write(tx)
            self.seconds[name] += time.thread_time() - began
            driver.set_trace_callback(None)
            return value

        return self.database.write_now(timed)


def measure(families: int, *, is_counting: bool = False) -> tuple[Meter, int]:
    room = centres.the_room()
    with TemporaryDirectory() as made:
        centre = centres.build(Path(made), room, families=families, workers=10)
        with centre.open() as database:
            meter = Meter(database, is_counting=is_counting)
            return meter, _answer_all(meter, centre, room)


def _answer_all(meter: Meter, centre: Centre, room: Room) -> int:
    update = 0
    for act in range(ACTS):
        for number, family in enumerate(centre.families):
            update += 1
            _answer_once(meter, room, family, act, number, update)
    return update


def _answer_once(
    meter: Meter, room: Room, family: Opening, act: int, number: int, update: int
) -> None:
    now = datetime.now(UTC)
    came = Arrived(update_id=update, kind="callback_query", chat=str(family.chat), body=BODY)
    meter.run("store", inbox.store, "4242", [came], now=now)
    place = -1 if act == ACTS - 1 else (number + act) % 2 if act else 0  # Mulai first, then Selesai
    pressed, shown = meter.database.read_now(_button, family, place)
    tap = Incoming(
        id=f"4242:{update}",
        chat=family.chat,
        at=now,
        signs=NO_SIGNS,
        message_no=shown,
        pressed=pressed,
    )
    meter.run("handle", receive_reply, room, tap, now=now)
    claimed = meter.run("claim", take, lambda _: True, LOOK, now=now, wall=now) or ()
    sent = Verdict(state=State.SENT, message_no=family.message_id)
    for one in claimed:
        meter.run("settle", deliveries.settle, one.hand, sent, now=now)


def _button(tx: Tx, family: Opening, place: int) -> tuple[str, int]:
    """The button that this family presses next, as `token:index`."""
    o = tables.outbox
    mine = o.c.owner_id == family.contact, o.c.verb.in_(("send", "edit"))
    row = tx.execute(select(o.c.id, o.c.token).where(*mine).order_by(o.c.seq.desc())).first()
    if row is None:
        raise LookupError(family.contact)
    keys = [key for line in outbox.payload(tx, row.id).keys for key in line]
    return f"{row.token}:{place % len(keys)}", family.message_id


def show(*, families: int) -> None:
    meter, replies = measure(families)
    counter, counted = measure(FEW, is_counting=True)
    rows = [
        Row(name, f"{seconds / replies * 1000:.2f} ms", f"{counter.statements[name] / counted:.1f}")
        for name, seconds in meter.seconds.items()
    ]
    total, asked = sum(meter.seconds.values()), counter.statements.total()
    rows.append(Row("together", f"{total / replies * 1000:.2f} ms", f"{asked / counted:.1f}"))
    heads = ("piece", "processor time a reply", "statements a reply")
    table(f"The writing thread, {replies} replies one by one", heads, rows)
