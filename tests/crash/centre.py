"""A centre in which everybody acts at once while its program is killed and started again."""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from bot.sandbox import Limits, Sandbox
from bot.story.actor import warm_up
from bot.usecases.room import Room
from bot.waypoints import Waypoint
from flows.model import Level
from storage.database import Database
from tests.crash.account import account, on_their_way
from tests.crash.load import Parent, Taker
from tests.crash.truth import judge
from tests.crash.victim import Kill, Victim
from tests.e2e.conftest import World, is_ready, prepared, the_settings

AT_A, AT_B = 6, 3
FURTHEST, LONGEST_S = 5, 1.5


@dataclass(kw_only=True)
class Centre:
    """The world, its program, and those who keep it busy."""

    world: World
    victim: Victim
    seed: str
    parents: list[Parent] = field(default_factory=list)
    takers: list[Taker] = field(default_factory=list)
    in_flight: Counter[str] = field(default_factory=Counter)
    since: int = 0

    async def gathers(self) -> None:
        """Staff and families, each with a check-in open on their phone."""
        world = self.world
        await self.returns()
        await world.until_weekday(0, 10)
        worker = await world.staff("Ratna")
        for number in range(AT_A + AT_B):
            level = Level.OPEN if number < AT_A else Level.DISCREET
            phone = await world.enrolled(
                worker, f"K-{700 + number:04}", name=f"Ibu {number}", level=level
            )
            self.parents.append(Parent(phone=phone, seed=self.seed))
        self.takers.append(Taker(phone=worker))
        await world.until(9, 1)
        await self.victim.is_killed()
        self.since = (await world.control("GET", "updates"))["next"]

    async def returns(self, kill: Kill | None = None) -> None:
        await self.victim.starts(kill)
        await is_ready(self.world.http, self.world.bot_url)

    async def dies(self, kill: Kill) -> None:
        """Start it, and let it die where it is told to."""
        await self.victim.starts(kill)
        if kill.point is None:
            await asyncio.sleep(kill.after_s)
            self.victim.is_sent(signal.SIGKILL)
        code = await self.victim.ends()
        assert code == -signal.SIGKILL, f"{kill}: ended with {code}\n{self.victim.says()}"
        self.in_flight.update(await self.world.database.read(on_their_way))

    async def is_killed(self, kills: Iterable[Kill]) -> None:
        """Everybody acts; the program dies again and again; then it may settle."""
        over = asyncio.Event()
        living = asyncio.gather(*(one.lives(over) for one in (*self.parents, *self.takers)))
        try:
            for kill in kills:
                await self.dies(kill)
            await self.returns()
            await self.parents[0].stops()
        finally:
            over.set()
            await living

    async def complaints(self) -> tuple[str, ...]:
        """What does not fit, once everything is settled."""
        await self.world.settles()
        record = await account(
            self.world,
            since=self.since,
            families=frozenset(parent.phone.id for parent in self.parents),
            rings=self.takers[0].phone.id,
            in_flight=self.in_flight,
        )
        assert sum(act.is_critical for act in record.acts) and len(record.acts) > 50
        return judge(record)


def drawn_kills(seed: str, points: Iterable[Waypoint | None]) -> list[Kill]:
    """One kill at each of these points, None for any moment; always the same for a seed."""
    draw = random.Random(seed)
    kills = [
        Kill(point=point, nth=draw.randint(1, FURTHEST), after_s=draw.uniform(0.0, LONGEST_S))
        for point in points
    ]
    draw.shuffle(kills)
    return kills


@asynccontextmanager
async def a_centre(
    folder: Path, room: Room, port: int, *, seed: str, **settings: Any
) -> AsyncIterator[Centre]:
    """Everybody is there and nobody acts yet. `settings` are those that differ."""
    warm_up()
    limits = Limits(enabled=False, poll_throttle=False)
    async with Sandbox(limits=limits) as sandbox, aiohttp.ClientSession() as http:
        chosen = the_settings(folder, sandbox.url, port, **settings)
        keys = await asyncio.to_thread(prepared, chosen)
        database = Database(chosen.database_url, vault_keys=keys, patience_s=30)
        world = World(http=http, sandbox=sandbox, settings=chosen, database=database, room=room)
        world.bot_url = f"http://127.0.0.1:{port}"
        victim = Victim(chosen.model_dump(exclude_unset=True), folder / "run.log")
        try:
            centre = Centre(world=world, victim=victim, seed=seed)
            await centre.gathers()
            yield centre
        finally:
            await victim.is_killed()
            await asyncio.to_thread(database.close)
