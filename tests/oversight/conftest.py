"""A centre in which something has happened, on either engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.usecases.room import Room
from storage import migrate
from tests.e2e.conftest import the_room, world
from tests.e2e.scenes import CRITICAL, HARMLESS
from tests.oversight.centres import Centre, opened

__all__ = ["the_room", "world"]

RATNA, DEWI, SARI = 5001, 5002, 7001
DAYS = ("1-2 hari", "1-2 hari", *["Tidak ada"] * 5)


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/kabar.db"
    migrate.upgrade(url)
    return url


@pytest.fixture
def quiet(database_url: str, tmp_path: Path, the_room: Room) -> Iterator[Centre]:
    """A mother whose first check-in is on her phone, and whom nothing worries."""
    centre = opened(database_url, tmp_path, the_room)
    with centre.database:
        worker = centre.staff(RATNA)
        centre.family(SARI, worker, "K-0142")
        centre.passes(hours=23.1)
        yield centre


@pytest.fixture
def centre(quiet: Centre) -> Centre:
    """She has answered all of it and wants to talk, has written twice, and the second text rings.
    A text of hers was read, and somebody took the alert of the check-in."""
    quiet.taps(SARI, "Mulai", *DAYS, "Ada, mau bicara", "Anak")
    quiet.taps(RATNA, "Saya tangani")
    quiet.writes(SARI, HARMLESS)
    quiet.writes(SARI, CRITICAL)
    return quiet
