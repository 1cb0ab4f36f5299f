"""All that rules may name at an answer or a text: what was said, what came before, what day it is.

Beside each fact of an item stands how `{items}` says it, with the item's own short name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flows.conversation_state import Talk
from flows.definition import FactValue
from flows.fact_names import HIGHEST, LONGEST_WINDOW, LOWEST, MEASURES, SHORTEST_WINDOW, TOTAL
from flows.history import (
    Past,
    asked_items,
    change_before_last,
    in_a_row,
    past_of,
)
from flows.model import Level, Signs
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
    names = _Names(situation, talk)
    items = dict(_answered(talk, names))
    told = (
        *_skipped(talk, names),
        *(_never_answered(situation, talk, names) if is_closed else ()),
        *_windows(situation, talk, names, is_closed=is_closed),
        *_compared(situation, talk, names, result, is_closed=is_closed),
    )
    for fact, value, words in told:
        facts[fact] = value
        items[fact] = words
    compared = {
        "baseline": situation.baseline,
        "last_total": situation.last_total,
        "change_before_last": change_before_last(situation.history),
    }
    facts.update({name: value for name, value in compared.items() if value is not None})
    return Known(facts=facts, items=items)


def of_words(situation: Situation, signs: Signs) -> dict[str, FactValue]:
    """What is known of a free text, and of the case and the day."""
    plain = facts_of_words(signs, level=situation.level, risk=situation.case.risk)
    return {**situation.of_day, **plain}


class _Names:
    """How staff call an item: by its own short name, and where an older version of the check-in
    has none, by the one it has today."""

    def __init__(self, situation: Situation, talk: Talk) -> None:
        today = (one for one in situation.content.checkins.values())
        self._named = {
            item.id: item.name
            for checkin in (*today, talk.checkin)
            for item in checkin.items
            if item.name is not None
        }

    def __call__(self, what: str) -> str:
        return "jumlah" if what == TOTAL else self._named.get(what, what)


def _answered(talk: Talk, names: _Names) -> Iterator[tuple[str, str]]:
    for item, value in counted(talk.answers).items():
        yield f"answer.{item}", f"{names(item)} {value}"
    for item, (highest, latest) in lowered(talk.answers).items():
        yield f"lowered.{item}", f"{names(item)} diubah {highest} ke {latest}"


def _skipped(talk: Talk, names: _Names) -> Told:
    """Nothing but "Tidak tahu"."""
    values = counted(talk.answers)
    for item in sorted({one.item for one in talk.answers} - set(values)):
        yield f"skipped.{item}", 1, names(item)


def _never_answered(situation: Situation, talk: Talk, names: _Names) -> Told:
    """That an item was left behind is known only at the end. Of a form of staff it says nothing
    about the family, nor where the level fell and we took the questions away ourselves."""
    if talk.is_by_staff or (talk.level is Level.OPEN and situation.level is not Level.OPEN):
        return
    behind = {*(one.item for one in talk.answers), *talk.path[:-1]}
    asked = asked_items(talk.checkin, talk.answers, left_out=talk.left_out)
    missing = [item.id for item in asked if item.id not in behind]
    for item in missing:
        yield f"unanswered.{item}", 1, names(item)
    if missing:
        yield "half_done", 1, ""


def _windows(situation: Situation, talk: Talk, names: _Names, *, is_closed: bool) -> Told:
    """Lowest and highest over check-ins in a row. A sum that still grows has no highest yet."""
    now = past_of(
        talk.checkin,
        talk.answers,
        left_out=talk.left_out,
        by_staff=talk.is_by_staff,
        is_closed=is_closed,
    )
    rows = (*situation.history, now)
    for what in (*now.answers, *MEASURES):
        yield from _window(rows, what, names(what), has_highest=is_closed or what != TOTAL)


def _window(rows: Sequence[Past], what: str, name: str, *, has_highest: bool) -> Told:
    for count in range(SHORTEST_WINDOW, LONGEST_WINDOW + 1):
        values = in_a_row(rows, what, count)
        if values is None:
            return
        words = f"{name} {', '.join(map(str, values))}"
        yield f"{LOWEST}.{what}.{count}", min(values), words
        if has_highest:
            yield f"{HIGHEST}.{what}.{count}", max(values), words


def _compared(
    situation: Situation, talk: Talk, names: _Names, result: Score, *, is_closed: bool
) -> Told:
    """What another caregiver, or the school, says about the same child. A sum that still grows is
    apart only where it is the higher one already."""
    other, total = situation.beside.total, result.total
    if other is not None and total is not None and (is_closed or total > other):
        yield "contacts_differ", abs(total - other), f"jumlah {total} dan {other}"
    values, said = counted(talk.answers), situation.beside.answers
    apart = {item: abs(values[item] - said[item]) for item in said if item in values}
    if not apart:
        return
    furthest = max(apart, key=lambda item: apart[item])
    pair = (said[furthest], values[furthest])
    at_home, at_school = pair if talk.is_school else reversed(pair)
    words = f"{names(furthest)}: keluarga {at_home}, sekolah {at_school}"
    yield "school_differs", apart[furthest], words
