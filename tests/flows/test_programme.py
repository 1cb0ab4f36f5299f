"""How old a child is, and how long level A holds."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from flows.model import CaseId, Contact, ContactId, ContactState, Level, SafeHours
from flows.programme import age_on, effective_level

WIB, WITA, WIT = "Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"


def hours(start: str = "09:00", end: str = "16:00", timezone: str = WIB) -> SafeHours:
    return SafeHours(
        start=time.fromisoformat(start), end=time.fromisoformat(end), timezone=timezone
    )


def at(text: str, timezone: str = WIB) -> datetime:
    """The moment of `2026-03-02 09:00` on a local clock."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC)


def contact(
    *,
    level: Level = Level.OPEN,
    interviewed_on: date | None = None,
    consented_at: datetime | None = None,
    last_spoken_at: datetime | None = None,
) -> Contact:
    return Contact(
        id=ContactId("ibu-1"),
        case=CaseId("kasus-1"),
        state=ContactState.ACTIVE,
        level=level,
        interviewed_on=interviewed_on,
        hours=hours(),
        language="id",
        consented_at=consented_at,
        last_spoken_at=last_spoken_at,
        duress_word=None,
        has_phone=False,
        consent_part=3,
    )


class TestAge:
    @pytest.mark.parametrize(
        ("born", "on", "age"),
        [
            ("2015-04-02", "2026-04-01", 10),
            ("2015-04-02", "2026-04-02", 11),
            ("2016-02-29", "2026-02-28", 9),
            ("2016-02-29", "2026-03-01", 10),
        ],
    )
    def test_counts_completed_years(self, born: str, on: str, age: int) -> None:
        assert age_on(date.fromisoformat(born), date.fromisoformat(on)) == age


class TestLevel:
    NOW = at("2026-06-01 10:00")

    @pytest.mark.parametrize("level", [Level.DISCREET, Level.SILENT, Level.CUT])
    def test_b_c_and_d_stand_as_on_file(self, level: Level) -> None:
        person = contact(level=level, interviewed_on=date(2026, 5, 31), consented_at=self.NOW)

        assert effective_level(person, now=self.NOW) is level

    @pytest.mark.parametrize(
        ("interviewed_on", "level"),
        [
            (None, Level.DISCREET),
            (date(2026, 3, 2), Level.DISCREET),  # 91 days
            (date(2026, 3, 3), Level.OPEN),  # 90 days
            (date(2026, 6, 1), Level.OPEN),
            (date(2026, 6, 2), Level.OPEN),  # today in the office's zone
            (date(2026, 6, 3), Level.DISCREET),
            (date(2036, 6, 1), Level.DISCREET),  # a slip of the pen
        ],
    )
    def test_a_needs_an_interview_of_the_last_ninety_days(
        self, interviewed_on: date | None, level: Level
    ) -> None:
        person = contact(interviewed_on=interviewed_on, consented_at=self.NOW)

        assert effective_level(person, now=self.NOW) is level

    @pytest.mark.parametrize(
        ("consented_days_ago", "spoken_days_ago", "level"),
        [
            (None, None, Level.OPEN),
            (None, 400, Level.OPEN),
            (30, None, Level.OPEN),
            (31, None, Level.DISCREET),
            (80, 30, Level.OPEN),
            (80, 31, Level.DISCREET),
            (5, 60, Level.OPEN),  # came back after a silence
        ],
    )
    def test_a_needs_a_word_of_the_last_thirty_days_once_agreed(
        self, consented_days_ago: int | None, spoken_days_ago: int | None, level: Level
    ) -> None:
        def ago(days: int | None) -> datetime | None:
            return None if days is None else self.NOW - timedelta(days=days)

        person = contact(
            interviewed_on=date(2026, 5, 30),
            consented_at=ago(consented_days_ago),
            last_spoken_at=ago(spoken_days_ago),
        )

        assert effective_level(person, now=self.NOW) is level

    def test_thirty_days_and_a_second_are_too_long(self) -> None:
        spoken = self.NOW - timedelta(days=30, seconds=1)
        person = contact(interviewed_on=date(2026, 5, 30), consented_at=spoken)

        assert effective_level(person, now=self.NOW) is Level.DISCREET
