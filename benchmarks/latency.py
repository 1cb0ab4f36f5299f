"""From a parent's hard words to the notice on the worker's phone, at Telegram's pace.

The sandbox enforces 30 messages a second and one a second in a chat, and every call takes 150 ms
to reach it. First nothing else is sent, then a broadcast of 10,000 messages in the lowest lane. An
alert counts from the moment in which the parent's text is there until its notice is accepted.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import psutil

from benchmarks import centre as centres
from benchmarks.centre import FIRST_RECIPIENT, FIRST_WORKER, Centre
from benchmarks.figures import Row, share, table
from benchmarks.peers.questions import TOKEN, WORKERS
from benchmarks.ports import free_port, until_200
from benchmarks.running import (
    BOT_CORE,
    TELEGRAM_CORE,
    ask,
    copied,
    kabar,
    memory_mb,
    program,
)

RECIPIENTS = 10_000
DELAY_S = 0.15
PER_S = 30.0  # what the sandbox allows
HARD = "dia bilang mau bunuh diri"
GAP_S = 0.4  # between two alerts while nothing else is sent
BEGINS_S = 3.0  # of the burst: the bucket of Telegram empties first, and is not counted
WAITS_S = 20.0  # for the last alerts
CONTENDERS = {
    "Kabar": (),
    "aiogram, a loop": ("benchmarks.peers.alerting_aiogram", "loop"),
    "aiogram, a task each": ("benchmarks.peers.alerting_aiogram", "spread"),
    "python-telegram-bot, limiter": ("benchmarks.peers.alerting_ptb",),
}


@dataclass(slots=True, kw_only=True)
class Seen:
    """Seconds of each alert; infinite where it had not come when the window closed."""

    idle: list[float] = field(default_factory=list)
    burst: list[float] = field(default_factory=list)
    used: float = 0.0
    refused: float = 0.0
    memory_idle: float = 0.0
    memory_burst: float = 0.0


def measure(
    *, alerts: int, window_s: float, recipients: int = RECIPIENTS, names: tuple[str, ...] = ()
) -> dict[str, Seen]:
    """`alerts` of them idle, and as many during `window_s` of the burst."""
    found = {}
    with TemporaryDirectory() as made:
        first = Path(made) / "first"
        first.mkdir()
        room = centres.the_room()
        centre = centres.build(first, room, families=2 * alerts, workers=WORKERS, asked=False)
        centres.plan_broadcast(centre, recipients)
        for number, name in enumerate(names or CONTENDERS):
            fresh = copied(centre, Path(made) / str(number))
            found[name] = _run(name, fresh, alerts, window_s, recipients)
    return found


def _run(name: str, centre: Centre, alerts: int, window_s: float, recipients: int) -> Seen:
    port = free_port()
    api_url = f"http://127.0.0.1:{port}"
    control = f"{api_url}/control"
    with program("bot.sandbox", "--port", str(port), core=TELEGRAM_CORE):
        until_200(f"{control}/clock")
        _populate(control, centre, recipients)
        ask(f"{control}/faults", {"kind": "delay", "seconds": DELAY_S})
        with _contender(name, centre, api_url) as process:
            return _watch(name, process, centre, control, alerts, window_s, recipients)


def _watch(
    name: str,
    process: psutil.Process,
    centre: Centre,
    control: str,
    alerts: int,
    window_s: float,
    recipients: int,
) -> Seen:
    seen, codes = Seen(), [one.code for one in centre.families]
    chats = [one.chat for one in centre.families]
    _alert(control, chats[:1], 0)  # warm: the first of everything is built
    idle = _alert(control, chats[1:alerts], GAP_S)
    seen.idle = _waited(control, codes[1:alerts], idle)
    seen.memory_idle = memory_mb(process)
    began = time.time()
    broadcast = Thread(target=_burst, args=(name, centre, control, recipients))
    broadcast.start()
    time.sleep(BEGINS_S)
    busy = _alert(control, chats[alerts:], (window_s - BEGINS_S) / alerts)
    ended = time.time()
    seen.memory_burst = memory_mb(process)
    seen.burst = _waited(control, codes[alerts:], busy)
    broadcast.join()
    sends = [one for one in _sends(control) if began + BEGINS_S <= one["at"] <= ended]
    accepted = sum(_is_accepted(one) for one in sends)
    seen.used = accepted / (PER_S * (ended - began - BEGINS_S))
    seen.refused = 1 - accepted / max(1, len(sends))
    return seen


@contextmanager
def _contender(name: str, centre: Centre, api_url: str) -> Iterator[psutil.Process]:
    if not CONTENDERS[name]:
        with kabar(centre, api_url) as (process, _):
            yield process
        return
    module, *way = CONTENDERS[name]
    with program(module, api_url, *way, core=BOT_CORE) as process:
        while not ask(f"{api_url}/control/calls?method=getMe")["calls"]:
            time.sleep(0.1)
        time.sleep(2)
        yield process


def _alert(control: str, chats: list[int], gap_s: float) -> list[float]:
    """When each parent wrote."""
    moments, began = [], time.time()
    for number, chat in enumerate(chats):
        time.sleep(max(0.0, began + number * gap_s - time.time()))
        moments.append(time.time())
        ask(f"{control}/people/{chat}/text", {"text": HARD})
    return moments


def _waited(control: str, codes: list[str], moments: list[float]) -> list[float]:
    """Seconds from each to the acceptance of its notice."""
    end = time.time() + WAITS_S
    while True:
        found: dict[str, float] = {}
        for one in _sends(control):
            if _is_accepted(one) and FIRST_WORKER <= one["chat_id"] < FIRST_WORKER + WORKERS:
                found.setdefault(one["params"]["text"].rpartition(" ")[2], one["at"])
        if all(code in found for code in codes) or time.time() > end:
            break
        time.sleep(1)
    return [
        found.get(code, float("inf")) - moment for code, moment in zip(codes, moments, strict=True)
    ]


def _sends(control: str) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = ask(f"{control}/calls?method=sendMessage")["calls"]
    return calls


def _is_accepted(call: dict[str, Any]) -> bool:
    return bool((call["answer"] or {}).get("ok"))


def _burst(name: str, centre: Centre, control: str, recipients: int) -> None:
    if CONTENDERS[name]:
        said = f"/siaran {FIRST_RECIPIENT} {FIRST_RECIPIENT + recipients}"
        ask(f"{control}/people/{FIRST_WORKER}/text", {"text": said})
        return
    centres.start_broadcast(centre)


def _populate(control: str, centre: Centre, recipients: int) -> None:
    """Everybody has pressed Start already: as a snapshot, for one by one it takes minutes."""
    ask(f"{control}/bots", {"token": TOKEN})
    ask(f"{control}/people", {"id": FIRST_WORKER, "first_name": "Ratna"})
    ask(f"{control}/people/{FIRST_WORKER}/start", {})
    world = ask(f"{control}/snapshot")
    bot, person = world["bots"][0], world["people"][0]
    chat = {**bot["chats"][0], "messages": [], "lock_screen": []}
    everybody = [
        *centre.workers,
        *(one.chat for one in centre.families),
        *range(FIRST_RECIPIENT, FIRST_RECIPIENT + recipients),
    ]
    world["people"] = [{**person, "id": one} for one in everybody]
    bot["chats"] = [{**chat, "person": one} for one in everybody]
    bot["updates"] = []
    ask(f"{control}/snapshot", world)


def show(*, alerts: int, window_s: float, names: tuple[str, ...] = ()) -> None:
    found = measure(alerts=alerts, window_s=window_s, names=names)
    rows = [
        Row(
            name,
            _pair(seen.idle),
            _pair(seen.burst),
            f"{seen.used:.1%}",
            f"{seen.refused:.2%}",
            f"{seen.memory_idle:.0f} / {seen.memory_burst:.0f} MB",
        )
        for name, seen in found.items()
    ]
    heads = ("", "idle p50 / p99", "burst p50 / p99", "of 30/s used", "refused", "memory")
    title = f"{alerts} alerts idle and {alerts} in {window_s:.0f} s of a burst of {RECIPIENTS}"
    table(title, heads, rows)


def _pair(values: list[float]) -> str:
    return f"{_told(share(values, 0.5))} / {_told(share(values, 0.99))}"


def _told(seconds: float) -> str:
    return "not in time" if seconds == float("inf") else f"{seconds:.2f} s"
