"""A centre in which something has happened, on either engine."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.usecases.room import Room
from flows.model import StaffId
from storage import deadlines, tables, verdicts
from storage.transaction import Tx
from tests.e2e.conftest import engine, the_room, world, world_url
from tests.e2e.scenes import CRITICAL, HARMLESS
from tests.oversight.centres import Centre, opened
from tests.postgres import ENGINES, fresh

__all__ = ["engine", "the_room", "world", "world_url"]

ON_BOTH_IN_SOAK = (
    "test_auditor.py",
    "test_damaged_families.py",
    "test_damaged_rows.py",
    "test_damaged_staff.py",
    "test_holders.py",
    "test_outdated_keys.py",
    "test_recomputed.py",
)
"""What is recomputed differs little between the engines, and costs a database for each test."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.name in ON_BOTH_IN_SOAK and "[postgresql" in item.name:
            item.add_marker(pytest.mark.soak)


RATNA, DEWI, SARI = 5001, 5002, 7001
DAYS = ("1-2 hari", "1-2 hari", *["Tidak ada"] * 5)


@pytest.fixture
def quiet(database_url: str, tmp_path: Path, the_room: Room) -> Iterator[Centre]:
    """A mother whose first check-in is on her phone, and whom nothing worries; on either engine."""
    centre = opened(database_url, tmp_path, the_room)
    with centre.database:
        worker = centre.staff(RATNA)
        centre.family(SARI, worker, "K-0142")
        centre.passes(hours=23.1)
        yield centre


@pytest.fixture
def centre(quiet: Centre) -> Centre:
    return busy(quiet)


@pytest.fixture(scope="module", params=ENGINES)
def standing(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, the_room: Room
) -> Iterator[Centre]:
    """The same for tests that put back what they have changed."""
    folder = tmp_path_factory.mktemp("standing")
    with fresh(request, str(request.param), folder) as url:
        centre = opened(url, folder, the_room)
        with centre.database:
            worker = centre.staff(RATNA)
            centre.family(SARI, worker, "K-0142")
            centre.passes(hours=23.1)
            yield busy(centre)


def busy(centre: Centre) -> Centre:
    """She has answered all of it and wants to talk, which somebody took; she has written twice
    since, and the second text rings."""
    centre.taps(SARI, "Mulai", *DAYS, "Ada, mau bicara", "Anak", "Selesai")
    centre.taps(RATNA, "Saya tangani")
    centre.writes(SARI, HARMLESS)
    centre.writes(SARI, CRITICAL)
    centre.database.write_now(_judge, centre.now)
    return centre


def _judge(tx: Tx, now: datetime) -> None:
    """Staff said that the words are meant, and stopped a clock that began with them."""
    fact = tx.execute(select(tables.facts).where(tables.facts.c.evidence.is_not(None))).first()
    worker = StaffId(tx.execute(select(tables.staff.c.id)).scalars().first() or "")
    assert fact is not None
    verdicts.keep(tx, fact.alert_id, worker, is_true=True, now=now)
    began = {"began": now, "ends": now + timedelta(hours=72), "remind": None}
    deadlines.start(
        tx, fact.words_id, case=fact.case_id, alert=fact.alert_id, owner=worker, **began
    )
    (clock,) = deadlines.running(tx)
    deadlines.stop(tx, clock, f"staff:{worker}", why="reported", reason="Sudah.", now=now)
