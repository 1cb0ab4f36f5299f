"""Gaps: times in which Telegram's updates were not taken, or nothing that was due was done.

Kept among the settings, by the system's time that no moved clock touches: so a gap spans a crash, a
stop and a restore as well. One that has consequences stays until these are drawn. Whoever writes
one locks its name before it is read: none is closed while another makes it wider.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import TypeVar

from storage import locks, settings
from storage.transaction import Tx

T = TypeVar("T")
log = logging.getLogger(__name__)

LONG = timedelta(hours=1)
"""Supervisors are told of an outage that was longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From when to when it went well, by the system's time; `known` is until when this process
    knows that it did before."""

    begins: datetime
    ends: datetime
    known: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """`begins` and `ends` are by the system's time, and `offset` is what the moved clock had on top
    of it. `due_at` is by the moved clock: when its consequences may be drawn, None until then.

    `checkins` and `steps` were due in it and not done, as far as nothing ticked. Its consequences
    may take several pieces: `after` is how far they are drawn, `later_at` when the earliest of
    those that were passed over may be."""

    begins: datetime
    ends: datetime
    offset: timedelta
    due_at: datetime | None = None
    checkins: int = 0
    steps: int = 0
    after: str = ""
    later_at: datetime | None = None

    @property
    def since(self) -> datetime:
        """Its beginning by the moved clock, as rows have it."""
        return self.begins + self.offset

    @property
    def until(self) -> datetime:
        """Its end by the moved clock, as rows have it."""
        return self.ends + self.offset

    @property
    def length(self) -> timedelta:
        return self.ends - self.begins

    @property
    def name(self) -> str:
        """Part of the ids of what follows from it: two gaps never end at one microsecond."""
        return f"{self.ends:%Y%m%dT%H%M%S%f}"


def received(tx: Tx, span: Span, *, offset: timedelta, lost_after: timedelta) -> timedelta:
    """Updates were taken in `span`; how long were they not before it? In a gap longer than
    `lost_after` taps may be lost."""
    gap = _before(tx, settings.ALIVE_AT, span, offset)
    if gap is None:
        return timedelta()
    if gap.length > lost_after:
        widen(tx, settings.MISSED, gap)
    if gap.length > LONG:
        widen(tx, settings.OUTAGE, gap)
    return gap.length


def all_is_in(tx: Tx, *, at: datetime) -> None:
    """Whatever waited at Telegram in the last gap will be here by then, by the moved clock."""
    for name in (settings.MISSED, settings.OUTAGE):
        if _is_coming_in(tx, name):
            locks.named(tx, name)
            if _is_coming_in(tx, name):
                falls_due(tx, name, at=at)


def _is_coming_in(tx: Tx, name: str) -> bool:
    gap = pending(tx, name)
    return gap is not None and gap.due_at is None


def ticked(tx: Tx, span: Span, *, offset: timedelta) -> Gap | None:
    """What is due was being done in `span`; the gap before it, if it was a long one."""
    gap = _before(tx, settings.TICKED_AT, span, offset)
    return gap if gap is not None and gap.length > LONG else None


def _before(tx: Tx, mark: str, span: Span, offset: timedelta) -> Gap | None:
    locks.named(tx, mark)  # nobody else finds the same gap
    before = [one for one in (alive_at(tx, mark), span.known) if one is not None]
    settings.write(tx, mark, span.ends.isoformat())
    if not before or max(before) >= span.begins:
        return None
    return Gap(begins=max(before), ends=span.begins, offset=offset)


def alive_at(tx: Tx, mark: str = settings.ALIVE_AT) -> datetime | None:
    """Until when it went well, by the system's time; None before the first time, and where what
    stands there is no such moment: it is written anew by whatever goes well next."""
    return _readable(tx, mark, _moment)


def pending(tx: Tx, name: str) -> Gap | None:
    """The gap under `name` (MISSED, OUTAGE) that has not had its consequences yet."""
    return _readable(tx, name, _gap)


def _readable(tx: Tx, name: str, parsed: Callable[[str], T]) -> T | None:
    """What was changed by hand counts as unknown and must keep nobody from receiving."""
    found = settings.read(tx, name)
    try:
        return None if found is None else parsed(found)
    except (ValueError, LookupError, TypeError, OverflowError):
        _tell_unreadable(name)
        return None


@cache  # once is enough: it is read again every second
def _tell_unreadable(name: str) -> None:
    log.error("a setting cannot be read", extra={"action": "setting_unreadable", "row": name})


def _moment(found: str) -> datetime:
    """A moment without a zone could be compared with none of ours."""
    moment = datetime.fromisoformat(found)
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment


def _gap(found: str) -> Gap:
    raw = json.loads(found)
    return Gap(
        begins=_moment(raw["begins"]),
        ends=_moment(raw["ends"]),
        offset=timedelta(seconds=raw["offset_s"]),
        due_at=_later_moment(raw["due_at"]),
        checkins=int(raw["checkins"]),
        steps=int(raw["steps"]),
        after=str(raw.get("after", "")),
        later_at=_later_moment(raw.get("later_at")),
    )


def _later_moment(kept: str | None) -> datetime | None:
    return None if kept is None else _moment(kept)


def widen(tx: Tx, name: str, gap: Gap) -> None:
    """Keep it under `name`. With one that still stands there it becomes one: nobody is asked, or
    told, twice. It is due when both are."""
    locks.named(tx, name)
    other = pending(tx, name)
    if other is not None:
        gap = replace(
            gap,
            begins=min(gap.begins, other.begins),
            ends=max(gap.ends, other.ends),
            due_at=_later(gap.due_at, other.due_at),
            checkins=gap.checkins + other.checkins,
            steps=gap.steps + other.steps,
        )
    _write(tx, name, gap)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return None if one is None or other is None else max(one, other)


def falls_due(tx: Tx, name: str, *, at: datetime) -> None:
    """Its consequences are drawn at `at`, by the moved clock, all of them from the start."""
    locks.named(tx, name)
    gap = pending(tx, name)
    if gap is not None:
        _write(tx, name, replace(gap, due_at=at, after="", later_at=None))


def goes_on(tx: Tx, name: str, *, after: str, later_at: datetime | None) -> None:
    """Its consequences are drawn up to `after`; whoever says so has locked it."""
    gap = pending(tx, name)
    if gap is not None:
        _write(tx, name, replace(gap, after=after, later_at=later_at))


def begin_anew(tx: Tx) -> None:
    """The time since it last ran is no gap: a training room was put away and is taken out again."""
    for name in (settings.ALIVE_AT, settings.TICKED_AT, settings.MISSED, settings.OUTAGE):
        settings.forget(tx, name)


def close(tx: Tx, name: str) -> None:
    """All that follows from it is done; so it was found by somebody who had locked it."""
    settings.forget(tx, name)


def _write(tx: Tx, name: str, gap: Gap) -> None:
    raw = {
        "begins": gap.begins.isoformat(),
        "ends": gap.ends.isoformat(),
        "offset_s": gap.offset.total_seconds(),
        "due_at": None if gap.due_at is None else gap.due_at.isoformat(),
        "checkins": gap.checkins,
        "steps": gap.steps,
        "after": gap.after,
        "later_at": None if gap.later_at is None else gap.later_at.isoformat(),
    }
    settings.write(tx, name, json.dumps(raw))
