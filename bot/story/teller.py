"""Tells the story: which step is due, doing it, hands free or one by one, and following people who
do it themselves."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from bot.story.performer import Performer
from bot.story.script import Script, Step
from bot.story.words import Said

READ_S = 4.0  # hands free: time to read a step before it is done
DEED_PAUSE_S = 0.7  # between two taps of one step


class Teller:
    """`at` is the step to do next. `changed` is called whenever there is news to show."""

    def __init__(self, script: Script, changed: Callable[[], Awaitable[None]]) -> None:
        self.script = script
        self.at = 0
        self.is_busy = self.is_playing = False
        self.stalled: Said | None = None
        self.pause_s = DEED_PAUSE_S
        self._changed = changed
        self._performer: Performer | None = None

    @property
    def step(self) -> Step | None:
        """The step to do next; None when the story is over."""
        return self.script.steps[self.at] if self.at < len(self.script.steps) else None

    def json(self) -> dict[str, Any]:
        """As pages read it."""
        return {
            "at": self.at,
            "busy": self.is_busy,
            "playing": self.is_playing,
            "stalled": self.stalled,
        }

    async def take_up(self, performer: Performer, at: int) -> None:
        """Go on at this step, with these people."""
        self._performer, self.stalled = performer, None
        self.at = min(max(at, 0), len(self.script.steps))
        await performer.begin()

    async def do_next(self) -> None:
        """Do the step that is due, and go on to the next one. Raises NotNow when it stalls."""
        step, performer = self.step, self._performer
        if step is None or performer is None or self.is_busy:
            return
        self.is_busy, self.stalled = True, None
        await self._changed()
        try:
            over = await performer.perform(step, pause_s=self.pause_s)
            self.at += 1
            await performer.begin(over)
        finally:
            self.is_busy = False

    async def play(self) -> None:
        """Hands free to the end, with time to read."""
        self.is_playing = True
        try:
            while self.is_playing and self.step is not None:
                await self._changed()
                await asyncio.sleep(self.pause_s * READ_S / DEED_PAUSE_S)
                if self.is_playing:
                    await self.do_next()
        finally:
            self.is_playing = False

    async def follow(self) -> None:
        """Whoever does a step by hand has done it; doing the next one of its chapter does both."""
        steps, performer, at = self.script.steps, self._performer, self.at
        if performer is None or self.is_busy:
            return
        for number in range(at, min(at + 2, len(steps))):
            if steps[number].chapter != steps[at].chapter:
                return
            over = await performer.done_at(steps[number].done)
            if over is not None and self.at == at and not self.is_busy:
                self.stalled, self.at = None, number + 1
                await performer.begin(over)
                return
