"""A centre in which everybody acts at once while its program is killed and started again."""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import func, select, text

from bot.clock import clock_for_command
from bot.sandbox import Limits, Sandbox
from bot.story.actor import warm_up
from bot.usecases.room import Room
from bot.waypoints import Waypoint
from flows.model import Level
from storage import figures, tables
from storage.database import Database
from storage.keyring import KeyRing
from storage.transaction import Tx
from tests.crash.account import account, notices_in_doubt, on_their_way
from tests.crash.load import Parent, Taker
from tests.crash.truth import judge
from tests.crash.victim import Kill, Victim
from tests.e2e.conftest import World, is_ready, the_settings

AT_A, AT_B = 6, 3
ENOUGH = 4  # cries for help, and answers by a tap
FURTHEST, LONGEST_S = 8, 1.5
PATIENCE_S, LOOK_S = 90.0, 0.02
SENDS = ["sendMessage", "editMessageText"]
BAD: tuple[tuple[Any, str, dict[str, Any]], ...] = (
    (SENDS, "drop_answer", {"share": 0.04}),
    (SENDS, "reset", {"share": 0.04}),
    (SENDS, "error", {"share": 0.04, "code": 502}),
    (SENDS, "flood", {"share": 0.03, "retry_after": 1}),
    ("getUpdates", "drop_answer", {"share": 0.05}),
    ("getUpdates", "error", {"share": 0.03, "code": 502}),
)


@dataclass(kw_only=True)
class Centre:
    """The world, its program (or several), and those who keep it busy."""

    world: World
    victim: Victim
    seed: str
    others: list[Victim] = field(default_factory=list)
    parents: list[Parent] = field(default_factory=list)
    takers: list[Taker] = field(default_factory=list)
    in_flight: Counter[str] = field(default_factory=Counter)
    since: int = 0

    async def gathers(self) -> None:
        """Staff and families, each with a check-in open on their phone; the program is dead."""
        world = self.world
        await self.returns()
        await world.until_weekday(0, 10)
        worker = await world.staff("Ratna")
        levels = [Level.OPEN] * AT_A + [Level.DISCREET] * AT_B
        phones = await asyncio.gather(
            *(
                world.enrolled(worker, f"K-{700 + number:04}", name=f"Ibu {number}", level=level)
                for number, level in enumerate(levels)
            )
        )
        self.parents += [Parent(phone=phone, seed=self.seed) for phone in phones]
        self.takers.append(Taker(phone=worker))
        await world.until(9, 1)
        await self.victim.is_killed()
        await self.connections_end()
        self.since = (await world.control("GET", "updates"))["next"]

    def companion(self, port: int) -> Victim:
        """One more program on the same database, not started yet."""
        other = self.victim.twin(http_port=port)
        self.others.append(other)
        return other

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
        await self.connections_end()
        await self.counts_in_flight()

    async def counts_in_flight(self) -> None:
        """What may come once more, because nobody can know whether it went out."""
        self.in_flight.update(await self.world.database.read(on_their_way))

    async def connections_end(self) -> None:
        """PostgreSQL may still be at the last commit of a program that is dead already."""
        if self.world.settings.database_url.startswith("postgresql"):
            await until(lambda: self.world.database.read(is_left_alone))

    @asynccontextmanager
    async def everybody_acts(self) -> AsyncIterator[None]:
        """Until enough is answered. Then one mother says STOP, and it is quiet."""
        over = asyncio.Event()
        living = asyncio.gather(*(one.lives(over) for one in (*self.parents, *self.takers)))
        try:
            yield
            await until(self.enough_is_answered)
            await self.parents[0].stops()
        finally:
            over.set()
            await living

    async def enough_is_answered(self) -> bool:
        def answered(tx: Tx) -> bool:
            a = tables.answers
            count = tx.execute(select(func.count()).where(a.c.value.is_not(None))).scalar_one()
            return int(count) >= ENOUGH

        return await self.world.database.read(answered)

    async def is_killed(self, kills: Iterable[Kill]) -> None:
        """Everybody acts; the program dies again and again; then it may settle."""
        async with self.everybody_acts():
            for kill in kills:
                await self.dies(kill)
            await self.returns()

    async def is_idle(self) -> bool:
        """Has everything that anybody did been received, handled and answered?"""

        def is_settled(tx: Tx) -> bool:
            now = clock_for_command(tx, self.world.settings).now()
            nothing = figures.unsettled(tx, now=now).is_nothing
            return nothing and not notices_in_doubt(tx)

        bots = (await self.world.control("GET", "bots"))["bots"]
        return not bots[0]["pending_updates"] and await self.world.database.read(is_settled)

    async def holds_its_promise(self, *kills: Kill) -> None:
        """Nothing is lost and nothing doubled; else everything that is, with seed and kills."""
        complaints = await self.complaints()
        drawn = [f"seed {self.seed!r}", *map(str, kills)]
        assert not complaints, "\n".join([*complaints, *drawn])

    async def complaints(self) -> tuple[str, ...]:
        """What does not fit, once everything is settled."""
        await until(self.is_idle)
        record = await account(
            self.world,
            since=self.since,
            families=frozenset(parent.phone.id for parent in self.parents),
            rings=self.takers[0].phone.id,
            in_flight=self.in_flight,
        )
        cries = sum(act.is_critical for act in record.acts)
        answers = sum(act.tapped is not None for act in record.acts)
        assert cries >= ENOUGH and answers >= ENOUGH, f"too little was done: {cries}, {answers}"
        return judge(record)

    async def has_handled(self, below: int) -> bool:
        """Is every update that was there before this one handled?"""

        def handled(tx: Tx) -> int:
            i = tables.inbox
            query = select(func.count()).where(i.c.update_id < below, i.c.state == "done")
            return int(tx.execute(query.where(i.c.update_id >= self.since)).scalar_one())

        return await self.world.database.read(handled) == below - self.since

    async def line_is_bad(self) -> None:
        """From now on a share of the calls goes wrong in every way that lines know."""
        for method, kind, more in BAD:
            fault = {"method": method, "kind": kind, **more}
            await self.world.control("POST", "faults", fault)

    async def line_is_good(self) -> None:
        await self.world.control("DELETE", "faults")


