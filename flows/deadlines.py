"""The 3x24 hours of the law: what starts them, when staff are reminded, how much is left.

UU 12/2022 (TPKS) Pasal 41: what is told to a social unit is reported within 3x24 hours. A human
decides and stops the clock; nothing here ever reports to anybody.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.approval import Approval

OWNER, SUPERVISOR, HEAD = "owner", "supervisor", "head"
TELL = (OWNER, SUPERVISOR, HEAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """`at`: hours since the message was received; `tell`: owner, supervisor, head."""

    at: int
    tell: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """`reminders` rise; the last one may say that the time has run out."""

    hours: int
    reminders: tuple[Reminder, ...]
    running: str
    over: str
    law: str
    approval: Approval


def ends_at(law: Deadlines, *, began: datetime) -> datetime:
    """When the time has run out."""
    return began + timedelta(hours=law.hours)


def reached(law: Deadlines, *, began: datetime, now: datetime) -> tuple[Reminder, ...]:
    """The reminders whose hour has come, the latest last."""
    return tuple(one for one in law.reminders if began + timedelta(hours=one.at) <= now)


def next_at(law: Deadlines, *, began: datetime, after: int) -> datetime | None:
    """When the reminder behind the first `after` ones is due; None where there is none."""
    later: Sequence[Reminder] = law.reminders[after:]
    return began + timedelta(hours=later[0].at) if later else None


def hours_left(ends: datetime, *, now: datetime) -> int:
    """Whole hours until then, the begun one with them; 0 where it is over."""
    seconds = (ends - now).total_seconds()
    return max(0, int(-(-seconds // 3600)))


def asked(names: Iterable[str], reach: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Whom a reminder goes to, each once. Supervisors stand in for an owner who cannot be reached,
    the head for supervisors: a clock that nobody hears of is worse than one too many."""
    found: list[str] = []
    for name in names:
        people = reach[name]
        for other in TELL[TELL.index(name) + 1 :]:
            people = people or reach[other]
        found += people
    return tuple(dict.fromkeys(found))
