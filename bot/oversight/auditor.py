"""The audit: a read-only pass over the rows, and what is done with what it finds.

Each new finding is an ERROR in the log and a figure, staff who look after the system get a message,
and the heartbeat stops until all is mended.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.clock import SystemClock
from bot.oversight.look import Finding, Look
from bot.oversight.report import report
from bot.oversight.rounds import (
    AROUND,
    GONE,
    GONE_S,
    LIVE,
    PASS_S,
    Journey,
    Place,
    revisit,
    walk,
)
from bot.usecases.room import Room
from storage import findings
from storage.database import Database
from storage.errors import CommitFailed, DatabaseBusy, KeyFileOutdated
from storage.transaction import Tx

log = logging.getLogger(__name__)

EVERY_S = 60.0
STALE_S = 180.0  # an audit older than that proves nothing
PAUSE_S = 0.02  # between two slices: whoever writes has the processor first
AGAIN = 20  # places of one pass at which is looked whether what was found there is mended
MOST = 500  # findings of one pass; a table that is gone would bring one a row


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a pass saw. `is_whole` says that nothing was left for the next one."""

    found: tuple[Finding, ...]
    is_whole: bool


class Auditor:
    """Looks at everything, again and again. One pass at a time, whoever asks."""

    def __init__(self, database: Database, room: Room, clock: SystemClock) -> None:
        self._database, self._room, self._clock = database, room, clock
        self._one_at_a_time = asyncio.Lock()
        self._since, self._looked_at = clock.now(), clock.wall()
        self._around, self._gone = Journey(AROUND), Journey(GONE)
        self._places: dict[tuple[str, str], Place] = {}  # by finding and table
        self._untold: list[Finding] = []
        self._seen: set[str] = set()  # on the way around that is under way
        self._is_large = False
        self._ended_at: float | None = None
        self._open = 0

    @property
    def age_s(self) -> float | None:
        """Seconds since the last pass ended, None before the first."""
        return None if self._ended_at is None else self._clock.monotonic() - self._ended_at

    @property
    def is_clean(self) -> bool:
        """Was it looked at lately, and is nothing amiss?"""
        age_s = self.age_s
        return age_s is not None and age_s < STALE_S and not self._open

    def begin(self) -> None:
        """What is late from now on is late: before, nobody was there to do it."""
        self._since, self._looked_at = self._clock.now(), self._clock.wall()

    async def tick(self) -> None:
        """A pass, unless one is under way."""
        if not self._one_at_a_time.locked():
            await self.look()

    async def look(self) -> None:
        """A pass, and what follows from it. One that fails is logged, and the heartbeat stops once
        the last good one is too long ago."""
        async with self._one_at_a_time:
            self._note_gap()
            try:
                seen = await self._pass()
                await self._keep(seen)
            except Exception:
                log.exception("the audit failed", extra={"action": "audit_failed"})
                return
            self._ended_at = self._clock.monotonic()

    def _note_gap(self) -> None:
        """After a sleep of the machine what is due is not late at once. By the system's clock: a
        clock that is moved stops wherever something is due."""
        wall = self._clock.wall()
        if (wall - self._looked_at).total_seconds() > STALE_S:
            self._since = self._clock.now()
        self._looked_at = wall

    async def _pass(self) -> Seen:
        """First what is live, where all of it is too much for one pass."""
        found: list[Finding] = []
        if self._is_large:
            await self._walk(Journey(LIVE), found, limit_s=float("inf"))
            if self._gone.is_over:
                self._gone = Journey(GONE)
            await self._walk(self._gone, found, limit_s=GONE_S)
        if self._around.is_over:
            self._around, self._seen = Journey(AROUND), set()
        await self._walk(self._around, found, limit_s=PASS_S)
        self._is_large = not self._around.is_over or self._is_large
        self._seen |= {one.id for one in found}
        return Seen(found=_once(found), is_whole=self._around.is_over)

    async def _walk(self, journey: Journey, found: list[Finding], *, limit_s: float) -> None:
        spent_s = 0.0
        while not journey.is_over and spent_s < limit_s:
            if spent_s:
                await asyncio.sleep(PAUSE_S)
            done = await self._database.read(walk, journey, self._look(), self._clock.monotonic)
            spent_s += done.spent_s or PAUSE_S
            found += done.found
            self._places |= done.places

    def _look(self) -> Look:
        now, wall = self._clock.now(), self._clock.wall()
        return Look(room=self._room, now=now, wall=wall, since=self._since)

    async def _keep(self, seen: Seen) -> None:
        """Written only where something is new or mended: mostly there is nothing to write."""
        known = {one.id for one in await self._database.read(findings.open_)}
        new = [one for one in seen.found if one.id not in known][:MOST]
        mended = await self._mended(known, seen)
        if new or mended:
            now = self._clock.now()
            self._untold += await self._database.write(_write, tuple(new), mended, now=now)
        await self._tell(self._untold, now=self._clock.now())
        self._open = await self._database.read(findings.count)

    async def _tell(self, unknown: Sequence[Finding], *, now: datetime) -> None:
        """Apart from keeping them: the rows of those who would be told may be what is damaged.
        Where the database was only away for a moment, the next pass tells of them."""
        if not unknown:
            return
        try:
            await self._database.write(report, self._room, unknown[0].id, len(unknown), now=now)
        except (DatabaseBusy, CommitFailed, KeyFileOutdated):
            log.exception("findings are told later", extra={"action": "finding_untold"})
            return
        except Exception:
            log.exception("nobody was told of findings", extra={"action": "finding_untold"})
        self._untold = []

    async def _mended(self, known: set[str], seen: Seen) -> frozenset[str]:
        """What is not there any more where it was found: nobody waits for a whole way around to be
        believed. And once all has been looked at, whatever was not seen on the way."""
        found = {one.id for one in seen.found}
        mine = {key: at for key, at in self._places.items() if key[0] in known | found}
        self._places = mine
        again = list(dict.fromkeys(at for (one, _), at in mine.items() if one not in found))
        amiss = set[str]()
        for place in again[:AGAIN]:
            amiss |= await self._database.read(revisit, self._look(), place)
        looked = {one for (one, _), at in mine.items() if at in again[:AGAIN]}
        left = {one for (one, _), at in mine.items() if at in again[AGAIN:]}
        unseen = known - self._seen if seen.is_whole else set[str]()
        return frozenset((unseen | (looked & known) - left) - found - amiss)


def _write(
    tx: Tx, new: tuple[Finding, ...], mended: frozenset[str], *, now: datetime
) -> list[Finding]:
    unknown = [one for one in new if findings.keep(tx, one.id, one.detail, now=now)]
    findings.clear(tx, mended, now=now)
    if unknown:
        tx.after_commit(lambda: _log(unknown))
    return unknown


def _log(new: Iterable[Finding]) -> None:
    for one in new:
        extra = {"action": "finding", "check": one.check, "row": one.row, **one.detail}
        log.error("the audit found something amiss", extra=extra)


def _once(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Two checks, or a live row on its way around, may see the same."""
    return tuple({one.id: one for one in found}.values())