def is_left_alone(tx: Tx) -> bool:
    """Is no transaction under way but the one that asks?"""
    busy = "FROM pg_stat_activity WHERE datname = current_database() AND state != 'idle'"
    return bool(tx.execute(text(f"SELECT count(*) {busy}")).scalar_one() == 1)


async def until(holds: Callable[[], Awaitable[bool]], *, patience_s: float = PATIENCE_S) -> None:
    """Look again and again; there is no bell for what happens in another program."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while loop.time() - began < patience_s:
        if await holds():
            return
        await asyncio.sleep(LOOK_S)
    raise AssertionError(f"it did not come to that in {patience_s} s")


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
    folder: Path, room: Room, port: int, *, seed: str, database_url: str
) -> AsyncIterator[Centre]:
    """Everybody is there and nobody acts yet. `database_url` has all tables and no rows."""
    warm_up()
    limits = Limits(enabled=False, poll_throttle=False)
    async with Sandbox(limits=limits) as sandbox, aiohttp.ClientSession() as http:
        chosen = the_settings(folder, sandbox.url, port, database_url=database_url)
        keys = KeyRing.create(chosen.key_file)
        database = Database(chosen.database_url, vault_keys=keys, patience_s=30)
        world = World(http=http, sandbox=sandbox, settings=chosen, database=database, room=room)
        world.bot_url = f"http://127.0.0.1:{port}"
        victim = Victim(chosen.model_dump(exclude_unset=True), folder / "run.log")
        centre = Centre(world=world, victim=victim, seed=seed)
        try:
            await centre.gathers()
            yield centre
        finally:
            for one in (victim, *centre.others):
                await one.is_killed()
            await asyncio.to_thread(database.close)
