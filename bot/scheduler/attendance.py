"""Notices that for a long time nothing that was due was done, before it is done."""

import logging
from datetime import datetime, timedelta

from bot.ports import Clock
from bot.scheduler.pulse import RunDue
from bot.usecases.report_outage import note_ticking
from storage.database import Database

log = logging.getLogger(__name__)

WRITTEN_EVERY = timedelta(seconds=15)


class Attendance:
    """Passes over what is due, each one noted by the system's time: a moved clock is no outage."""

    def __init__(self, database: Database, clock: Clock, run_due: RunDue) -> None:
        self._database = database
        self._clock = clock
        self._run_due = run_due
        self._ticked_at: datetime | None = None
        self._written_at: datetime | None = None

    async def run_due(self, *, now: datetime) -> int:
        wall = self._clock.wall()
        try:
            await self._note(now, wall)
        except Exception as error:  # alerts must not wait for it
            extra = {"action": "tick_not_noted", "error": type(error).__name__}
            log.warning("a pass was not noted", extra=extra)
        return await self._run_due(now=now)

    async def _note(self, now: datetime, wall: datetime) -> None:
        written = self._written_at
        if written is None or not timedelta() <= wall - written < WRITTEN_EVERY:
            known = self._ticked_at
            await self._database.write(note_ticking, known=known, now=now, wall=wall)
            self._written_at = wall
        self._ticked_at = wall
