"""Where a case stands: items apart by what they are about, their direction, days of a calendar."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flows.scoring import Given
from flows.standing import Direction, Standing, Taken, compared_with, days_since, measured
from tests.flows.builders import CONTENT, MONDAY_TEN

WEEKLY = CONTENT.checkins["mingguan-a"]


def taken(answers: dict[str, int | None], **changes: Any) -> Taken:
    given = tuple(Given(item=item, value=one, at=MONDAY_TEN) for item, one in answers.items())
    whole = Taken(
        checkin=WEEKLY, answers=given, is_closed=True, is_finished=True, before={}, about={}
    )
    return replace(whole, **changes)


def test_strength_and_caregiver_items_stand_apart_and_add_nothing() -> None:
    about = {"self": "strength", "school": "caregiver"}

    found = measured(taken({"sleep": 1, "self": 2, "school": 3, "safety": 0}, about=about))

    assert [one.item.id for one in found.about("strength")] == ["self"]
    assert [one.item.id for one in found.about("caregiver")] == ["school"]
    assert [one.item.id for one in found.about("child")] == ["sleep", "safety"]


@pytest.mark.parametrize(
    ("value", "before", "direction"),
    [
        (3, 1, Direction.UP),
        (0, 2, Direction.DOWN),
        (2, 2, Direction.SAME),
        (2, None, None),
        (None, 2, None),
    ],
)
def test_an_item_has_a_direction_where_both_values_are_known(
    value: int | None, before: int | None, direction: Direction | None
) -> None:
    earlier = {} if before is None else {"sleep": before}

    (one,) = measured(taken({"sleep": value}, before=earlier)).items

    assert one.direction is direction


def test_a_lowered_answer_is_shown_as_chosen_and_counted_as_highest() -> None:
    lowered = (
        Given(item="sleep", value=3, at=MONDAY_TEN),
        Given(item="sleep", value=0, at=MONDAY_TEN),
    )

    (one,) = measured(replace(taken({}), answers=lowered)).items

    assert (one.value, one.latest) == (3, 0)


@pytest.mark.parametrize(
    ("ago", "days"),
    [
        (timedelta(hours=9), 0),
        (timedelta(hours=11), 1),  # yesterday evening in Jakarta
        (timedelta(days=60), 60),
        (-timedelta(hours=1), 0),
    ],
)
def test_days_are_those_of_the_local_calendar(ago: timedelta, days: int) -> None:
    assert days_since(MONDAY_TEN - ago, now=MONDAY_TEN, timezone="Asia/Jakarta") == days


def test_days_count_over_a_leap_day_and_in_every_zone() -> None:
    now = datetime(2028, 3, 1, 1, tzinfo=UTC)
    then = datetime(2028, 2, 28, 23, tzinfo=UTC)

    assert days_since(then, now=now, timezone="UTC") == 2
    assert days_since(then, now=now, timezone="Asia/Jayapura") == 1
    assert days_since(None, now=now, timezone="UTC") is None


def test_nothing_is_compared_where_there_is_no_total() -> None:
    found = Standing(
        last=measured(taken({"sleep": 3})),
        baseline=compared_with(4, (1, 2, 3, 4)),
        last_total=4,
        days_since_spoken=None,
        days_since_child_seen=None,
    )

    assert (found.change_from_baseline, found.change_from_last) == (None, None)
    assert found.baseline.value == 2
