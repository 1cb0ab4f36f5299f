"""`make soak`: fifty kills on each engine, with a bad line to Telegram besides."""

from pathlib import Path

import pytest

from bot.usecases.room import Room
from bot.waypoints import Waypoint
from tests.crash.centre import a_centre, drawn_kills

pytestmark = pytest.mark.soak

POINTS = [*Waypoint, None, None, None]
CHAPTERS = 5  # of ten kills each: one check-in a family lasts about so long


@pytest.mark.parametrize("chapter", range(CHAPTERS))
async def test_ten_kills_with_a_bad_line_lose_no_word_and_no_alert(
    tmp_path: Path, the_room: Room, database_url: str, unused_tcp_port: int, chapter: int
) -> None:
    seed = f"soak {chapter}"
    kills = drawn_kills(seed, POINTS)

    async with a_centre(
        tmp_path, the_room, unused_tcp_port, seed=seed, database_url=database_url
    ) as centre:
        await centre.line_is_bad()
        await centre.is_killed(kills)
        await centre.line_is_good()

        await centre.holds_its_promise(*kills)
