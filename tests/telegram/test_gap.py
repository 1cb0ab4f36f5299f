"""The gap in receiving: measured by the system's time, kept over a restart, whatever caused it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.telegram.updates import Receiver
from storage import gaps, settings
from storage.database import Tx
from storage.gaps import Gap
from tests.telegram.lines import PATIENCE_S, HurriedClock, ScriptedApi, World, message, no, page
from tests.telegram.test_webhook import hooked

SHORT, LONG = timedelta(seconds=149), timedelta(seconds=160)


@pytest.fixture
def clock(world: World) -> HurriedClock:
    made = world.clock = HurriedClock(timedelta(days=3))
    return made


def missed(tx: Tx) -> Gap | None:
    return gaps.pending(tx, settings.MISSED)


async def is_missed(world: World) -> Gap:
    await until(lambda: world.database.read(missed))
    found = await world.database.read(missed)
    assert found is not None
    return found


async def until(look: Callable[[], Awaitable[object]]) -> None:
    """There is no bell for what stands in the database."""
    for _ in range(PATIENCE_S * 50):
        if await look():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came to that")


def about(gap: Gap, length: timedelta) -> bool:
    return abs(gap.length - length) < timedelta(seconds=3)


async def received_once(world: World, api: ScriptedApi) -> None:
    """One process that received, and ended."""
    before = len(api.polls())
    async with world.receiving(api.url):
        await api.polled(before + 2)


async def test_the_time_between_two_processes_is_a_gap(
    world: World, api: ScriptedApi, clock: HurriedClock
) -> None:
    await received_once(world, api)
    clock.wall_ahead += LONG

    async with world.receiving(api.url) as receiver:
        gap = await is_missed(world)
        assert receiver.gap_s is not None and abs(receiver.gap_s - 160) < 3

    assert about(gap, LONG)
    assert gap.until == gap.ends + gap.offset
    assert abs(gap.offset - timedelta(days=3)) < timedelta(seconds=1)


async def test_what_taps_outlive_is_no_gap_to_ask_about(
    world: World, api: ScriptedApi, clock: HurriedClock
) -> None:
    await received_once(world, api)
    clock.wall_ahead += SHORT - timedelta(seconds=5)

    api.answers.append(page(message(11)))
    async with world.receiving(api.url) as receiver:
        await world.waits_for_a_page()
        assert receiver.gap_s is not None and 143 < receiver.gap_s < 149

    assert await world.database.read(missed) is None


@pytest.mark.parametrize("bad", [no(502), b"<html>", page("rubbish"), no(429, retry_after=300)])
async def test_a_line_that_fails_is_a_gap_that_grows_until_a_poll_is_answered(
    world: World, api: ScriptedApi, clock: HurriedClock, bad: object
) -> None:
    async with world.receiving(api.url) as receiver:
        await api.polled(2)
        api.answers.append(bad)
        failing = asyncio.ensure_future(receiver.one_round())
        await api.polled(3)
        clock.wall_ahead += LONG
        await until(lambda: grows(receiver))
        await receiver.one_round()
        await failing

    assert about(await is_missed(world), LONG)


async def grows(receiver: Receiver) -> bool:
    return receiver.gap_s is not None and receiver.gap_s > 159


async def test_a_process_that_stood_still_knows_from_when_on(
    world: World, api: ScriptedApi, clock: HurriedClock
) -> None:
    """Stopped by SIGSTOP while a poll waits: its answer is read minutes later."""
    async with world.receiving(api.url) as receiver:
        await api.polled(2)
        clock.wall_ahead += LONG
        api.lets_go.set()
        await api.polled(3)
        api.lets_go.clear()
        await receiver.one_round()

    assert about(await is_missed(world), LONG)


async def test_what_waits_is_all_in_before_anybody_is_asked_again(
    world: World, api: ScriptedApi, clock: HurriedClock
) -> None:
    await received_once(world, api)
    clock.wall_ahead += LONG
    before = len(api.polls())
    api.answers.extend([page(message(11)), page(message(12))])

    async with world.receiving(api.url):
        for _ in range(2):
            await world.waits_for_a_page()
        await api.polled(before + 4)
        gap = await is_missed(world)

    asked = [poll["timeout"] for poll in api.polls()[before:]]
    assert asked == [0, 0, 0, 50]  # nothing is waited for until a page is empty
    assert gap.due_at is not None and gap.due_at >= gap.until


async def test_a_process_that_ends_on_the_way_leaves_it_to_the_next(
    world: World, api: ScriptedApi, clock: HurriedClock
) -> None:
    await received_once(world, api)
    clock.wall_ahead += LONG
    api.answers.append(page(message(11)))
    api.when_empty = no(502)
    async with world.receiving(api.url):
        gap = await is_missed(world)
    assert gap.due_at is None

    api.when_empty = None
    await received_once(world, api)

    assert (await is_missed(world)).due_at is not None


async def test_two_gaps_in_a_row_are_asked_about_as_one(
    world: World, api: ScriptedApi, clock: HurriedClock
) -> None:
    await received_once(world, api)
    for _ in range(2):
        clock.wall_ahead += LONG
        await received_once(world, api)

    assert about(await is_missed(world), 2 * LONG)


async def test_over_an_hour_is_an_outage_as_well(
    world: World, api: ScriptedApi, clock: HurriedClock
) -> None:
    await received_once(world, api)
    clock.wall_ahead += timedelta(minutes=61)
    await received_once(world, api)

    gap = await world.database.read(gaps.pending, settings.OUTAGE)
    assert gap is not None and about(gap, timedelta(minutes=61))


async def test_a_clock_that_was_set_back_is_no_gap_for_ever(
    world: World, api: ScriptedApi, clock: HurriedClock
) -> None:
    await received_once(world, api)
    clock.wall_ahead -= timedelta(hours=2)
    await received_once(world, api)
    clock.wall_ahead += LONG
    await received_once(world, api)

    assert about(await is_missed(world), LONG)


async def test_pages_are_stored_with_the_moment_and_empty_ones_now_and_then(
    world: World, api: ScriptedApi, clock: HurriedClock
) -> None:
    async with world.receiving(api.url) as receiver:
        await api.polled(2)
        first = await alive_at(world)
        await receiver.one_round()
        assert await alive_at(world) == first
        await api.polled(4)  # a long poll waits again: it would be given up together with a page
        api.answers.append(page(message(11)))
        await receiver.one_round()
        second = await alive_at(world)
        assert second > first
        clock.wall_ahead += timedelta(seconds=4)
        for _ in range(4):
            await receiver.one_round()
            clock.wall_ahead += timedelta(seconds=4)
            await receiver.one_round()
        assert await alive_at(world) > second + timedelta(seconds=14)

    assert await world.database.read(missed) is None


async def alive_at(world: World) -> datetime:
    found = await world.database.read(gaps.alive_at)
    assert found is not None
    return found


# By webhook


async def test_by_webhook_the_process_beats_and_the_time_without_one_is_a_gap(
    world: World, api: ScriptedApi, clock: HurriedClock
) -> None:
    api.others["setWebhook"] = {"ok": True, "result": True}
    async with hooked(world, api):
        await until(lambda: world.database.read(gaps.alive_at))
    clock.wall_ahead += timedelta(seconds=130)  # the last delivery of a tap is tried at 123 s

    api.calls.clear()
    async with hooked(world, api) as (receiver, _):
        gap = await is_missed(world)
        assert receiver.gap_s is not None and abs(receiver.gap_s - 130) < 3

    assert about(gap, timedelta(seconds=130))
    assert gap.due_at is not None  # what waits comes within two minutes
    assert abs(gap.due_at - gap.until - timedelta(minutes=2)) < timedelta(seconds=1)


@pytest.mark.parametrize("value", ["zz", "2026-11-24T03:00:00", "", "12"])
@pytest.mark.parametrize("name", [settings.ALIVE_AT, settings.MISSED, settings.OUTAGE])
async def test_a_moment_that_was_changed_by_hand_keeps_nobody_from_receiving(
    world: World, api: ScriptedApi, name: str, value: str
) -> None:
    await world.database.write(settings.write, name, value)

    await received_once(world, api)

    assert await world.database.read(gaps.alive_at) is not None
    assert await world.database.read(gaps.pending, name) is None


@pytest.mark.parametrize("value", ["zz", "2026-11-24T03:00:00"])
async def test_what_ticks_goes_on_after_its_moment_was_changed_by_hand(
    world: World, value: str, caplog: pytest.LogCaptureFixture
) -> None:
    await world.database.write(settings.write, settings.TICKED_AT, value)
    wall = datetime.now(UTC)
    span = gaps.Span(begins=wall, ends=wall)
    gaps._tell_unreadable.cache_clear()

    for _ in range(3):
        assert await world.database.read(gaps.alive_at, settings.TICKED_AT) is None
    assert await world.database.write(gaps.ticked, span, offset=timedelta()) is None

    assert await world.database.read(gaps.alive_at, settings.TICKED_AT) == wall
    assert [vars(one).get("action") for one in caplog.records].count("setting_unreadable") == 1
