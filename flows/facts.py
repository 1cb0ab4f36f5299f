"""All that rules may name at an answer or a text: what was said, what came before, what day it is.

Beside each fact of an item stands how `{items}` says it, with the item's own short name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flows.conversation_state import Talk
from flows.definition import FactValue
from flows.fact_names import HIGHEST, LONGEST_WINDOW, LOWEST, SHORTEST_WINDOW, TOTAL
from flows.forms import Checkin
from flows.history import (
    Past,
    asked_items,
    change_before_last,
    in_a_row,
    past_of,
)
from flows.model import Signs
from flows.rules import facts_of_checkin, facts_of_words
from flows.scoring import Score, counted, lowered
from flows.situation import Situation

Told = Iterator[tuple[str, FactValue, str]]
"""A fact, its value, and how a sentence says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """`items` says in words what facts of items are, for the place `{items}`."""

    facts: Mapping[str, FactValue]
    items: Mapping[str, str]


def of_checkin(situation: Situation, talk: Talk, result: Score, *, is_closed: bool) -> Known:
    """What is known as the check-in stands; what is not known is absent."""
    plain = facts_of_checkin(
        talk.checkin,
        talk.answers,
        score=result,
        baseline=situation.baseline,
        last_total=situation.last_total,
        level=situation.level,
        risk=situation.case.risk,
    )
    facts: dict[str, FactValue] = {**situation.of_day, **plain}
    items = dict(_answered(talk))
    told = (
        *_left_open(talk, is_closed=is_closed),
        *_windows(situation, talk, is_closed=is_closed),
        *_compared(situation, talk, result),
    )
    for fact, value, words in told:
        facts[fact] = value
        items[fact] = words
    before = change_before_last(situation.history)
    if before is not None:
        facts["change_before_last"] = before
    return Known(facts=facts, items=items)


def of_words(situation: Situation, signs: Signs) -> dict[str, FactValue]:
    """What is known of a free text, and of the case and the day."""
    plain = facts_of_words(signs, level=situation.level, risk=situation.case.risk)
    return {**situation.of_day, **plain}


def name_of(checkin: Checkin, item: str) -> str:
    """The item's own short name, for staff; its id where the content gives none."""
    found = next((one.name for one in checkin.items if one.id == item), None)
    return found or item


def _answered(talk: Talk) -> Iterator[tuple[str, str]]:
    for item, value in counted(talk.answers).items():
        yield f"answer.{item}", f"{name_of(talk.checkin, item)} {value}"
    for item, (highest, latest) in lowered(talk.answers).items():
        yield f"lowered.{item}", f"{name_of(talk.checkin, item)} diubah {highest} ke {latest}"


def _left_open(talk: Talk, *, is_closed: bool) -> Told:
    """Items that have no value. That one was never answered is known only at the end, and of a form
    of staff it says nothing about the family."""
    values, touched = counted(talk.answers), {one.item for one in talk.answers}
    for item in sorted(touched - set(values)):
        yield f"skipped.{item}", 1, name_of(talk.checkin, item)
    if not is_closed or talk.is_by_staff:
        return
    asked = asked_items(talk.checkin, talk.answers, left_out=talk.left_out)
    missing = [item.id for item in asked if item.id not in touched]
    for item in missing:
        yield f"unanswered.{item}", 1, name_of(talk.checkin, item)
    if missing:
        yield "half_done", 1, ""


def _windows(situation: Situation, talk: Talk, *, is_closed: bool) -> Told:
    """Lowest and highest over check-ins in a row. A sum that still grows has no highest yet."""
    now = past_of(
        talk.checkin,
        talk.answers,
        left_out=talk.left_out,
        by_staff=talk.is_by_staff,
        is_closed=is_closed,
    )
    rows = (*situation.history, now)
    for what in (*now.answers, "total", "pace_ms"):
        yield from _window(rows, what, name_of(talk.checkin, what), is_closed=is_closed)


def _window(rows: Sequence[Past], what: str, name: str, *, is_closed: bool) -> Told:
    for count in range(SHORTEST_WINDOW, LONGEST_WINDOW + 1):
        values = in_a_row(rows, what, count)
        if values is None:
            return
        words = f"{name} {', '.join(map(str, values))}"
        yield f"{LOWEST}.{what}.{count}", min(values), words
        if is_closed or what != TOTAL:
            yield f"{HIGHEST}.{what}.{count}", max(values), words


def _compared(situation: Situation, talk: Talk, result: Score) -> Told:
    """What another caregiver, or the school, says about the same child."""
    beside = situation.beside
    if beside.total is not None and result.total is not None:
        words = f"jumlah {result.total} dan {beside.total}"
        yield "contacts_differ", abs(result.total - beside.total), words
    values = counted(talk.answers)
    apart = {
        item: abs(values[item] - other) for item, other in beside.answers.items() if item in values
    }
    if apart:
        furthest = max(apart, key=lambda item: apart[item])
        words = (
            f"{name_of(talk.checkin, furthest)} {values[furthest]} dan {beside.answers[furthest]}"
        )
        yield "school_differs", apart[furthest], words
