"""Background work is held, named and ended in order, and its first failure ends the program."""

import asyncio
import gc
import logging

import pytest

from bot.nursery import Nursery


async def fail(text: str) -> None:
    raise LookupError(text)


async def forever() -> None:
    await asyncio.get_running_loop().create_future()


async def test_work_runs_beside_the_one_who_started_it() -> None:
    nursery, done = Nursery(), asyncio.Event()

    async def work() -> None:
        done.set()

    nursery.start("work", work())

    await asyncio.wait_for(done.wait(), 5)
    assert not nursery.over.is_set()


async def test_waiting_work_is_not_swept_away() -> None:
    nursery, bell, done = Nursery(), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await bell.wait()
        done.set()

    nursery.start("work", work())
    await asyncio.sleep(0)
    gc.collect()
    bell.set()

    await asyncio.wait_for(done.wait(), 5)


async def test_the_first_failure_ends_the_program() -> None:
    nursery = Nursery()

    nursery.start("receiving", fail("first"))

    await asyncio.wait_for(nursery.over.wait(), 5)
    assert isinstance(nursery.failure, LookupError)
    assert str(nursery.failure) == "first"


async def test_a_second_failure_is_logged_by_the_name_of_its_work(
    caplog: pytest.LogCaptureFixture,
) -> None:
    nursery = Nursery()
    first = nursery.start("receiving", fail("first"))
    await asyncio.wait([first])

    await asyncio.wait([nursery.start("sending", fail("second"))])
    await asyncio.sleep(0)

    assert str(nursery.failure) == "first"
    (record,) = caplog.records
    assert (record.levelno, record.__dict__["task"]) == (logging.ERROR, "sending")


async def test_stopping_lets_work_put_things_in_order() -> None:
    nursery, tidied = Nursery(), asyncio.Event()

    async def work() -> None:
        try:
            await forever()
        finally:
            await asyncio.sleep(0)
            tidied.set()

    nursery.start("work", work())
    await asyncio.sleep(0)
    await nursery.stop(patience_s=5)

    assert tidied.is_set()
    assert nursery.failure is None


async def test_work_that_does_not_end_is_named_and_left_behind(
    caplog: pytest.LogCaptureFixture,
) -> None:
    nursery, bell = Nursery(), asyncio.Event()

    async def stubborn() -> None:
        while not bell.is_set():
            try:
                await bell.wait()
            except asyncio.CancelledError:
                continue

    child = nursery.start("stubborn", stubborn())
    await asyncio.sleep(0)
    await nursery.stop(patience_s=0.01)

    (record,) = caplog.records
    assert record.__dict__["task"] == "stubborn"
    bell.set()
    await child


async def test_work_may_finish_before_it_is_cancelled() -> None:
    nursery, bell, done = Nursery(), asyncio.Event(), asyncio.Event()

    async def finishing() -> None:
        await bell.wait()
        done.set()

    child = nursery.start("finishing", finishing())
    asyncio.get_running_loop().call_later(0.01, bell.set)
    await nursery.finish(child, patience_s=5)

    assert done.is_set()


async def test_work_that_does_not_finish_is_cancelled() -> None:
    nursery = Nursery()
    child = nursery.start("endless", forever())

    await nursery.finish(child, patience_s=0)

    assert child.cancelled()
    await nursery.stop(patience_s=0)
