"""The only file that knows APScheduler, which only ticks: rows are the schedule.

Interval triggers alone, nothing stored, and it never sees our clock. APScheduler 3 drops jobs that
are late and forgets one-shot jobs in a crash; a tick that is dropped costs nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger


class _FromNow(IntervalTrigger):  # type: ignore[misc]  # APScheduler has no types
    """The next tick is counted from now: were a clock set forward by years, APScheduler's own
    would first make a list of every second in between."""

    def get_next_fire_time(self, _: datetime | None, now: datetime) -> datetime:
        return now + timedelta(seconds=self.interval_length)


class Clockwork:
    """Calls async functions at intervals of real time, from inside the running loop."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": AsyncIOExecutor()},
            timezone="UTC",  # else it looks for the machine's zone, which a container may lack
        )

    def every(self, seconds: float, tick: Callable[[], Awaitable[None]], *, name: str) -> None:
        """Call `tick` that often; while one still runs, the next is left out."""

        async def quietly() -> None:
            """The end cancels a tick that runs: that is no error for APScheduler to report."""
            with suppress(asyncio.CancelledError):
                await tick()

        self._scheduler.add_job(
            quietly,
            _FromNow(seconds=seconds, timezone="UTC"),
            id=name,
            name=name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )

    def start(self) -> None:
        self._scheduler.start()

    def wind(self) -> None:
        """Begin to count anew. Ticks hang on the system's clock here: set back by an hour, it
        would keep them away for an hour."""
        for job in self._scheduler.get_jobs():
            job.reschedule(job.trigger)

    def stop(self) -> None:
        """No more ticks; one that runs is cancelled, and what it had written stays."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
