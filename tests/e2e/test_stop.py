"""SIGTERM while parents write and sends are on their way: what is in hand is finished, and a new
start goes on as if nothing had been."""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.conftest import Phone, World, is_ready
from tests.e2e.programs import Program
from tests.e2e.scenes import notice

STOPS = 5
ROUND = 4  # texts of each family around a stop; the last of each round is a critical one
CODES = ("K-0701", "K-0702", "K-0703")
LATENCY_S = 0.15
LONGEST_STOP_S = 11.0
FOR_EVER_S = 600.0
GENERAL, HARD = "Pesannya sudah masuk.", "Sudah saya terima dengan baik."


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Families that write, their worker, and a program in a process of its own."""

    world: World
    program: Program
    ratna: Phone
    families: tuple[Phone, ...]

    async def returns(self) -> None:
        await self.program.starts()
        await is_ready(self.world.http, self.world.bot_url)

    async def stops(self, *signals: signal.Signals) -> None:
        code, seconds = await self.program.stops(*signals)
        assert code == 0, self.program.says()
        assert seconds < LONGEST_STOP_S, self.program.says()

    async def on_their_way(self) -> list[str]:
        rows = await self.world.rows("select id from outbox where state = 'sending'")
        return [row.id for row in rows]


@pytest.fixture
async def scene(world: World, tmp_path: Path) -> AsyncIterator[Scene]:
    ratna = await world.staff("Ratna")
    families = [await world.enrolled(ratna, code, name=code) for code in CODES]
    await world.stops()
    program = Program(settings=world.settings, log_file=tmp_path / "run.log")
    made = Scene(world=world, program=program, ratna=ratna, families=tuple(families))
    await made.returns()
    yield made
    program.is_sent(signal.SIGKILL)


async def writes_a_round(family: Phone, number: int) -> list[str]:
    """Some words and a cry for help; nobody waits for an answer."""
    texts = [f"cerita {number} {text} {family.name}" for text in range(ROUND - 1)]
    texts.append(f"{number}: dia bilang mau bunuh diri {family.name}")
    for text in texts:
        await family.world.control("POST", f"people/{family.id}/text", {"text": text})
        await asyncio.sleep(LATENCY_S)
    return texts


async def pushed(phone: Phone, part: str) -> list[str]:
    return [push for push in await phone.pushes() if part in push]


async def test_stops_while_everybody_writes_lose_nothing_and_double_nothing(scene: Scene) -> None:
    world, drawn = scene.world, random.Random(4)
    slow = {"kind": "delay", "method": "sendMessage", "seconds": LATENCY_S}
    await world.control("POST", "faults", slow)
    written: list[str] = []

    for number in range(STOPS):
        rounds = asyncio.gather(*(writes_a_round(one, number) for one in scene.families))
        await asyncio.sleep(drawn.uniform(0.0, 0.8))
        await scene.stops()
        assert await scene.on_their_way() == [], "what was on its way has arrived"
        written += [text for texts in await rounds for text in texts]
        await scene.returns()
    await world.settles()

    kept = Counter(row.text for row in await world.replies())
    assert kept == dict.fromkeys(written, 1)
    for code, family in zip(CODES, scene.families, strict=True):
        told = Counter(await pushed(scene.ratna, code))
        assert told == {notice("Kritis", code): STOPS, notice("Tugas", code): 1}
        assert len(await pushed(family, GENERAL)) == STOPS * (ROUND - 1)
        assert len(await pushed(family, HARD)) == STOPS


async def test_it_ends_in_time_though_telegram_hangs_and_somebody_is_impatient(
    scene: Scene,
) -> None:
    """Of a call that never ends nobody knows whether it was done: the alert comes once more."""
    world, sari = scene.world, scene.families[0]
    hangs = {"kind": "delay", "seconds": FOR_EVER_S, "method": "sendMessage"}
    fault = await world.control("POST", "faults", hangs)
    await world.control("POST", f"people/{sari.id}/text", {"text": "dia mau bunuh diri"})
    await until_struck(world, fault["id"])

    await scene.stops(signal.SIGTERM, signal.SIGTERM, signal.SIGINT)

    await world.control("DELETE", "faults")
    await scene.returns()
    await world.settles()
    assert [row.text for row in await world.replies()] == ["dia mau bunuh diri"]
    assert await pushed(scene.ratna, CODES[0])
    assert await scene.on_their_way() == []


async def until_struck(world: World, fault: int) -> None:
    for _ in range(1000):
        faults = (await world.control("GET", "faults"))["faults"]
        if any(one["id"] == fault and one["struck"] for one in faults):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("nothing was sent")
