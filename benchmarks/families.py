"""A Telegram that costs next to nothing, and families behind it who answer as soon as they can.

A program of its own: `python -m benchmarks.families PORT`. It checks nothing and limits nothing, so
that what is measured is the bot. Each family taps (or types) its next answer once the bot's answer
to the one before has been accepted, as people do.

    POST /control/families  {families: [{chat, data, message_id}], acts, way: taps|typed, warm}
    POST /control/go        the first act of each family is there
    GET  /control/tally     {answered, of, seconds, calls, first, polled}: `seconds` from the moment
                            when `warm` acts were answered to the last; `first` is the unix time at
                            which a page was first confirmed
"""

import asyncio
import json
import re
import sys
import time
from collections import Counter, deque
from typing import Any
from urllib.parse import parse_qsl

TYPED = ("mulai", "1-2 hari", "gak ada", "2", "tidak ada", "1-2 hari", "0", "tidak tahu", "0")
LAST = "semalam dia tidur nyenyak bu, tadi pagi minta ditemani ke warung. terima kasih ya"
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
KIND = re.compile(rb"content-type: *([^\r\n]+)", re.IGNORECASE)
PART = re.compile(rb'name="?([A-Za-z_]+)"?[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n(.*?)\r\n--', re.DOTALL)
PAGE = 100


class Town:
    """All families, what waits for the bot, and what it has done."""

    def __init__(self) -> None:
        self.next_update, self.next_message = int(time.time()), 1_000_000
        self.clear()

    def clear(self) -> None:
        self.steps: dict[int, int] = {}
        self.acts, self.way, self.warm = 0, "taps", 0
        self.waiting: deque[tuple[int, bytes]] = deque()
        self.polls: list[tuple[Line, asyncio.TimerHandle]] = []
        self.calls: Counter[str] = Counter()
        self.answered, self.polled = 0, False
        self.began = self.ended = self.first = 0.0
        self.openings: list[dict[str, Any]] = []

    def begin(self) -> None:
        for one in self.openings:
            self.steps[one["chat"]] = 0
            self.act(one["chat"], one["message_id"], one["data"], None)
        self.began = time.monotonic()
        self.serve()

    def act(self, chat: int, message: int, data: str, markup: str | None) -> None:
        """The next tap or text of this family."""
        number, self.next_update = self.next_update, self.next_update + 1
        now, who = int(time.time()), {"id": chat, "is_bot": False, "first_name": "Sari"}
        place = {"id": chat, "type": "private", "first_name": "Sari"}
        bot = {"id": 4242, "is_bot": True, "first_name": "Kabar", "username": "kabar_bot"}
        if self.way == "typed":
            step = self.steps[chat]
            self.next_message += 1
            content: dict[str, Any] = {"message_id": self.next_message, "from": who, "chat": place}
            content |= {"date": now, "text": TYPED[step] if step < len(TYPED) else LAST}
            update = {"update_id": number, "message": content}
        else:
            shown: dict[str, Any] = {"message_id": message, "from": bot, "chat": place, "date": now}
            shown["text"] = "Dalam 7 hari ini, berapa hari Kakak susah tidur?"
            if markup is not None:
                shown["reply_markup"] = json.loads(markup)
            query = {"id": str(number), "from": who, "message": shown, "chat_instance": "1"}
            update = {"update_id": number, "callback_query": {**query, "data": data}}
        self.waiting.append((number, json.dumps(update, ensure_ascii=False).encode()))

    def spoke(self, method: str, params: dict[str, str]) -> bytes:
        """A message of the bot was accepted; if it answers a family, that one goes on."""
        chat = int(params.get("chat_id") or 0)
        message = int(params.get("message_id") or 0)
        if not message:
            self.next_message += 1
            message = self.next_message
        markup = params.get("reply_markup")
        speaks = "sendmessage" if self.way == "typed" else "editmessagetext"
        if method == speaks and chat in self.steps:
            self.answer(chat, message, markup)
        result = {
            "message_id": message,
            "from": {"id": 4242, "is_bot": True, "first_name": "Kabar"},
            "chat": {"id": chat, "type": "private", "first_name": "Sari"},
            "date": int(time.time()),
            "text": params.get("text", ""),
        }
        return json.dumps({"ok": True, "result": result}, ensure_ascii=False).encode()

    def answer(self, chat: int, message: int, markup: str | None) -> None:
        step = self.steps[chat] = self.steps[chat] + 1
        if step > self.acts:
            return
        self.answered += 1
        if self.answered == self.warm:
            self.began = time.monotonic()
        if self.answered == self.acts * len(self.openings):
            self.ended = time.monotonic()
        if step < self.acts:
            keys = [] if markup is None else pressable(markup)
            place = (
                -1 if step == self.acts - 1 else (chat + step) % 2
            )  # the last one says it is over
            self.act(chat, message, keys[place] if keys else "", markup)
            self.serve()

    def poll(self, line: "Line", params: dict[str, str]) -> None:
        self.polled = True
        offset, seconds = int(params.get("offset") or 0), float(params.get("timeout") or 0)
        while self.waiting and self.waiting[0][0] < offset:
            self.waiting.popleft()
            self.first = self.first or time.time()
        if self.waiting or not seconds:
            line.say(self.page())
            return
        timer = asyncio.get_running_loop().call_later(seconds, self.give_up, line)
        self.polls.append((line, timer))

    def page(self) -> bytes:
        found = [body for _, body in list(self.waiting)[:PAGE]]
        return b'{"ok":true,"result":[' + b",".join(found) + b"]}"

    def serve(self) -> None:
        polls, self.polls = self.polls, []
        for line, timer in polls:
            timer.cancel()
            line.say(self.page())

    def give_up(self, line: "Line") -> None:
        self.polls = [(other, timer) for other, timer in self.polls if other is not line]
        line.say(b'{"ok":true,"result":[]}')

    def tally(self) -> dict[str, object]:
        ended = self.ended or time.monotonic()
        return {
            "answered": self.answered,
            "counted": self.answered - self.warm,
            "is_over": bool(self.ended),
            "seconds": ended - self.began,
            "calls": dict(self.calls),
            "first": self.first,
            "polled": self.polled,
        }


