"""Totals: the highest answer counts, missing ones are estimated only once a check-in is closed."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.definition import Approval
from flows.forms import ANY_AGE, Checkin, Choice, Item, Total
from flows.model import Level
from flows.scoring import Given, Score, baseline, counted, lowered, score, shown

SEVEN = ("sleep", "eat", "fear", "withdraw", "anger", "self", "school")
START = datetime(2026, 3, 2, 2, tzinfo=UTC)


def checkin(total: Total | None = None, items: Sequence[str] = (*SEVEN, "safety")) -> Checkin:
    return Checkin(
        id="mingguan-a",
        kind="check-in",
        level=Level.OPEN,
        approval=Approval(by=None, on=date(2026, 1, 1)),
        opening="Apa kabar?",
        items=tuple(
            Item(
                id=item,
                texts={ANY_AGE: f"{item}?"},
                choices=tuple(Choice(value=value, label=str(value)) for value in range(4)),
                scale=None,
                is_branch=False,
            )
            for item in items
        ),
        open_line=None,
        total=total,
    )


def weekly() -> Checkin:
    bands = (("hijau", 0), ("kuning", 6), ("oranye", 12))
    return checkin(Total(items=SEVEN, least_answered=5, bands=bands))


def answers(*chosen: tuple[str, int | None]) -> list[Given]:
    """Answer versions a minute apart."""
    return [
        Given(item=item, value=value, at=START + timedelta(minutes=minute))
        for minute, (item, value) in enumerate(chosen)
    ]


def of_values(*values: int | None) -> list[Given]:
    """One answer for each of the seven items, as far as the values go."""
    return answers(*zip(SEVEN, values, strict=False))


versions = st.lists(
    st.tuples(st.sampled_from((*SEVEN, "safety")), st.none() | st.integers(0, 3)), max_size=25
).map(lambda chosen: answers(*chosen))


class TestVersions:
    def test_the_highest_counts_and_the_latest_is_shown(self) -> None:
        given_answers = answers(("sleep", 1), ("sleep", 3), ("sleep", 0), ("eat", None))

        assert counted(given_answers) == {"sleep": 3}
        assert shown(given_answers) == {"sleep": 0, "eat": None}
        assert lowered(given_answers) == {"sleep": (3, 0)}

    @pytest.mark.parametrize(
        ("values", "found"),
        [
            ((0, 3), {}),
            ((3, 3), {}),
            ((3, 1), {"safety": (3, 1)}),
            ((3, 0, 3), {}),  # put back
            ((3, None), {}),
            ((3, 0, None), {"safety": (3, 0)}),  # "Tidak tahu" hides nothing
            ((None, 2), {}),
        ],
    )
    def test_only_a_lower_value_is_lowering(
        self, values: tuple[int | None, ...], found: dict[str, tuple[int, int]]
    ) -> None:
        assert lowered(answers(*(("safety", value) for value in values))) == found

    @given(earlier=versions, later=versions)
    def test_nothing_chosen_later_lowers_what_counts(
        self, earlier: list[Given], later: list[Given]
    ) -> None:
        before, after = counted(earlier), counted([*earlier, *later])

        assert all(after[item] >= value for item, value in before.items())

    @given(given_answers=versions)
    def test_lowered_is_where_the_last_value_is_below_what_counts(
        self, given_answers: list[Given]
    ) -> None:
        for item, (highest, latest) in lowered(given_answers).items():
            values = [one.value for one in given_answers if one.item == item]
            assert highest == max(value for value in values if value is not None) > latest
            assert latest in values


class TestScore:
    @pytest.mark.parametrize(
        ("values", "is_closed", "expected"),
        [
            ((), False, (None, False, 0, None)),
            ((None, None), False, (None, False, 0, None)),
            ((3,), False, (3, False, 1, "hijau")),
            ((3, 3, 3, 3), False, (12, False, 4, "oranye")),  # the sum so far, no estimate
            ((3, 3, 3, 3), True, (None, False, 4, None)),
            ((1, 1, 1, 1, 1), True, (7, True, 5, "kuning")),
            ((1, 1, 1, 1, 0), True, (6, True, 5, "kuning")),  # 5.6
            ((1, 0, 0, 0, 0), True, (1, True, 5, "hijau")),  # 1.4
            ((3, 3, 3, None, 0, 0, 0), True, (11, True, 6, "kuning")),  # 10.5, half up
            ((2, 2, 2, 2, 2, 1, 1), True, (12, False, 7, "oranye")),
            ((0, 0, 0, 0, 0, 0, 0), True, (0, False, 7, "hijau")),
            ((), True, (None, False, 0, None)),
        ],
    )
    def test_missing_answers_are_estimated_only_when_closed(
        self,
        values: tuple[int | None, ...],
        is_closed: bool,
        expected: tuple[int | None, bool, int, str | None],
    ) -> None:
        total, is_estimated, answered, band = expected

        found = score(weekly(), of_values(*values), is_closed=is_closed)

        assert found == Score(total=total, is_estimated=is_estimated, answered=answered, band=band)

    def test_items_outside_the_total_do_not_count(self) -> None:
        found = score(weekly(), answers(("safety", 3), ("sleep", 2)), is_closed=False)

        assert (found.total, found.answered) == (2, 1)

    def test_a_lowered_answer_keeps_its_points(self) -> None:
        found = score(weekly(), answers(("sleep", 3), ("sleep", 0)), is_closed=False)

        assert found.total == 3

    @pytest.mark.parametrize("is_closed", [False, True])
    def test_b_has_no_total(self, is_closed: bool) -> None:
        short = checkin(None, ("sleep", "eat", "play", "school", "call"))

        found = score(short, answers(("sleep", 3), ("call", 2)), is_closed=is_closed)

        assert found == Score(total=None, is_estimated=False, answered=2, band=None)

    def test_no_answers_make_no_total_even_where_none_is_needed(self) -> None:
        lenient = checkin(Total(items=SEVEN, least_answered=0, bands=()))

        assert score(lenient, [], is_closed=True).total is None

    def test_below_the_lowest_band_there_is_none(self) -> None:
        only_high = checkin(Total(items=SEVEN, least_answered=1, bands=(("oranye", 12),)))

        assert score(only_high, of_values(1), is_closed=False).band is None

    @given(given_answers=versions, item=st.sampled_from(SEVEN), is_closed=st.booleans())
    def test_a_raised_answer_never_lowers_the_total(
        self, given_answers: list[Given], item: str, is_closed: bool
    ) -> None:
        values = counted(given_answers)
        higher = answers((item, min(values.get(item, 0) + 1, 3)))
        if item not in values:  # raising means that it was answered before
            given_answers = [*given_answers, *answers((item, 0))]

        before = score(weekly(), given_answers, is_closed=is_closed)
        after = score(weekly(), [*given_answers, *higher], is_closed=is_closed)

        assert after.answered == before.answered
        assert (after.total is None) is (before.total is None)
        assert (after.total or 0) >= (before.total or 0)

    @given(given_answers=versions)
    def test_an_estimate_lies_between_the_sum_and_the_most_that_is_possible(
        self, given_answers: list[Given]
    ) -> None:
        so_far = score(weekly(), given_answers, is_closed=False)
        closed = score(weekly(), given_answers, is_closed=True)

        if closed.total is not None:
            assert so_far.total is not None
            assert so_far.total <= closed.total <= 21


class TestBaseline:
    @pytest.mark.parametrize(
        ("termination", "first_totals", "expected"),
        [
            (None, [], None),
            (None, [4, 5, 6], None),
            (7, [], 7),
            (7, [2, 2, 2], 7),
            (None, [9, 3, 5, 7], 6),
            (None, [3, 5, 6, 9], 5),  # 5.5
            (4, [9, 3, 5, 7], 4),
            (10, [9, 3, 5, 7], 6),
            (10, [9, 3, 5, 7, 0, 0, 0], 6),  # later ones change nothing
            (0, [9, 3, 5, 7], 0),
        ],
    )
    def test_is_the_lower_of_termination_and_the_first_weeks_at_home(
        self, termination: int | None, first_totals: list[int], expected: int | None
    ) -> None:
        assert baseline(termination, first_totals) == expected
