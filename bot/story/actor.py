"""The real bot as a process that can be killed at any moment and is back in half a second.

What costs seconds is importing; so one process of Python's fork server imports everything once, and
each start of the bot is a fork of it.
"""

import asyncio
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Mapping
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from bot.story.errors import Unreachable
from bot.story.line import Line

PRELOADED = ["bot.cli", "bot.app", "bot.telegram.assembly", "bot.story.preloaded"]
READY_WITHIN_S, STOPS_WITHIN_S = 60.0, 8.0
log = logging.getLogger(__name__)


def warm_up() -> None:
    """Begin to import in the background; the first start waits for it."""
    multiprocessing.set_forkserver_preload(PRELOADED)
    forkserver.ensure_running()


class Actor:
    """The bot. `environment` is all it knows of the world; what it logs goes to `log_file`."""

    def __init__(self, environment: Mapping[str, str], log_file: Path) -> None:
        self._environment = dict(environment)
        self._log_file = log_file
        self._process: ForkServerProcess | None = None

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.is_alive()

    async def start(self, line: Line) -> None:
        """Start it and wait until it is ready. Raises Unreachable with the way to its log."""
        context = multiprocessing.get_context("forkserver")
        process = context.Process(
            target=play, args=(self._environment, str(self._log_file)), daemon=True
        )
        await asyncio.to_thread(process.start)
        self._process = process
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                while process.is_alive():
                    if await line.is_ready():
                        return
                    await asyncio.sleep(0.05)
        except TimeoutError:
            pass
        raise Unreachable(f"The bot does not start; see {self._log_file}.")

    async def kill(self) -> None:
        """As if the power were cut: it cannot put anything in order."""
        if self._process is not None:
            self._process.kill()
            await asyncio.to_thread(self._process.join)

    async def stop(self) -> None:
        """Let it end by itself, as `systemctl stop` would."""
        if self._process is None:
            return
        self._process.terminate()
        await asyncio.to_thread(self._process.join, STOPS_WITHIN_S)
        if self._process.is_alive():
            await self.kill()


def play(environment: Mapping[str, str], log_file: str) -> None:
    """In the bot's own process: `kabar run`. It ends when the sandbox's program does."""
    with Path(log_file).open("ab") as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    for name in [name for name in os.environ if name.startswith("KABAR_")]:
        del os.environ[name]
    os.environ.update(environment)
    threading.Thread(target=_follow_parent, daemon=True).start()
    from bot import app, config

    raise SystemExit(asyncio.run(app.run(config.load())))


def _follow_parent() -> None:
    """Without the sandbox there is nobody to talk to: a killed one must leave no bot behind."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
