"""When check-ins come: by cadence and weekday, in the family's hours; levels that age."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.definition import Approval, Cadence, Programme
from flows.model import CaseId, Contact, ContactId, ContactState, Level, Risk, SafeHours
from flows.programme import (
    age_on,
    cadence_days,
    effective_level,
    first_due,
    in_safe_hours,
    local,
    next_due,
    plan_after,
)

WIB, WITA, WIT = "Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"

moments = st.timedeltas(timedelta(0), timedelta(days=2000)).map(
    lambda later: datetime(2024, 1, 1, tzinfo=UTC) + later
)
clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
safe_hours = st.builds(
    SafeHours, start=clocks, end=clocks, timezone=st.sampled_from([WIB, WITA, WIT])
)


def hours(start: str = "09:00", end: str = "16:00", timezone: str = WIB) -> SafeHours:
    return SafeHours(
        start=time.fromisoformat(start), end=time.fromisoformat(end), timezone=timezone
    )


def at(text: str, timezone: str = WIB) -> datetime:
    """The moment of `2026-03-02 09:00` on a local clock."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC)


def programme() -> Programme:
    return Programme(
        id="bimbingan-lanjut",
        stages=(("follow_up", "Bimbingan lanjut"),),
        checkins={Level.OPEN: "mingguan-a", Level.DISCREET: "mingguan-b"},
        cadence={
            Risk.HIGH: (Cadence(until_week=52, every_days=7),),
            Risk.MEDIUM: (
                Cadence(until_week=4, every_days=7),
                Cadence(until_week=52, every_days=14),
            ),
            Risk.LOW: (
                Cadence(until_week=4, every_days=7),
                Cadence(until_week=13, every_days=14),
                Cadence(until_week=52, every_days=28),
            ),
        },
        approval=Approval(by=None, on=None),
    )


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


class TestCheckins:
    @pytest.mark.parametrize(
        ("timezone", "first"),
        [
            (WIB, "2026-03-03 09:00"),  # 23:30 on Monday there
            (WITA, "2026-03-04 09:00"),  # already Tuesday there
            (WIT, "2026-03-04 09:00"),
        ],
    )
    def test_first_comes_the_local_day_after_consent(self, timezone: str, first: str) -> None:
        consented_at = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)

        assert first_due(consented_at, hours(timezone=timezone)) == at(first, timezone)

    def test_first_of_a_family_with_night_hours_comes_as_its_night_begins(self) -> None:
        due = first_due(at("2026-03-02 23:00"), hours("22:00", "04:00"))

        assert due == at("2026-03-03 22:00")

    @pytest.mark.parametrize(
        ("risk", "day", "every_days"),
        [
            (Risk.HIGH, 0, 7),
            (Risk.HIGH, 52 * 7 - 1, 7),
            (Risk.HIGH, 52 * 7, None),
            (Risk.MEDIUM, 4 * 7 - 1, 7),
            (Risk.MEDIUM, 4 * 7, 14),
            (Risk.LOW, 13 * 7 - 1, 14),
            (Risk.LOW, 13 * 7, 28),
            (Risk.LOW, -20, 7),  # enrolled before leaving
        ],
    )
    def test_cadence_follows_the_weeks_since_leaving(
        self, risk: Risk, day: int, every_days: int | None
    ) -> None:
        since = date(2026, 1, 5)

        found = cadence_days(programme(), risk, since=since, on=since + timedelta(days=day))

        assert found == every_days

    @given(moment=moments, weeks=st.integers(1, 8), safe=safe_hours)
    def test_next_keeps_the_weekday_and_the_hour(
        self, moment: datetime, weeks: int, safe: SafeHours
    ) -> None:
        previous = local(first_due(moment, safe), safe.timezone)

        due = local(next_due(previous.astimezone(UTC), 7 * weeks, safe), safe.timezone)

        assert due.weekday() == previous.weekday()
        assert due.date() - previous.date() == timedelta(weeks=weeks)
        assert due.time() == safe.start

    def test_changed_hours_count_from_the_next_one_on(self) -> None:
        assert next_due(at("2026-03-02 09:00"), 7, hours("13:00")) == at("2026-03-09 13:00")

    def test_no_cadence_of_zero_days(self) -> None:
        with pytest.raises(ValueError, match="every 0 days"):
            next_due(at("2026-03-02 09:00"), 0, hours())

    def test_low_risk_tapers_and_ends_with_the_programme(self) -> None:
        since, dues = date(2026, 1, 5), [at("2026-01-06 09:00")]

        while due := plan_after(
            dues[-1], programme(), Risk.LOW, since=since, hours=hours(), now=dues[-1]
        ):
            dues.append(due)

        gaps = [(later - earlier).days for earlier, later in pairwise(dues)]
        assert gaps == [7] * 4 + [14] * 5 + [28] * 9
        assert (local(dues[-1], WIB).date() - since).days < 52 * 7

    def test_nothing_is_back_filled_after_an_outage(self) -> None:
        due = plan_after(
            at("2026-03-02 09:00"),
            programme(),
            Risk.HIGH,
            since=date(2026, 2, 23),
            hours=hours(),
            now=at("2026-03-25 12:00"),
        )

        assert due == at("2026-03-30 09:00")

    def test_a_check_in_due_this_very_moment_is_not_past(self) -> None:
        now = at("2026-03-09 09:00")

        due = plan_after(
            at("2026-03-02 09:00"),
            programme(),
            Risk.HIGH,
            since=date(2026, 2, 23),
            hours=hours(),
            now=now,
        )

        assert due == now

    def test_an_outage_past_the_end_of_the_programme_plans_nothing(self) -> None:
        due = plan_after(
            at("2026-03-02 09:00"),
            programme(),
            Risk.HIGH,
            since=date(2026, 2, 23),
            hours=hours(),
            now=at("2027-03-25 12:00"),
        )

        assert due is None

    @given(
        previous=moments,
        age=st.timedeltas(timedelta(0), timedelta(days=500)),
        gap=st.timedeltas(timedelta(0), timedelta(days=200)),
        risk=st.sampled_from(Risk),
        safe=safe_hours,
    )
    def test_what_is_planned_is_ahead_and_in_the_weekday_rhythm(
        self, previous: datetime, age: timedelta, gap: timedelta, risk: Risk, safe: SafeHours
    ) -> None:
        since, now = (previous - age).date(), previous + gap

        due = plan_after(previous, programme(), risk, since=since, hours=safe, now=now)

        if due is not None:
            days = local(due, safe.timezone).date() - local(previous, safe.timezone).date()
            assert due > previous
            assert due >= now
            assert days.days % 7 == 0
            assert in_safe_hours(due, safe)


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
