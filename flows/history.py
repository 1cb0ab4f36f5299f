"""Earlier check-ins of the same contact, and what another contact says: windows over both."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from flows.fact_names import PACE, TOTAL
from flows.forms import Checkin, Item
from flows.model import CheckinId
from flows.scoring import Given, counted, score

KEPT = 7
"""How many earlier check-ins a window may reach back; with this one that is eight."""
LEAST_FOR_PACE = 3  # answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A check-in that is over: counted values by item, and what it came to.

    `asked` is all that it measured, answered or not: items, `total`, `pace_ms`. What it never asked
    it says nothing about, so a window passes over it; what it asked in vain breaks a window."""

    answers: Mapping[str, int]
    total: int | None
    band: str | None
    pace_ms: int | None
    asked: frozenset[str] = frozenset()
    id: CheckinId | None = None

    def value(self, what: str) -> int | None:
        """An item, `total` or `pace_ms`."""
        match what:
            case "total":
                return self.total
            case "pace_ms":
                return self.pace_ms
            case _:
                return self.answers.get(what)

    def measures(self, what: str) -> bool:
        return what in self.asked or self.value(what) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What others say about the same child lately: the total of another caregiver, and answers of
    the school to items that both are asked (to a school: of the family), by items of this form."""

    total: int | None = None
    answers: Mapping[str, int] = field(default_factory=dict)


def past_of(
    checkin: Checkin,
    answers: Sequence[Given],
    *,
    left_out: frozenset[str],
    by_staff: bool,
    is_closed: bool = True,
    id: CheckinId | None = None,
) -> Past:
    """A check-in as windows see it. While it is open there is no pace yet."""
    result = score(checkin, answers, is_closed=is_closed)
    return Past(
        answers=counted(answers),
        total=result.total,
        band=result.band,
        pace_ms=None if by_staff or not is_closed else pace_ms(answers),
        asked=measured(checkin, answers, left_out=left_out, by_staff=by_staff),
        id=id,
    )


def measured(
    checkin: Checkin, answers: Sequence[Given], *, left_out: frozenset[str], by_staff: bool
) -> frozenset[str]:
    """All that a check-in asks or would have asked, had it gone on."""
    items = {item.id for item in asked_items(checkin, answers, left_out=left_out)}
    sums = () if checkin.total is None else (TOTAL,)
    return frozenset((*items, *sums, *(() if by_staff else (PACE,))))


def asked_items(
    checkin: Checkin, answers: Sequence[Given], *, left_out: frozenset[str]
) -> tuple[Item, ...]:
    """Items that were asked, and those that would have come, by the answers that are there."""
    values, touched = counted(answers), {one.item for one in answers}

    def comes(item: Item) -> bool:
        if item.is_branch or item.id in left_out:
            return False
        return item.only_if is None or item.only_if.passes(values)

    return tuple(item for item in checkin.items if item.id in touched or comes(item))


def said_by(checkin: Checkin, answers: Sequence[Given], *, to: Checkin) -> dict[str, int]:
    """What another's answers say to the items of the check-in `to`: one of the two is a school's,
    whose items name the family's that ask the same."""
    values, found = counted(answers), dict[str, int]()
    for item in checkin.items:
        if item.same_as is not None and item.id in values:
            found[item.same_as] = values[item.id]
    for item in to.items:
        if item.same_as is not None and item.same_as in values:
            found[item.id] = values[item.same_as]
    mine = {item.id for item in to.items}
    return {item: value for item, value in found.items() if item in mine}


def pace_ms(answers: Sequence[Given]) -> int | None:
    """Milliseconds an item, from the first answer to the last; None under three answers, and where
    all came at one moment: then they waited for us, and nothing was measured."""
    items, moments = {one.item for one in answers}, [one.at for one in answers]
    if len(items) < LEAST_FOR_PACE:
        return None
    took = max(moments) - min(moments)
    if not took:
        return None
    return round(took.total_seconds() * 1000) // (len(items) - 1)


def in_a_row(rows: Sequence[Past], what: str, count: int) -> tuple[int, ...] | None:
    """The last `count` values of `what`, oldest first, the newest of `rows` among them; None where
    there are fewer, or one of them was asked in vain."""
    if not rows or rows[-1].value(what) is None:
        return None
    found: list[int] = []
    for past in reversed(rows):
        value = past.value(what)
        if value is None and not past.measures(what):
            continue
        if value is None:
            return None
        found.append(value)
        if len(found) == count:
            return tuple(reversed(found))
    return None


def change_before_last(history: Iterable[Past]) -> int | None:
    """The change that the check-in before this one had shown, over the one before it."""
    totals = [past.total for past in history if past.total is not None]
    return totals[-1] - totals[-2] if len(totals) > 1 else None
