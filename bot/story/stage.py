"""Sets the stage: the sandbox and `kabar run` as programs of their own, a centre, and the story."""

import asyncio
import os
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import NoReturn

import aiohttp
from rich.console import Console

from bot.commands import desk
from bot.story.phones import Phone, Stalled, World
from bot.story.script import CHAPTERS, Cast
from bot.story.transcript import Transcript
from bot.usecases import enrol
from flows.model import Case, CaseId, ContactId, Level, Risk, Role, SafeHours, StaffId
from storage import migrate
from storage.contacts import NewContact
from storage.transaction import Tx

FOLDER = Path("var/sandbox")
HOST = "127.0.0.1"
TOKEN = "700000:sandbox-bot-of-an-invented-centre"
READY_WITHIN_S, STOPS_WITHIN_S = 60, 10
STAFF = (
    ("Ratna", "Ratna (peksos)", Role.SOCIAL_WORKER),
    ("Dewi", "Dewi (supervisor)", Role.SUPERVISOR),
    ("Hendra", "Hendra (kepala)", Role.HEAD),
)
"""Name on file, name in the transcript, role."""
ONE_LOOK = aiohttp.ClientTimeout(total=2)
MOTHER = "Ibu Sari"
UNHURRIED = {"enabled": False, "poll_throttle": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the two programs listen."""

    sandbox: str
    bot: str


def run(port: int) -> int:
    """Tell the story and stay up until Ctrl+C; 0 if it was told to the end."""
    try:
        return asyncio.run(_run(port))
    except KeyboardInterrupt:
        return 0


async def _run(port: int) -> int:
    console = Console(highlight=False)
    bot_port = _free_port()
    places = Places(sandbox=f"http://{HOST}:{port}", bot=f"http://{HOST}:{bot_port}")
    _prepare(places, bot_port)
    sandbox = (sys.executable, "-m", "bot.sandbox", "--port", str(port))
    async with _program(*sandbox) as emulator, aiohttp.ClientSession() as http:
        await _answers(http, f"{places.sandbox}/control/clock", emulator)
        # A moved clock asks for a month of messages in a minute: the limits would only slow it.
        await http.post(f"{places.sandbox}/control/limits", json=UNHURRIED)
        async with _program(sys.executable, "-m", "bot", "run") as bot:
            await _answers(http, f"{places.bot}/ready", bot)
            transcript = Transcript(console)
            world = World(http=http, sandbox=places.sandbox, bot=places.bot, transcript=transcript)
            told = await _tell(world)
            _leave_open(transcript, places)
            await _until_stopped()
    return 0 if told else 1


async def _tell(world: World) -> bool:
    """The chapters, one after the other."""
    world.transcript.begins(
        "Kabar: LATIHAN, bukan data nyata",
        "Semua orang di sini karangan. Jam digerakkan; bot, basis data dan API-nya sungguhan.\n"
        "< pesan baru   ~ pesan diubah   ! berbunyi   > yang dilakukan orang",
    )
    links = _open_centre()
    phones = {name: await world.meets(name) for name in links}
    cast = _cast(phones, links)
    try:
        await world.morning()
        for chapter in CHAPTERS:
            await chapter(world, cast)
    except (Stalled, aiohttp.ClientError, TimeoutError) as error:
        world.transcript.says(f"The story stopped: {error}")
        return False
    return True


def _cast(phones: dict[str, Phone], links: dict[str, str]) -> Cast:
    worker, supervisor, head = (phones[shown] for _, shown, _ in STAFF)
    return Cast(mother=phones[MOTHER], worker=worker, supervisor=supervisor, head=head, links=links)


def _open_centre() -> dict[str, str]:
    """A sample centre in the database: name -> the token of their link."""
    room = desk.room()

    def write(tx: Tx) -> dict[str, str]:
        now = desk.moment(tx)
        invited = {
            shown: enrol.add_staff(tx, name=name, role=role, timezone="Asia/Jakarta", now=now)
            for name, shown, role in STAFF
        }
        worker = StaffId(invited[STAFF[0][1]].owner_id)
        case, contact = _sample_case(worker, today=now.date())
        invited[MOTHER] = enrol.add_case(tx, room, case, contact, now=now)
        return {name: one.token or "" for name, one in invited.items()}

    with desk.database() as database:
        return database.write_now(write)


def _sample_case(worker: StaffId, *, today: date) -> tuple[Case, NewContact]:
    case = Case(
        id=CaseId(enrol.new_id()),
        code="K-0142",
        nickname="Kakak",
        birth_date=today - timedelta(days=10 * 365),
        risk=Risk.MEDIUM,
        stage="follow_up",
        worker=worker,
        home_risk=False,
        left_on=today,
        baseline=3,
    )
    contact = NewContact(
        id=ContactId(enrol.new_id()),
        case=case.id,
        name="Sari",
        relation="ibu",
        level=Level.OPEN,
        interviewed_on=today,
        hours=SafeHours(
            start=desk.as_time("09:00"), end=desk.as_time("16:00"), timezone="Asia/Jakarta"
        ),
        agreed_word=None,
        duress_word=None,
        phone=None,
    )
    return case, contact


def _prepare(places: Places, bot_port: int) -> None:
    """A fresh database in a folder of its own, whatever the environment says."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    for name in [name for name in os.environ if name.startswith("KABAR_")]:
        del os.environ[name]
    database = f"sqlite:///{FOLDER}/kabar.db"
    os.environ.update(
        KABAR_BOT_TOKEN=TOKEN,
        KABAR_API_URL=places.sandbox,
        KABAR_DATABASE_URL=database,
        KABAR_KEY_FILE=str(FOLDER / "kabar.key"),
        KABAR_HTTP_PORT=str(bot_port),
        KABAR_CLOCK="manual",
        KABAR_PACE_TOTAL="1000",
        KABAR_PACE_CHAT="1000",
    )
    with desk.refusing():
        migrate.prepare_key_file(database, FOLDER / "kabar.key")
        migrate.upgrade(database)


@asynccontextmanager
async def _program(*command: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A program of its own, its log in the sandbox's folder; stopped well at the end."""
    name = command[-1] if command[-1] == "run" else "sandbox"
    with (FOLDER / f"{name}.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log)
        try:
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
                await asyncio.wait_for(process.wait(), STOPS_WITHIN_S)


async def _answers(
    http: aiohttp.ClientSession, url: str, program: asyncio.subprocess.Process
) -> None:
    """Wait until the program answers 200 at `url`; not one that has ended, or another's answer."""
    with suppress(TimeoutError):
        async with asyncio.timeout(READY_WITHIN_S):
            while program.returncode is None:
                try:
                    async with http.get(url, timeout=ONE_LOOK) as response:
                        if response.status == 200 and program.returncode is None:
                            return
                except (aiohttp.ClientError, TimeoutError):
                    pass
                await asyncio.sleep(0.1)
    _give_up(url)


def _give_up(url: str) -> NoReturn:
    """Show what the programs said, and what to do."""
    for log in sorted(FOLDER.glob("*.log")):
        desk.errors.print(log.read_text().strip())
    desk.fail(f"{url} does not answer. Is the port taken? Choose another with --port.")


def _leave_open(transcript: Transcript, places: Places) -> None:
    transcript.begins(
        "The sandbox stays up; Ctrl+C ends it",
        f"Bot API and people   {places.sandbox}   (people: {places.sandbox}/control/people)\n"
        f"Clock                curl -X POST {places.bot}/clock -d '{{\"advance_s\": 3600}}'\n"
        f"Replies              KABAR_DATABASE_URL=sqlite:///{FOLDER}/kabar.db "
        f"KABAR_KEY_FILE={FOLDER}/kabar.key kabar replies export --format jsonl",
    )


async def _until_stopped() -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
