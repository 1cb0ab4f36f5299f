"""Where a case stands, in words that staff read: every figure says what it rests on."""

from collections.abc import Iterator

from bot.texts import Text
from flows.forms import About, Item
from flows.scoring import FIRST_AT_HOME
from flows.standing import Answered, Baseline, Direction, Measured, Standing
from flows.wording import fill

ANY_CHILD, UNNAMED, UNCODED = 12, "anak", "ini"
"""A screen about a case says neither age nor nickname, nor the code that a school knows."""

DIRECTIONS = {
    Direction.UP: Text("up"),
    Direction.DOWN: Text("down"),
    Direction.SAME: Text("unchanged"),
}
APART = (
    (About.STRENGTH, Text("Strengths:")),
    (About.CAREGIVER, Text("The caregiver:")),
    (About.PRACTICAL, Text("Practical things:")),
)
"""Kinds of items that are never part of a total and stand apart, with their heading."""


def explained(standing: Standing) -> tuple[str, ...]:
    """The score in sentences, then the two clocks."""
    return (*score_in_words(standing), *clocks_in_words(standing))


def score_in_words(standing: Standing) -> tuple[str, ...]:
    """Total, band, baseline with its parts, changes; what is estimated or half done says so."""
    last = standing.last
    if last is None:
        return (Text("No check-in has been answered yet.").fill(),)
    return tuple(_score(standing, last))


def clocks_in_words(standing: Standing) -> tuple[str, ...]:
    """Since when the family was not spoken with, and the child not seen or spoken to alone."""
    spoken = Text("Last spoke with the family: {when}.")
    seen = Text("Child last seen or spoken to alone: {when}.")
    return (
        spoken.fill(when=_days_ago(standing.days_since_spoken)),
        seen.fill(when=_days_ago(standing.days_since_child_seen)),
    )


def items_in_words(last: Measured) -> tuple[str, ...]:
    """Each item with what was answered; strength, caregiver and practical things under headings of
    their own."""
    kinds = [kind for kind, _ in APART]
    lines = [_line(one) for one in last.items if one.about not in kinds]
    for kind, heading in APART:
        found = last.about(kind)
        lines += [heading.fill(), *map(_line, found)] if found else []
    return tuple(lines)


def _score(standing: Standing, last: Measured) -> Iterator[str]:
    if last.least is None:
        yield Text("This check-in is not added up: {answered} of {asked} items answered.").fill(
            answered=last.answered, asked=last.asked
        )
    elif last.total is None:
        text = Text("No total: {answered} of {asked} items answered, at least {least} are needed.")
        yield text.fill(answered=last.answered, asked=last.asked, least=last.least)
    else:
        yield " ".join((_total(last, last.total), *_changes(standing)))
    if last.is_estimated:
        text = Text("An estimate: {answered} of {asked} items answered.")
        yield text.fill(answered=last.answered, asked=last.asked)
    if last.is_partial:
        text = Text("Half done: {answered} items, counted after 24 hours.")
        yield text.fill(answered=last.answered)


def _total(last: Measured, total: int) -> str:
    text = Text("Total so far {total}{band}.") if last.is_open else Text("Total {total}{band}.")
    return text.fill(total=total, band=_band(last))


def _band(last: Measured) -> str:
    if last.band is None:
        return ""
    if not last.band_from:
        return f" ({last.band})"
    return Text(" ({band}, from {least})").fill(band=last.band, least=last.band_from)


def _changes(standing: Standing) -> Iterator[str]:
    base, parts = standing.baseline, _parts(standing.baseline)
    change = standing.change_from_baseline
    if change is None or base.value is None:
        yield Text("No baseline yet ({parts}).").fill(parts=parts)
    elif change == 0:
        yield Text("Same as the baseline {value} ({parts}).").fill(value=base.value, parts=parts)
    else:
        text = (
            Text("Up {points} from the baseline {value} ({parts}).")
            if change > 0
            else Text("Down {points} from the baseline {value} ({parts}).")
        )
        yield text.fill(points=abs(change), value=base.value, parts=parts)
    if standing.change_from_last is not None:
        yield _since_last(standing.change_from_last)


def _since_last(change: int) -> str:
    if change == 0:
        return Text("Same as the last check-in.").fill()
    text = (
        Text("Up {points} from the last check-in.")
        if change > 0
        else Text("Down {points} from the last check-in.")
    )
    return text.fill(points=abs(change))


def _parts(base: Baseline) -> str:
    """Both parts of a baseline, also the one that is not there."""
    leaving = (
        Text("no value from leaving").fill()
        if base.termination is None
        else Text("value on leaving {value}").fill(value=base.termination)
    )
    at_home = (
        Text("{known} of the first {wanted} check-ins so far").fill(
            known=base.at_home, wanted=FIRST_AT_HOME
        )
        if base.median is None
        else Text("middle of the first four check-ins {value}").fill(value=base.median)
    )
    return f"{leaving}; {at_home}"


def _days_ago(days: int | None) -> str:
    if days is None:
        return Text("never noted").fill()
    if days == 0:
        return Text("today").fill()
    return Text("{days} days ago").fill(days=days)


def asked_of_any(item: Item) -> str:
    """The question of an item, whoever the child is."""
    return fill(item.text_for(ANY_CHILD), panggilan=UNNAMED, kode=UNCODED)


def _line(one: Answered) -> str:
    """One question and what was answered, the child unnamed."""
    unknown = Text("not known").fill()
    label = next((it.label for it in one.item.choices if it.value == one.latest), unknown)
    question = asked_of_any(one.item)
    moved = one.direction if one.direction is not Direction.SAME else None
    return f"- {question} {label}" + ("" if moved is None else f" ({DIRECTIONS[moved].fill()})")
