"""A whole centre for scenes: the real bot over real HTTP against the sandbox, people with phones,
and a clock that is moved. Nothing sleeps: every deed is settled before the next."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from sqlalchemy import make_url

from bot import app
from bot.clock import clock_for_command
from bot.config import Settings
from bot.sandbox import Limits, Sandbox
from bot.usecases import enrol
from bot.usecases.record import move_contact
from bot.usecases.room import Room
from flows import loader
from flows.events import ContactMoved
from flows.model import ContactState, Level, Role
from storage import contacts, findings, migrate
from storage.database import Database
from storage.keyring import KeyRing
from storage.replies import every
from storage.transaction import Tx
from tests.e2e.phones import Phone
from tests.e2e.records import CASE_FIELDS, CONTACT_FIELDS, a_case, a_contact, only
from tests.postgres import ENGINES, chosen_engine, copy_migrated, fresh

WIB = ZoneInfo("Asia/Jakarta")
TOKEN = "700001:secret-of-a-test-bot"
READY_WITHIN_S = 60


@dataclass(repr=False)  # asyncio shows what a fixture yields, and this is the whole content
class World:
    """The centre. `forward` moves time; `enrol` does what the operator's commands do."""

    http: aiohttp.ClientSession
    sandbox: Sandbox
    settings: Settings
    database: Database
    room: Room
    bot_url: str = ""
    running: "asyncio.Future[int] | None" = None
    people: dict[str, Phone] = field(default_factory=dict)
    is_honest: bool = True  # False: the scene itself writes into the database by hand

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        url = f"{self.sandbox.url}/control/{path}"
        async with self.http.request(method, url, json=body) as response:
            answer = await response.json()
            assert response.status < 300, answer
            return answer

    async def forward(self, **time: float) -> datetime:
        return await self._clock(timedelta(**time).total_seconds())

    async def settles(self) -> None:
        await self._clock(0)

    async def now(self) -> datetime:
        async with self.http.get(f"{self.bot_url}/clock") as response:
            return datetime.fromisoformat((await response.json())["now"])

    async def until(self, hour: int, minute: int = 0, *, days: int = 0) -> None:
        """Let it be the next `hour:minute` in Jakarta, `days` days later than that."""
        here = (await self.now()).astimezone(WIB)
        target = here.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if target <= here:
            target += timedelta(days=1)
        await self._clock((target + timedelta(days=days) - here).total_seconds())

    async def until_weekday(self, weekday: int, hour: int) -> None:
        """The next such day (Monday is 0) at this hour in Jakarta."""
        here = (await self.now()).astimezone(WIB)
        ahead = (weekday - here.weekday()) % 7 or 7
        target = (here + timedelta(days=ahead)).replace(hour=hour, minute=0, second=0)
        await self._clock((target - here).total_seconds())

    async def starts(self) -> None:
        """`kabar run` on this database."""
        self.running = asyncio.ensure_future(app.run(self.settings))
        await is_ready(self.http, self.bot_url, self.running)

    async def stops(self) -> None:
        """The program ends where it is; phones and database stay."""
        if self.running is not None:
            self.running.cancel()
            with suppress(asyncio.CancelledError):
                await self.running
            gc.unfreeze()  # what it froze would stay until the last test of this process

    async def meets(self, name: str, **more: Any) -> Phone:
        made = await self.control("POST", "people", {"first_name": name, **more})
        self.people[name] = Phone(id=made["id"], name=name, world=self)
        return self.people[name]

    async def staff(self, name: str, role: Role = Role.SOCIAL_WORKER) -> Phone:
        """A member of staff whose phone is connected."""
        phone = await self.meets(name)
        made = await asyncio.to_thread(
            self.database.write_now,
            lambda tx: enrol.add_staff(
                tx, name=name, role=role, timezone="Asia/Jakarta", now=self._command_now(tx)
            ),
        )
        phone.owner_id = made.owner_id
        await phone.opens(made.token or "")
        return phone

    async def invited(
        self,
        worker: Phone,
        code: str = "K-0142",
        *,
        level: Level = Level.OPEN,
        interviewed: bool = True,
        **more: Any,
    ) -> tuple[str, str]:
        """A case with one contact; (contact id, token)."""

        def write(tx: Any) -> tuple[str, str]:
            now = self._command_now(tx)
            case = a_case(code, worker.owner_id, **only(more, CASE_FIELDS))
            contact = a_contact(
                case.id,
                level,
                more.get("interviewed_on", now.date())
                if interviewed and level is Level.OPEN
                else None,
                **only(more, CONTACT_FIELDS),
            )
            made = enrol.add_case(tx, self.room, case, contact, now=now)
            return made.owner_id, made.token or ""

        return await asyncio.to_thread(self.database.write_now, write)

    async def family(
        self, worker: Phone, code: str = "K-0142", *, name: str = "Sari", **more: Any
    ) -> Phone:
        """An enrolled mother who has agreed, everything over her phone and the worker's."""
        phone = await self.meets(name)
        phone.owner_id, token = await self.invited(worker, code, **more)
        await phone.opens(token)
        await phone.taps("Lanjut")
        await worker.taps("Orangnya di depan saya")
        if more.get("level", Level.OPEN) is Level.OPEN:
            await phone.taps("Lanjut")
            await phone.taps("Lanjut")
        await phone.taps("Setuju")
        return phone

    async def enrolled(
        self, worker: Phone, code: str = "K-0142", *, name: str = "Sari", **more: Any
    ) -> Phone:
        """The same without the way there: she opens the link, and her consent is written down.
        For scenes that begin after it, since `family` takes half a second."""
        phone = await self.meets(name)
        phone.owner_id, token = await self.invited(worker, code, **more)
        await phone.opens(token)
        await self.write(agreed, phone.owner_id, now=await self.now())
        return phone

    async def first_checkin(self, phone: Phone) -> None:
        """Let time pass until the first opening is on this phone."""
        await self.until(9, 1, days=0)
        if not await phone.count("pertanyaan pendek"):
            await self.forward(days=1)
        await phone.sees("pertanyaan pendek")

    async def replies(self) -> list[Any]:
        """What `kabar replies export` would print."""
        return await asyncio.to_thread(self.database.read_now, lambda tx: list(every(tx)))

    async def amiss(self) -> list[str]:
        """What the audit of the running program has found, as finding:{check}:{row}."""
        return await asyncio.to_thread(
            self.database.read_now, lambda tx: [one.id for one in findings.open_(tx)]
        )

    async def is_all_as_it_should_be(self) -> None:
        """Every scene ends with an audit that finds nothing, else one of the two is wrong."""
        if self.running is not None and not self.running.done():
            await self.audits()
            async with self.http.get(f"{self.bot_url}/metrics") as page:
                assert "\nkabar_audit_age_seconds " in await page.text(), "it has not looked"
        assert await self.amiss() == []

    async def rows(self, query: str) -> list[Any]:
        """Look straight into the database."""

        def read(tx: Any) -> list[Any]:
            return list(tx.connection.exec_driver_sql(query).all())

        return await asyncio.to_thread(self.database.read_now, read)

    async def write(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run a use case as a command would."""
        return await asyncio.to_thread(self.database.write_now, fn, *args, **kwargs)

    async def audits(self) -> None:
        """Let the audit look at everything, as at the end of each movement asked from outside."""
        await self._clock(0, audit=True)

    async def _clock(self, seconds: float, *, audit: bool = False) -> datetime:
        url, asked = f"{self.bot_url}/clock", {"advance_s": seconds, "audit": audit}
        async with self.http.post(url, json=asked) as response:
            answer = await response.json()
            assert response.status == 200, answer
            return datetime.fromisoformat(answer["now"])

    def _command_now(self, tx: Any) -> datetime:
        return clock_for_command(tx, self.settings).now()


def agreed(tx: Tx, contact: str, *, now: datetime) -> None:
    """What the enrolment comes to in the end."""
    found = contacts.get(tx, contact)
    assert found is not None
    move_contact(tx, found, ContactMoved(state=ContactState.ACTIVE), now=now)


@pytest.fixture(scope="session")
def the_room() -> Room:
    """The shipped content and its detector, loaded once."""
    content = loader.load()
    return Room(
        content=content,
        detector=loader.detector(content),
        timezone="Asia/Jakarta",
    )


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    """What the scenes run on: KABAR_TEST_ENGINE, or both where a module says `on_both`."""
    return getattr(request, "param", chosen_engine())


on_both = pytest.mark.parametrize("engine", ENGINES, indirect=True)


@pytest.fixture
def world_url(request: pytest.FixtureRequest, engine: str, tmp_path: Path) -> Iterator[str]:
    with fresh(request, engine, tmp_path, is_empty=True) as url:
        yield url


@pytest.fixture
async def world(
    tmp_path: Path, the_room: Room, unused_tcp_port: int, world_url: str
) -> AsyncIterator[World]:
    """A centre at ten in the morning of an ordinary Monday in Jakarta, nobody in it yet."""
    async with (
        Sandbox(limits=Limits(enabled=False, poll_throttle=False)) as sandbox,
        aiohttp.ClientSession() as http,
    ):
        settings = the_settings(tmp_path, sandbox.url, unused_tcp_port, database_url=world_url)
        keys = await asyncio.to_thread(prepared, settings)
        database = Database(settings.database_url, vault_keys=keys, patience_s=30)
        made = World(
            http=http, sandbox=sandbox, settings=settings, database=database, room=the_room
        )
        made.bot_url = f"http://127.0.0.1:{unused_tcp_port}"
        try:
            await made.starts()
            await made.until_weekday(0, 10)
            await made.forward(days=until_ordinary(the_room, await made.now()))
            yield made
            if made.is_honest:
                await made.is_all_as_it_should_be()
        finally:
            await made.stops()
            await asyncio.to_thread(database.close)


def until_ordinary(room: Room, now: datetime) -> int:
    """Days, in whole weeks, until seven weeks lie ahead without school holidays and without a day
    on which nothing is sent. Scenes about those bring them themselves; for all others it does not
    matter on which day of the year they are played."""
    calendar, today = room.content.calendar, now.astimezone(WIB).date()

    def is_ordinary(days: int) -> bool:
        day = today + timedelta(days=days)
        return not calendar.in_school_holidays(day) and day not in calendar.quiet

    weeks = range(0, 365, 7)
    return next(days for days in weeks if all(map(is_ordinary, range(days, days + 50))))


def the_settings(folder: Path, api_url: str, port: int, **more: Any) -> Settings:
    fields: dict[str, Any] = {
        "bot_token": TOKEN,
        "api_url": api_url,
        "database_url": f"sqlite:///{folder}/kabar.db",
        "key_file": folder / "kabar.key",
        "http_port": port,
        "clock": "manual",
        "pace_total": 1000,
        "pace_chat": 1000,
    }
    return Settings(**{**fields, **more})


def prepared(settings: Settings) -> KeyRing:
    keys = migrate.prepare_key_file(settings.database_url, settings.key_file)
    file = make_url(settings.database_url).database
    if settings.database_url.startswith("sqlite") and file and not Path(file).exists():
        copy_migrated(Path(file))
    else:
        migrate.upgrade(settings.database_url)
    return keys


async def is_ready(
    http: aiohttp.ClientSession, url: str, running: "asyncio.Future[int] | None" = None
) -> None:
    """Wait for /ready; fail at once if the program ends before."""
    async with asyncio.timeout(READY_WITHIN_S):
        while running is None or not running.done():
            with suppress(aiohttp.ClientError):
                async with http.get(f"{url}/ready") as response:
                    if response.status == 200:
                        return
            await asyncio.sleep(0.05)
    raise AssertionError("the program ended before it was ready")


logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
