"""The sandbox as a program: where it listens and whom it answers."""

import asyncio
import sys

import pytest
from aiohttp import ClientSession

from bot.sandbox import Sandbox
from bot.sandbox.guard import is_loopback


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8080", "127.0.0.1:1", "127.1.2.3", "[::1]", "[::1]:8080"]
)
def test_loopback_names(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "example.org", "127.0.0.1.example.org", "10.0.0.1", "0.0.0.0", "[::1", "[::]"]
)
def test_names_of_elsewhere(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "attacker.example"},
        {"Origin": "https://attacker.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_foreign_pages_are_refused(
    sandbox: Sandbox, session: ClientSession, headers: dict[str, str]
) -> None:
    async with session.post(f"{sandbox.url}/control/reset", headers=headers) as reply:
        assert reply.status == 403


async def test_page_of_the_sandbox_itself_is_served(
    sandbox: Sandbox, session: ClientSession
) -> None:
    headers = {"Origin": sandbox.url, "Sec-Fetch-Site": "same-origin"}

    async with session.post(f"{sandbox.url}/control/reset", headers=headers) as reply:
        assert reply.status == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "example.org"])
def test_other_addresses_are_never_bound(host: str) -> None:
    with pytest.raises(ValueError, match="not a loopback address"):
        Sandbox(host=host)


async def test_taken_port_ends_the_program_with_a_sentence(sandbox: Sandbox) -> None:
    port = sandbox.url.rsplit(":", 1)[1]

    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.sandbox", "--port", port, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(30):
        _, said = await program.communicate()

    assert program.returncode == 1
    assert said.decode() == f"Port {port} on 127.0.0.1 is taken; choose another with --port.\n"
