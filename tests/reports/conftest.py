"""An office for the tests that only read, and one for each test that changes something."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.usecases.room import Room
from tests.e2e.conftest import the_room
from tests.oversight.centres import opened
from tests.postgres import ENGINES, chosen_engine, fresh
from tests.reports.offices import Office, busy, settings_of

__all__ = ["the_room"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a workbook and its lines look like differs in nothing between the engines."""
    for item in items:
        is_looks = item.path.name in ("test_workbook.py", "test_lines.py")
        if is_looks and "[postgresql" in item.name:
            item.add_marker(pytest.mark.soak)


@pytest.fixture(scope="module")
def shell() -> Iterator[pytest.MonkeyPatch]:
    """The environment of the commands of a module."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module", params=ENGINES)
def office(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    the_room: Room,
    shell: pytest.MonkeyPatch,
) -> Iterator[Office]:
    """For tests that only read."""
    folder = tmp_path_factory.mktemp("office")
    with fresh(request, str(request.param), folder) as url:
        centre = opened(url, folder, the_room)
        with centre.database:
            settings_of(shell, url, folder)
            yield busy(centre, folder)


@pytest.fixture
def own_office(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    the_room: Room,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Office]:
    """For one test that changes something."""
    with fresh(request, chosen_engine(), tmp_path) as url:
        centre = opened(url, tmp_path, the_room)
        with centre.database:
            settings_of(monkeypatch, url, tmp_path)
            yield busy(centre, tmp_path)


@pytest.fixture
def bare(
    database_url: str, tmp_path: Path, the_room: Room, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    """Nobody has said anything yet."""
    centre = opened(database_url, tmp_path, the_room)
    with centre.database:
        settings_of(monkeypatch, database_url, tmp_path)
        yield Office(centre=centre, folder=tmp_path, worker="", sari="", wati="")
