"""`make screenshots`: the pictures of the page, taken from a real sandbox in a real Chromium."""

import asyncio
import socket
import sys
import tempfile
from pathlib import Path

import aiohttp
from playwright.async_api import Browser

from tests.pages.browsers import LAPTOP, TABLET, Visitor, browser
from tests.story.sandboxes import Program

ALERT_HAS_COME = 7  # steps of the story
PICTURES = (
    ("sandbox", LAPTOP, "light"),
    ("sandbox-dark", LAPTOP, "dark"),
    ("sandbox-tablet", TABLET, "light"),
)


async def take(folder: Path) -> None:
    """Play the story up to the alert, and take each picture of it."""
    with tempfile.TemporaryDirectory() as place, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        async with aiohttp.ClientSession() as http, browser() as running:
            program = Program(Path(place), port, http)
            await program.start()
            try:
                await program.does_steps(ALERT_HAS_COME)
                for name, size, scheme in PICTURES:
                    await _picture(running, program.url, folder / f"{name}.png", size, scheme)
            finally:
                await program.stop()


async def _picture(
    running: Browser, url: str, file: Path, size: dict[str, int], scheme: str
) -> None:
    visitor = await Visitor.comes(running, url, size=size, color_scheme=scheme)
    await visitor.sees("Ratna", "Kritis. 1 hal perlu dilihat. K-0142")
    await visitor.page.wait_for_load_state("load")
    await visitor.page.screenshot(path=file, animations="disabled")
    sys.stdout.write(f"{file}\n")
    await visitor.page.context.close()


if __name__ == "__main__":
    pictures = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures")
    pictures.mkdir(parents=True, exist_ok=True)
    asyncio.run(take(pictures))
