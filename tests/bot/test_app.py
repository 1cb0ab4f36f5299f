"""`kabar run` from the start to its end: who is let in, in which order, and how it stops."""

import asyncio
import json
import logging
import sys
import threading
import warnings
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import select

from bot import app
from bot.clock import keep_offset
from bot.config import ClockKind, Settings
from bot.errors import AlreadyRunning
from bot.instance import only_one
from bot.sandbox import Sandbox
from storage import contents, migrate, settings, tables
from storage.database import Database, Tx
from storage.keyring import KeyRing
from tests.bot.stand_ins import PATIENCE_S, TOKEN, Staff, running


@pytest.fixture
def staff() -> Staff:
    found = Staff()
    found.slow.set()
    return found


@pytest.fixture(autouse=True)
def kept_logging(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """`run` sets up logging for good; here it belongs to pytest again afterwards."""
    root = logging.getLogger()
    for holder, name in (
        (sys, "excepthook"),
        (sys, "unraisablehook"),
        (threading, "excepthook"),
        (warnings, "showwarning"),
        (root, "handlers"),
        (root, "level"),
    ):
        kept = getattr(holder, name)
        monkeypatch.setattr(holder, name, list(kept) if name == "handlers" else kept)
    yield
    logging.getLogger("aiohttp.access").disabled = False


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


@pytest.fixture
def centre(tmp_path: Path, sandbox: Sandbox) -> Settings:
    """A migrated centre at the emulator."""
    url = f"sqlite:///{tmp_path}/kabar.db"
    key_file = tmp_path / "kabar.key"
    migrate.prepare_key_file(url, key_file)
    migrate.upgrade(url)
    return Settings(
        api_url=sandbox.url,
        bot_token=TOKEN,
        database_url=url,
        key_file=key_file,
        http_port=0,
        clock=ClockKind.MANUAL,
    )


def opened(centre: Settings) -> Database:
    return Database(centre.database_url, vault_keys=KeyRing.load(centre.key_file))


def received(tx: Tx) -> list[str]:
    return list(tx.execute(select(tables.inbox.c.id).order_by(tables.inbox.c.seq)).scalars())


async def refusal(centre: Settings, capfd: pytest.CaptureFixture[str], staff: Staff) -> str:
    """What is told to an operator whose program does not start."""
    assert await asyncio.wait_for(app.run(centre, build=staff.build), PATIENCE_S) == 1
    *_, last = capfd.readouterr().err.splitlines()
    told = json.loads(last)
    assert "trace" not in told
    return str(told["message"])


# Start


async def test_it_becomes_ready_and_ends_with_a_signal(centre: Settings, staff: Staff) -> None:
    async with running(centre, staff) as seen:
        await seen.until_ready()

    assert staff.order == ["closed"]
    assert not staff.sender.is_running


async def test_what_a_parent_writes_is_kept_before_everything_runs(
    centre: Settings, staff: Staff, sandbox: Sandbox
) -> None:
    staff.slow.clear()

    async with running(centre, staff) as seen:
        assert (await seen.get("/ready"))[0] == 503
        await writes(seen.session, sandbox)
        with opened(centre) as database:
            await until_received(database)
        assert (await seen.get("/ready"))[1]["missing"] == ["sending", "working"]
        staff.slow.set()
        await seen.until_ready()
        await seen.forward(0)

    assert staff.order == ["handled 4242", "closed"]


async def until_received(database: Database) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if await database.read(received):
                return
            await asyncio.sleep(0.02)


async def writes(session: aiohttp.ClientSession, sandbox: Sandbox) -> None:
    control = f"{sandbox.url}/control"
    async with session.post(f"{control}/people", json={"first_name": "Sari"}) as answer:
        sari = await answer.json()
    async with session.post(f"{control}/people/{sari['id']}/text", json={"text": "halo"}) as answer:
        assert answer.status == 200, await answer.text()


async def test_receiving_does_not_wait_for_aiogram() -> None:
    look = "import sys, bot.app; print(sorted({'aiogram', 'alembic'} & set(sys.modules)))"

    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", look, stdout=asyncio.subprocess.PIPE
    )

    assert await asyncio.wait_for(other.communicate(), PATIENCE_S) == (b"[]\n", None)


async def test_the_bots_name_and_the_content_are_kept(centre: Settings, staff: Staff) -> None:
    async with running(centre, staff) as seen:
        await seen.until_ready()

    assert staff.given is not None
    with opened(centre) as database:
        assert await database.read(settings.read, settings.BOT_USERNAME) == "kabar_bot"
        for file in staff.given.room.content.files:
            kept = await database.read(contents.body, contents.version_id(file))
            assert kept == (file.name, file.body)


# Time


