"""`kabar sandbox`: the story is told to its end, by the real program, and stays up until Ctrl+C."""

import asyncio
import os
import signal
import socket
from pathlib import Path

from tests.e2e.outside import KABAR

TOLD_WITHIN_S = 120


async def start(folder: Path, port: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        str(KABAR),
        *("sandbox", "--port", str(port)),
        cwd=folder,
        env=os.environ | {"COLUMNS": "120"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def lines_until(program: asyncio.subprocess.Process, part: str) -> list[str]:
    assert program.stdout is not None
    lines: list[str] = []
    async with asyncio.timeout(TOLD_WITHIN_S):
        while not any(part in line for line in lines[-1:]):
            line = await program.stdout.readline()
            assert line, f"it ended before {part!r}: {lines[-5:]}"
            lines.append(line.decode())
    return lines


async def test_the_story_is_told_and_the_sandbox_stays_up(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    program = await start(tmp_path, unused_tcp_port)
    told = "".join(await lines_until(program, "stays up"))

    program.send_signal(signal.SIGINT)
    await program.communicate()

    assert "Kritis. 1 hal perlu dilihat. K-0142" in told
    assert "K-0142 sudah ditangani (supervisor)" in told
    assert "LATIHAN" in told
    assert program.returncode == 0


async def test_a_taken_port_is_said_at_once(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        program = await start(tmp_path, other.getsockname()[1])
        async with asyncio.timeout(TOLD_WITHIN_S):
            _, said = await program.communicate()

    assert program.returncode == 1
    assert "Choose another with --port." in said.decode()
