"""Two `kabar run` on one PostgreSQL: one is killed, one is frozen and woken, both simply work."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.usecases.room import Room
from storage import tables
from storage.transaction import Tx
from tests.crash.account import on_their_way
from tests.crash.centre import Centre, a_centre, until
from tests.crash.victim import Victim

TAKES_OVER_WITHIN_S = 60.0
BUSY_S, COMMITTED_S = 1.5, 0.2
SHARE = 25  # updates that each of two handles at least
SLOW_S = 1.0  # a send takes so long, so that one is in the air


@asynccontextmanager
async def two(
    folder: Path, room: Room, ports: Callable[[], int], seed: str, url: str
) -> AsyncIterator[tuple[Centre, Victim, Victim]]:
    """A centre in which two programs run, the first one longer than the second."""
    async with a_centre(folder, room, ports(), seed=seed, database_url=url) as centre:
        first, second = centre.victim, centre.companion(ports())
        await centre.returns()
        await second.starts()
        await until(second.has_opened)
        yield centre, first, second


async def another_takes_over(centre: Centre) -> None:
    """What is written from now on is received, handled, and an answer goes out."""
    world = centre.world
    written = (await world.control("GET", "updates"))["next"]
    calls = (await world.control("GET", "calls?method=sendMessage"))["next"]

    async def has_sent() -> bool:
        since = await world.control("GET", f"calls?method=sendMessage&after={calls}")
        return bool(since["calls"])

    await until(lambda: centre.has_handled(written), patience_s=TAKES_OVER_WITHIN_S)
    await until(has_sent, patience_s=TAKES_OVER_WITHIN_S)


async def test_one_of_two_dies_and_the_other_receives_works_and_sends(
    tmp_path: Path,
    the_room: Room,
    unused_tcp_port_factory: Callable[[], int],
    postgres_url: str,
) -> None:
    ports = unused_tcp_port_factory
    async with two(tmp_path, the_room, ports, "killed", postgres_url) as (centre, first, second):
        async with centre.everybody_acts():
            await asyncio.sleep(BUSY_S)
            await first.is_killed()
            await centre.counts_in_flight()
            await another_takes_over(centre)
            await first.starts()
            await until(first.has_opened)
            await second.is_killed()
            await centre.counts_in_flight()
            await another_takes_over(centre)

        assert first.is_alive, first.says()
        await centre.holds_its_promise()


@pytest.mark.soak
async def test_a_frozen_process_that_wakes_sends_nothing_that_it_does_not_hold(
    tmp_path: Path,
    the_room: Room,
    unused_tcp_port_factory: Callable[[], int],
    postgres_url: str,
) -> None:
    """What was in the air as it froze it may not settle any more, and only that may come twice."""
    ports = unused_tcp_port_factory
    async with two(tmp_path, the_room, ports, "frozen", postgres_url) as (centre, first, second):
        async with centre.everybody_acts():
            await asyncio.sleep(BUSY_S)
            await freezes(centre, first)
            await another_takes_over(centre)
            first.is_sent(signal.SIGCONT)
            await until(lambda: first.has_logged("fenced"))
            await another_takes_over(centre)

        assert first.is_alive, first.says()
        assert second.is_alive, second.says()
        await centre.holds_its_promise()


@pytest.mark.soak
async def test_a_process_that_woke_stands_by_and_takes_over_again(
    tmp_path: Path,
    the_room: Room,
    unused_tcp_port_factory: Callable[[], int],
    postgres_url: str,
) -> None:
    ports = unused_tcp_port_factory
    async with two(tmp_path, the_room, ports, "woken", postgres_url) as (centre, first, second):
        async with centre.everybody_acts():
            await freezes(centre, first)
            await another_takes_over(centre)
            first.is_sent(signal.SIGCONT)
            await second.is_killed()
            await centre.counts_in_flight()
            await another_takes_over(centre)

        assert first.is_alive, first.says()
        await centre.holds_its_promise()


@pytest.mark.soak
async def test_two_processes_share_the_work_and_do_nothing_twice(
    tmp_path: Path,
    the_room: Room,
    unused_tcp_port_factory: Callable[[], int],
    postgres_url: str,
) -> None:
    ports = unused_tcp_port_factory
    async with two(tmp_path, the_room, ports, "both", postgres_url) as (centre, first, second):
        async with centre.everybody_acts():
            await until(lambda: centre.world.database.read(both_have_worked, centre.since))

        assert first.is_alive, first.says()
        assert second.is_alive, second.says()
        await centre.holds_its_promise()


def both_have_worked(tx: Tx, since: int) -> bool:
    """Have two handled what came in? A row keeps the name of the one who had it in hand."""
    i = tables.inbox
    handled = (i.c.state == "done", i.c.update_id >= since)
    query = select(func.count()).where(*handled).group_by(i.c.lease)
    return sum(count >= SHARE for count in tx.execute(query).scalars()) >= 2


async def freezes(centre: Centre, victim: Victim) -> None:
    """It stands still with a send in the air. What it has committed by then is counted."""
    slow = {"kind": "delay", "method": "sendMessage", "seconds": SLOW_S}
    await centre.world.control("POST", "faults", slow)
    await until(lambda: centre.world.database.read(is_sending))
    victim.is_sent(signal.SIGSTOP)
    await asyncio.sleep(COMMITTED_S)
    await centre.counts_in_flight()
    assert centre.in_flight, "it held nothing as it froze"
    await centre.line_is_good()
    await asyncio.sleep(SLOW_S)  # from now on, what Telegram gets is from the other one


def is_sending(tx: Tx) -> bool:
    return bool(on_their_way(tx))
