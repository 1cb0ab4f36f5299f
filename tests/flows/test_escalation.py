"""Chains: who is told now, who is next and when, and what may end an alert."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.definition import Chain, Step, WorkingHours
from flows.escalation import (
    Advance,
    Reach,
    advance,
    chain_as_json,
    chain_from_json,
    may_close,
    raised,
    starts_at,
)
from flows.model import Outcome, StaffId, Urgency

WIB = "Asia/Jakarta"
OFFICE = WorkingHours(start=time(8), end=time(16), weekdays=frozenset(range(5)))
RATNA, DEWI, BUDI, SITI, KEPALA = map(StaffId, ("ratna", "dewi", "budi", "siti", "kepala"))
EVERYBODY: Reach = {
    "worker": (RATNA,),
    "duty": (DEWI,),
    "supervisor": (BUDI, SITI),
    "head": (KEPALA,),
}

KRITIS = Chain(
    urgency=Urgency.CRITICAL,
    in_working_hours=False,
    makes_sound=True,
    steps=(
        Step(after_minutes=0, tell=("worker", "duty")),
        Step(after_minutes=15, tell=("worker", "supervisor")),
        Step(after_minutes=30, tell=("head",)),
        Step(after_minutes=45, tell=("worker", "duty", "supervisor", "head"), every_minutes=15),
    ),
)
TINGGI = Chain(
    urgency=Urgency.HIGH,
    in_working_hours=True,
    makes_sound=False,
    steps=(
        Step(after_minutes=0, tell=("worker",)),
        Step(after_minutes=120, tell=("worker",)),
        Step(after_minutes=240, tell=("supervisor",)),
    ),
)
PERHATIAN = Chain(
    urgency=Urgency.ATTENTION,
    in_working_hours=True,
    makes_sound=False,
    steps=(Step(after_minutes=0, tell=("worker",)),),
)


def at(text: str) -> datetime:
    """The moment of `2026-03-02 09:00` in the office."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(WIB)).astimezone(UTC)


def step_of(chain: Chain, step: int, now: str, reach: Reach = EVERYBODY) -> Advance:
    return advance(chain, step, now=at(now), reach=reach, working=OFFICE, timezone=WIB)


class TestStart:
    @pytest.mark.parametrize(
        ("chain", "now", "expected"),
        [
            (KRITIS, "2026-03-07 02:00", "2026-03-07 02:00"),
            (TINGGI, "2026-03-07 02:00", "2026-03-09 08:00"),
            (TINGGI, "2026-03-02 10:00", "2026-03-02 10:00"),
        ],
    )
    def test_only_kritis_rings_at_night(self, chain: Chain, now: str, expected: str) -> None:
        assert starts_at(chain, now=at(now), working=OFFICE, timezone=WIB) == at(expected)


