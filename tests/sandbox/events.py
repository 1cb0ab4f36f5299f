"""A page that is open: reads the stream of server-sent events, one message after the other."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import aiohttp


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    event: str
    id: str
    data: Any


class Page:
    def __init__(self, reply: aiohttp.ClientResponse) -> None:
        self._reply = reply

    async def next(self) -> Told:
        """The next message that is no comment. Fails after five seconds."""
        lines: dict[str, str] = {}
        async with asyncio.timeout(5):
            while True:
                line = (await self._reply.content.readline()).decode()
                if not line:
                    raise EOFError("the stream has ended")
                if line != "\n":
                    name, _, value = line.rstrip("\n").partition(": ")
                    lines[name] = value
                elif "event" in lines:
                    break
        return Told(event=lines["event"], id=lines.get("id", ""), data=json.loads(lines["data"]))

    async def entry(self, *kinds: str) -> Any:
        """The next entry of one of these kinds; all that comes before is passed over."""
        while True:
            told = await self.next()
            if told.event == "entry" and told.data["kind"] in kinds:
                return told.data

    async def until(self, event: str) -> Told:
        while True:
            told = await self.next()
            if told.event == event:
                return told
