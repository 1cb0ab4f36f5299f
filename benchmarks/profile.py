"""Where the time of a reply goes: `kabar run` with a profile of each thread, in processor time.

Answers check-ins as `delivery` does, once, and prints for each thread what cost most, and the
statements of the database by their text. As a module of its own it is the program that is watched.
"""

import asyncio
import cProfile
import os
import pstats
import re
import sqlite3
import threading
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import centre as centres
from benchmarks import delivery
from benchmarks.peers.questions import TOKEN
from benchmarks.ports import free_port, until_200
from benchmarks.running import (
    BOT_CORE,
    TELEGRAM_CORE,
    ask,
    program,
    until,
)

FAMILIES = 50
SHOWN = 60
VALUES = re.compile(r"[xX]?'(?:[^']|'')*'|\b\d[\d.]*\b")
OURS = r"/(bot|flows|storage)/"
WHERE = "BENCHMARK_PROFILES"  # the folder in which the profiled program leaves what it found


def watched() -> None:
    """Inside the profiled program: `kabar run`, every thread under a profile of its own."""
    folder = Path(os.environ[WHERE])
    threads: dict[str, cProfile.Profile] = {}
    statements: Counter[str] = Counter()
    plain = threading.Thread.run

    def run(thread: threading.Thread) -> None:
        profile = threads[thread.name] = cProfile.Profile(time.thread_time)
        profile.enable()
        try:
            plain(thread)
        finally:
            profile.disable()

    threading.Thread.run = run  # type: ignore[method-assign]
    from sqlalchemy import Engine, event

    def heard(statement: str) -> None:
        shape = VALUES.sub("?", statement)
        statements[f"{threading.current_thread().name[:12]}: {shape}"] += 1

    @event.listens_for(Engine, "connect")
    def _listen(driver: sqlite3.Connection, _: Any) -> None:
        driver.set_trace_callback(heard)

    from bot import app, config

    mine = threads["loop"] = cProfile.Profile(time.thread_time)
    mine.enable()
    asyncio.run(app.run(config.load()))
    mine.disable()
    for name, profile in threads.items():
        profile.dump_stats(folder / f"{name}.prof")
    lines = [f"{count:7} {' '.join(text.split())}" for text, count in statements.most_common()]
    (folder / "statements.txt").write_text("\n".join(lines))


def show(*, families: int = FAMILIES, way: str = "taps") -> None:
    port, mine = free_port(), free_port()
    api_url = f"http://127.0.0.1:{port}"
    with (
        TemporaryDirectory() as made,
        program("benchmarks.families", str(port), core=TELEGRAM_CORE),
    ):
        until_200(f"{api_url}/control/tally")
        folder = Path(made)
        centre = centres.build(folder, centres.the_room(), families=families, workers=10)
        given = [
            {"chat": one.chat, "message_id": one.message_id, "data": one.data}
            for one in centre.families
        ]
        town = {"families": given, "acts": delivery.ACTS, "way": way, "warm": 0}
        ask(f"{api_url}/control/families", town)
        environment = {
            "KABAR_BOT_TOKEN": TOKEN,
            "KABAR_API_URL": api_url,
            "KABAR_DATABASE_URL": centre.database_url,
            "KABAR_KEY_FILE": str(centre.key_file),
            "KABAR_HTTP_PORT": str(mine),
            "KABAR_PACE_TOTAL": "1e6",
            "KABAR_PACE_CHAT": "1e6",
            WHERE: made,
        }
        with program("benchmarks.profile", core=BOT_CORE, environment=environment):
            until_200(f"http://127.0.0.1:{mine}/ready")
            time.sleep(1)
            ask(f"{api_url}/control/go", {})
            tally = until("is_over", f"{api_url}/control/tally")
        print(f"{tally['answered']} replies in {tally['seconds']:.1f} s; {tally['calls']}")
        _told(folder, tally["answered"])


def _told(folder: Path, replies: int) -> None:
    for file in sorted(folder.glob("*.prof")):
        found = pstats.Stats(str(file))
        total = found.total_tt  # type: ignore[attr-defined]
        print(f"\n== {file.stem}: {total / replies * 1000:.2f} ms a reply ==")
        if total / replies < 0.0001:
            continue
        found.sort_stats("cumulative").print_stats(OURS, SHOWN)
        found.sort_stats("tottime").print_stats(SHOWN // 3)
    print((folder / "statements.txt").read_text())


if __name__ == "__main__":
    watched()