class TestAdvance:
    @pytest.mark.parametrize(
        ("step", "tell", "next_step", "minutes"),
        [
            (0, (RATNA, DEWI), 1, 15),
            (1, (RATNA, BUDI, SITI), 2, 15),
            (2, (KEPALA,), 3, 15),
            (3, (RATNA, DEWI, BUDI, SITI, KEPALA), 3, 15),  # and again until somebody answers
        ],
    )
    def test_kritis_reaches_further_every_quarter_of_an_hour(
        self, step: int, tell: tuple[StaffId, ...], next_step: int, minutes: int
    ) -> None:
        found = step_of(KRITIS, step, "2026-03-07 02:00")

        assert found == Advance(
            tell=tell,
            step=step,
            next_step=next_step,
            next_at=at("2026-03-07 02:00") + timedelta(minutes=minutes),
            skipped=(),
        )

    def test_tinggi_counts_working_minutes(self) -> None:
        assert step_of(TINGGI, 0, "2026-03-06 15:00").next_at == at("2026-03-09 09:00")
        assert step_of(TINGGI, 1, "2026-03-09 09:00").next_at == at("2026-03-09 11:00")

    def test_a_last_step_that_does_not_repeat_ends_the_chain(self) -> None:
        assert step_of(TINGGI, 2, "2026-03-09 11:00") == Advance(
            tell=(BUDI, SITI), step=2, next_step=None, next_at=None, skipped=()
        )
        assert step_of(PERHATIAN, 0, "2026-03-09 11:00").next_step is None

    def test_a_worker_on_duty_is_told_once(self) -> None:
        reach: Reach = {"worker": (RATNA,), "duty": (RATNA, DEWI)}

        assert step_of(KRITIS, 0, "2026-03-07 02:00", reach).tell == (RATNA, DEWI)

    def test_a_step_that_reaches_nobody_gives_way_at_once(self) -> None:
        only_above: Reach = {"worker": (), "supervisor": (BUDI,), "head": (KEPALA,)}

        found = step_of(KRITIS, 0, "2026-03-07 02:00", only_above)

        assert found == Advance(
            tell=(BUDI,),
            step=1,
            next_step=2,
            next_at=at("2026-03-07 02:15"),
            skipped=(0,),
        )

    def test_what_follows_a_skipped_step_keeps_its_distance_to_the_one_done(self) -> None:
        no_worker: Reach = {"supervisor": (BUDI,)}
        chain = Chain(
            urgency=Urgency.CRITICAL,
            in_working_hours=False,
            makes_sound=True,
            steps=(
                Step(after_minutes=0, tell=("worker",)),
                Step(after_minutes=15, tell=("supervisor",)),
                Step(after_minutes=55, tell=("supervisor",)),
            ),
        )

        found = step_of(chain, 0, "2026-03-07 02:00", no_worker)

        assert found.next_at == at("2026-03-07 02:40")

    def test_where_nobody_can_be_told_the_chain_waits_at_the_step_it_tried(self) -> None:
        found = step_of(KRITIS, 1, "2026-03-07 02:00", {"worker": (), "duty": ()})

        assert found == Advance(tell=(), step=1, next_step=1, next_at=None, skipped=(1, 2, 3))

    @pytest.mark.parametrize("step", [-1, 4])
    def test_a_step_outside_the_chain_is_refused(self, step: int) -> None:
        with pytest.raises(IndexError):
            step_of(KRITIS, step, "2026-03-07 02:00")

    @given(
        step=st.integers(0, 3),
        reach=st.dictionaries(
            st.sampled_from(["worker", "duty", "supervisor", "head"]),
            st.lists(st.sampled_from([RATNA, DEWI, BUDI]), max_size=3).map(tuple),
        ),
    )
    def test_whoever_can_be_reached_later_in_the_chain_is_reached_now(
        self, step: int, reach: Reach
    ) -> None:
        named = {name for one in KRITIS.steps[step:] for name in one.tell}

        found = step_of(KRITIS, step, "2026-03-07 02:00", reach)

        assert bool(found.tell) is any(reach.get(name) for name in named)
        assert len(set(found.tell)) == len(found.tell)
        assert (found.next_at is None) is (not found.tell)  # a kritis never goes quiet by itself


class TestKeptChain:
    chains = st.builds(
        Chain,
        urgency=st.sampled_from(Urgency),
        in_working_hours=st.booleans(),
        makes_sound=st.booleans(),
        steps=st.lists(
            st.builds(
                Step,
                after_minutes=st.integers(0, 10_000),
                tell=st.lists(st.text(max_size=10), max_size=4).map(tuple),
                every_minutes=st.none() | st.integers(1, 600),
            ),
            max_size=5,
        ).map(tuple),
    )

    @given(chain=chains)
    def test_comes_back_as_it_was_when_it_began(self, chain: Chain) -> None:
        text = chain_as_json(chain)

        assert chain_from_json(text) == chain
        assert chain_as_json(chain_from_json(text)) == text

    def test_is_written_in_one_way_only(self) -> None:
        assert chain_as_json(PERHATIAN) == (
            '{"in_working_hours":true,"makes_sound":false,"steps":[{"after_minutes":0,'
            '"every_minutes":null,"tell":["worker"]}],"urgency":"perhatian"}'
        )


class TestEnds:
    @pytest.mark.parametrize("current", Urgency)
    @pytest.mark.parametrize("found", Urgency)
    def test_only_a_higher_urgency_rings_again(self, current: Urgency, found: Urgency) -> None:
        order = ["perhatian", "tinggi", "kritis"]

        assert raised(current, found) is (order.index(found) > order.index(current))

    @pytest.mark.parametrize(("earlier_attempts", "closes"), [(0, False), (1, True), (2, True)])
    def test_nobody_reached_closes_only_the_second_time(
        self, earlier_attempts: int, closes: bool
    ) -> None:
        assert may_close(Outcome.NOT_REACHED, earlier_attempts) is closes

    @pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.NOT_REACHED])
    def test_every_other_outcome_closes_the_first_time(self, outcome: Outcome) -> None:
        assert may_close(outcome, 0)
