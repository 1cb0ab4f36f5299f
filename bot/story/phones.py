"""People with phones, driven through the sandbox's control side, and what they see."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp

from bot.story.transcript import Transcript

SEEN_WITHIN_S = 20  # what a deed causes is on the phones long before that


class Stalled(Exception):
    """What the story waits for does not come; the text says what it was."""


@dataclass(slots=True)
class Phone:
    """One invented person. `name` is how the transcript calls them."""

    name: str
    id: int
    world: "World"

    async def opens(self, token: str) -> None:
        """Open a one-time link."""
        self.world.transcript.deed(self.name, "membuka tautan")
        await self.world.post(f"people/{self.id}/start", {"parameter": token})

    async def taps(self, label: str) -> None:
        """Tap the newest button with this label."""
        self.world.transcript.deed(self.name, f"[{label}]")
        await self.world.post(f"people/{self.id}/tap", {"label": label})

    async def writes(self, text: str) -> None:
        """Type a message."""
        self.world.transcript.deed(self.name, f"“{text}”")
        await self.world.post(f"people/{self.id}/text", {"text": text})

    async def sees(self, part: str) -> None:
        """Wait until something with this text has come to the phone since the last look."""
        await self.world.until(self, part)


@dataclass(slots=True)
class World:
    """The sandbox and the bot's clock, over HTTP. `seen` is how far the events have been told."""

    http: aiohttp.ClientSession
    sandbox: str
    bot: str
    transcript: Transcript
    phones: dict[int, Phone] = field(default_factory=dict)
    seen: int = 0
    recent: dict[int, list[str]] = field(default_factory=dict)

    async def meets(self, name: str) -> Phone:
        """A new person with a phone."""
        made = await self.post("people", {"first_name": name})
        phone = Phone(name=name, id=made["id"], world=self)
        self.phones[phone.id] = phone
        return phone

    async def forward(self, seconds: float) -> None:
        """Move the clock; everything that is due in between happens."""
        async with self.http.post(f"{self.bot}/clock", json={"advance_s": seconds}) as response:
            answer = await response.json()
            if response.status != 200:
                raise Stalled(f"the clock did not settle: {answer}")
        self.transcript.clock(answer["now"])

    async def settles(self) -> None:
        """Everything that has been done is answered."""
        await self.forward(0)
        await self._tell_events(0)

    async def next_due(self) -> float:
        """Seconds until the next thing is due."""
        async with self.http.get(f"{self.bot}/clock") as response:
            return self.transcript.seconds_until(await response.json())

    async def until(self, phone: Phone, part: str) -> None:
        """Wait for a message with `part` on this phone."""
        try:
            async with asyncio.timeout(SEEN_WITHIN_S):
                while not any(part in text for text in self.recent.get(phone.id, ())):
                    await self._tell_events(5)
        except TimeoutError:
            raise Stalled(f"{phone.name} does not see {part!r}") from None
        self.recent[phone.id] = []

    async def morning(self) -> None:
        """Let it be ten o'clock at the family's, so that the story plays inside safe hours."""
        await self.forward(0)
        here = self.transcript.now()
        target = here.replace(hour=10, minute=0, second=0, microsecond=0)
        if target <= here:
            target += timedelta(days=1)
        await self.forward((target - here).total_seconds())

    async def has_come(self, phone: Phone, part: str) -> bool:
        """Has a message with `part` come since the last look? It is not taken as seen."""
        await self._tell_events(0)
        return any(part in text for text in self.recent.get(phone.id, ()))

    async def post(self, path: str, body: Mapping[str, object]) -> Any:
        async with self.http.post(f"{self.sandbox}/control/{path}", json=body) as response:
            answer = await response.json()
            if response.status >= 400:
                raise Stalled(f"{path}: {answer.get('error')}")
            return answer

    async def _tell_events(self, timeout_s: float) -> None:
        query = {"after": str(self.seen), "timeout": str(timeout_s)}
        async with self.http.get(f"{self.sandbox}/control/events", params=query) as response:
            answer = await response.json()
        self.seen = answer["next"]
        for event in answer["events"]:
            self._tell(event)

    def _tell(self, event: Mapping[str, Any]) -> None:
        phone = self.phones.get(event.get("person", 0))
        message = event.get("message") or {}
        if phone is None or event["kind"] not in ("sent", "edited") or message.get("from") != "bot":
            return
        text = message.get("text", "")
        self.recent.setdefault(phone.id, []).append(text)
        labels = [button["text"] for row in message.get("buttons") or () for button in row]
        self.transcript.arrives(
            phone.name,
            text,
            labels,
            is_edit=event["kind"] == "edited",
            is_loud=not message.get("silent", True),
        )
