"""Fifty use cases that wait together share a commit; one by one each waits for the disk."""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from storage import audit, migrate
from storage.database import Database
from storage.keyring import KeyRing
from storage.transaction import Tx

TRANSACTIONS = 1000
TOGETHER = 50


def note(tx: Tx) -> None:
    now = datetime.now(UTC)
    audit.note(tx, actor="system", via="tick", action="bench", object="row", now=now)


async def rate(database: Database, together: int) -> float:
    began = time.monotonic()
    for _ in range(TRANSACTIONS // together):
        await asyncio.gather(*(database.write(note) for _ in range(together)))
    return TRANSACTIONS / (time.monotonic() - began)


async def main(folder: Path) -> None:
    url = f"sqlite:///{folder}/kabar.db"
    migrate.upgrade(url)
    with Database(url, vault_keys=KeyRing.create(folder / "key")) as database:
        await rate(database, TOGETHER)  # warm
        alone, shared = await rate(database, 1), await rate(database, TOGETHER)
    print(f"one by one        {alone:8.0f} transactions/s")
    print(f"{TOGETHER} together       {shared:8.0f} transactions/s")
    print(f"ratio             {shared / alone:8.1f}")


def show() -> None:
    with TemporaryDirectory() as made:
        asyncio.run(main(Path(made)))
