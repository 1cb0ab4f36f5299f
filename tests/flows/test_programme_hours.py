"""Hours: the family's own in every zone and across midnight, the staff's, and where they meet."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.definition import Press, WorkingHours
from flows.hours import in_safe_hours, local, next_safe
from flows.model import SafeHours
from flows.programme import add_working_minutes, later_at, next_call, next_working, slot_day

WIB, WITA, WIT = "Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"
OFFICE = WorkingHours(start=time(8), end=time(16), weekdays=frozenset(range(5)))

moments = st.timedeltas(timedelta(0), timedelta(days=2000)).map(
    lambda later: datetime(2024, 1, 1, tzinfo=UTC) + later
)
clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
safe_hours = st.builds(
    SafeHours, start=clocks, end=clocks, timezone=st.sampled_from([WIB, WITA, WIT])
)
offices = st.builds(
    WorkingHours,
    start=clocks,
    end=clocks,
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
)


def hours(start: str = "09:00", end: str = "16:00", timezone: str = WIB) -> SafeHours:
    return SafeHours(
        start=time.fromisoformat(start), end=time.fromisoformat(end), timezone=timezone
    )


def at(text: str, timezone: str = WIB) -> datetime:
    """The moment of `2026-03-02 09:00` on a local clock."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC)


def is_on_clock(moment: datetime, safe: SafeHours) -> bool:
    """An independent reading of the hours, straight from the family's clock."""
    clock = moment.astimezone(ZoneInfo(safe.timezone)).time()
    if safe.start < safe.end:
        return safe.start <= clock < safe.end
    return clock >= safe.start or clock < safe.end


class TestSafeHours:
    @pytest.mark.parametrize(
        ("moment", "safe", "expected"),
        [
            ("08:59", hours(), False),
            ("09:00", hours(), True),
            ("15:59", hours(), True),
            ("16:00", hours(), False),
            ("22:00", hours("22:00", "04:00"), True),
            ("00:00", hours("22:00", "04:00"), True),
            ("03:59", hours("22:00", "04:00"), True),
            ("04:00", hours("22:00", "04:00"), False),
            ("23:59", hours("20:00", "00:00"), True),
            ("00:00", hours("20:00", "00:00"), False),
            ("03:00", hours("00:00", "00:00"), True),
        ],
    )
    def test_end_is_excluded_and_midnight_may_be_crossed(
        self, moment: str, safe: SafeHours, expected: bool
    ) -> None:
        assert in_safe_hours(at(f"2026-03-02 {moment}"), safe) is expected

    @pytest.mark.parametrize(("timezone", "utc_hour"), [(WIB, 2), (WITA, 1), (WIT, 0)])
    def test_nine_o_clock_is_another_moment_in_each_zone(
        self, timezone: str, utc_hour: int
    ) -> None:
        opens = datetime(2026, 3, 2, utc_hour, tzinfo=UTC)

        assert in_safe_hours(opens, hours(timezone=timezone))
        assert not in_safe_hours(opens - timedelta(microseconds=1), hours(timezone=timezone))

    @given(moment=moments, safe=safe_hours)
    def test_hours_are_those_of_the_familys_clock(self, moment: datetime, safe: SafeHours) -> None:
        assert in_safe_hours(moment, safe) is is_on_clock(moment, safe)

    @given(moment=moments, safe=safe_hours)
    def test_next_safe_is_the_first_safe_moment_and_never_more_than_a_day_away(
        self, moment: datetime, safe: SafeHours
    ) -> None:
        found = next_safe(moment, safe)

        assert moment <= found < moment + timedelta(days=1)
        assert is_on_clock(found, safe)
        if found > moment:
            assert local(found, safe.timezone).time() == safe.start
            assert not is_on_clock(moment, safe)
            assert not is_on_clock(found - timedelta(microseconds=1), safe)

    @given(moment=moments, safe=safe_hours)
    def test_nanti_is_at_least_three_hours_and_safe(
        self, moment: datetime, safe: SafeHours
    ) -> None:
        found = later_at(moment, safe)

        assert found >= moment + timedelta(hours=3)
        assert in_safe_hours(found, safe)

    @pytest.mark.parametrize(
        ("now", "asked_again"),
        [
            ("2026-03-02 10:00", "2026-03-02 13:00"),
            ("2026-03-02 12:59", "2026-03-02 15:59"),
            ("2026-03-02 13:00", "2026-03-03 09:00"),
        ],
    )
    def test_nanti_late_in_the_day_means_tomorrow(self, now: str, asked_again: str) -> None:
        assert later_at(at(now), hours()) == at(asked_again)


