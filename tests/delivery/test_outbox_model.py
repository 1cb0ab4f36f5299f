"""Whatever happens in whatever order: no alert is lost, nothing is sent twice without a doubt."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from bot.delivery.lanes import LANES, group_of
from storage import tables
from storage.database import Database
from storage.keyring import KeyRing
from tests.delivery.outbox_model import KINDS, Outbox


def runs(url: str, folder: Path, *, examples: int, steps: int) -> None:
    with Database(url, vault_keys=KeyRing.create(folder / "model.keys")) as database:
        machine = type("Outbox", (Outbox,), {"database": database})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                phases=[phase for phase in Phase if phase is not Phase.shrink],  # takes minutes
                suppress_health_check=list(HealthCheck),
            ),
        )


@pytest.fixture
def memory() -> Iterator[Path]:
    """Files that need no disk: thousands of commits are made there."""
    with ExitStack() as stack:
        shm = Path("/dev/shm")
        folder = stack.enter_context(tempfile.TemporaryDirectory(dir=shm if shm.is_dir() else None))
        yield Path(folder)


def made(folder: Path) -> str:
    url = f"sqlite:///{folder}/model.db"
    with Database(url, vault_keys=KeyRing.create(folder / "first.keys")) as database:
        database.write_now(lambda tx: tables.metadata.create_all(tx.connection))
    return url


def test_no_alert_is_lost_and_nothing_is_sent_twice_whatever_happens(memory: Path) -> None:
    runs(made(memory), memory, examples=60, steps=30)


def test_the_same_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    runs(postgres_url, tmp_path, examples=15, steps=25)


@pytest.mark.soak
def test_whatever_happens_for_a_long_time(memory: Path) -> None:
    runs(made(memory), memory, examples=2000, steps=60)


@pytest.mark.soak
def test_the_same_for_a_long_time_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    runs(postgres_url, tmp_path, examples=500, steps=60)


def test_every_lane_of_the_model_is_a_lane_of_a_group() -> None:
    assert {group_of(lane) for lane in KINDS} == set(LANES)
