"""`kabar run` as a process of its own that takes signals; a fork server has imported everything."""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from bot.config import Settings
from bot.story.actor import warm_up

ENDS_WITHIN_S = 60.0


@dataclass(kw_only=True)
class Program:
    """One program with these settings. What it logs is appended to `log_file`."""

    settings: Settings
    log_file: Path
    _running: ForkServerProcess | None = None

    async def starts(self) -> None:
        """Returns at once."""
        warm_up()
        fields = self.settings.model_dump(exclude_unset=True)
        context = multiprocessing.get_context("forkserver")
        self._running = context.Process(target=play, args=(fields, str(self.log_file)), daemon=True)
        await asyncio.to_thread(self._running.start)

    async def stops(
        self, *signals: signal.Signals, apart_s: float = 0.1
    ) -> tuple[int | None, float]:
        """SIGTERM, or these one after the other; the exit code, and how many seconds it took."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        for number in signals or (signal.SIGTERM,):
            self.is_sent(number)
            await asyncio.sleep(apart_s if len(signals) > 1 else 0)
        return await self.ends(), loop.time() - began

    def is_sent(self, number: signal.Signals) -> None:
        """A signal, if it still lives."""
        running = self._running
        if running is not None and running.pid is not None and running.is_alive():
            os.kill(running.pid, number)

    async def ends(self) -> int | None:
        assert self._running is not None
        await asyncio.to_thread(self._running.join, ENDS_WITHIN_S)
        return self._running.exitcode

    def says(self) -> str:
        """The end of its log, for a test that fails."""
        return self.log_file.read_text()[-3000:] if self.log_file.exists() else ""


def play(fields: Mapping[str, Any], log_file: str) -> None:
    """In the program's own process. It dies with the test."""
    with Path(log_file).open("ab") as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    threading.Thread(target=_follow_parent, daemon=True).start()
    from bot import app

    raise SystemExit(asyncio.run(app.run(Settings(**fields))))


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGKILL)
