"""The stage behind the page: story, clock, kill and restart, and what is kept between starts."""

import shutil
import socket
import time
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from bot.story import script
from tests.story.sandboxes import Program

STEPS = len(script.load().steps)


pytestmark = pytest.mark.asyncio(loop_scope="module")  # one sandbox for nearly all


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room(
    tmp_path_factory: pytest.TempPathFactory, unused_tcp_port_factory: Callable[[], int]
) -> AsyncIterator[Program]:
    """One sandbox for all who only play in it."""
    async with aiohttp.ClientSession() as http:
        program = Program(tmp_path_factory.mktemp("room"), unused_tcp_port_factory(), http)
        await program.start()
        yield program
        await program.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def sandbox(room: Program) -> Program:
    """It, back at its beginning."""
    await room.begins_again()
    return room


@pytest_asyncio.fixture(loop_scope="module")
async def own(room: Program, tmp_path: Path, unused_tcp_port: int) -> AsyncIterator[Program]:
    """A sandbox of its own with the same past, at its first moment, not started yet."""
    first = room.folder / "var/sandbox"
    mine = tmp_path / "var/sandbox"
    shutil.copytree(first / "first", mine / "first")
    shutil.copytree(first / "first", mine, dirs_exist_ok=True)
    shutil.copy(first / "kabar.key", mine)
    program = Program(tmp_path, unused_tcp_port, room.http)
    try:
        yield program
    finally:
        if program.process is not None and program.process.returncode is None:
            await program.stop()


async def test_the_whole_story_is_told_and_begins_again_in_seconds(sandbox: Program) -> None:

    told = await sandbox.does_steps(STEPS)

    assert told["story"]["at"] == STEPS
    assert told["doors"]["lost"] == 0
    assert any("sudah ditangani (supervisor)" in text for text in await sandbox.texts("Ratna"))
    tini = [text for text in await sandbox.texts("Ibu Tini") if "kabarnya" in text]
    assert len(tini) >= 3
    assert len(set(tini)) == 1

    began = time.monotonic()
    await sandbox.begins_again()
    took = time.monotonic() - began

    assert await sandbox.texts("Ibu Sari") == []
    assert took < 10  # what the page promises; about one second on a quiet machine


async def test_hands_free_it_goes_through_by_itself(sandbox: Program) -> None:

    await sandbox.deed("story", do="play", pause_s=0)
    told = await sandbox.until(lambda now: now["story"]["at"] == STEPS, within_s=120)

    assert told["story"]["stalled"] is None


async def test_a_step_done_by_hand_counts(sandbox: Program) -> None:
    people = {one["name"]: one for one in (await sandbox.look())["people"]}
    sari = people["Ibu Sari"]

    await sandbox.control("POST", f"people/{sari['person']}/start", {"parameter": sari["token"]})
    await sandbox.sees("Ibu Sari", "Kabar Keluarga")
    await sandbox.control("POST", f"people/{sari['person']}/tap", {"label": "Lanjut"})
    stage = await sandbox.until(lambda now: now["story"]["at"] == 1)

    assert next(one for one in stage["people"] if one["name"] == "Ibu Sari")["token"] is None


async def test_what_is_written_while_the_bot_is_dead_arrives_when_it_is_back(
    sandbox: Program,
) -> None:
    await sandbox.does_steps(3)
    sari = await sandbox.person("Ibu Sari")

    dead = await sandbox.deed("bot", do="kill")
    await sandbox.control("POST", f"people/{sari}/text", {"text": "Bu, dia mau bunuh diri"})
    waiting = await sandbox.until(lambda now: now["doors"]["at_telegram"] == 1)
    await sandbox.deed("bot", do="start")
    back = await sandbox.until(
        lambda now: now["bot"] == "running" and now["doors"]["at_telegram"] == 0
    )

    assert dead["bot"] == "dead"
    assert waiting["doors"]["lost"] == 0
    assert back["doors"]["lost"] == 0
    await sandbox.sees("Ratna", "Kritis. 1 hal perlu dilihat. K-0142")


async def test_the_clock_moves_phones_and_bot_together(sandbox: Program) -> None:
    before = (await sandbox.look())["clock"]

    await sandbox.deed("clock", advance_s=86_400)
    after = await sandbox.until(lambda now: _days(before["now"], now["clock"]["now"]) >= 1)
    telegram = await sandbox.control("GET", "clock")

    assert abs(telegram["now"] - _seconds(after["clock"]["now"])) < 5


async def test_days_are_played_and_can_be_paused(sandbox: Program) -> None:
    await sandbox.does_steps(10)
    before = (await sandbox.look())["clock"]["now"]

    await sandbox.deed("clock", do="play")
    stage = await sandbox.until(lambda now: _days(before, now["clock"]["now"]) >= 8, within_s=60)
    await sandbox.deed("clock", do="pause")
    still = await sandbox.until(
        lambda now: not now["clock"]["playing"] and not now["clock"]["moving"]
    )

    assert stage["doors"]["lost"] == 0
    assert _days(stage["clock"]["now"], still["clock"]["now"]) < 3
    assert any("Cukup tekan satu tombol" in text for text in await sandbox.texts("Ibu Sari"))


