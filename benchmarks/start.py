"""From the start of the program to the first update stored, and to everything running."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import centre as centres
from benchmarks.centre import Centre
from benchmarks.delivery import AIOGRAM, KABAR, PTB, contender
from benchmarks.figures import Row, spread, table
from benchmarks.ports import free_port, until_200
from benchmarks.running import TELEGRAM_CORE, ask, copied, memory_mb, program, until


def show(*, repeats: int) -> None:
    """A parent has written while the bot was away. Kabar confirms what it has stored, the others
    what they have fetched."""
    first: dict[str, list[float]] = {}
    memory: dict[str, list[float]] = {}
    ready: list[float] = []
    port = free_port()
    api_url = f"http://127.0.0.1:{port}"
    with (
        TemporaryDirectory() as made,
        program("benchmarks.families", str(port), core=TELEGRAM_CORE),
    ):
        until_200(f"{api_url}/control/tally")
        folder = Path(made) / "first"
        folder.mkdir()
        centre = centres.build(folder, centres.the_room(), families=1, workers=1)
        for number in range(repeats):
            for name in (KABAR, AIOGRAM, PTB):
                fresh = copied(centre, Path(made) / f"{name}{number}")
                seconds, till_ready, megabytes = _once(name, fresh, api_url)
                first.setdefault(name, []).append(seconds)
                memory.setdefault(name, []).append(megabytes)
                ready += [] if till_ready is None else [till_ready]
    rows = [
        Row(
            name,
            spread(first[name], "s", digits=2),
            spread(ready, "s", digits=2) if name == KABAR else "-",
            spread(memory[name], "MB"),
        )
        for name in first
    ]
    heads = ("", "first update confirmed", "/ready", "memory idle")
    table(f"From the start of the program, {repeats} times", heads, rows)


def _once(name: str, centre: Centre, api_url: str) -> tuple[float, float | None, float]:
    given = [
        {"chat": one.chat, "message_id": one.message_id, "data": one.data}
        for one in centre.families
    ]
    ask(f"{api_url}/control/families", {"families": given, "acts": 1, "way": "taps", "warm": 0})
    ask(f"{api_url}/control/go", {})
    began, started = time.time(), time.monotonic()
    with contender(name, centre, api_url) as process:
        ready = time.monotonic() - started if name == KABAR else None
        tally = until("first", f"{api_url}/control/tally")
        until("is_over", f"{api_url}/control/tally")
        time.sleep(1)
        return tally["first"] - began, ready, memory_mb(process)
