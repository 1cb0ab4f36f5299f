"""After a gap open questions are asked again in pieces, and one family that fails stops nobody."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.scheduler import ticks
from bot.usecases import ask_again
from bot.usecases.room import Room
from flows import loader
from storage import gaps, settings, tables
from storage.gaps import Gap
from tests.oversight.centres import Centre, opened

FIRST = 7001


@pytest.fixture(scope="module")
def room() -> Room:
    content = loader.load()
    return Room(content=content, detector=loader.detector(content), timezone="Asia/Jakarta")


@pytest.fixture
def centre(database_url: str, tmp_path: Path, room: Room) -> Iterator[Centre]:
    made = opened(database_url, tmp_path, room)
    with made.database:
        yield made


def asked(centre: Centre, families: int) -> list[str]:
    """Check-ins that stand open on the phones of so many families, as a gap ends."""
    worker = centre.staff(5001)
    for number in range(families):
        centre.family(FIRST + number, worker, f"K-{number:04}")
    centre.passes(hours=23.1)
    gap = Gap(
        begins=centre.now - timedelta(minutes=5),
        ends=centre.now + timedelta(seconds=1),
        offset=timedelta(),
        due_at=centre.now,
    )
    centre.database.write_now(gaps.widen, settings.MISSED, gap)
    return [str(one) for one in centre.ids(tables.checkins)]


def passes_once(centre: Centre) -> None:
    asyncio.run(ticks.run_due(centre.database, centre.room, now=centre.now))


def rows_again(centre: Centre) -> list[Any]:
    o = tables.outbox
    return centre.rows(o.select().where(o.c.id.like("%:after_gap:%"), o.c.verb == "send"))


def asked_again(centre: Centre) -> set[str]:
    return {str(row.checkin_id) for row in rows_again(centre)}


def test_a_family_that_fails_is_passed_over_and_the_gap_ends(
    centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    broken, *others = asked(centre, 3)
    centre.by_hand("UPDATE checkins SET content_version = 'nothing' WHERE id = %s", broken)

    for _ in range(5):
        passes_once(centre)

    assert asked_again(centre) == set(others)
    assert centre.database.read_now(gaps.pending, settings.MISSED) is None
    assert [one.message for one in caplog.records].count("a due row failed") == 1


def test_many_families_are_asked_in_pieces_each_once(centre: Centre) -> None:
    families = asked(centre, ask_again.AT_ONCE + 3)
    seen = []

    for _ in range(3):
        passes_once(centre)
        seen.append(len(asked_again(centre)))

    assert seen == [0, ask_again.AT_ONCE, len(families)], "safety questions are the first piece"
    assert centre.database.read_now(gaps.pending, settings.MISSED) is None


def test_a_second_gap_that_ends_within_the_same_second_asks_again_as_well(centre: Centre) -> None:
    asked(centre, 1)
    first = centre.database.read_now(gaps.pending, settings.MISSED)
    assert first is not None
    centre.passes(seconds=2)
    assert len(rows_again(centre)) == 1

    second = replace(first, ends=first.ends + timedelta(milliseconds=400), due_at=centre.now)
    centre.database.write_now(gaps.widen, settings.MISSED, second)
    centre.passes(seconds=2)

    assert len(rows_again(centre)) == 2
