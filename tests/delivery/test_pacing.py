"""How fast the bot may go: never faster than the rates, and never slower for no reason."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.pacing import HORIZON_S, Pacing, Rates

TELEGRAM = Rates(total=30, chat=1)
TINY = 1e-6  # what a float forgets

moments = st.floats(min_value=0, max_value=20, allow_nan=False)
rates = st.builds(
    Rates,
    total=st.floats(min_value=0.2, max_value=1000),
    chat=st.floats(min_value=0.2, max_value=100),
)


@given(rates, st.lists(moments, min_size=2, max_size=40).map(sorted))
def test_two_calls_are_never_closer_than_the_rate_allows(rates: Rates, asked: list[float]) -> None:
    pacing = Pacing(rates)

    starts = [pacing.take(at) for at in asked]

    assert all(later - earlier >= 1 / rates.total - TINY for earlier, later in pairwise(starts))
    assert all(start >= at for start, at in zip(starts, asked, strict=True))


@given(rates, st.lists(moments, min_size=1, max_size=40).map(sorted))
def test_a_call_after_a_quiet_time_starts_at_once(rates: Rates, asked: list[float]) -> None:
    pacing = Pacing(rates)
    last = max(pacing.take(at) for at in asked)

    quiet = last + 1 / rates.total

    assert pacing.take(quiet) == quiet


@given(rates, st.lists(moments, min_size=0, max_size=20).map(sorted), moments)
def test_what_is_taken_in_hand_starts_within_the_horizon(
    rates: Rates, asked: list[float], at: float
) -> None:
    pacing = Pacing(rates)
    for earlier in asked:
        pacing.take(earlier)

    starts = [pacing.take(at) for _ in range(pacing.room(at))]

    assert all(start <= at + HORIZON_S + TINY for start in starts)


@given(rates, moments, st.floats(min_value=0, max_value=30))
def test_a_chat_rests_after_a_message_and_then_no_more(
    rates: Rates, at: float, later: float
) -> None:
    pacing = Pacing(rates)

    pacing.messaged("sari", at)

    assert ("sari" in pacing.resting(at + later)) == (at + later < at + 1 / rates.chat)
    assert "ratna" not in pacing.resting(at)


@given(st.lists(st.floats(min_value=1, max_value=60), min_size=1, max_size=5), moments)
def test_a_refused_chat_is_left_alone_as_long_as_the_longest_answer_said(
    waits: list[float], at: float
) -> None:
    pacing = Pacing(TELEGRAM)

    for seconds in waits:
        pacing.refused("sari", at, seconds)

    assert pacing.paused(at + max(waits) - TINY) == {"sari"}
    assert pacing.paused(at + max(waits) + TINY) == set()


def test_one_chat_refused_twice_does_not_stop_the_others() -> None:
    pacing = Pacing(TELEGRAM)

    pacing.refused("sari", 10.0, 5)
    pacing.refused("sari", 10.5, 5)

    assert pacing.room(10.5) > 0
    assert pacing.take(10.5) == 10.5


def test_two_chats_refused_within_a_second_stop_all() -> None:
    pacing = Pacing(TELEGRAM)

    pacing.refused("sari", 10.0, 5)
    pacing.refused("ratna", 10.9, 7)

    assert pacing.room(11.0) == 0
    assert pacing.take(11.0) == pytest.approx(17.9)
    assert pacing.wake_at(11.0) == pytest.approx(15.0)  # sari's own pause ends first


def test_two_chats_refused_long_after_each_other_stop_only_themselves() -> None:
    pacing = Pacing(TELEGRAM)

    pacing.refused("sari", 10.0, 5)
    pacing.refused("ratna", 11.1, 5)

    assert pacing.paused(11.1) == {"sari", "ratna"}
    assert pacing.room(11.1) > 0


def test_a_pause_is_not_shortened_by_a_later_smaller_one() -> None:
    pacing = Pacing(TELEGRAM)

    pacing.refused("sari", 10.0, 30)
    pacing.refused("sari", 11.0, 1)

    assert pacing.paused(30.0) == {"sari"}


def test_it_says_when_to_look_again() -> None:
    pacing = Pacing(TELEGRAM)
    assert pacing.wake_at(10.0) is None

    pacing.messaged("sari", 10.0)
    assert pacing.wake_at(10.0) == 11.0

    pacing.take(10.0)
    assert pacing.wake_at(10.0) == pytest.approx(10 + 1 / 30)


def test_a_broadcast_uses_the_whole_rate() -> None:
    pacing = Pacing(TELEGRAM)

    starts = [pacing.take(0.0) for _ in range(3001)]

    assert starts[-1] == pytest.approx(100.0)
