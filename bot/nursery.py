"""The only place that starts background work: it is held, has a name, and cannot fail unseen."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)

CANCEL_S = 2.0  # for work that was let finish first and then was cancelled


class Nursery:
    """Background work of one program. The first failure ends it, later ones are only logged."""

    def __init__(self) -> None:
        self.over = asyncio.Event()  # set by the first failure, and by whoever wants to stop
        self.failure: BaseException | None = None
        self._children: set[asyncio.Task[None]] = set()  # the loop itself holds tasks only weakly

    def start(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Let `work` run beside everything else, until it ends or the nursery stops."""
        child = asyncio.create_task(work, name=name)
        self._children.add(child)
        child.add_done_callback(self._ended)
        return child

    async def stop(self, *, patience_s: float) -> None:
        """Cancel all work, and give it so many seconds to put things in order.

        Work that does not end is named in the log and left behind.
        """
        for child in self._children:
            child.cancel()
        await self._wait(self._children, patience_s)

    async def finish(self, *children: asyncio.Task[None], patience_s: float) -> None:
        """Let these end by themselves for so many seconds, then cancel them."""
        if children:
            await asyncio.wait(children, timeout=patience_s)
        for child in children:
            child.cancel()
        await self._wait(set(children), CANCEL_S)

    async def _wait(self, children: set[asyncio.Task[None]], patience_s: float) -> None:
        if not children:
            return
        _, late = await asyncio.wait(set(children), timeout=patience_s)
        for child in late:
            extra = {"action": "left_behind", "task": child.get_name()}
            log.error("background work did not end in time", extra=extra)

    def _ended(self, child: asyncio.Task[None]) -> None:
        self._children.discard(child)
        if child.cancelled() or (error := child.exception()) is None:
            return
        self.over.set()
        if self.failure is None:
            self.failure = error  # told by the one who waits for `over`
            return
        extra = {"action": "task_failed", "task": child.get_name()}
        log.error("background work failed as well", exc_info=error, extra=extra)
