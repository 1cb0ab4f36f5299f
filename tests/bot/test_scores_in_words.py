"""The cases that a psychologist can read: how a check-in is explained to staff."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.usecases.standing_words import clocks_in_words, items_in_words, score_in_words
from flows.scoring import Given
from flows.standing import Standing, Taken, compared_with, measured
from tests.flows.builders import CONTENT, MONDAY_TEN

FILES = sorted((Path(__file__).parents[1] / "cases" / "scores").glob("*.yaml"))
CASES = [case for file in FILES for case in yaml.safe_load(file.read_text())]
KNOWN = {"form", "answers", "state", "baseline", "earlier", "spoken", "seen"}


def versions(item: str, value: Any) -> Iterator[Given]:
    for one in value if isinstance(value, list) else [value]:
        yield Given(item=item, value=one, at=MONDAY_TEN)


def standing(given: dict[str, Any]) -> Standing:
    assert set(given) <= KNOWN, "a slip of the pen in a case"
    state, answers = given.get("state", "finished"), given.get("answers")
    found = None
    if answers is not None:
        found = measured(
            Taken(
                checkin=CONTENT.checkins[given.get("form", "mingguan-a")],
                answers=[one for item, value in answers.items() for one in versions(item, value)],
                is_closed=state != "open",
                is_finished=state == "finished",
                before={},
                about={},
            )
        )
    earlier = given.get("earlier", [])
    return Standing(
        last=found,
        baseline=compared_with(given.get("baseline"), earlier),
        last_total=earlier[-1] if earlier else None,
        days_since_spoken=given.get("spoken"),
        days_since_child_seen=given.get("seen"),
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_a_score_is_explained_as_the_case_says(case: dict[str, Any]) -> None:
    found = standing(case["given"])

    assert list(score_in_words(found)) == case["says"]
    assert "clocks" not in case or list(clocks_in_words(found)) == case["clocks"]


def test_there_are_cases_enough_and_each_is_told_once() -> None:
    names = [case["case"] for case in CASES]

    assert len(names) >= 15
    assert len(set(names)) == len(names)


def test_items_of_another_kind_stand_under_their_own_heading() -> None:
    weekly = CONTENT.checkins["mingguan-a"]
    answers = [one for item in ("sleep", "self", "school") for one in versions(item, 3)]
    about = {"self": "strength", "school": "caregiver"}
    taken = Taken(
        checkin=weekly, answers=answers, is_closed=True, is_finished=True, before={}, about=about
    )

    before = {"sleep": 1, "self": 3}
    lines = items_in_words(measured(replace(taken, before=before)))

    assert lines == (
        "- Dalam 7 hari ini, berapa hari anak susah tidur? 5-7 hari (naik)",
        "Kekuatan:",
        "- Dalam 7 hari ini, berapa hari anak bilang dirinya jelek? 5-7 hari",
        "Pengasuh:",
        "- Dalam 7 hari ini, berapa hari anak tidak mau sekolah? 5-7 hari",
    )
