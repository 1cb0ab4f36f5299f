"""What comes next in the plan of a contact, and when: rhythm, pulses, days of weight, ends."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from flows.hours import local
from flows.model import CaseState, ContactKind, Level, Risk, Slot
from flows.planning import (
    Plan,
    Planned,
    ahead,
    already_due,
    every_days,
    first_due,
    following,
    next_due,
    still_makes_sense,
)
from tests.flows.plans import (
    FIRST,
    WIB,
    WIT,
    WITA,
    a_day,
    a_plan,
    a_programme,
    at,
    hours,
    steps,
)


def slots(plan: Plan, until: str, *, after: str = "2026-01-05 12:00") -> list[tuple[str, Slot]]:
    """What is ahead, as local days, up to a day."""
    found = []
    for one in ahead(plan, FIRST, after=at(after)):
        day = local(one.at, plan.hours.timezone).date()
        if day > date.fromisoformat(until):
            break
        found.append((str(day), one.slot))
    return found


def days(plan: Plan, slot: Slot, until: str = "2027-06-30") -> list[str]:
    return [day for day, what in slots(plan, until) if what is slot]


class TestRhythm:
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
        ("risk", "day", "expected"),
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
        self, risk: Risk, day: int, expected: int | None
    ) -> None:
        plan = a_plan(risk=risk)

        assert every_days(plan, plan.since + timedelta(days=day)) == expected

    def test_a_level_may_have_a_cadence_of_its_own(self) -> None:
        slower = {risk: steps((52, 21)) for risk in Risk}
        programme = a_programme(levels={Level.DISCREET: slower})

        found = [every_days(a_plan(programme=programme, level=level), date(2026, 1, 6))
                 for level in (Level.OPEN, Level.DISCREET)]  # fmt: skip

        assert found == [7, 21]

    def test_changed_hours_count_from_the_next_one_on(self) -> None:
        assert next_due(at("2026-03-02 09:00"), 7, hours("13:00")) == at("2026-03-09 13:00")

    def test_no_cadence_of_zero_days(self) -> None:
        with pytest.raises(ValueError, match="every 0 days"):
            next_due(at("2026-03-02 09:00"), 0, hours())

    def test_low_risk_tapers_and_ends_with_the_programme(self) -> None:
        found = [date.fromisoformat(day) for day in days(a_plan(), Slot.REGULAR)]

        assert [(later - earlier).days for earlier, later in pairwise(found)] == (
            [7] * 4 + [14] * 5 + [28] * 9
        )
        assert (found[-1] - a_plan().since).days < 52 * 7

    def test_a_longer_programme_goes_on_in_its_last_cadence(self) -> None:
        usual, longer = a_plan(), a_plan(extra_weeks=12)

        more = days(longer, Slot.REGULAR)[len(days(usual, Slot.REGULAR)) :]

        assert more == ["2027-01-19", "2027-02-16", "2027-03-16"]

    def test_a_stage_in_which_the_child_lives_at_the_centre_asks_nothing(self) -> None:
        assert slots(a_plan(stage="assessment"), "2027-12-31") == []


class TestPulses:
    def test_one_tap_comes_in_the_middle_of_a_month_up_to_month_six(self) -> None:
        found = [one for one in slots(a_plan(), "2026-07-31") if one[0] > "2026-04-01"]

        assert found == [
            ("2026-04-14", Slot.REGULAR),
            ("2026-04-28", Slot.PULSE),
            ("2026-05-12", Slot.REGULAR),
            ("2026-05-26", Slot.PULSE),
            ("2026-06-09", Slot.REGULAR),
            ("2026-06-23", Slot.PULSE),
            ("2026-07-07", Slot.REGULAR),
        ]

    def test_none_comes_where_check_ins_are_close(self) -> None:
        assert days(a_plan(risk=Risk.HIGH), Slot.PULSE) == []
        assert days(a_plan(risk=Risk.MEDIUM), Slot.PULSE) == []

    def test_none_comes_without_a_pulse_in_the_programme(self) -> None:
        assert days(a_plan(programme=a_programme(pulse=None)), Slot.PULSE) == []


class TestDaysOfWeight:
    def test_extra_check_ins_stand_around_a_release(self) -> None:
        plan = a_plan(days=(a_day("release", "2026-09-10"),))

        assert days(plan, Slot.EXTRA) == ["2026-09-07", "2026-09-12", "2026-09-19"]

    def test_a_regular_one_near_does_for_both(self) -> None:
        # 31 August, ten days before, is a day before the regular one of 1 September.
        plan = a_plan(days=(a_day("release", "2026-09-10"),))

        assert ("2026-09-01", Slot.REGULAR) in slots(plan, "2026-09-30")
        assert "2026-08-31" not in days(plan, Slot.EXTRA)

    def test_two_days_of_weight_never_ask_twice_on_one_day(self) -> None:
        both = (a_day("release", "2026-09-10"), a_day("trial", "2026-09-10"))

        found = days(a_plan(days=both), Slot.EXTRA)

        assert len(found) == len(set(found)) == 3

    def test_they_do_not_move_the_rhythm(self) -> None:
        plan = a_plan(days=(a_day("release", "2026-09-10"),))

        assert days(plan, Slot.REGULAR) == days(a_plan(), Slot.REGULAR)

    def test_a_pulse_near_an_extra_check_in_is_left_out(self) -> None:
        plan = a_plan(days=(a_day("trial", "2026-04-27"),))  # asks on 24 and 29 April

        assert "2026-04-28" not in days(plan, Slot.PULSE)

    def test_a_kind_that_the_programme_does_not_know_asks_nothing(self) -> None:
        assert days(a_plan(days=(a_day("wedding", "2026-09-10"),)), Slot.EXTRA) == []


class TestEnds:
    def test_staff_are_asked_before_the_last_one_and_when_it_is_over(self) -> None:
        assert days(a_plan(), Slot.ENDING) == ["2026-12-07", "2027-01-04"]

    def test_a_planned_goodbye_is_announced_and_ends_everything(self) -> None:
        found = slots(a_plan(closes_on=date(2026, 3, 20)), "2030-01-01")

        assert found[-1] == ("2026-03-20", Slot.GOODBYE)
        assert ("2026-03-06", Slot.PARTING) in found
        assert Slot.ENDING not in [slot for _, slot in found]

    def test_on_the_eighteenth_birthday_everything_ends_at_midnight(self) -> None:
        plan = a_plan(birth_date=date(2008, 3, 1), risk=Risk.HIGH)

        found = list(ahead(plan, FIRST, after=at("2026-01-05 12:00")))

        assert found[-1] == Planned(at=at("2026-03-01 00:00"), slot=Slot.OF_AGE)
        assert days(plan, Slot.NOTICE) == ["2026-02-01"]

    def test_a_child_of_the_twenty_ninth_of_february_comes_of_age_on_the_first_of_march(
        self,
    ) -> None:
        plan = a_plan(birth_date=date(2008, 2, 29))

        assert days(plan, Slot.OF_AGE) == ["2026-03-01"]

    def test_nothing_comes_in_a_pause_but_its_end(self) -> None:
        paused = a_plan(state=CaseState.PAUSED, paused_until=date(2026, 2, 10))

        assert slots(paused, "2026-03-31") == [("2026-02-10", Slot.RESUME)]

    def test_a_pause_without_an_end_waits_for_staff(self) -> None:
        assert slots(a_plan(state=CaseState.PAUSED), "2030-12-31") == []

    def test_a_closed_case_asks_nothing(self) -> None:
        assert slots(a_plan(state=CaseState.CLOSED), "2030-12-31") == []

    def test_whoever_was_erased_is_planned_without_a_birthday(self) -> None:
        plan = a_plan(birth_date=None)

        assert days(plan, Slot.OF_AGE, until="2050-01-01") == []


class TestOnOneMoment:
    def test_a_notice_on_the_day_of_a_check_in_takes_nothing_from_it(self) -> None:
        # Two weeks before 17 March is a Tuesday on which the family is asked anyway.
        plan = a_plan(risk=Risk.HIGH, closes_on=date(2026, 3, 17))

        there = [slot for day, slot in slots(plan, "2026-03-31") if day == "2026-03-03"]

        assert there == [Slot.PARTING, Slot.REGULAR]

    def test_every_check_in_comes_however_many_notices_there_are(self) -> None:
        plain = a_plan(risk=Risk.HIGH)
        noticed = a_plan(risk=Risk.HIGH, birth_date=date(2008, 3, 31))  # notice on 3 March

        before = [day for day in days(plain, Slot.REGULAR) if day < "2026-03-31"]

        assert days(noticed, Slot.REGULAR) == before

    def test_the_day_on_which_a_pause_ends_is_asked_already(self) -> None:
        paused = a_plan(state=CaseState.PAUSED, paused_until=date(2026, 3, 3))
        (ends, *_) = ahead(paused, FIRST, after=at("2026-02-20 12:00"))

        assert ends == Planned(at=at("2026-03-03 00:00"), slot=Slot.RESUME)
        first = following(a_plan(risk=Risk.HIGH), FIRST, after=ends.at)
        assert first == Planned(at=at("2026-03-03 09:00"), slot=Slot.REGULAR)

    def test_whoever_begins_as_an_adult_ends_at_once(self) -> None:
        now = at("2026-01-05 12:00")

        found = [already_due(a_plan(birth_date=born), now=now) for born in
                 (date(2008, 1, 5), date(2008, 1, 20), date(2015, 1, 20))]  # fmt: skip

        assert [one and one.slot for one in found] == [Slot.OF_AGE, Slot.NOTICE, None]


class TestSchool:
    def test_a_school_is_asked_monthly_until_its_year_ends(self) -> None:
        plan = a_plan(kind=ContactKind.SCHOOL, ends_on=date(2026, 6, 19))

        found = slots(plan, "2030-01-01")

        assert [slot for _, slot in found] == [Slot.SCHOOL] * 6 + [Slot.GOODBYE]
        assert found[-1] == ("2026-06-19", Slot.GOODBYE)

    def test_days_of_weight_are_none_of_its_business(self) -> None:
        plan = a_plan(kind=ContactKind.SCHOOL, days=(a_day("release", "2026-03-10"),))

        assert days(plan, Slot.EXTRA) == []

    def test_a_programme_without_a_school_form_asks_none(self) -> None:
        plan = a_plan(kind=ContactKind.SCHOOL, programme=a_programme(school=None))

        assert days(plan, Slot.SCHOOL) == []


class TestLate:
    WEEKLY = Planned(at=at("2026-03-03 09:00"), slot=Slot.REGULAR)
    NEXT = Planned(at=at("2026-03-10 09:00"), slot=Slot.REGULAR)

    @pytest.mark.parametrize(
        ("moment", "makes_sense"),
        [
            ("2026-03-03 09:00", True),
            ("2026-03-07 15:00", True),
            ("2026-03-08 09:00", False),  # five days
        ],
    )
    def test_five_days_late_is_too_late(self, moment: str, makes_sense: bool) -> None:
        assert still_makes_sense(self.WEEKLY, at(moment), then=self.NEXT) is makes_sense

    def test_two_days_before_the_next_one_it_is_merged_into_it(self) -> None:
        extra = Planned(at=at("2026-03-07 09:00"), slot=Slot.EXTRA)

        assert still_makes_sense(extra, at("2026-03-08 09:00"), then=self.NEXT)
        assert not still_makes_sense(extra, at("2026-03-08 10:00"), then=self.NEXT)

    def test_what_only_staff_learn_merges_nothing(self) -> None:
        ending = Planned(at=at("2026-03-04 09:00"), slot=Slot.ENDING)

        assert still_makes_sense(self.WEEKLY, at("2026-03-05 09:00"), then=ending)

    def test_nothing_is_missed_between_two_looks(self) -> None:
        plan = a_plan(days=(a_day("release", "2026-09-10"),), risk=Risk.MEDIUM)

        straight = list(ahead(plan, FIRST, after=at("2026-01-05 12:00")))[:30]
        steps_of_an_hour, after = [], at("2026-01-05 12:00")
        anchor = FIRST
        while len(steps_of_an_hour) < 30:
            found = following(plan, anchor, after=after)
            assert found is not None
            steps_of_an_hour.append(found)
            after, anchor = found.at, found.at if found.slot is Slot.REGULAR else anchor

        assert steps_of_an_hour == straight
