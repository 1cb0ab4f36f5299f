"""What the answers of a check-in add up to. A higher answer always counts; lowering never does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flows.forms import Checkin, Total

FIRST_AT_HOME = 4
"""How many totals at home make a baseline of their own (safeguarding decision 4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One version of an answer; a value of None is "Tidak tahu"."""

    item: str
    value: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """`answered` counts the items of the total, or all that are asked where nothing is added up."""

    total: int | None
    is_estimated: bool
    answered: int
    band: str | None


def counted(answers: Sequence[Given]) -> dict[str, int]:
    """What scores and rules use: per item the highest value ever chosen.

    Somebody may be made to take an answer back, so taking back changes nothing.
    """
    highest: dict[str, int] = {}
    for answer in answers:
        if answer.value is not None:
            highest[answer.item] = max(answer.value, highest.get(answer.item, answer.value))
    return highest


def shown(answers: Sequence[Given]) -> dict[str, int | None]:
    """What the phone shows: the latest choice of each item; `answers` are in order of time."""
    return {answer.item: answer.value for answer in answers}


def lowered(answers: Sequence[Given]) -> dict[str, tuple[int, int]]:
    """Items whose latest value is below an earlier one, as (highest, latest): itself a sign.

    "Tidak tahu" is no value: alone it lowers nothing, and it hides no lowering before it.
    """
    latest = shown([answer for answer in answers if answer.value is not None])
    return {
        item: (highest, value)
        for item, highest in counted(answers).items()
        if (value := latest[item]) is not None and value < highest
    }


def score(checkin: Checkin, answers: Sequence[Given], *, is_closed: bool) -> Score:
    """The total as far as it can be known.

    While the check-in is open that is the plain sum so far. Once closed (or a day old) a missing
    item takes the mean of the others if at least `least_answered` are there, else there is none.
    """
    values = counted(answers)
    if checkin.total is None:
        answered = sum(1 for item in checkin.asked if item.id in values)
        return Score(total=None, is_estimated=False, answered=answered, band=None)
    chosen = [values[item] for item in checkin.total.items if item in values]
    is_whole = len(chosen) == len(checkin.total.items)
    if not chosen or (is_closed and not is_whole and len(chosen) < checkin.total.least_answered):
        return Score(total=None, is_estimated=False, answered=len(chosen), band=None)
    is_estimated = is_closed and not is_whole
    total = _filled_up(chosen, len(checkin.total.items)) if is_estimated else sum(chosen)
    return Score(
        total=total,
        is_estimated=is_estimated,
        answered=len(chosen),
        band=_band(checkin.total, total),
    )


def _filled_up(chosen: Sequence[int], items: int) -> int:
    """The mean times the number of items, half rounded up, in whole numbers only."""
    return (2 * sum(chosen) * items + len(chosen)) // (2 * len(chosen))


def _band(total: Total, points: int) -> str | None:
    reached = [name for name, least in total.bands if points >= least]
    return reached[-1] if reached else None


def baseline(termination: int | None, first_totals: Sequence[int]) -> int | None:
    """What a total is compared with: the lower of termination and the first weeks at home.

    The first weeks are the median of the first four totals. Half a point is dropped: a lower
    baseline shows a rise sooner. None while neither is known.
    """
    known = [] if termination is None else [termination]
    if len(first_totals) >= FIRST_AT_HOME:
        _, lower, upper, _ = sorted(first_totals[:FIRST_AT_HOME])
        known.append((lower + upper) // 2)
    return min(known, default=None)
