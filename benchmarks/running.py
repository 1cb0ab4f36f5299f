"""Programs beside the benchmark: started on a core of their own, asked, ended."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from benchmarks.centre import Centre
from benchmarks.peers.questions import TOKEN
from benchmarks.ports import free_port, until_200

TELEGRAM_CORE, BOT_CORE = 0, 1
ENOUGH_S = 900


def pin(process: subprocess.Popen[bytes], core: int) -> None:
    """Bot and Telegram must not take each other's core; where there is one core, they share."""
    known = sorted(os.sched_getaffinity(0))
    psutil.Process(process.pid).cpu_affinity([known[core % len(known)]])


@contextmanager
def program(
    *module: str, core: int, environment: Mapping[str, str] | None = None, source: str | None = None
) -> Iterator[psutil.Process]:
    """`python -m ...` until the end of the block, out of another checkout where `source` names
    one. What it says goes nowhere, unless BENCHMARK_SHOW is set."""
    show = None if os.environ.get("BENCHMARK_SHOW") else subprocess.DEVNULL
    running = subprocess.Popen(
        [sys.executable, "-m", *module],
        env=os.environ | (environment or {}),
        cwd=source,
        stdout=show,
        stderr=show,
    )
    pin(running, core)
    try:
        yield psutil.Process(running.pid)
    finally:
        running.terminate()
        try:
            running.wait(30)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


@contextmanager
def kabar(
    centre: Centre, api_url: str, *, source: str | None = None, **settings: object
) -> Iterator[tuple[psutil.Process, float]]:
    """`kabar run` on this centre, ready; and how long that took in seconds. `source` is another
    checkout to run."""
    port = free_port()
    environment = {
        "KABAR_BOT_TOKEN": TOKEN,
        "KABAR_API_URL": api_url,
        "KABAR_DATABASE_URL": centre.database_url,
        "KABAR_KEY_FILE": str(centre.key_file),
        "KABAR_HTTP_PORT": str(port),
    }
    environment |= {f"KABAR_{name.upper()}": str(value) for name, value in settings.items()}
    environment |= {} if source is None else {"PYTHONPATH": source}
    began = time.monotonic()
    with program("bot", "run", core=BOT_CORE, environment=environment, source=source) as process:
        until_200(f"http://127.0.0.1:{port}/ready")
        yield process, time.monotonic() - began


def ask(url: str, body: object = None) -> Any:
    """GET, or POST with JSON."""
    sent = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, sent, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())


def until(look: str, url: str, *, enough_s: float = ENOUGH_S) -> Any:
    """The answer, once its field `look` is true."""
    end = time.monotonic() + enough_s
    while time.monotonic() < end:
        try:
            found = ask(url)
        except (urllib.error.URLError, ConnectionError):
            found = {}
        if found.get(look):
            return found
        time.sleep(0.05)
    raise SystemExit(f"{url}: {look} has not come true in {enough_s:.0f} s")


def cpu_s(process: psutil.Process) -> float:
    """Seconds of processor time so far."""
    used = process.cpu_times()
    return float(used.user + used.system)


def memory_mb(process: psutil.Process) -> float:
    """What the program holds in memory."""
    return float(process.memory_info().rss) / 1e6


def copied(centre: Centre, folder: Path) -> Centre:
    """The same centre again, untouched."""
    folder.mkdir(parents=True)
    for file in centre.folder.iterdir():
        if file.name.startswith("kabar."):
            (folder / file.name).write_bytes(file.read_bytes())
            (folder / file.name).chmod(0o600)
    return Centre(folder=folder, families=centre.families, workers=centre.workers)
