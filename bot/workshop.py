"""Everything that acts: worker, sender and ticker, once content and aiogram are loaded."""

import asyncio
import logging
from contextlib import AsyncExitStack
from datetime import datetime, timedelta

from bot.config import Settings
from bot.foundation import Foundation
from bot.http.heartbeat import EVERY_S, Heartbeat
from bot.nursery import Nursery
from bot.oversight.auditor import EVERY_S as AUDIT_S
from bot.oversight.auditor import Auditor
from bot.parts import BuildParts, Given, Parts
from bot.scheduler.clockwork import Clockwork
from bot.scheduler.pulse import Pulse
from bot.shifts import Role, Shift, Shifts
from bot.telegram.line import Receiving
from bot.usecases.room import Room
from bot.working import Working
from flows import judging, loader
from storage import contents, gaps
from storage.errors import StorageError

log = logging.getLogger(__name__)

TICK_S = 1.0
WATCH_S = 5.0
TICK_LATE_S = 10.0
WELL_TICK_S = 60.0
HEARD_LATELY = timedelta(seconds=150)  # by another process; it writes that down each 15 s
PATIENCE_S = 4.0
"""For each of the two that finish what they have in hand; a container is killed after 10 s."""


class Workshop:
    """Opened beside receiving; `opened` says when."""

    def __init__(self, base: Foundation, receiving: Receiving, shifts: Shifts) -> None:
        self.opened = asyncio.Event()
        self._shifts = shifts
        self._base = base
        self._receiving = receiving
        self._parts: Parts | None = None
        self._working: Working | None = None
        self._pulse: Pulse | None = None
        self._auditor: Auditor | None = None

    async def open(
        self, build: BuildParts, bell: asyncio.Event, nursery: Nursery, closing: AsyncExitStack
    ) -> None:
        """Raises what is wrong with the content. What is pushed on `closing` last ends first."""
        base = self._base
        room = await asyncio.to_thread(_read_room, base.settings)
        await base.database.write(contents.keep, room.content, now=base.clock.now())
        given = Given(
            settings=base.settings,
            database=base.database,
            clock=base.clock,
            room=room,
            process=base.process,
            sending=self._shifts.of(Role.SENDING),
            passing=base.passing,
        )
        parts = self._parts = await build(given)
        closing.push_async_callback(parts.close)
        self._start_sending(parts, nursery, closing)
        self._start_working(parts, bell, nursery, closing)
        self._start_ticking(parts, room, nursery, closing)
        self.opened.set()
        log.info("everything runs", extra={"action": "opened"})

    @property
    def is_working(self) -> bool:
        """Is an update in hand?"""
        return self._working is not None and self._working.is_working

    def stands_by(self, role: Role) -> bool:
        """Is it another process that does this?"""
        return self._shifts.of(role).stands_by

    @property
    def is_sending(self) -> bool:
        return self._parts is not None and self._parts.sender.is_running

    @property
    def tick_age_s(self) -> float | None:
        """None too where another process ticks."""
        ticks = self._pulse is not None and not self.stands_by(Role.TICKING)
        return self._pulse.age_s if self._pulse is not None and ticks else None

    @property
    def audit_age_s(self) -> float | None:
        audits = self._auditor is not None and not self.stands_by(Role.TICKING)
        return self._auditor.age_s if self._auditor is not None and audits else None

    @property
    def is_alive(self) -> bool:
        """Does what it is made of still move? Before it has opened nothing can be said."""
        is_sending = self.is_sending or self.stands_by(Role.SENDING)
        is_ticking = self._is_ticking or self.stands_by(Role.TICKING)
        return not self.opened.is_set() or (is_sending and is_ticking)

    async def is_well(self) -> bool:
        """May this process say that all is well? Of several only the one that ticks and audits:
        nothing is amiss, and it receives and sends, or another one does."""
        ticks = self._shifts.of(Role.TICKING).is_mine and self._is_ticking
        is_clean = self._auditor is not None and self._auditor.is_clean
        sends = self.is_sending or self.stands_by(Role.SENDING)
        return ticks and is_clean and sends and await self._is_received()

    async def _is_received(self) -> bool:
        if not self.stands_by(Role.RECEIVING):
            return self._receiving.is_live
        try:
            alive_at = await self._base.database.read(gaps.alive_at)
        except StorageError:
            return False  # without a database nothing is well
        return alive_at is not None and self._base.clock.wall() - alive_at < HEARD_LATELY

    @property
    def _is_ticking(self) -> bool:
        age_s = None if self._pulse is None else self._pulse.age_s
        return age_s is not None and age_s < WELL_TICK_S

    def sends(self) -> dict[str, int]:
        """The sender's counts since the start, by outcome; `in_flight` is how many are now."""
        return {} if self._parts is None else dict(self._parts.sender.metrics())

    def ring_sender(self) -> None:
        if self._parts is not None:
            self._parts.sender.ring()

    async def run_due(self) -> None:
        """One whole pass over what is due now."""
        if self._pulse is not None:
            await self._pulse.beat()

    async def audit(self) -> None:
        """Is everything as it should be? What is not is written down and told."""
        if self._auditor is not None:
            await self._auditor.look()

    async def next_due(self) -> datetime | None:
        """The earliest moment at which something is to be done, past or future."""
        if self._parts is None:
            return None
        now = self._base.clock.now()
        return await self._base.database.read(self._parts.next_due, now=now)

    def _start_sending(self, parts: Parts, nursery: Nursery, closing: AsyncExitStack) -> None:
        self._base.database.on_commit(parts.sender.ring)
        serving = self._shifts.serve(Role.SENDING, parts.sender.run, parts.sender.relieve)
        sending = nursery.start("sending in turn", serving)

        async def stop() -> None:
            patience_s = PATIENCE_S if parts.sender.is_running else 0.0  # else it only stands by
            nursery.start("end of sending", parts.sender.stop())
            await nursery.finish(sending, patience_s=patience_s)

        closing.push_async_callback(stop)

    def _start_working(
        self, parts: Parts, bell: asyncio.Event, nursery: Nursery, closing: AsyncExitStack
    ) -> None:
        bell.set()  # what was stored before
        working = self._working = Working(parts.drain, bell, self._base.changed.set)
        task = nursery.start("working", working.run())
        closing.push_async_callback(nursery.finish, task, patience_s=PATIENCE_S)
        closing.callback(working.stop)

    def _start_ticking(
        self, parts: Parts, room: Room, nursery: Nursery, closing: AsyncExitStack
    ) -> None:
        pulse = self._pulse = Pulse(parts.run_due, self._base.clock)
        auditor = self._auditor = Auditor(self._base.database, room, self._base.clock)
        clockwork = Clockwork()
        ticking, idle = self._shifts.of(Role.TICKING), asyncio.Event()

        async def tick() -> None:
            if ticking.is_mine:
                await pulse.tick()

        async def audit() -> None:
            if ticking.is_mine:
                await auditor.tick()

        async def hold() -> None:
            auditor.begin()
            await auditor.tick()
            await idle.wait()  # never set: the shift is held, the ticker works

        nursery.start("ticking in turn", self._shifts.serve(Role.TICKING, hold))
        clockwork.every(TICK_S, tick, name="tick")
        clockwork.every(AUDIT_S, audit, name="audit")
        url = self._base.settings.heartbeat_url
        if url is not None:
            heartbeat = Heartbeat(self._base.session, url, self.is_well)
            clockwork.every(EVERY_S, heartbeat.beat, name="heartbeat")
        clockwork.start()
        closing.callback(clockwork.stop)
        nursery.start("watching the ticks", _watch(clockwork, pulse, ticking))


def _read_room(settings: Settings) -> Room:
    """Content and detector. Says so where nobody has approved a file yet."""
    content = loader.load(settings.content_dir)
    if names := loader.unapproved(content):
        extra = {"action": "unapproved", "count": len(names)}
        log.warning("content that nobody has approved yet: %s", ", ".join(names), extra=extra)
    if cries := judging.unheard(content):
        extra = {"action": "unheard", "count": len(cries)}
        log.warning("no rule of kritis names: %s", ", ".join(cries), extra=extra)
    detector = loader.detector(content)
    return Room(content=content, detector=detector, timezone=settings.timezone)


async def _watch(clockwork: Clockwork, pulse: Pulse, ticking: Shift) -> None:
    """APScheduler goes by the system's clock: set back by an hour, it would not tick for one."""
    while True:
        await asyncio.sleep(WATCH_S)
        age_s = pulse.age_s
        if ticking.is_mine and (age_s is None or age_s > TICK_LATE_S):
            log.error("the ticks are late; winding up", extra={"action": "ticks_late"})
            clockwork.wind()