class Line(asyncio.Protocol):
    """One connection of HTTP/1.1."""

    def __init__(self, town: Town) -> None:
        self.town, self.buffer = town, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end]
            found = LENGTH.search(head)
            whole = end + 4 + (int(found[1]) if found else 0)
            if len(self.buffer) < whole:
                return
            body, self.buffer = self.buffer[end + 4 : whole], self.buffer[whole:]
            kind = KIND.search(head)
            self.asked(head.split(b" ", 2)[1].decode(), kind[1] if kind else b"", body)

    def asked(self, path: str, kind: bytes, body: bytes) -> None:
        path, _, query = path.partition("?")
        method = path.rpartition("/")[2].lower()
        if path.startswith("/control/"):
            self.say(json.dumps(self.control(method, body)).encode())
            return
        params = parameters(kind, body) | dict(parse_qsl(query))
        self.town.calls[method] += 1
        if method == "getupdates":
            self.town.poll(self, params)
        elif method == "getme":
            me = {"id": 4242, "is_bot": True, "first_name": "Kabar", "username": "kabar_bot"}
            self.say(json.dumps({"ok": True, "result": me}).encode())
        elif method.startswith(("send", "edit")):
            self.say(self.town.spoke(method, params))
        else:
            self.say(b'{"ok":true,"result":true}')

    def control(self, name: str, body: bytes) -> dict[str, object]:
        if name == "families":
            given = json.loads(body)
            self.town.clear()
            self.town.openings, self.town.acts = given["families"], given["acts"]
            self.town.way, self.town.warm = given["way"], given["warm"]
        elif name == "go":
            self.town.begin()
        return self.town.tally()

    def say(self, body: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        self.transport.write(f"{head}\r\n\r\n".encode() + body)


def parameters(kind: bytes, body: bytes) -> dict[str, str]:
    """JSON, a form or parts, whichever way the bot has chosen."""
    if kind.startswith(b"application/json"):
        given = json.loads(body) if body else {}
        return {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in given.items()
        }
    if kind.startswith(b"multipart"):
        return {name.decode(): value.decode() for name, value in PART.findall(body)}
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def pressable(markup: str) -> list[str]:
    rows = json.loads(markup).get("inline_keyboard") or []
    return [key["callback_data"] for row in rows for key in row]


async def serve(port: int) -> None:
    town = Town()
    server = await asyncio.get_running_loop().create_server(lambda: Line(town), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[-1])))