class TestWorkingHours:
    @pytest.mark.parametrize(
        ("moment", "expected"),
        [
            ("2026-03-02 07:59", "2026-03-02 08:00"),  # Monday
            ("2026-03-02 08:00", "2026-03-02 08:00"),
            ("2026-03-02 15:59", "2026-03-02 15:59"),
            ("2026-03-02 16:00", "2026-03-03 08:00"),
            ("2026-03-06 16:00", "2026-03-09 08:00"),  # Friday afternoon
            ("2026-03-08 12:00", "2026-03-09 08:00"),
        ],
    )
    def test_staff_work_from_monday_to_friday(self, moment: str, expected: str) -> None:
        assert next_working(at(moment), OFFICE, WIB) == at(expected)

    @pytest.mark.parametrize(
        ("moment", "minutes", "expected"),
        [
            ("2026-03-02 10:00", 120, "2026-03-02 12:00"),
            ("2026-03-02 15:00", 120, "2026-03-03 09:00"),
            ("2026-03-06 15:00", 240, "2026-03-09 11:00"),
            ("2026-03-07 03:00", 120, "2026-03-09 10:00"),
            ("2026-03-02 08:00", 480, "2026-03-03 08:00"),
            ("2026-03-02 08:00", 5 * 480, "2026-03-09 08:00"),
        ],
    )
    def test_minutes_run_only_while_staff_work(
        self, moment: str, minutes: int, expected: str
    ) -> None:
        assert add_working_minutes(at(moment), minutes, OFFICE, WIB) == at(expected)

    def test_a_night_shift_belongs_to_the_day_it_starts(self) -> None:
        friday_nights = WorkingHours(start=time(20), end=time(6), weekdays=frozenset({4}))

        assert next_working(at("2026-03-07 05:00"), friday_nights, WIB) == at("2026-03-07 05:00")
        assert next_working(at("2026-03-07 06:00"), friday_nights, WIB) == at("2026-03-13 20:00")

    def test_an_office_without_days_is_refused(self) -> None:
        closed = WorkingHours(start=time(8), end=time(16), weekdays=frozenset())

        with pytest.raises(ValueError, match="weekday"):
            next_working(at("2026-03-02 10:00"), closed, WIB)

    @given(
        moment=moments,
        first=st.integers(0, 3000),
        second=st.integers(0, 3000),
        office=offices,
        timezone=st.sampled_from([WIB, WITA, WIT]),
    )
    def test_minutes_add_up(
        self, moment: datetime, first: int, second: int, office: WorkingHours, timezone: str
    ) -> None:
        in_two = add_working_minutes(
            add_working_minutes(moment, first, office, timezone), second, office, timezone
        )

        assert in_two == add_working_minutes(moment, first + second, office, timezone)
        assert next_working(in_two, office, timezone) == in_two
        assert in_two >= moment + timedelta(minutes=first + second)


