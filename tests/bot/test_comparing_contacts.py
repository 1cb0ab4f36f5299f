"""Two caregivers tell of the same child: sheets of paper, typed in by an operator."""

import sqlite3
from pathlib import Path

import pytest

from tests.bot.test_form_commands import WHOLE, Centre, centre

__all__ = ["centre"]

HIGHER = WHOLE.replace("sleep=1", "sleep=3").replace("eat=1", "eat=3").replace("fear=1", "fear=2")


@pytest.fixture
def grandmother(centre: Centre) -> str:
    added = centre.ok(
        *(
            "contact",
            "add",
            "--case",
            "K-0142",
            "--caregiver-name",
            "Melati",
            "--relation",
            "nenek",
        ),
        *("--level", "C"),
    )
    return str(added["contact_id"])


def spoken(folder: Path) -> list[str]:
    """The rules that spoke, in their order."""
    with sqlite3.connect(folder / "var" / "kabar.db") as database:
        rows = database.execute("select rule from facts order by at, id").fetchall()
    return [rule for (rule,) in rows]


def test_five_points_apart_within_two_weeks(
    centre: Centre, grandmother: str, tmp_path: Path
) -> None:
    centre.ok(*centre.fill("--contact", centre.contact, at="2026-01-05 10:00"))

    centre.ok(*centre.fill("--contact", grandmother, answers=HIGHER, at="2026-01-19 09:00"))

    assert spoken(tmp_path) == ["A16", "A4"], "11 and 6, and above the baseline 3"


def test_what_was_said_longer_ago_is_not_compared(
    centre: Centre, grandmother: str, tmp_path: Path
) -> None:
    centre.ok(*centre.fill("--contact", centre.contact, at="2026-01-05 10:00"))

    centre.ok(*centre.fill("--contact", grandmother, answers=HIGHER, at="2026-01-19 11:00"))

    assert spoken(tmp_path) == ["A4"]


def test_what_came_later_is_not_compared_with_a_sheet_about_an_earlier_day(
    centre: Centre, grandmother: str, tmp_path: Path
) -> None:
    centre.ok(*centre.fill("--contact", grandmother, answers=HIGHER, at="2026-01-19 09:00"))

    centre.ok(*centre.fill("--contact", centre.contact, at="2026-01-05 10:00"))

    assert spoken(tmp_path) == ["A4"]


def test_a_row_of_sheets_is_looked_back_on_from_the_day_of_each(
    centre: Centre, tmp_path: Path
) -> None:
    sleepless = WHOLE.replace("sleep=1", "sleep=3")
    for day in ("2026-01-19", "2026-01-05"):
        centre.ok(*centre.fill(answers=sleepless, at=f"{day} 10:00"))
    assert "A6" not in spoken(tmp_path), "the earlier one was typed in later"

    centre.ok(*centre.fill(answers=sleepless, at="2026-01-12 10:00"))

    assert spoken(tmp_path).count("A6") == 1
