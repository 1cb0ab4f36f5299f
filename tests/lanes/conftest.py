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


ON_BOTH_ALWAYS = ("test_two_lanes.py", "test_law_clock.py")
"""What only PostgreSQL gets wrong shows in these; the others run on it in the soak."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        is_here = item.path.parent == Path(__file__).parent
        if is_here and item.path.name not in ON_BOTH_ALWAYS and "postgresql" in item.name:
            item.add_marker(pytest.mark.soak)


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