class TestCalls:
    @pytest.mark.parametrize(
        ("now", "safe", "expected"),
        [
            ("2026-03-02 10:00", hours(), "2026-03-02 10:00"),
            ("2026-03-02 07:00", hours(), "2026-03-02 09:00"),
            ("2026-03-06 15:59", hours(), "2026-03-06 15:59"),
            ("2026-03-06 16:00", hours(), "2026-03-09 09:00"),
            ("2026-03-02 10:00", hours("15:30", "20:00"), "2026-03-02 15:30"),
            ("2026-03-02 10:00", hours("16:00", "20:00"), "2026-03-02 16:00"),  # never meets
            ("2026-03-02 17:00", hours("16:00", "20:00"), "2026-03-02 17:00"),
            ("2026-03-02 10:00", hours("22:00", "08:30"), "2026-03-03 08:00"),
            ("2026-03-07 22:00", hours(), "2026-03-09 09:00"),  # a Saturday night
            ("2026-03-07 10:00", hours("16:00", "20:00"), "2026-03-09 16:00"),
        ],
    )
    def test_calls_fall_where_family_and_staff_meet(
        self, now: str, safe: SafeHours, expected: str
    ) -> None:
        assert next_call(at(now), safe, OFFICE, WIB) == at(expected)

    def test_each_side_keeps_its_own_clock(self) -> None:
        papua = hours("14:00", "17:00", WIT)

        assert next_call(at("2026-03-02 09:00"), papua, OFFICE, WIB) == at("2026-03-02 12:00")

    @given(moment=moments, safe=safe_hours, office=offices)
    def test_a_call_is_never_outside_the_familys_hours(
        self, moment: datetime, safe: SafeHours, office: WorkingHours
    ) -> None:
        found = next_call(moment, safe, office, WIB)

        assert moment <= found <= moment + timedelta(days=15)
        assert in_safe_hours(found, safe)

    @pytest.mark.parametrize(
        ("now", "slot", "safe", "day"),
        [
            ("2026-03-02 07:00", Press.MORNING, hours(), 2),
            ("2026-03-02 09:59", Press.MORNING, hours(), 2),
            ("2026-03-02 10:00", Press.MORNING, hours(), 3),
            ("2026-03-02 09:00", Press.NOON, hours(), 2),
            ("2026-03-02 14:59", Press.NOON, hours(), 2),
            ("2026-03-02 15:00", Press.NOON, hours(), 3),
            ("2026-03-02 15:00", Press.AFTERNOON, hours(), 2),
            ("2026-03-02 16:00", Press.AFTERNOON, hours(), 3),  # hours are over for today
            ("2026-03-02 18:30", Press.AFTERNOON, hours(), 3),
            ("2026-03-02 08:00", Press.MORNING, hours("10:00", "12:00"), 3),  # never meets
            ("2026-03-02 12:00", Press.AFTERNOON, hours("17:30", "04:00"), 2),
            ("2026-03-06 16:30", Press.AFTERNOON, hours("09:00", "18:00"), 9),  # staff are home
            ("2026-03-07 10:30", Press.AFTERNOON, hours("09:00", "18:00"), 9),  # a Saturday
            ("2026-03-07 22:00", Press.MORNING, hours(), 9),
            ("2026-03-07 11:00", Press.AFTERNOON, hours("17:00", "20:00"), 9),  # never at work
            ("2026-03-07 08:00", Press.MORNING, hours("10:00", "12:00"), 9),  # never at all
        ],
    )
    def test_a_promised_slot_is_the_next_one_that_can_be_kept(
        self, now: str, slot: Press, safe: SafeHours, day: int
    ) -> None:
        assert slot_day(at(now), slot, safe, OFFICE, WIB) == date(2026, 3, day)

    def test_a_slot_is_promised_by_the_familys_date(self) -> None:
        now = at("2026-03-02 23:30", WIB)  # 01:30 on Tuesday in Papua

        assert slot_day(now, Press.MORNING, hours(timezone=WIT), OFFICE, WIB) == date(2026, 3, 3)

    @pytest.mark.parametrize(("timezone", "hour"), [(WIB, 23), (WITA, 0), (WIT, 1)])
    def test_greetings_follow_the_local_hour(self, timezone: str, hour: int) -> None:
        assert local(at("2026-03-02 23:30"), timezone).hour == hour
