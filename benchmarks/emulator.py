"""How many calls a second the sandbox's Telegram takes, against a server that does nothing.

Each server is a process of its own; this second process asks both in the same way, over connections
that stay open. Then once more while a page follows everything that happens.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import aiohttp
from aiohttp import web

from benchmarks.ports import free_port, until_200

CALLS, CONNECTIONS, PEOPLE = 20_000, 8, 50
FIRST_PERSON = 700_000_001
PATH = "/bot4242:a-token-of-a-benchmark/sendMessage"
PORT_OF_CONSTANT = "--answer-the-same-at"


@dataclass(slots=True)
class Tally:
    """What came of the calls; `page` counts the bytes that a page was sent meanwhile."""

    answered: int = 0
    errors: int = 0
    seconds: float = 0.0
    page: int = 0

    def __str__(self) -> str:
        return f"{self.answered / self.seconds:8.0f} calls/s  {self.errors} errors"


def answer_the_same(port: int) -> None:
    """The other server: reads the body and answers a constant."""
    body = json.dumps({"ok": True, "result": {"message_id": 1, "date": 1, "text": "a" * 200}})

    async def same(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=body.encode(), content_type="application/json")

    app = web.Application()
    app.router.add_get("/control/clock", same)
    app.router.add_post("/bot{token}/{method}", same)
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


@contextmanager
def running(*module: str, port: int) -> Iterator[None]:
    program = subprocess.Popen(
        [sys.executable, "-m", *module, str(port)], stdout=subprocess.DEVNULL
    )
    try:
        until_200(f"http://127.0.0.1:{port}/control/clock")
        yield
    finally:
        program.terminate()
        program.wait()


async def prepare(port: int) -> None:
    """People who have pressed Start, and no flood limits."""
    control = f"http://127.0.0.1:{port}/control"
    async with aiohttp.ClientSession(raise_for_status=True) as http:
        await http.post(f"{control}/limits", json={"enabled": False})
        await http.post(f"{control}/bots", json={"token": PATH.split("/")[1][3:]})
        for person in range(FIRST_PERSON, FIRST_PERSON + PEOPLE):
            await http.post(f"{control}/people", json={"id": person, "first_name": "Sari"})
            await http.post(f"{control}/people/{person}/start")


async def send(port: int, calls: int, tally: Tally) -> None:
    """So many calls over one connection, each after the answer to the one before."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number in range(calls):
        body = json.dumps(
            {"chat_id": FIRST_PERSON + number % PEOPLE, "text": f"Apa kabar minggu ini? {number}"}
        ).encode()
        head = f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {len(body)}\r\n"
        writer.write(f"{head}Content-Type: application/json\r\n\r\n".encode() + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(answer.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        content = json.loads(await reader.readexactly(length))
        tally.answered += 1
        tally.errors += not content["ok"]
    writer.close()


async def follow(port: int, tally: Tally) -> None:
    """A page that is open: it reads the stream and does nothing with it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /control/stream HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    while news := await reader.read(65_536):
        tally.page += len(news)


async def measure(port: int, *, with_page: bool = False) -> Tally:
    warm, tally = Tally(), Tally()
    await send(port, 500, warm)
    page = asyncio.create_task(follow(port, tally)) if with_page else None
    began = time.monotonic()
    each = CALLS // CONNECTIONS
    await asyncio.gather(*(send(port, each, tally) for _ in range(CONNECTIONS)))
    tally.seconds = time.monotonic() - began
    if page is not None:
        page.cancel()
    return tally


def show() -> None:
    port = free_port()
    with running("benchmarks.emulator", PORT_OF_CONSTANT, port=port):
        constant = asyncio.run(measure(port))
    port = free_port()
    with running("bot.sandbox", "--port", port=port):
        asyncio.run(prepare(port))
        alone = asyncio.run(measure(port))
        followed = asyncio.run(measure(port, with_page=True))
    print(f"a server that answers the same  {constant}")
    print(f"the sandbox                     {alone}")
    print(f"the sandbox, a page open        {followed}  {followed.page / 1e6:.1f} MB to the page")
    print(f"ratio                           {constant.seconds / alone.seconds:8.2f}")
    print(f"ratio, a page open              {constant.seconds / followed.seconds:8.2f}")


if __name__ == "__main__":
    answer_the_same(int(sys.argv[-1]))
