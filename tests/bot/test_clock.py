"""Time as it is and time as it was moved: never back, and the same for every process."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import MovedClock, SystemClock, clock_for_command, keep_offset, open_clock
from bot.config import ClockKind, Settings
from bot.errors import ClockMismatch
from storage import tables
from storage.database import Database
from storage.keyring import KeyRing

NOON = datetime(2026, 3, 2, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
RING = KeyRing(keys={"one": bytes(32)}, current="one", index_key=bytes(32))
MANUAL = Settings(api_url="http://127.0.0.1:8080", clock=ClockKind.MANUAL)
SYSTEM = Settings(api_url="http://127.0.0.1:8080", clock=ClockKind.SYSTEM)


class HandSet(SystemClock):
    """A system whose clock is set by hand."""

    moment = NOON

    def wall(self) -> datetime:
        return self.moment


class HandSetMoved(MovedClock, HandSet):
    """The same with an offset on top."""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(f"sqlite:///{tmp_path}/kabar.db", vault_keys=RING) as opened:
        opened.write_now(lambda tx: tables.metadata.create_all(tx.connection))
        yield opened


def test_now_is_aware_and_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta()


def test_a_small_step_back_of_the_systems_clock_is_waited_out() -> None:
    clock = HandSet()
    clock.now()

    clock.moment = NOON - timedelta(minutes=2)

    assert clock.now() == NOON


def test_a_corrected_system_clock_is_followed() -> None:
    clock = HandSet()
    clock.moment = NOON + 24 * HOUR
    clock.now()

    clock.moment = NOON

    assert clock.now() == NOON


def test_monotonic_seconds_do_not_go_back() -> None:
    clock = SystemClock()

    assert clock.monotonic() <= clock.monotonic()


def test_a_moved_clock_goes_on_from_where_it_was_put() -> None:
    clock = HandSetMoved(timedelta())

    clock.move(clock.offset_to(NOON + 3 * HOUR))
    clock.moment = NOON + timedelta(minutes=1)

    assert clock.now() == NOON + 3 * HOUR + timedelta(minutes=1)
    assert clock.wall() == NOON + timedelta(minutes=1)


def test_a_moved_clock_is_never_put_back() -> None:
    clock = HandSetMoved(2 * HOUR)

    clock.move(clock.offset_to(NOON + HOUR))
    clock.move(HOUR)

    assert clock.now() == NOON + 2 * HOUR


def test_the_offset_outlives_the_process(database: Database) -> None:
    database.write_now(keep_offset, timedelta(days=400, microseconds=1))

    clock = database.read_now(lambda tx: open_clock(MANUAL, tx))

    assert isinstance(clock, MovedClock)
    assert clock.offset == timedelta(days=400, microseconds=1)


def test_a_fresh_database_is_not_moved(database: Database) -> None:
    clock = database.read_now(lambda tx: open_clock(MANUAL, tx))

    assert isinstance(clock, MovedClock)
    assert clock.offset == timedelta()


def test_the_system_clock_has_no_offset(database: Database) -> None:
    clock = database.read_now(lambda tx: open_clock(SYSTEM, tx))

    assert type(clock) is SystemClock


def test_a_database_of_a_moved_time_is_not_run_in_the_real_one(database: Database) -> None:
    database.write_now(keep_offset, timedelta(days=10))

    with pytest.raises(ClockMismatch, match=r"moved by 10 days.*KABAR_CLOCK=manual"):
        database.read_now(lambda tx: open_clock(SYSTEM, tx))


@pytest.mark.parametrize("settings", [MANUAL, SYSTEM])
def test_a_command_sees_the_time_of_the_database(database: Database, settings: Settings) -> None:
    database.write_now(keep_offset, timedelta(days=10))

    clock = database.read_now(clock_for_command, settings)

    assert clock.now() - clock.wall() > timedelta(days=9)
