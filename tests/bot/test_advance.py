"""Moving the clock: every due moment in order and on time, and nothing left behind."""

import asyncio
from datetime import timedelta

import pytest

from bot.scheduler.advance import STOPS_AT_ONE_MOMENT
from storage.figures import Unsettled
from tests.bot.at_the_port import HOUR, NOON, PATIENCE_S, Diary, port


@pytest.fixture
def diary() -> Diary:
    found = Diary()
    found.opened.set()
    return found


async def test_due_moments_are_visited_in_order_and_on_time(diary: Diary) -> None:
    diary.due = [NOON + 3 * HOUR, NOON + HOUR, NOON + 7 * HOUR]
    diary.follows = 2 * HOUR

    arrival = await diary.advance().by(6 * HOUR)

    hours = (1, 3, 3, 5, 5)
    assert diary.done == [(NOON + n * HOUR, NOON + n * HOUR) for n in hours]
    assert arrival.now == NOON + 6 * HOUR
    assert arrival.next_due_at == NOON + 7 * HOUR


async def test_receiving_comes_first_and_every_stop_is_settled(diary: Diary) -> None:
    diary.due = [NOON + HOUR]

    await diary.advance().by(2 * HOUR)

    assert diary.log == [
        "receive",
        "settle",
        "run_due",
        "settle",
        "run_due",
        "settle",
        "audit",
        "settle",
    ]


async def test_what_was_due_already_is_done_without_moving(diary: Diary) -> None:
    diary.due = [NOON - HOUR]

    await diary.advance().by(timedelta())

    assert diary.done == [(NOON - HOUR, NOON)]
    assert diary.kept == []


async def test_something_that_stays_due_does_not_hold_up_the_clock(
    diary: Diary, caplog: pytest.LogCaptureFixture
) -> None:
    diary.due, diary.is_stuck = [NOON + HOUR], True

    arrival = await diary.advance().by(2 * HOUR)

    assert arrival.now == NOON + 2 * HOUR
    assert len(diary.done) == STOPS_AT_ONE_MOMENT + 1
    assert [record.__dict__["action"] for record in caplog.records] == ["still_due"]


async def test_a_stop_waits_until_both_doors_are_empty(diary: Diary) -> None:
    diary.waiting = Unsettled(inbox=1, outbox=0)

    moving = asyncio.ensure_future(diary.advance().by(HOUR))
    await asyncio.wait([moving], timeout=0.02)
    assert not moving.done()
    diary.waiting = Unsettled(inbox=0, outbox=0)
    diary.changed.set()

    assert (await asyncio.wait_for(moving, PATIENCE_S)).now == NOON + HOUR


async def test_a_stop_waits_for_the_row_in_hand(diary: Diary) -> None:
    diary.is_working = True

    moving = asyncio.ensure_future(diary.advance().by(HOUR))
    await asyncio.wait([moving], timeout=0.02)
    assert not moving.done()
    diary.is_working = False

    assert (await asyncio.wait_for(moving, PATIENCE_S)).unsettled is None


async def test_where_patience_ends_the_clock_has_moved_all_the_same(diary: Diary) -> None:
    diary.waiting = Unsettled(inbox=1, outbox=2)

    async with port(advance=diary.advance(patience_s=0.01)) as caller:
        answer = await caller.moves({"advance_s": 3600})

    assert answer == (
        504,
        {"now": "2026-03-02T06:00:00+00:00", "unsettled": {"inbox": 1, "outbox": 2}},
    )
    assert diary.kept == [HOUR]


async def test_calls_wait_for_each_other_and_all_of_them_count(diary: Diary) -> None:
    diary.due = [NOON + timedelta(minutes=90)]

    async with port(advance=diary.advance()) as caller:
        answers = await asyncio.gather(*(caller.moves({"advance_s": 3600}) for _ in range(3)))

    assert [status for status, _ in answers] == [200, 200, 200]
    assert diary.clock.now() == NOON + 3 * HOUR
    assert [now for _, now in diary.done] == [NOON + timedelta(minutes=90)]


async def test_moving_waits_until_everything_runs() -> None:
    diary = Diary()

    moving = asyncio.ensure_future(diary.advance().by(HOUR))
    await asyncio.wait([moving], timeout=0.02)
    assert diary.log == []
    diary.opened.set()

    assert (await asyncio.wait_for(moving, PATIENCE_S)).now == NOON + HOUR
