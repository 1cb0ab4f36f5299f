"""Parents who write, correct, tap and send all the time, and staff who take what rings.

Everybody draws from the seed and their own name, so that the same seed brings the same deeds.
"""

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.wire import Json
from tests.e2e.phones import Phone

CRITICAL = "mau bunuh diri"
CALM = ("hari ini main di rumah tetangga", "tadi sudah makan banyak", "pulang sekolah agak sore")
DAYS = ("Tidak ada", "1-2 hari", "3-4 hari", "5-7 hari")
WORRY = ("Ada sedikit", "Ada, mohon segera")
CALL = ("Tidak perlu", "Boleh, jam biasa", "Ya, secepatnya")
OPENS = "Mulai"
PICTURE = "iVBORw0KGgo="


@dataclass(kw_only=True)
class Parent:
    """One family's phone. Nothing waits for the program, except for the next question."""

    phone: Phone
    seed: str
    breath_s: float = 0.4
    tapped: set[str] = field(default_factory=set)  # questions
    written: int = 0
    last: tuple[int, str] | None = None  # number and words of the newest text

    def __post_init__(self) -> None:
        self.draw = random.Random(f"{self.seed}:{self.phone.name}")

    async def lives(self, over: asyncio.Event) -> None:
        while not over.is_set():
            await self.acts()
            await pause(over, self.breath_s * self.draw.uniform(0.5, 1.5))

    async def acts(self) -> None:
        drawn = self.draw.random()
        if drawn < 0.3:
            await self.writes(self.draw.choice(CALM))
        elif drawn < 0.38:
            await self.writes(f"katanya {CRITICAL}")
        elif drawn < 0.48:
            await self.corrects()
        elif drawn < 0.53:
            await tries(self.phone, "photo", base64=PICTURE, caption=self.said("foto tadi"))
        else:
            await self.answers()

    async def writes(self, words: str) -> None:
        text = self.said(words)
        done = await tries(self.phone, "text", text=text)
        self.last = None if done is None else (done["message_id"], text)

    async def corrects(self) -> None:
        """The newest text once more; now and then it is only then that it is a cry for help."""
        if self.last is None:
            return
        number, text = self.last
        more = f" {CRITICAL}" if self.draw.random() < 0.3 else " ya"
        if await tries(self.phone, "edit", message_id=number, text=text + more) is not None:
            self.last = (number, text + more)

    async def answers(self) -> None:
        """The question that stands on the phone, unless it was answered: then the next is awaited.
        A second tap would be one that no longer fits, and rightly stored nowhere."""
        for message in reversed(await self.phone.messages()):
            question = message.get("text", "").rsplit("\n", 1)[-1]
            labels = [key["text"] for row in message.get("buttons") or () for key in row]
            likely = [one for one in labels if one in (OPENS, *DAYS, *WORRY, *CALL)]
            if likely and question not in self.tapped:
                number, label = message["message_id"], self.draw.choice(likely)
                if await tries(self.phone, "tap", message_id=number, label=label) is not None:
                    self.tapped.add(question)
            if likely:
                return

    async def stops(self) -> None:
        """STOP, and what is written after it is still kept."""
        await tries(self.phone, "text", text="STOP")
        await self.writes(f"maaf, katanya {CRITICAL}")

    def said(self, words: str) -> str:
        """No two texts are the same, so that each can be looked for."""
        self.written += 1
        return f"{self.phone.name} {self.written}: {words}"


@dataclass(kw_only=True)
class Taker:
    """A member of staff who now and then takes the newest thing that rang."""

    phone: Phone
    breath_s: float = 0.8

    async def lives(self, over: asyncio.Event) -> None:
        while not over.is_set():
            await tries(self.phone, "tap", label="Saya tangani")
            await pause(over, self.breath_s)


async def tries(phone: Phone, deed: str, **body: Any) -> Json | None:
    """None where Telegram itself refuses: no such button any more, a message that is gone."""
    url = f"{phone.world.sandbox.url}/control/people/{phone.id}/{deed}"
    async with phone.world.http.post(url, json=body) as response:
        answer: Json = await response.json()
        assert response.status < 500, answer
        return answer if response.status < 300 else None


async def pause(over: asyncio.Event, seconds: float) -> None:
    """So long, or until it is over."""
    try:
        async with asyncio.timeout(seconds):
            await over.wait()
    except TimeoutError:
        return
