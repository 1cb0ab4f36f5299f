"""How a pass goes round: in slices, all of a small centre, of a large one what is live and the rest
in turn; and the same as a command."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from bot.cli import app
from bot.oversight import auditor
from bot.oversight.auditor import Auditor
from bot.oversight.look import Look
from bot.oversight.rounds import AROUND, Journey, walk
from bot.oversight.whole import BROKEN
from storage import findings, tables
from tests.oversight.centres import Centre, StandingClock


class TiredClock(StandingClock):
    """Every look at it takes a second: a slice is over after one page, a pass after four."""

    seconds = 0.0

    def monotonic(self) -> float:
        self.seconds += 1
        return self.seconds


def test_a_slice_ends_after_its_time_and_the_next_goes_on_behind_it(quiet: Centre) -> None:
    clock = TiredClock(quiet.clock.offset)
    journey, slices = Journey(AROUND), 0
    look = Look(room=quiet.room, now=quiet.now, wall=quiet.now, since=None)

    while not journey.is_over:
        quiet.database.read_now(walk, journey, look, clock.monotonic)
        slices += 1

    assert slices >= len(AROUND), "a page of each"


async def test_a_large_centre_is_seen_in_part_and_whole_after_a_while(centre: Centre) -> None:
    """Live rows in every pass, the others when their turn comes."""
    clock = TiredClock(centre.clock.offset)
    clock.at = centre.now
    looking = Auditor(centre.database, centre.room, clock)
    await looking.look()
    (done,) = centre.ids(tables.checkins, tables.checkins.c.state == "finished")
    rings = centre.ids(tables.alerts, tables.alerts.c.state == "open")[0]

    centre.by_hand("UPDATE alerts SET urgency = 'biasa' WHERE id = %s", rings)
    centre.by_hand("UPDATE checkins SET band = 'biasa' WHERE id = %s", done)
    seen = []
    for _ in range(6):
        await looking.look()
        seen.append({one[0] for one in centre.rows(tables.findings.select())})

    live, old = f"finding:row_altered:alerts:{rings}", f"finding:row_altered:checkins:{done}"
    assert live in seen[0]
    assert old in seen[-1]


async def large(centre: Centre) -> Auditor:
    """One whose first pass did not come to an end."""
    clock = TiredClock(centre.clock.offset)
    clock.at = centre.now
    looking = Auditor(centre.database, centre.room, clock)
    await looking.look()
    return looking


def amiss(centre: Centre) -> set[str]:
    return {one.id for one in centre.database.read_now(findings.open_)}


async def test_at_a_large_centre_a_row_that_is_gone_is_missed_in_the_next_pass(
    centre: Centre,
) -> None:
    looking = await large(centre)
    (done,) = centre.ids(tables.checkins, tables.checkins.c.state == "finished")

    centre.by_hand("DELETE FROM checkins WHERE id = %s", done)
    await looking.look()

    assert f"finding:row_deleted:checkins:{done}" in amiss(centre)


async def test_at_a_large_centre_what_is_mended_is_believed_in_the_next_pass(
    centre: Centre,
) -> None:
    looking = await large(centre)
    (done,) = centre.ids(tables.checkins, tables.checkins.c.state == "finished")
    (band,) = centre.rows(select(tables.checkins.c.band).where(tables.checkins.c.id == done))
    change = "UPDATE checkins SET band = %s WHERE id = %s"
    named = f"finding:row_altered:checkins:{done}"

    for _ in range(3):
        centre.by_hand(change, "biasa", done)
        for _ in range(8):
            await looking.look()
            if named in amiss(centre):
                break
        await looking.look()
        assert named in amiss(centre), "also where this pass does not come by"
        centre.by_hand(change, band[0], done)
        await looking.look()
        assert named not in amiss(centre)


def test_operations_say_what_to_do_about_every_check() -> None:
    root = Path(__file__).parents[2]
    sources = "".join(path.read_text() for path in (root / "bot" / "oversight").glob("*.py"))
    checks = {*re.findall(r'check="(\w+)"', sources), *BROKEN}
    page = (root / "docs" / "operations.md").read_text()

    assert len(checks) > 25
    assert [one for one in sorted(checks) if f"`{one}`" not in page] == []


def test_nothing_is_known_before_the_first_pass_and_after_three_minutes(quiet: Centre) -> None:
    looking = Auditor(quiet.database, quiet.room, quiet.clock)

    assert looking.age_s is None
    assert not looking.is_clean
    assert auditor.STALE_S == 180


@pytest.fixture
def asks(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`kabar audit` beside this database."""
    if not centre.url.startswith("sqlite"):
        pytest.skip("the command is the same on both engines")
    folder = centre.url.removeprefix("sqlite:///").removesuffix("kabar.db")
    monkeypatch.setenv("KABAR_DATABASE_URL", centre.url)
    monkeypatch.setenv("KABAR_KEY_FILE", f"{folder}kabar.key")
    return lambda *given: CliRunner().invoke(app, ["audit", *given])


def test_the_command_prints_what_is_amiss_and_takes_what_was_looked_into(
    centre: Centre, asks: Any
) -> None:
    (case,) = centre.ids(tables.cases)
    named = f"finding:row_altered:cases:{case}"
    centre.by_hand("UPDATE cases SET risk = 'high'")

    found = asks("--json")
    plain = asks()
    accepted = asks("--accept", named)
    refused = asks("--accept", "finding:plan_late:x")
    after = json.loads(asks("--json").stdout)

    assert (found.exit_code, plain.exit_code) == (1, 1)
    assert named in {one["id"] for one in json.loads(found.stdout)["findings"]}
    assert named in plain.stdout.splitlines()
    assert (accepted.exit_code, refused.exit_code) == (0, 1)
    assert named not in {one["id"] for one in after["findings"]}
