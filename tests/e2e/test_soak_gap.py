"""`make soak`: a program that really stands still for longer than Telegram keeps a tap."""

import asyncio
import signal
from pathlib import Path

import pytest

from tests.e2e.conftest import World, is_ready
from tests.e2e.programs import Program
from tests.e2e.scenes import answers

pytestmark = pytest.mark.soak

STILL_S = 165.0
AGAIN = "saya kirim sekali lagi"


async def test_a_frozen_program_asks_again_what_was_tapped_in_vain(
    world: World, tmp_path: Path
) -> None:
    sari = await world.enrolled(await world.staff("Ratna"))
    await world.first_checkin(sari)
    await answers(sari, [1], worry=None)
    await world.stops()
    program = Program(settings=world.settings, log_file=tmp_path / "run.log")
    await program.starts()
    await is_ready(world.http, world.bot_url)
    await world.settles()

    program.is_sent(signal.SIGSTOP)
    await asyncio.sleep(1)
    await world.control("POST", f"people/{sari.id}/tap", {"label": "3-4 hari"})
    await asyncio.sleep(STILL_S)
    program.is_sent(signal.SIGCONT)
    await world.settles()
    await world.forward(seconds=2)

    try:
        assert [AGAIN in text for text in await sari.pushes()].count(True) == 1, program.says()
        await sari.taps("Lanjutkan")
        await sari.sees_last("2/8\n")
    finally:
        assert (await program.stops())[0] == 0