async def test_moving_the_clock_settles_what_a_parent_wrote_and_visits_what_is_due(
    centre: Settings, staff: Staff, sandbox: Sandbox
) -> None:
    async with running(centre, staff) as seen:
        await seen.until_ready()
        start = datetime.fromisoformat((await seen.get("/clock"))[1]["now"])
        staff.due = [start + timedelta(hours=hours) for hours in (2, 30)]
        await writes(seen.session, sandbox)
        answer = await seen.forward(86_400)

    assert staff.order[0] == "handled 4242"
    assert datetime.fromisoformat(answer["next_due_at"]) == start + timedelta(hours=30)
    assert datetime.fromisoformat(answer["now"]) >= start + timedelta(days=1)
    visited = start + timedelta(hours=2)
    assert [at for at in staff.passes if visited <= at < visited + timedelta(minutes=1)]
    assert staff.sender.rings > 0


async def test_the_moved_clock_outlives_a_restart(centre: Settings, staff: Staff) -> None:
    async with running(centre, staff) as seen:
        before = datetime.fromisoformat((await seen.forward(86_400))["now"])

    fresh = Staff()
    fresh.slow.set()
    async with running(centre, fresh) as seen:
        after = datetime.fromisoformat((await seen.get("/clock"))[1]["now"])

    assert after > before


async def test_a_real_clock_cannot_be_moved(centre: Settings, staff: Staff) -> None:
    real = centre.model_copy(update={"clock": ClockKind.SYSTEM})

    async with running(real, staff) as seen, seen.session.get(f"{seen.url}/clock") as answer:
        assert answer.status == 404


# What keeps it from running


async def test_a_database_that_is_not_migrated_is_refused(
    centre: Settings, staff: Staff, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    empty = centre.model_copy(update={"database_url": f"sqlite:///{tmp_path}/empty.db"})

    assert "`kabar db upgrade`" in await refusal(empty, capfd, staff)
    assert not (tmp_path / "empty.db").exists()


async def test_a_missing_token_is_named(
    centre: Settings, staff: Staff, capfd: pytest.CaptureFixture[str]
) -> None:
    nameless = centre.model_copy(update={"bot_token": None})

    assert "KABAR_BOT_TOKEN" in await refusal(nameless, capfd, staff)


async def test_a_second_program_on_the_same_database_is_refused(
    centre: Settings, staff: Staff, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with only_one(tmp_path / "kabar.db"):
        told = await refusal(centre, capfd, staff)

    assert told.startswith("Another `kabar run` is at work on ")


async def test_a_port_that_is_taken_is_named(
    centre: Settings, staff: Staff, capfd: pytest.CaptureFixture[str], sandbox: Sandbox
) -> None:
    number = int(sandbox.url.rpartition(":")[2])

    told = await refusal(centre.model_copy(update={"http_port": number}), capfd, staff)

    assert f"Port {number} on 127.0.0.1" in told


async def test_content_that_cannot_be_used_is_named(
    centre: Settings, staff: Staff, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "content"
    folder.mkdir()
    (folder / "rules.yaml").write_text("rules: 5\n")

    told = await refusal(centre.model_copy(update={"content_dir": folder}), capfd, staff)

    assert told.startswith("rules.yaml:")


async def test_a_database_of_a_moved_time_is_not_run_in_the_real_one(
    centre: Settings, staff: Staff, capfd: pytest.CaptureFixture[str]
) -> None:
    with opened(centre) as database:
        await database.write(keep_offset, timedelta(days=10))

    real = centre.model_copy(update={"clock": ClockKind.SYSTEM})
    assert "KABAR_CLOCK=manual" in await refusal(real, capfd, staff)


async def test_a_fault_ends_the_program_and_names_no_token(
    centre: Settings, staff: Staff, capfd: pytest.CaptureFixture[str]
) -> None:
    staff.sender.fails = True

    assert await asyncio.wait_for(app.run(centre, build=staff.build), PATIENCE_S) == 1

    told = capfd.readouterr().err
    assert "LookupError" in told
    assert "running-secret" not in told
    assert staff.order == ["closed"]


def test_the_lock_is_free_again_afterwards(tmp_path: Path) -> None:
    for _ in range(2):
        with only_one(tmp_path / "kabar.db"):
            pass


async def test_the_lock_of_a_killed_program_is_free(tmp_path: Path) -> None:
    database = tmp_path / "kabar.db"
    holds = (
        "import pathlib, sys, time; from bot.instance import only_one\n"
        "with only_one(pathlib.Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", holds, str(database), stdout=asyncio.subprocess.PIPE
    )
    assert other.stdout is not None
    assert await asyncio.wait_for(other.stdout.readline(), PATIENCE_S) == b"held\n"
    with pytest.raises(AlreadyRunning), only_one(database):
        pass

    other.kill()
    await other.communicate()

    with only_one(database):
        pass
