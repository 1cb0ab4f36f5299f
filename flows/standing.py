"""Where a case stands: the last check-in in figures, what it is compared with, and two clocks.

Nothing here is said in words, and nothing is judged: rules do that, and people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flows.forms import Checkin, Item
from flows.hours import local
from flows.scoring import FIRST_AT_HOME, Given, baseline, counted, score, shown

CHILD = "child"
"""What an item is about unless its content says otherwise: strength, caregiver, practical, ..."""


class Direction(StrEnum):
    """How an item has changed since the check-in before."""

    UP = "up"
    DOWN = "down"
    SAME = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One item of the last check-in. `value` counts (the highest ever chosen), `latest` is what
    stands on the phone; both None: "Tidak tahu"."""

    item: Item
    about: str
    value: int | None
    latest: int | None
    direction: Direction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The last check-in. `answered` of `asked` are those that make the total, or all of them where
    nothing is added up; `least` is how many of them a total needs, None where there is none ever.

    `is_partial`: left half done, and counted all the same after a day."""

    items: tuple[Answered, ...]
    total: int | None
    band: str | None
    band_from: int | None
    is_estimated: bool
    is_partial: bool
    is_open: bool
    answered: int
    asked: int
    least: int | None

    def about(self, *kinds: str) -> tuple[Answered, ...]:
        """Its items about one of these; strength and caregiver are looked at apart."""
        return tuple(one for one in self.items if one.about in kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What totals are compared with, and what it is made of. `median` is that of the first four
    totals at home, None until there are `FIRST_AT_HOME`; `at_home` says how many there are."""

    value: int | None
    termination: int | None
    median: int | None
    at_home: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`last_total` is that of the check-in before. Days are whole ones on the local calendar; None
    where it was never noted."""

    last: Measured | None
    baseline: Baseline
    last_total: int | None
    days_since_spoken: int | None
    days_since_child_seen: int | None

    @property
    def change_from_baseline(self) -> int | None:
        return _change(self.last, self.baseline.value)

    @property
    def change_from_last(self) -> int | None:
        return _change(self.last, self.last_total)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A check-in as it was taken: `is_closed` once it is over or a day old, `is_finished` once
    whoever answered has come to its end. `before` are the counted values of the one before it."""

    checkin: Checkin
    answers: Sequence[Given]
    is_closed: bool
    is_finished: bool
    before: Mapping[str, int]
    about: Mapping[str, str]  # item -> what it is about; what is not here is about the child


def measured(taken: Taken) -> Measured:
    """The figures of one check-in."""
    checkin, total = taken.checkin, taken.checkin.total
    found = score(checkin, taken.answers, is_closed=taken.is_closed)
    asked = len(checkin.asked) if total is None else len(total.items)
    bands = {} if total is None else dict(total.bands)
    return Measured(
        items=_items(taken),
        total=found.total,
        band=found.band,
        band_from=None if found.band is None else bands[found.band],
        is_estimated=found.is_estimated,
        is_partial=taken.is_closed and not taken.is_finished,
        is_open=not taken.is_closed,
        answered=found.answered,
        asked=asked,
        least=None if total is None else total.least_answered,
    )


def compared_with(termination: int | None, totals: Sequence[int]) -> Baseline:
    """The baseline and its parts, from the value at termination and all totals at home."""
    return Baseline(
        value=baseline(termination, totals),
        termination=termination,
        median=baseline(None, totals),
        at_home=min(len(totals), FIRST_AT_HOME),
    )


def days_since(moment: datetime | None, *, now: datetime, timezone: str) -> int | None:
    """Days on the calendar of the place: yesterday evening is one day ago."""
    if moment is None:
        return None
    return max((local(now, timezone).date() - local(moment, timezone).date()).days, 0)


def _items(taken: Taken) -> tuple[Answered, ...]:
    highest, latest = counted(taken.answers), shown(taken.answers)
    return tuple(
        Answered(
            item=item,
            about=taken.about.get(item.id, CHILD),
            value=highest.get(item.id),
            latest=latest[item.id],
            direction=_direction(highest.get(item.id), taken.before.get(item.id)),
        )
        for item in taken.checkin.items
        if item.id in latest
    )


def _direction(value: int | None, before: int | None) -> Direction | None:
    if value is None or before is None:
        return None
    if value == before:
        return Direction.SAME
    return Direction.UP if value > before else Direction.DOWN


def _change(last: Measured | None, earlier: int | None) -> int | None:
    if last is None or last.total is None or earlier is None:
        return None
    return last.total - earlier
