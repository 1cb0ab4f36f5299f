"""The HTTP port: alive, ready, figures, and a clock that only this machine may move."""

from datetime import timedelta

import aiohttp
import pytest
from aiohttp.test_utils import make_mocked_request

from bot.errors import PortTaken
from bot.http.clock import clock_routes
from bot.http.heartbeat import Heartbeat
from bot.http.server import Condition, Port, make_app
from tests.bot.at_the_port import HOUR, NOON, Diary, port


@pytest.fixture
def diary() -> Diary:
    found = Diary()
    found.opened.set()
    return found


# Pages


async def test_it_is_alive_before_it_is_ready() -> None:
    async with port(missing=("receiving", "sending")) as caller:
        assert await caller.get("/health") == (200, {"alive": True})
        assert await caller.get("/ready") == (
            503,
            {"ready": False, "missing": ["receiving", "sending"]},
        )


async def test_it_is_ready_once_nothing_is_missing() -> None:
    async with port() as caller:
        assert await caller.get("/ready") == (200, {"ready": True, "missing": []})


async def test_figures_are_in_the_form_that_prometheus_reads() -> None:
    async with port() as caller:
        status, page = await caller.get("/metrics")

    assert status == 200
    lines = page.splitlines()
    assert 'kabar_outbox_rows{state="sent"} 3' in lines
    assert 'kabar_sends_total{outcome="sent"} 3' in lines
    assert "kabar_inbox_waiting 2" in lines
    assert 'kabar_lane_waiting{lane="alert"} 1' in lines
    assert 'kabar_lane_age_seconds{lane="alert"} 2.5' in lines
    assert 'kabar_findings{check="row_altered"} 1' in lines
    assert 'kabar_alerts{is="waiting"} 1' in lines
    assert "kabar_receive_age_seconds 1.235" in lines
    assert "kabar_receiving_gap_seconds 160.0" in lines
    assert "# TYPE kabar_sends_total counter" in lines
    assert not [line for line in lines if line.startswith("kabar_tick_age")]  # none so far


async def test_a_port_that_is_taken_is_told_with_what_to_do() -> None:
    async with port() as caller:
        number = int(caller.url.rpartition(":")[2])
        second = Port(
            make_app(Condition(is_alive=bool, missing=tuple, figures=None)), "127.0.0.1", number
        )

        with pytest.raises(PortTaken, match=rf"Port {number} on 127.0.0.1.*KABAR_HTTP_PORT"):
            await second.open()


async def test_a_host_that_is_not_ours_is_told_with_what_to_do() -> None:
    elsewhere = Port(
        make_app(Condition(is_alive=bool, missing=tuple, figures=None)), "192.0.2.1", 0
    )

    with pytest.raises(PortTaken, match="KABAR_HTTP_HOST"):
        await elsewhere.open()


# Who may move the clock, and how


async def test_without_a_manual_clock_there_is_none_to_move() -> None:
    async with port() as caller:
        assert (await caller.get("/clock"))[0] == 404


async def test_the_clock_can_be_read(diary: Diary) -> None:
    diary.due = [NOON + HOUR]

    async with port(advance=diary.advance()) as caller:
        answer = await caller.get("/clock")

    assert answer == (
        200,
        {"now": "2026-03-02T05:00:00+00:00", "next_due_at": "2026-03-02T06:00:00+00:00"},
    )
    assert diary.log == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"soon",
        b"[" * 100_000,
        {},
        [60],
        {"advance_s": None},
        {"advance_s": "60"},
        {"advance_s": True},
        {"advance_s": -1},
        b'{"advance_s": NaN}',
        b'{"advance_s": Infinity}',
        {"advance_s": 10**400},
        {"advance_s": 1e10},
    ],
)
async def test_what_is_no_time_moves_nothing(diary: Diary, body: object) -> None:
    async with port(advance=diary.advance()) as caller:
        status, answer = await caller.moves(body)

    assert status == 400
    assert 'Send {"advance_s": n}' in answer["error"]
    assert diary.clock.now() == NOON


async def test_the_clock_arrives_where_it_was_sent(diary: Diary) -> None:
    async with port(advance=diary.advance()) as caller:
        answer = await caller.moves({"advance_s": 90.5})

    assert answer == (200, {"now": "2026-03-02T05:01:30.500000+00:00", "next_due_at": None})
    assert diary.kept[-1] == timedelta(seconds=90.5)


async def test_other_machines_may_not_move_it(diary: Diary) -> None:
    read, move = clock_routes(diary.advance())

    for route, peer in ((read, "192.0.2.7"), (move, "2001:db8::1"), (read, "")):
        request = make_mocked_request(route.method, "/clock").clone(remote=peer)
        assert (await route.handler(request)).status == 403


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
async def test_this_machine_may_by_any_of_its_names(diary: Diary, peer: str) -> None:
    read, _ = clock_routes(diary.advance())

    request = make_mocked_request("GET", "/clock").clone(remote=peer)
    assert (await read.handler(request)).status == 200


# Heartbeat


async def test_the_heart_beats_only_while_all_is_well(caplog: pytest.LogCaptureFixture) -> None:
    wellness = [True, False]

    async def is_well() -> bool:
        return wellness.pop(0)

    async with port() as caller:
        heart = Heartbeat(caller.session, f"{caller.url}/health", is_well)
        await heart.beat()
        assert caplog.records == []
        await heart.beat()

    assert [record.__dict__["action"] for record in caplog.records] == ["heartbeat_held"]


async def test_a_heartbeat_that_nobody_takes_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def is_well() -> bool:
        return True

    async with port(missing=("sending",)) as caller:
        await Heartbeat(caller.session, f"{caller.url}/ready", is_well).beat()
    async with aiohttp.ClientSession() as session:
        await Heartbeat(session, caller.url, is_well).beat()  # it is closed by now

    assert [record.__dict__["action"] for record in caplog.records] == ["heartbeat_failed"] * 2
