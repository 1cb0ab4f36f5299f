"""Nine weeks of a centre, played once for all questions about them."""

from collections.abc import Iterator

import pytest

from bot.usecases.room import Room
from tests.e2e.conftest import the_room
from tests.oversight.centres import opened
from tests.postgres import chosen_engine, fresh
from tests.rehearsal.weeks import Weeks, begun

__all__ = ["the_room"]


@pytest.fixture(scope="module")
def weeks(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, the_room: Room
) -> Iterator[Weeks]:
    folder = tmp_path_factory.mktemp("weeks")
    with fresh(request, chosen_engine(), folder) as url:
        centre = opened(url, folder, the_room)
        with centre.database:
            found = begun(centre)
            found.lives_through()
            yield found
