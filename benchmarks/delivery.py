"""Replies a second with pacing lifted: taken in, stored, judged and answered.

The same families, the same Telegram, one contender after the other, A B C A B C.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import psutil

from benchmarks import centre as centres
from benchmarks.centre import Centre
from benchmarks.figures import Row, spread, table
from benchmarks.ports import free_port, until_200
from benchmarks.running import (
    BOT_CORE,
    TELEGRAM_CORE,
    ask,
    copied,
    cpu_s,
    kabar,
    memory_mb,
    program,
    until,
)

ACTS = 10  # Mulai, eight answers, Selesai
WARM_SHARE = 10  # the first tenth is not counted
KABAR, AIOGRAM, PTB = "Kabar", "aiogram", "python-telegram-bot"
KEEPS = {
    KABAR: "every reply on disk (synchronous=FULL) before it is answered",
    AIOGRAM: "none: MemoryStorage",
    PTB: "a pickle once a minute",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One contender, once."""

    per_s: float
    cpu_ms: float
    memory_mb: float
    calls: dict[str, int]


def measure(
    *, families: int, repeats: int, way: str, names: tuple[str, ...] = (KABAR, AIOGRAM, PTB)
) -> dict[str, list[Run]]:
    """All contenders in turn, `repeats` times. A name that is a folder is an earlier Kabar there,
    so that a change is compared in one run."""
    found: dict[str, list[Run]] = {name: [] for name in names}
    port = free_port()
    api_url = f"http://127.0.0.1:{port}"
    with (
        TemporaryDirectory() as made,
        program("benchmarks.families", str(port), core=TELEGRAM_CORE),
    ):
        until_200(f"{api_url}/control/tally")
        first = Path(made) / "first"
        first.mkdir()
        centre = centres.build(first, centres.the_room(), families=families, workers=10)
        for number in range(repeats):
            for name, runs in found.items():
                fresh = copied(centre, Path(made) / f"{len(name)}-{number}")
                runs.append(_run(name, fresh, api_url, way))
    return found


def _run(name: str, centre: Centre, api_url: str, way: str) -> Run:
    given = [
        {"chat": one.chat, "message_id": one.message_id, "data": one.data}
        for one in centre.families
    ]
    warm = len(given) * ACTS // WARM_SHARE
    town = {"families": given, "acts": ACTS, "way": way, "warm": warm}
    ask(f"{api_url}/control/families", town)
    with contender(name, centre, api_url) as process:
        until("polled", f"{api_url}/control/tally")
        before = cpu_s(process)
        ask(f"{api_url}/control/go", {})
        tally: dict[str, Any] = until("is_over", f"{api_url}/control/tally")
        return Run(
            per_s=tally["counted"] / tally["seconds"],
            cpu_ms=(cpu_s(process) - before) / tally["answered"] * 1000,
            memory_mb=memory_mb(process),
            calls=tally["calls"],
        )


@contextmanager
def contender(name: str, centre: Centre, api_url: str) -> Iterator[psutil.Process]:
    """The program, ready to receive."""
    if name not in (AIOGRAM, PTB):
        source = None if name == KABAR else name
        lifted = {"pace_total": 1e6, "pace_chat": 1e6}
        with kabar(centre, api_url, source=source, **lifted) as (process, _):
            yield process
    elif name == AIOGRAM:
        with program("benchmarks.peers.with_aiogram", api_url, core=BOT_CORE) as process:
            yield process
    else:
        module = ("benchmarks.peers.with_ptb", api_url, str(centre.folder))
        with program(*module, core=BOT_CORE) as process:
            yield process


def show(*, families: int, repeats: int) -> None:
    for way in ("taps", "typed"):
        found = measure(families=families, repeats=repeats, way=way)
        beside = median(run.per_s for run in found[AIOGRAM])
        rows = [
            Row(
                name,
                spread([run.per_s for run in runs], "/s"),
                f"{median(run.per_s for run in runs) / beside:.2f}",
                spread([run.cpu_ms for run in runs], "ms", digits=2),
                KEEPS[name],
            )
            for name, runs in found.items()
        ]
        title = f"{families} families, {families * ACTS} replies by {way}, {repeats} times"
        heads = ("", "replies a second", "against aiogram", "processor time a reply", "kept")
        table(title, heads, rows)
