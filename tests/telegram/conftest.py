"""A database with its tables, a scripted Bot API, and the world around a receiver."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from storage import tables
from storage.database import Database
from storage.keyring import KeyRing
from tests.telegram.lines import ScriptedApi, World, served

RING = KeyRing(keys={"one": bytes(32)}, current="one", index_key=bytes(32))


@pytest.fixture
async def api() -> AsyncIterator[ScriptedApi]:
    scripted = ScriptedApi()
    async with served(scripted.take) as scripted.url:
        yield scripted


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(f"sqlite:///{tmp_path}/kabar.db", vault_keys=RING) as opened:
        opened.write_now(lambda tx: tables.metadata.create_all(tx.connection))
        yield opened


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def world(database: Database, session: aiohttp.ClientSession) -> World:
    return World(database, session)
