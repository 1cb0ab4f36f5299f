"""The clock of the sandbox: the bot's and the emulator's move together, from due moment to due
moment, so that everything happens at its own time and can be seen happening."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.story.errors import NotNow
from bot.story.line import BotTime, Line
from bot.story.words import said

DAY_S = 86_400
PLAYED_A_SECOND_S = DAY_S
STOPS_AT_ONE_MOMENT = 5  # what stays due after so many is left to the bot
BEAT_S = 0.2  # of real time, between two steps of playing


class Conductor:
    """Moves time; one movement at a time. `changed` is called whenever there is news to show."""

    def __init__(self, line: Line, changed: Callable[[], Awaitable[None]]) -> None:
        self._line = line
        self._changed = changed
        self._one_at_a_time = asyncio.Lock()
        self.is_playing = False

    @property
    def is_moving(self) -> bool:
        return self._one_at_a_time.locked()

    async def forward(self, seconds: float) -> BotTime:
        """Let so much time pass. Raises NotNow while the network is cut, Unreachable."""
        async with self._one_at_a_time:
            await self.check_network()
            here = await self._line.clock()
            return await self._visit(here, here.now + timedelta(seconds=seconds))

    async def to_next(self) -> BotTime:
        """To the next moment at which the bot has something to do, and do it."""
        async with self._one_at_a_time:
            await self.check_network()
            here = await self._line.clock()
            if here.next_due_at is None:
                raise NotNow(said("nothing_due"))
            return await self._stop(max(here.now, here.next_due_at))

    async def until(self, target: datetime) -> BotTime:
        """Let it be that moment; a past one changes nothing."""
        here = await self._line.clock()
        return await self.forward(max(0.0, (target - here.now).total_seconds()))

    async def play(self) -> None:
        """A day each second, until `is_playing` is taken back."""
        self.is_playing = True
        loop = asyncio.get_running_loop()
        try:
            while self.is_playing:
                began = loop.time()
                await self.forward(PLAYED_A_SECOND_S * BEAT_S)
                await self._changed()
                await asyncio.sleep(max(0.0, began + BEAT_S - loop.time()))
        finally:
            self.is_playing = False

    async def agree(self) -> None:
        """A program that was killed while time moved may have moved one clock only: the later one
        is right."""
        here, clock = await self._line.clock(), await self._line.get("clock")
        behind = here.now.timestamp() - clock["now"]
        if behind > 1:
            await self._line.post("clock", {"advance_s": behind})
        elif behind < -1:
            await self._line.advance(-behind)

    async def _visit(self, here: BotTime, target: datetime) -> BotTime:
        last, stops = None, 0
        while here.next_due_at is not None and here.next_due_at <= target:
            stops = stops + 1 if here.next_due_at == last else 1
            if stops > STOPS_AT_ONE_MOMENT:
                break
            last = here.next_due_at
            here = await self._stop(max(here.now, last))
        return await self._stop(target)

    async def _stop(self, moment: datetime) -> BotTime:
        """The emulator first: what the bot sends at that moment must carry that time."""
        clock = await self._line.get("clock")
        await self._line.post("clock", {"advance_s": max(0.0, moment.timestamp() - clock["now"])})
        here = await self._line.clock()
        return await self._line.advance((moment - here.now).total_seconds())

    async def check_network(self) -> None:
        """Raises NotNow while the network is cut: the bot's clock waits until everything is sent,
        and would for a minute."""
        faults = (await self._line.get("faults"))["faults"]
        if any(fault["kind"] == "reset" and fault["times"] is None for fault in faults):
            raise NotNow(said("network_is_cut"))
