"""The stage of the sandbox: the bot, the clock and the story, and what a page may do with them.

Everything that lasts longer than a moment runs in the nursery, and each change is announced to all
pages through the emulator's notes.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from bot.clock import SystemClock
from bot.nursery import Nursery
from bot.story import additions, centre, preparing
from bot.story.actor import Actor
from bot.story.conductor import Conductor
from bot.story.errors import NotNow, StageError, Unreachable
from bot.story.folder import Folder
from bot.story.ledger import Doors, Ledger
from bot.story.line import BotTime, Line
from bot.story.people import Troupe
from bot.story.performer import NEVER, Performer
from bot.story.script import Script
from bot.story.teller import Teller
from bot.story.words import said
from storage import gaps
from storage.database import Database
from storage.errors import StorageError
from storage.keyring import KeyRing

log = logging.getLogger(__name__)

LOOKS_EVERY_S = 0.4  # what only counts or clocks tell
CLOCK_IS_NEWS_S = 2.0  # pages let the clock run by themselves


class Stage:
    """`state` is preparing, ready or failed; only a ready one does anything."""

    def __init__(
        self, folder: Folder, line: Line, actor: Actor, script: Script, nursery: Nursery
    ) -> None:
        self.folder, self.line, self.actor, self.script = folder, line, actor, script
        self.nursery = nursery
        self.conductor = Conductor(line, self.announce)
        self.ledger = Ledger(line)
        self.troupe = Troupe()
        self.teller = Teller(script, self.announce)
        self.state, self.says = "preparing", said("preparing")
        self.database: Database | None = None
        self._work: set[asyncio.Task[None]] = set()
        self._time: BotTime | None = None
        self._doors = Doors()
        self._is_starting = False
        self._announced: dict[str, Any] = {}
        self._announced_ahead = 0.0
        self._heard = 0
        self._looking = asyncio.Lock()  # nobody closes what is being looked into

    @property
    def bot(self) -> str:
        if self._is_starting:
            return "starting"
        return "running" if self.actor.is_alive else "dead"

    def json(self) -> dict[str, Any]:
        """The state as pages read it."""
        time = self._time
        due = None if time is None else time.next_due_at
        return {
            "state": self.state,
            "says": None if self.state == "ready" else self.says,
            "bot": self.bot,
            "clock": {
                "now": None if time is None else time.now.isoformat(timespec="seconds"),
                "next_due_at": None if due is None else due.isoformat(timespec="seconds"),
                "playing": self.conductor.is_playing,
                "moving": self.conductor.is_moving,
            },
            "people": self.troupe.json(),
            "story": self.teller.json(),
            "doors": self._doors.json(),
        }

    async def announce(self) -> None:
        """Tell every page, if there is news; and remember it for the next start."""
        news = self.json()
        if news == self._announced or not self._is_news(news):
            return
        kept = ("people", "story")
        if self.state == "ready" and any(news[k] != self._announced.get(k) for k in kept):
            self.folder.write_state(self.kept())
        self._announced, self._announced_ahead = news, self._ahead()
        await self.line.post("notes", {"note": {"stage": news}})

    def _is_news(self, news: dict[str, Any]) -> bool:
        """A clock that only runs on is none: pages let it run."""
        before = self._announced
        if not before or any(news[k] != before[k] for k in news if k != "clock"):
            return True
        now, then = dict(news["clock"]), dict(before["clock"])
        moved = self._ahead() - self._announced_ahead
        now.pop("now"), then.pop("now")
        return now != then or abs(moved) > CLOCK_IS_NEWS_S

    def _ahead(self) -> float:
        """By how many seconds the sandbox's clock is ahead of the machine's."""
        time = self._time
        return 0.0 if time is None else (time.now - time.read_at).total_seconds()

    def kept(self) -> dict[str, Any]:
        """What a later start needs to know."""
        return {"people": self.troupe.json(), "at": self.teller.at}

    async def open(self) -> None:
        """Prepare the first moment where there is none yet, start the bot, and watch."""
        if not self.folder.is_prepared:
            await preparing.prepare(self.folder, self.line)
        state = self.folder.read_state()
        await self._take_up(await self._bring_back() if state.get("going_back") else state)

    async def go_back(self) -> None:
        """Everything back to the first moment: phones, centre, clock and story.

        It is written down first, so that a program killed on the way goes on with it when it is
        started again. Where it cannot be done, the page says so.
        """
        self.require_settled()
        self.state, self.says = "preparing", said("going_back")
        try:
            await self._leave()
            await self.announce()
            self.folder.write_state({**self.kept(), "going_back": True})
            await self._take_up(await self._bring_back())
        except (StageError, StorageError, OSError) as error:
            log.error("going back failed: %s", error, extra={"action": "going_back"})
            self.state, self.says = "failed", said("failed")
            await self.announce()

    async def _bring_back(self) -> dict[str, Any]:
        phones, state = await asyncio.to_thread(self.folder.go_back)
        await preparing.set_time(self.folder, self.line, phones)
        return state

    async def close(self) -> None:
        """Stop what runs; the bot ends as a service would."""
        await self._leave(kills=False)

    async def watch(self) -> None:
        """Follow what happens on the phones, as long as the sandbox lives."""
        while True:
            try:
                async with self._looking:
                    if self.state == "ready":
                        await self._look()
                await self.announce()
            except (Unreachable, StorageError, OSError) as error:
                extra = {"action": "stage_look"}
                log.warning("the stage could not look: %s", error, extra=extra)
            await asyncio.sleep(LOOKS_EVERY_S)

    def start_work(self, name: str, work: Callable[[], Awaitable[Any]]) -> None:
        """Do it beside the request that asked for it; what cannot be done is said on the page."""

        async def attempt() -> None:
            self.teller.stalled = None
            try:
                await work()
            except NotNow as error:
                self.teller.stalled = error.says
            except StageError as error:
                log.warning("%s failed: %s", name, error, extra={"action": name})
                self.teller.stalled = said(self._what_failed(name))
            await self.announce()

        task = self.nursery.start(name, attempt())
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    def _what_failed(self, name: str) -> str:
        if name == "start_bot":
            return "bot_not_started"
        return "clock_stuck" if self.actor.is_alive else "bot_is_dead"

    async def add_person(self, kind: str, name: str) -> dict[str, Any]:
        """One more phone, and the link for it; the new person as pages read them."""
        self.require_ready()
        assert self.database is not None
        room = await asyncio.to_thread(preparing.the_room)
        made = await additions.add(
            self.database, room, self.line, self.troupe, kind=kind, name=name, now=self._now()
        )
        await self.announce()
        return made.json()

    async def kill_bot(self) -> None:
        """Without a word, as if the power were cut."""
        self.conductor.is_playing = self.teller.is_playing = False
        await self.actor.kill()
        await self.announce()

    async def start_bot(self) -> None:
        """It goes on where it was."""
        self._is_starting = True
        try:
            await self.announce()
            await self.actor.start(self.line)
            self._time = await self.line.clock()
            self.teller.stalled = None
        finally:
            self._is_starting = False
            await self.announce()

    def require_ready(self) -> None:
        """Raises NotNow while everything is being prepared."""
        if self.state != "ready":
            raise NotNow(said("not_ready"))

    def require_settled(self) -> None:
        """Raises NotNow while something is on its way; a failed stage may begin anew."""
        if self.state == "preparing":
            raise NotNow(said("not_ready"))

    def require_alive(self) -> None:
        """Raises NotNow unless everything is ready and the bot lives."""
        self.require_ready()
        if self.bot != "running":
            raise NotNow(said("bot_is_dead"))

    def require_still_clock(self) -> None:
        """Raises NotNow while the clock moves already, or cannot move."""
        self.require_alive()
        if self.conductor.is_moving or self.conductor.is_playing:
            raise NotNow(said("clock_is_moving"))

    def require_story(self) -> None:
        """Raises NotNow where there is no step to do."""
        self.require_alive()
        if self.teller.step is None:
            raise NotNow(said("story_is_over"))
        if self.teller.is_busy or self.teller.is_playing:
            raise NotNow(said("busy"))
        if self.conductor.is_playing:
            raise NotNow(said("clock_is_moving"))

    async def _take_up(self, state: dict[str, Any]) -> None:
        self.troupe = Troupe.of(state["people"])
        performer = Performer(
            self.line, self.conductor, self.troupe.ids(), lambda: self.troupe.links()
        )
        keys = KeyRing.load(self.folder.key)
        self.database = Database(self.folder.database_url, vault_keys=keys, patience_s=30)
        await self.database.write(gaps.begin_anew)
        self.says = said("starting")
        await self.ledger.begin()
        await self.start_bot()
        await self.conductor.agree()
        self._heard = (await self.line.get("events", after=NEVER))["next"]
        await self.teller.take_up(performer, state["at"])
        self.state = "ready"
        self.folder.write_state(self.kept())
        await self.announce()

    async def _leave(self, *, kills: bool = True) -> None:
        """Nothing of ours touches the database any more."""
        self.conductor.is_playing = self.teller.is_playing = False
        others = self._work - {asyncio.current_task()}
        await self.nursery.finish(*others, patience_s=0)
        await (self.actor.kill() if kills else self.actor.stop())
        async with self._looking:
            database, self.database = self.database, None
            if database is not None:
                await asyncio.to_thread(database.close)

    async def _look(self) -> None:
        """The clock, the ledger, links that were opened, and a step that was done by hand."""
        if self.database is None:
            return
        if self.actor.is_alive and not self._is_starting:
            self._time = await self.line.clock()
        self._doors = await self.ledger.look(self.database, now=self._now())
        news = await self.line.get("events", after=self._heard, kind="sent")
        self._heard = news["next"]
        for event in news["events"]:
            if event["message"]["from"] == "person":
                self.troupe.opened(event["person"], event["message"].get("text", ""))
        await self._renew_links(self.database)
        await self.teller.follow()
        if self.teller.step is not None:
            self.troupe.show(self.teller.step.people)

    async def _renew_links(self, database: Database) -> None:
        now = self._now()
        for one in self.troupe.stale_links(now):
            if one.owner is not None and one.token is not None:
                one.token = await database.write(centre.invite_again, one.owner, one.token, now=now)
                one.invited_at = now.isoformat()

    def _now(self) -> Any:
        return self._time.now if self._time is not None else SystemClock().now()