async def test_everything_is_there_at_the_next_start(own: Program) -> None:
    await own.start()
    await own.does_steps(3)
    shown = await own.texts("Ibu Sari")
    before = await own.look()
    code, _, _ = await own.stop()

    await own.start()
    after = await own.look()
    await own.does_steps(1)

    assert code == 0
    assert after["story"]["at"] == 3
    assert after["people"] == before["people"]
    assert shown[-1] in await own.texts("Ibu Sari")


@pytest.mark.soak  # a year of training is played for it alone
async def test_nothing_is_there_after_a_reset(own: Program) -> None:
    await own.start()
    await own.does_steps(3)
    await own.stop()

    await own.start("--reset")

    assert (await own.look())["story"]["at"] == 0
    assert await own.texts("Ibu Sari") == []


async def test_a_taken_port_is_said_at_once(own: Program) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", own.port))
        other.listen()
        await own.launch()
        code, _, said = await own.ends()

    assert code == 1
    assert "Choose another with --port." in said


async def test_two_sandboxes_do_not_share_a_folder(
    sandbox: Program, unused_tcp_port_factory: Callable[[], int]
) -> None:
    second = Program(sandbox.folder, unused_tcp_port_factory(), sandbox.http)
    await second.launch()
    code, _, said = await second.ends()

    assert code == 1
    assert "runs already" in said


async def test_a_new_mother_gets_a_link_and_a_case_of_her_own(sandbox: Program) -> None:

    made = await sandbox.deed("people", kind="mother_a", name="Ibu Wulan")
    stranger = await sandbox.deed("people", kind="stranger", name="Orang asing")

    assert made["token"].startswith("f_")
    assert made["case"] == "K-0301"
    assert stranger["token"] is None


async def test_what_is_not_understood_says_what_would_be(sandbox: Program) -> None:

    assert "advance_s" in (await sandbox.deed("clock", 400, advance_s=-1))["error"]
    assert "next" in (await sandbox.deed("story", 400, do="dance"))["error"]
    refused = await sandbox.deed("bot", 409, do="start")
    assert refused["says"]["id"] == "Bot sudah menyala."


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def _days(before: str, after: str) -> float:
    return (_seconds(after) - _seconds(before)) / 86_400


async def test_taking_an_alert_without_looking_at_it_goes_on_too(sandbox: Program) -> None:
    await sandbox.does_steps(7)
    ratna = await sandbox.person("Ratna")

    await sandbox.control("POST", f"people/{ratna}/tap", {"label": "Saya tangani"})
    await sandbox.until(lambda now: now["story"]["at"] == 9)
    told = await sandbox.does_steps(1)

    assert told["story"]["at"] == 10


async def test_a_step_that_stalled_can_be_tried_again(sandbox: Program) -> None:
    await sandbox.does_steps(4)
    sari = await sandbox.person("Ibu Sari")
    await sandbox.control("POST", f"people/{sari}/tap", {"label": "Mulai"})
    await sandbox.sees("Ibu Sari", "1/8")
    await sandbox.control("POST", f"people/{sari}/offline", {})

    await sandbox.deed("story", do="next", pause_s=0)
    stalled = await sandbox.until(lambda now: now["story"]["stalled"] is not None)
    await sandbox.control("POST", f"people/{sari}/online", {})
    told = await sandbox.does_steps(1)

    assert "ponsel" in stalled["story"]["stalled"]["id"]
    assert told["story"]["at"] == 5


async def test_going_back_that_fails_can_be_tried_again(sandbox: Program) -> None:
    await sandbox.deed("people", 400, kind="stranger", name="\u200b")
    await sandbox.deed("story", 400, do="play", pause_s=True)

    first = sandbox.folder / "var/sandbox/first"
    first.rename(first.with_name("away"))
    await sandbox.deed("story", do="restart")
    failed = await sandbox.until(lambda now: now["state"] == "failed")
    first.with_name("away").rename(first)
    await sandbox.begins_again()

    assert failed["says"]["id"]


async def test_going_back_is_finished_after_a_crash(own: Program) -> None:
    await own.start()
    await own.does_steps(2)
    await own.stop()
    kept = own.folder / "var/sandbox/stage.json"
    kept.write_text(kept.read_text().replace('"at": 2', '"at": 2, "going_back": true'))

    await own.start()

    assert (await own.look())["story"]["at"] == 0
    assert await own.texts("Ibu Sari") == []


async def test_it_can_be_stopped_while_it_is_being_prepared(
    room: Program, tmp_path: Path, unused_tcp_port: int
) -> None:
    fresh = Program(tmp_path, unused_tcp_port, room.http)
    await fresh.launch()
    await fresh.until(lambda now: now["state"] == "preparing")
    code, _, _ = await fresh.stop()

    assert code == 0


async def test_reset_on_a_taken_port_throws_nothing_away(own: Program) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", own.port))
        other.listen()
        await own.launch("--reset")
        code, _, _ = await own.ends()

    assert code == 1
    assert (own.folder / "var/sandbox/kabar.db").exists()
