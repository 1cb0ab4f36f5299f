"""Which rows a pass looks at, in which order, a page at a time.

A small centre is looked at whole in every pass. Where that takes too long, each pass looks at what
is live, what is new and for some rows that are gone, and goes on around all the rest from where the
last one stopped.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, func, select

from bot.oversight.checks import SUBJECTS, Subject, look_at, of_seal
from bot.oversight.look import Finding, Look
from bot.oversight.trips import guarded
from storage import sealing, seals
from storage.transaction import Tx

SLICE_S = 0.012  # work in one transaction of a reader, and the page it is at; then there is a pause
PASS_S = 4.0  # work of one pass
GONE_S = 0.5  # of that, for rows that are gone
PAGE = 40  # rows looked at together: few enough for a slice to end in time


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing to go through: a table, or (None) the seals of rows that are not there any more."""

    subject: Subject | None
    is_live: bool = False


AROUND = (*(Part(subject=one) for one in SUBJECTS), Part(subject=None))
GONE = (Part(subject=None),)
LIVE = tuple(Part(subject=one, is_live=True) for one in SUBJECTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something was found: rows of a table by their keys, or (None) seals by their names."""

    subject: Subject | None
    keys: tuple[Any, ...]

    @property
    def name(self) -> str:
        """Of its table."""
        return "seals" if self.subject is None else self.subject.table.name


@dataclass(slots=True)
class Journey:
    """Where one way through some parts stands."""

    parts: tuple[Part, ...]
    number: int = 0
    after: Any = None

    @property
    def is_over(self) -> bool:
        return self.number >= len(self.parts)

    def step(self, tx: Tx, look: Look) -> tuple[tuple[Finding, ...], Place]:
        """Look at one page and go on behind it."""
        part = self.parts[self.number]
        found, place, last = _page(tx, look, part, self.after)
        self.after = last
        if last is None:
            self.number += 1
        return found, place


@dataclass(slots=True)
class Slice:
    """What one transaction came to."""

    found: list[Finding] = field(default_factory=list)
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    spent_s: float = 0.0


UNREADABLE, BEHIND = "row_unreadable", ":after:"


def walk(tx: Tx, journey: Journey, look: Look, seconds: Callable[[], float]) -> Slice:
    """Go on for as long as a slice may take."""
    begun, done = seconds(), Slice()
    while not journey.is_over:
        found, place = journey.step(tx, look)
        done.found += found
        # A page that cannot be read, or a forged mark, is no row that could be looked at again.
        rows = [one for one in found if one.check != "seals_asked_for" and BEHIND not in one.row]
        done.places |= {(one.id, place.name): place for one in rows}
        done.spent_s = seconds() - begun
        if done.spent_s >= SLICE_S:
            break
    return done


def revisit(tx: Tx, look: Look, place: Place) -> frozenset[str]:
    """What is amiss there now, by the ids of findings."""
    if place.subject is None:
        return frozenset(of_seal(one).id for one in seals.still_deleted(tx, place.keys))
    return frozenset(one.id for one in look_at(tx, look, place.subject, list(place.keys)))


def _page(tx: Tx, look: Look, part: Part, after: Any) -> tuple[tuple[Finding, ...], Place, Any]:
    """One page of a part, where it is, and the last key in it; None where the part is done."""
    if part.subject is None:
        return _deleted(tx, after)
    subject = part.subject
    query = _keys(tx, part, subject, after)
    if query is None:
        return (), Place(subject=subject, keys=()), None

    def read(span: Sequence[int]) -> list[Any]:
        return list(tx.execute(query.offset(span[0]).limit(len(span))).scalars())

    keys, damaged = guarded(tx, read, range(PAGE), "row_unreadable")
    found = [Finding(check=UNREADABLE, row=f"{subject.table.name}{BEHIND}{after or ''}")]
    found = found if damaged else []
    found += look_at(tx, look, subject, keys) if keys else ()
    last = keys[-1] if keys and len(keys) + len(damaged) == PAGE else None
    return tuple(found), Place(subject=subject, keys=tuple(keys)), last


def _deleted(tx: Tx, after: Any) -> tuple[tuple[Finding, ...], Place, Any]:
    def read(some: Sequence[Any]) -> list[tuple[tuple[seals.Broken, ...], str | None]]:
        return [seals.deleted(tx, after=one, limit=PAGE * 5) for one in some]

    pages, damaged = guarded(tx, read, [after], "seals")
    if damaged:
        unreadable = Finding(check=UNREADABLE, row=f"seals{BEHIND}{after or ''}")
        return (unreadable,), Place(subject=None, keys=()), None
    broken, last = pages[0]
    found = list(map(of_seal, broken))
    if after is None and sealing.is_forged(tx):
        found.append(Finding(check="seals_asked_for", row=f"settings:{sealing.DUE}"))
    names = tuple(f"{one.table}:{one.row}" for one in broken)
    return tuple(found), Place(subject=None, keys=names), last


def _keys(tx: Tx, part: Part, subject: Subject, after: Any) -> Select[Any] | None:
    """Keys of the next rows, which are read apart from the rest: that may be damaged."""
    key = subject.table.c[subject.key]
    query = select(key).order_by(key)
    if after is not None:
        query = query.where(key > after)
    if part.is_live:
        first = _first_new(tx, subject)
        if subject.live is None and first is None:
            return None
        live = [one for one in (subject.live, None if first is None else key > first)
                if one is not None]  # fmt: skip
        query = query.where(live[0] if len(live) == 1 else live[0] | live[1])
    return query


def _first_new(tx: Tx, subject: Subject) -> int | None:
    """The newest rows are those behind this one; None where newness is not looked at."""
    if not subject.newest:
        return None
    last: int | None = tx.execute(select(func.max(subject.table.c.seq))).scalar_one()
    return None if last is None else last - subject.newest
