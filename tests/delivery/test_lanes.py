"""Who may have how many calls on their way."""

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.carrier import LONGEST_CALL_S, LONGEST_WAIT_S
from bot.delivery.lanes import LANES, Group, Places, group_of
from storage.deliveries import LEASE
from storage.outbox import Lane

groups = st.lists(st.sampled_from(Group), max_size=60)
places = st.builds(
    Places,
    total=st.integers(min_value=20, max_value=50),
    alerts=st.integers(min_value=1, max_value=10),
    answers=st.integers(min_value=0, max_value=9),
)


def test_every_lane_belongs_to_one_group() -> None:
    for lane in Lane:
        first, last = LANES[group_of(lane)]
        assert first <= lane <= last


@given(places, groups)
def test_whatever_the_others_do_a_group_finds_the_places_kept_for_it(
    places: Places, wanted: list[Group]
) -> None:
    flying: list[Group] = []
    for group in wanted:
        if places.free(flying)[group] > 0:
            flying.append(group)

    assert len(flying) <= places.total
    free = places.free(flying)
    assert free[Group.ALERTS] >= places.alerts - flying.count(Group.ALERTS)
    assert free[Group.ANSWERS] >= places.answers - flying.count(Group.ANSWERS) - max(
        0, flying.count(Group.ALERTS) - places.alerts
    )
    assert free[Group.ALERTS] >= free[Group.ANSWERS] >= free[Group.REST] >= 0


def test_what_nobody_else_needs_is_anybodys() -> None:
    places = Places(total=10, alerts=2, answers=3)

    assert places.free([]) == {Group.ALERTS: 10, Group.ANSWERS: 8, Group.REST: 5}
    assert places.free([Group.ALERTS] * 9)[Group.REST] == 0
    assert places.free([Group.REST] * 5) == {Group.ALERTS: 5, Group.ANSWERS: 3, Group.REST: 0}


def test_a_call_is_over_before_anybody_else_may_judge_its_row() -> None:
    assert LEASE.total_seconds() > LONGEST_WAIT_S + LONGEST_CALL_S
