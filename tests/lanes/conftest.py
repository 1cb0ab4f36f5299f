"""A centre with a worker, a supervisor, a head and a mother at A; on either engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.usecases.room import Room
from flows.model import Level, Role
from tests.e2e.conftest import the_room
from tests.lanes.houses import DEWI, HANA, RATNA, SARI, House
from tests.oversight.centres import opened

__all__ = ["the_room"]


@pytest.fixture
def house(request: pytest.FixtureRequest, database_url: str, tmp_path: Path, the_room: Room
          ) -> Iterator[House]:  # fmt: skip
    """Monday at ten. The level of the mother is A, or the fixture's parameter."""
    centre = opened(database_url, tmp_path, the_room)
    with centre.database:
        people = {RATNA: centre.staff(RATNA)}
        people[DEWI] = centre.staff(DEWI, Role.SUPERVISOR)
        people[HANA] = centre.staff(HANA, Role.HEAD)
        level = getattr(request, "param", Level.OPEN)
        contact = centre.family(SARI, people[RATNA], "K-0142", level)
        made = House(centre=centre, contact=contact, people=people)
        yield made
        assert made.centre.finds() - made.excused == set()
