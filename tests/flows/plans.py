"""Plans for tests: everything has a value, and a test names what it is about."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flows.approval import Approval
from flows.model import CaseState, ContactKind, KeyDate, Level, Risk, SafeHours
from flows.planning import Plan
from flows.rhythm import Cadence, DayKind, Programme, Pulse, SchoolRhythm, Stage

WIB, WITA, WIT = "Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"


def hours(start: str = "09:00", end: str = "16:00", timezone: str = WIB) -> SafeHours:
    return SafeHours(
        start=time.fromisoformat(start), end=time.fromisoformat(end), timezone=timezone
    )


def at(text: str, timezone: str = WIB) -> datetime:
    """The moment of `2026-03-02 09:00` on a local clock."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC)


def steps(*pairs: tuple[int, int]) -> tuple[Cadence, ...]:
    return tuple(Cadence(until_week=week, every_days=days) for week, days in pairs)


def a_programme(**changes: Any) -> Programme:
    """As shipped: by risk, with pulses to week 26, days of weight, and a school."""
    return replace(
        Programme(
            id="bimbingan-lanjut",
            stages=(
                Stage(id="assessment", name="Asesmen", asks=False),
                Stage(id="follow_up", name="Bimbingan lanjut"),
            ),
            checkins={Level.OPEN: "mingguan-a", Level.DISCREET: "mingguan-b"},
            cadence={
                Risk.HIGH: steps((52, 7)),
                Risk.MEDIUM: steps((4, 7), (52, 14)),
                Risk.LOW: steps((4, 7), (13, 14), (52, 28)),
            },
            pulse=Pulse(checkin="denyut", every_days=14, until_week=26),
            days=(
                DayKind(id="release", name="Bebas", asks=(-10, -3, 2, 9)),
                DayKind(id="trial", name="Persidangan", asks=(-3, 2)),
            ),
            school=SchoolRhythm(checkin="sekolah", every_days=28),
            approval=Approval(by=None, on=None),
        ),
        **changes,
    )


def a_plan(**changes: Any) -> Plan:
    """A family of low risk whose child left on Monday 5 January 2026, at nine in Jakarta."""
    return replace(
        Plan(
            programme=a_programme(),
            risk=Risk.LOW,
            level=Level.OPEN,
            kind=ContactKind.CAREGIVER,
            stage="follow_up",
            since=date(2026, 1, 5),
            hours=hours(),
            birth_date=date(2015, 4, 2),
            days=(),
            state=CaseState.ACTIVE,
            paused_until=None,
            closes_on=None,
            ends_on=None,
            extra_weeks=0,
        ),
        **changes,
    )


def a_day(kind: str, day: str) -> KeyDate:
    return KeyDate(kind=kind, day=date.fromisoformat(day))


FIRST = at("2026-01-06 09:00")
"""The day after consent."""
