"""How fast the bot may go: never faster than the rates, and never slower for no reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.pacing import CATCH_UP_CALLS, CATCH_UP_S, HORIZON_S, Pacing, Rates, Until

TELEGRAM = Rates(total=30, chat=1)
TINY = 1e-6  # what a float forgets

moments = st.floats(min_value=0, max_value=20, allow_nan=False)
rates = st.builds(
    Rates,
    total=st.floats(min_value=0.2, max_value=1000),
    chat=st.floats(min_value=0.2, max_value=100),
)


class Bucket:
    """Telegram's, as far as it is known: it holds 30 and loses so many a second."""

    def __init__(self, per_s: float, holds: int) -> None:
        self.per_s, self.holds, self.level, self.at = per_s, holds, 0.0, 0.0

    def takes(self, at: float) -> bool:
        self.level = max(0.0, self.level - (at - self.at) * self.per_s) + 1
        self.at = at
        return self.level <= self.holds + TINY


@given(rates, st.lists(moments, min_size=2, max_size=40).map(sorted))
def test_however_late_the_loop_comes_no_bucket_overflows(rates: Rates, asked: list[float]) -> None:
    pacing, bucket = Pacing(rates), Bucket(rates.total, CATCH_UP_CALLS + 2)

    starts = [pacing.take(at) for at in asked]

    assert starts == sorted(starts)
    assert all(start >= at for start, at in zip(starts, asked, strict=True))
    assert all(bucket.takes(start) for start in starts)


@given(rates, st.integers(min_value=2, max_value=200), moments)
def test_no_more_than_a_few_calls_make_up_for_lost_time(
    rates: Rates, calls: int, at: float
) -> None:
    pacing = Pacing(rates)

    starts = [pacing.take(at) for _ in range(calls)]

    late = min(CATCH_UP_S * rates.total, CATCH_UP_CALLS)
    assert sum(start == at for start in starts) <= late + 1 + TINY
    assert starts[-1] >= at + (calls - 1 - late) / rates.total - TINY


def test_a_loop_that_is_a_little_late_each_time_keeps_the_rate() -> None:
    pacing, at, calls = Pacing(TELEGRAM), 0.0, 0

    while at < 100:
        for _ in range(pacing.room(at)):
            at = max(at, pacing.take(at))
            calls += 1
        at = max(at + 0.005, pacing.wake_at(at) or at) + 0.07  # what a look at the outbox may cost

    assert calls / at > 0.99 * TELEGRAM.total


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
    assert [pacing.take(17.91) for _ in range(2)] == pytest.approx([17.91, 17.9 + 1 / 30])
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

    while pacing.room(10.0):
        pacing.take(10.0)
    assert 10.0 < pacing.wake_at(10.0) <= 10.0 + HORIZON_S
    assert pacing.room(10.0) == 0 < pacing.room(pacing.wake_at(10.0))


def test_a_broadcast_uses_the_whole_rate() -> None:
    pacing = Pacing(TELEGRAM)

    starts = [pacing.take(0.0) for _ in range(3001)]

    assert 99.7 <= starts[-1] <= 100.0


@given(st.lists(st.tuples(st.sampled_from("abcdef"), moments, moments), max_size=60))
def test_what_is_remembered_of_chats_is_what_still_holds(
    told: list[tuple[str, float, float]],
) -> None:
    until, longest = Until(), dict[str, float]()

    for chat, at, seconds in sorted(told, key=lambda one: one[1]):
        until.put(chat, at + seconds)
        longest[chat] = max(longest.get(chat, 0), at + seconds)
        holds = {one: moment for one, moment in longest.items() if moment > at}
        assert until.after(at) == frozenset(holds)
        assert until.next(at) == min(holds.values(), default=None)


def test_nothing_is_remembered_of_what_is_over() -> None:
    until = Until()
    for number in range(5000):
        until.put(f"chat {number}", number / 1000)

    assert len(until.after(4.5)) == 499
    assert until.next(5.0) is None
    assert not until._until
    assert not until._soonest
