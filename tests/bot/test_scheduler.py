"""The ticker: one pass at a time, again after a failure, whatever the system's clock does."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import SystemClock
from bot.scheduler.clockwork import Clockwork
from bot.scheduler.pulse import Pulse
from bot.working import Working

PATIENCE_S = 10


class Passes:
    """Stands in for what is due: counts, fails or waits as it is told."""

    def __init__(self) -> None:
        self.seen: list[datetime] = []
        self.fails = False
        self.gate = asyncio.Event()
        self.gate.set()
        self.came = asyncio.Event()

    async def __call__(self, *, now: datetime) -> int:
        self.seen.append(now)
        self.came.set()
        await self.gate.wait()
        if self.fails:
            raise LookupError("a fault")
        return 1


async def test_a_pass_gets_the_moved_time_and_is_remembered() -> None:
    passes, clock = Passes(), SystemClock()
    pulse = Pulse(passes, clock)
    assert pulse.age_s is None

    await pulse.beat()

    assert passes.seen[0].tzinfo is UTC
    assert pulse.age_s is not None
    assert pulse.age_s < PATIENCE_S


async def test_a_failed_pass_is_logged_and_does_not_count(
    caplog: pytest.LogCaptureFixture,
) -> None:
    passes = Passes()
    pulse = Pulse(passes, SystemClock())
    passes.fails = True

    await pulse.beat()

    assert pulse.age_s is None
    assert [record.__dict__["action"] for record in caplog.records] == ["tick_failed"]


async def test_a_tick_is_left_out_while_a_pass_is_under_way() -> None:
    passes = Passes()
    pulse = Pulse(passes, SystemClock())
    passes.gate.clear()
    first = asyncio.ensure_future(pulse.tick())
    await passes.came.wait()

    await pulse.tick()
    passes.gate.set()
    await first

    assert len(passes.seen) == 1


async def test_clockwork_ticks_until_it_is_stopped() -> None:
    ticks, third = [], asyncio.Event()

    async def tick() -> None:
        ticks.append(1)
        if len(ticks) == 3:
            third.set()

    clockwork = Clockwork()
    clockwork.every(0.02, tick, name="tick")
    clockwork.start()
    await asyncio.wait_for(third.wait(), PATIENCE_S)
    clockwork.stop()
    await asyncio.sleep(0)
    stopped_at = len(ticks)
    await asyncio.sleep(0.06)

    assert len(ticks) == stopped_at
    clockwork.stop()


async def test_a_slow_tick_is_not_started_twice() -> None:
    running, most, done = 0, 0, asyncio.Event()

    async def tick() -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.1)
        running -= 1
        done.set()

    clockwork = Clockwork()
    clockwork.every(0.02, tick, name="tick")
    clockwork.start()
    await asyncio.wait_for(done.wait(), PATIENCE_S)
    clockwork.stop()

    assert most == 1


async def test_a_step_of_the_systems_clock_neither_stops_nor_floods_the_ticks() -> None:
    clockwork, ticked = Clockwork(), asyncio.Event()

    async def tick() -> None:
        ticked.set()

    clockwork.every(0.02, tick, name="tick")
    clockwork.start()
    (job,) = clockwork._scheduler.get_jobs()
    job.modify(next_run_time=datetime.now(UTC) + timedelta(hours=1))  # as if set back by an hour
    clockwork.wind()
    await asyncio.wait_for(ticked.wait(), PATIENCE_S)

    ticked.clear()
    job.modify(next_run_time=datetime.now(UTC) - timedelta(days=20_000))  # as if it had been 1970
    await asyncio.wait_for(ticked.wait(), PATIENCE_S)
    clockwork.stop()


async def test_work_is_done_at_the_bell_and_again_after_a_failure(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bell, rested, calls = asyncio.Event(), asyncio.Event(), []

    async def drain(_: Callable[[], bool]) -> int:
        calls.append(working.is_working)
        if len(calls) == 2:
            raise LookupError("a fault")
        return 0

    working = Working(drain, bell, rested.set)
    running = asyncio.ensure_future(working.run())
    for _ in range(3):
        await asyncio.wait_for(rested.wait(), PATIENCE_S)
        rested.clear()
        bell.set()
    working.stop()
    await asyncio.wait_for(running, PATIENCE_S)

    assert calls[:3] == [True, True, True]
    assert not working.is_working
    assert [record.__dict__["action"] for record in caplog.records] == ["drain_failed"]
