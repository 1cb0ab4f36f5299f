"""Use cases that wait together share a sync of the disk: the one thread of SQLite commits them at
once, the eight of PostgreSQL leave it to the server. Every commit is durable on both."""

import asyncio
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from storage import audit, migrate
from storage.database import Database
from storage.keyring import KeyRing
from storage.transaction import Tx
from tests.postgres import Server

TRANSACTIONS = 1000
WAITERS = (1, 8, 50)


def note(tx: Tx) -> None:
    now = datetime.now(UTC)
    audit.note(tx, actor="system", via="tick", action="bench", object="row", now=now)


async def rate(database: Database, waiters: int) -> float:
    """Transactions a second while that many wait all the time."""

    async def write_on() -> None:
        for _ in range(TRANSACTIONS // waiters):
            await database.write(note)

    began = time.monotonic()
    await asyncio.gather(*(write_on() for _ in range(waiters)))
    return TRANSACTIONS // waiters * waiters / (time.monotonic() - began)


async def rates(url: str, folder: Path) -> list[float]:
    keys = KeyRing.load(folder / "key")
    with Database(url, vault_keys=keys) as database:
        await rate(database, max(WAITERS))  # warm
        return [await rate(database, waiters) for waiters in WAITERS]


def main(folder: Path) -> None:
    KeyRing.create(folder / "key")
    small = f"sqlite:///{folder}/kabar.db"
    migrate.upgrade(small)
    server = Server(Path(tempfile.mkdtemp(prefix="kabar-pg-")), settings="")
    try:
        sqlite = asyncio.run(rates(small, folder))
        postgresql = asyncio.run(rates(server.database(), folder))
    finally:
        server.ends()
    print("waiters     SQLite  PostgreSQL   ratio   (transactions/s)")
    for waiters, one, other in zip(WAITERS, sqlite, postgresql, strict=True):
        print(f"{waiters:7} {one:10.0f} {other:11.0f} {other / one:7.2f}")
    print(f"shared syncs: SQLite {sqlite[-1] / sqlite[0]:.1f}, ", end="")
    print(f"PostgreSQL {postgresql[-1] / postgresql[0]:.1f} times one by one")


if __name__ == "__main__":
    with TemporaryDirectory() as made:
        main(Path(made))
