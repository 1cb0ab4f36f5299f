"""PostgreSQL is killed and started again under load: the program outlives it and loses nothing."""

import asyncio
from pathlib import Path

import pytest

from bot.usecases.room import Room
from tests.crash.centre import Centre, a_centre, until
from tests.postgres import Server

AWAY_S, BUSY_S = 0.4, 1.0


async def the_database_dies(centre: Centre, postgres: Server) -> None:
    """The power of its machine is cut, and comes back; the program goes on by itself."""
    await asyncio.sleep(BUSY_S)
    await asyncio.to_thread(postgres.crashes)
    await asyncio.sleep(AWAY_S)
    await asyncio.to_thread(postgres.returns)
    written = (await centre.world.control("GET", "updates"))["next"]
    await until(lambda: centre.has_handled(written))


async def test_a_database_that_dies_under_load_loses_nothing_and_ends_nothing(
    tmp_path: Path, the_room: Room, postgres: Server, postgres_url: str, unused_tcp_port: int
) -> None:
    seed = "database"

    async with a_centre(
        tmp_path, the_room, unused_tcp_port, seed=seed, database_url=postgres_url
    ) as centre:
        await centre.returns()
        async with centre.everybody_acts():
            await the_database_dies(centre, postgres)

        assert centre.victim.is_alive, centre.victim.says()
        await centre.holds_its_promise()


@pytest.mark.soak
@pytest.mark.parametrize("seed", ["first", "second"])
async def test_a_database_that_dies_again_and_again_with_a_bad_line_to_telegram(
    tmp_path: Path,
    the_room: Room,
    postgres: Server,
    postgres_url: str,
    unused_tcp_port: int,
    seed: str,
) -> None:
    async with a_centre(
        tmp_path, the_room, unused_tcp_port, seed=seed, database_url=postgres_url
    ) as centre:
        await centre.line_is_bad()
        await centre.returns()
        async with centre.everybody_acts():
            for _ in range(3):
                await the_database_dies(centre, postgres)
        await centre.line_is_good()

        assert centre.victim.is_alive, centre.victim.says()
        await centre.holds_its_promise()
