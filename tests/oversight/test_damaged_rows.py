"""A damaged cell is named, and hides nothing else from the audit."""

import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flows.model import Role
from storage import tables
from storage.turns import State
from tests.oversight.centres import Centre
from tests.oversight.conftest import DEWI
from tests.oversight.test_auditor import asks

__all__ = ["asks"]

t = tables
NO_MOMENT = {"sqlite": "zz", "postgresql": "infinity"}
CELLS = (
    ("alerts", "opened_at"),
    ("outbox", "created_at"),
    ("staff", "created_at"),
    ("contacts", "interviewed_on"),
)


def engine(centre: Centre) -> str:
    return centre.url.partition(":")[0]


def damages(centre: Centre, table: str, column: str) -> str:
    """What names the row: PostgreSQL's driver brings no raw value of a moment that is none."""
    row = centre.ids(t.metadata.tables[table])[0]
    wrong = NO_MOMENT[engine(centre)]
    assert centre.by_hand(f"UPDATE {table} SET {column} = '{wrong}' WHERE id = %s", row) == 1
    check = "row_altered" if engine(centre) == "sqlite" else "row_unreadable"
    return f"finding:{check}:{table}:{row}"


@pytest.mark.parametrize(("table", "column"), CELLS)
async def test_a_moment_that_is_none_is_named_and_so_is_all_else(
    centre: Centre, table: str, column: str
) -> None:
    (case,), answer = centre.ids(t.cases), centre.ids(t.answers)[0]
    named = damages(centre, table, column)
    centre.by_hand("UPDATE cases SET home_risk = true WHERE id = %s", case)
    centre.by_hand("DELETE FROM answers WHERE id = %s", answer)

    kept = await centre.audited()

    wanted = {named, f"finding:row_altered:cases:{case}", f"finding:row_deleted:answers:{answer}"}
    assert wanted - kept == set()
    assert wanted - centre.finds() == set()


async def test_staff_of_a_role_that_is_none_keeps_nobody_else_from_being_told(
    centre: Centre,
) -> None:
    dewi = centre.staff(DEWI, Role.SUPERVISOR)
    other = centre.staff(DEWI + 1, Role.SUPERVISOR)
    centre.by_hand("UPDATE staff SET role = 'x' WHERE id = %s", other)

    kept = await centre.audited()

    assert f"finding:row_altered:staff:{other}" in kept
    told = centre.rows(t.outbox.select().where(t.outbox.c.kind == "operator"))
    assert [(one.owner_id, one.state) for one in told] == [(dewi, State.PENDING)]


async def test_findings_are_kept_where_nobody_can_be_told(
    centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    boss = centre.staff(DEWI, Role.ADMIN)
    blob = "x'00'" if engine(centre) == "sqlite" else r"'\x00'"
    centre.by_hand(f"UPDATE addresses SET address = {blob} WHERE owner_id = %s", boss)

    with caplog.at_level(logging.ERROR):
        kept = await centre.audited()

    assert f"finding:row_altered:addresses:staff:{boss}:telegram" in kept
    assert "staff_unreadable" in {vars(one).get("action") for one in caplog.records}


@pytest.mark.parametrize(
    ("statement", "named"),
    [("DELETE FROM content_versions WHERE kind = 'programme'", "check_failed:contacts"),
     ("DELETE FROM data_keys WHERE subject LIKE 'contact:%%'", "key_missing:contact"),
     ("UPDATE data_keys SET key_id = 'zz'", "check_failed:inbox")],
)  # fmt: skip
def test_what_rows_need_and_is_gone_is_named_and_so_is_all_else(
    centre: Centre, tmp_path: Path, statement: str, named: str
) -> None:
    """A program of its own looks, for this one still remembers what is gone."""
    answer = centre.ids(t.answers)[0]
    sqlite = engine(centre) == "sqlite"
    assert centre.by_hand(statement.replace("%%", "%") if sqlite else statement)
    centre.by_hand("DELETE FROM answers WHERE id = %s", answer)

    done = subprocess.run(
        [sys.executable, "-m", "bot", "audit"],
        env=os.environ
        | {"KABAR_DATABASE_URL": centre.url, "KABAR_KEY_FILE": str(tmp_path / "kabar.key")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert f"finding:row_deleted:answers:{answer}" in done.stdout.splitlines()
    assert f"finding:{named}:" in done.stdout
    assert done.returncode == 1


def test_a_seal_of_a_number_beyond_all_numbers_is_named(centre: Centre) -> None:
    centre.by_hand("INSERT INTO seals (row, mac) SELECT 'steps:99999999999999999999', mac"
                   " FROM seals LIMIT 1")  # fmt: skip

    assert centre.finds() == {"finding:row_deleted:steps:99999999999999999999"}


def test_text_that_is_none_is_named_and_so_is_what_stands_behind_it(centre: Centre) -> None:
    if engine(centre) != "sqlite":
        pytest.skip("PostgreSQL keeps no such text")
    first, *_, last = centre.ids(t.facts)
    centre.by_hand("UPDATE facts SET id = CAST(x'66ff' AS TEXT) WHERE id = %s", first)
    centre.by_hand("UPDATE facts SET rule = 'A99' WHERE id = %s", last)

    found = centre.finds()

    assert {"finding:row_unreadable:facts:after:", f"finding:row_altered:facts:{last}"} <= found


def test_the_command_names_damage_without_a_traceback(centre: Centre, asks: Any) -> None:
    named = damages(centre, "alerts", "opened_at")

    found = asks()
    refused = asks("--accept", "finding:row_altered:steps:99999999999999999999")

    assert found.exit_code == refused.exit_code == 1
    assert named in found.stdout.splitlines()
    assert isinstance(refused.exception, SystemExit)
