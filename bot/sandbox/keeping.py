"""The sandbox's file: read at the start, written soon after each change and at the end."""

import asyncio
import json
import logging
import os
from collections.abc import Iterable
from pathlib import Path

from . import snapshot
from .errors import SandboxError, SnapshotError
from .world import World

PAUSE_S = 0.5  # between a change and its save; more changes may join meanwhile
_LONGEST_WAIT_S = 3600.0
log = logging.getLogger(__name__)


class Keeper:
    """Keeps one world in one file."""

    def __init__(self, world: World, path: Path) -> None:
        self._world = world
        self._path = path
        self._tried = self._saved = world.changed.rung  # how often the world had changed by then
        self._task: asyncio.Task[None] | None = None
        self._writing = asyncio.Lock()

    async def load(self) -> None:
        """Read the file, where there is one. Raises SandboxError when it cannot be read."""
        try:
            kept = json.loads(await asyncio.to_thread(self._path.read_bytes))
            await snapshot.restore(self._world, kept)
        except FileNotFoundError:
            return
        except (OSError, ValueError, AttributeError, SnapshotError) as error:
            raise SandboxError(
                f"{self._path} cannot be read ({error}). Start with --reset to begin anew."
            ) from None
        await self._save()  # so that the next start gives out other ids, should this one be killed

    def start(self) -> None:
        """Save from now on."""
        self._task = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """Save what is not saved yet."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            await self._save()

    async def _keep(self) -> None:
        changed = self._world.changed
        while True:
            if changed.rung == self._tried:
                await changed.wait(_LONGEST_WAIT_S)
                continue
            await asyncio.sleep(PAUSE_S)
            self._tried = changed.rung
            try:
                await asyncio.shield(self._save())
            except OSError as error:
                log.error("%s cannot be written: %s", self._path, error)

    async def _save(self) -> None:
        async with self._writing:
            changes = self._world.changed.rung
            if changes != self._saved:
                parts = snapshot.pieces(snapshot.dump(self._world))
                await asyncio.to_thread(_write, self._path, parts)
                self._saved = changes


def _write(path: Path, parts: Iterable[str]) -> None:
    """All or nothing: a crash in between leaves the former file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    making = path.with_name(f"{path.name}.new")
    with making.open("w", encoding="ascii") as file:
        file.writelines(parts)
        file.flush()
        os.fsync(file.fileno())
    making.replace(path)
