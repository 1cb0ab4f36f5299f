"""kill -9 at every named point of a reply's road, and at random, while everybody acts."""

from pathlib import Path

import pytest

from bot.usecases.room import Room
from bot.waypoints import Waypoint
from tests.crash.centre import a_centre, drawn_kills

# On SQLite tests/e2e kills the program at each run of `make test`; there this here is for the soak.
BOTH = (pytest.param("sqlite", marks=pytest.mark.soak), "postgresql")


@pytest.mark.parametrize("database_url", BOTH, indirect=True)
async def test_eight_kills_lose_no_word_and_no_alert_and_double_nothing_else(
    tmp_path: Path, the_room: Room, database_url: str, unused_tcp_port: int
) -> None:
    seed = "short"
    kills = drawn_kills(seed, [*Waypoint, None])

    async with a_centre(
        tmp_path, the_room, unused_tcp_port, seed=seed, database_url=database_url
    ) as centre:
        await centre.is_killed(kills)

        await centre.holds_its_promise(*kills)
