"""The real program as a process that dies where it is told to, and is back in half a second.

Importing costs seconds; a fork server imports once, and each start of the bot is a fork of it.
"""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from bot.waypoints import Waypoint

ENDS_WITHIN_S = 40.0


@dataclass(frozen=True, kw_only=True)
class Kill:
    """Die at the `nth` time that `point` is passed; without a point, so long after the start."""

    point: Waypoint | None = None
    nth: int = 1
    after_s: float = 0.0

    def __str__(self) -> str:
        if self.point is None:
            return f"{self.after_s:.2f} s after the start"
        return f"{self.point} for the {self.nth}. time"


class Fuse:
    """What is done at each waypoint: nothing, but once kill -9."""

    def __init__(self, kill: Kill | None) -> None:
        self._kill = kill
        self._passed: Counter[Waypoint] = Counter()

    def __call__(self, point: Waypoint) -> None:
        self._passed[point] += 1
        kill = self._kill
        if kill is not None and point is kill.point and self._passed[point] == kill.nth:
            os.kill(os.getpid(), signal.SIGKILL)


class Victim:
    """One `kabar run`. `fields` are its settings; what it logs is appended to `log_file`."""

    def __init__(self, fields: Mapping[str, Any], log_file: Path) -> None:
        self.log_file = log_file
        self._fields = dict(fields)
        self._process: ForkServerProcess | None = None
        self._begins_at = 0  # where the log of this start begins

    def twin(self, **other: Any) -> "Victim":
        """Another one beside it, with these settings changed."""
        log_file = self.log_file.with_suffix(".twin.log")
        return Victim({**self._fields, **other}, log_file)

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.is_alive()

    async def starts(self, kill: Kill | None = None) -> None:
        """Returns at once; `kill` says where it will die."""
        self._begins_at = self.log_file.stat().st_size if self.log_file.exists() else 0
        context = multiprocessing.get_context("forkserver")
        arguments = (self._fields, str(self.log_file), kill)
        self._process = context.Process(target=play, args=arguments, daemon=True)
        await asyncio.to_thread(self._process.start)

    async def has_opened(self) -> bool:
        """Does everything run since the last start? By its log: a standby need not be ready."""
        return await self.has_logged("opened")

    async def has_logged(self, action: str) -> bool:
        """Did it say so since the last start?"""
        if not self.log_file.exists():
            return False
        log = await asyncio.to_thread(self.log_file.read_bytes)
        return f'"action": "{action}"'.encode() in log[self._begins_at :]

    async def ends(self) -> int | None:
        """Wait until it is dead; its exit code, None if it goes on living."""
        assert self._process is not None
        await asyncio.to_thread(self._process.join, ENDS_WITHIN_S)
        return self._process.exitcode

    def is_sent(self, number: signal.Signals) -> None:
        """A signal, if it still lives."""
        if self.is_alive and self._process is not None and self._process.pid is not None:
            os.kill(self._process.pid, number)

    async def is_killed(self) -> None:
        """As if the power were cut."""
        if self._process is not None:
            self.is_sent(signal.SIGKILL)
            await self.ends()

    def says(self) -> str:
        """The end of its log, for a test that fails."""
        return self.log_file.read_text()[-3000:] if self.log_file.exists() else ""


def play(fields: Mapping[str, Any], log_file: str, kill: Kill | None) -> None:
    """In the bot's own process: `kabar run`. It ends when the test does."""
    with Path(log_file).open("ab") as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    threading.Thread(target=_follow_parent, daemon=True).start()
    from bot import app
    from bot.config import Settings

    raise SystemExit(asyncio.run(app.run(Settings(**fields), passing=Fuse(kill))))


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGKILL)
