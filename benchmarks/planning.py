"""Does planning stay cheap when the centre grows? A due day, and a tick on which nothing is due.

Measured on `scheduler.ticks.run_due` with the tables as they are, at one size and at ten times it.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from sqlalchemy import select

from benchmarks import centre as centres
from benchmarks.centre import Centre
from benchmarks.figures import Row, share, table
from bot.scheduler import ticks
from bot.usecases.room import Room
from storage import tables
from storage.database import Database
from storage.rows import change
from storage.transaction import Tx

TICKS = 200
DUE = 300  # families that are planned at each size: the cost of one more, beside so many others


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """`planned_ms` a family whose day it is, by the clock on the wall, `busy_ms` of it the
    processor; `looked_ms` of the processor a case that the rules of a day look at, about once a
    week; `quiet_ms` a tick with nothing to do."""

    cases: int
    planned_ms: float
    busy_ms: float
    looked_ms: float
    quiet_ms: tuple[float, ...]


def measure(sizes: tuple[int, ...], *, due: int = DUE, quiet: int = TICKS) -> list[Size]:
    room = centres.the_room()
    found = []
    for cases in sizes:
        with TemporaryDirectory() as made:
            centre = centres.build(Path(made), room, families=cases, workers=20, asked=False)
            found.append(asyncio.run(_one(centre, room, min(due, cases), quiet)))
    return found


async def _one(centre: Centre, room: Room, due: int, quiet: int) -> Size:
    now = datetime.now(UTC)
    with centre.open() as database:
        quiet_ms = []
        for _ in range(quiet):
            began = time.perf_counter()
            done = await ticks.run_due(database, room, now=now)
            quiet_ms.append((time.perf_counter() - began) * 1000)
            if done:
                raise SystemExit("something was due in a quiet tick")
        looked_ms = await _look(database, room, due)
        planned_ms, busy_ms = await _plan(database, centre, room, due)
    return Size(
        cases=len(centre.families),
        planned_ms=planned_ms,
        busy_ms=busy_ms,
        looked_ms=looked_ms,
        quiet_ms=tuple(quiet_ms),
    )


async def _look(database: Database, room: Room, due: int) -> float:
    """The rules of a day look at `due` cases about which nothing is to be said."""
    now = datetime.now(UTC)

    def bring(tx: Tx) -> None:
        k = tables.cases
        chosen = tx.execute(select(k.c.id).order_by(k.c.id).limit(due)).scalars().all()
        change(tx, k, k.c.id.in_(chosen), look_at=now - timedelta(minutes=1))

    await database.write(bring)
    busy = time.process_time()
    done = await ticks.run_due(database, room, now=now)
    busy = time.process_time() - busy
    if done != due:
        raise SystemExit(f"{done} looks instead of {due}")
    return busy / due * 1000


async def _plan(database: Database, centre: Centre, room: Room, due: int) -> tuple[float, float]:
    """The day of `due` families has come, spread over the whole centre: planned and asked."""
    now = datetime.now(UTC)
    every = len(centre.families) // due
    chosen = [one.contact for one in centre.families[::every]][:due]

    def bring(tx: Tx) -> None:
        c = tables.contacts
        change(tx, c, c.c.id.in_(chosen), next_due_at=now - timedelta(minutes=1))

    await database.write(bring)
    began, busy = time.perf_counter(), time.process_time()
    done = await ticks.run_due(database, room, now=now)
    seconds, busy = time.perf_counter() - began, time.process_time() - busy
    if done < 2 * due:
        raise SystemExit(f"{done} deeds instead of {2 * due}")
    return seconds / due * 1000, busy / due * 1000


def show(*, sizes: tuple[int, ...]) -> None:
    found = measure(sizes)
    first = found[0]
    rows = [
        Row(
            f"{size.cases} cases",
            f"{size.planned_ms:.2f} ms",
            f"{size.busy_ms:.2f} ms",
            f"{size.busy_ms / first.busy_ms:.2f}",
            f"{size.looked_ms:.2f} ms",
            f"{median(size.quiet_ms):.2f} / {share(size.quiet_ms, 0.99):.2f} ms",
        )
        for size in found
    ]
    heads = (
        "",
        "a family planned and asked",
        "processor time",
        "against the smallest",
        "a case looked at",
        "quiet tick p50 / p99",
    )
    table(f"Planning, {DUE} families due at each size", heads, rows)
