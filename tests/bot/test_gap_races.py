"""Two programs write about one gap at the same moment, on PostgreSQL."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.scheduler import ticks
from storage import gaps, settings
from storage.gaps import Gap
from storage.transaction import Tx
from tests.bot.meetings import NOW, Centre, centre, room

__all__ = ["centre", "room"]

OLD = Gap(
    begins=NOW - timedelta(hours=4),
    ends=NOW - timedelta(hours=2),
    offset=timedelta(),
    due_at=NOW,
    checkins=2,
    steps=3,
)
NEW = replace(OLD, begins=NOW - timedelta(hours=1), ends=NOW, due_at=None)


@pytest.mark.parametrize("name", [settings.MISSED, settings.OUTAGE])
async def test_a_gap_that_becomes_longer_as_it_is_closed_stays(centre: Centre, name: str) -> None:
    centre.here.write_now(gaps.widen, name, OLD)
    wanted = "ask_again" if name == settings.MISSED else "outage"
    duty = next(one for one in ticks.DUTIES if one.name == wanted)
    centre.here.write_now(settings.write, settings.ALIVE_AT, NOW.isoformat())
    (row,) = centre.here.read_now(duty.look, now=NOW)

    def draw(tx: Tx) -> bool:
        return ticks.visit(tx, duty, centre.room, row, now=NOW)

    await centre.meet(lambda tx: gaps.widen(tx, name, NEW), draw)

    kept = centre.here.read_now(gaps.pending, name)
    assert kept == replace(NEW, begins=OLD.begins, checkins=4, steps=6)


async def test_two_gaps_that_are_found_at_once_lose_no_figures(centre: Centre) -> None:
    centre.here.write_now(gaps.widen, settings.OUTAGE, OLD)

    def widen(tx: Tx) -> None:
        gaps.widen(tx, settings.OUTAGE, NEW)

    await centre.meet(widen, widen)

    kept = centre.here.read_now(gaps.pending, settings.OUTAGE)
    assert kept is not None and (kept.checkins, kept.steps) == (6, 9)
