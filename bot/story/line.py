"""HTTP to the two programs on stage: the emulator's control side and the bot's clock."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

import aiohttp

from bot.clock import SystemClock
from bot.story.errors import Unreachable

CLOCK_ANSWERS_WITHIN_S = 75  # the bot itself gives up after 60


class Line:
    """One client session for both."""

    def __init__(self, sandbox: str, bot: str) -> None:
        self.sandbox = sandbox
        self.bot = bot
        self._http = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=CLOCK_ANSWERS_WITHIN_S)
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    async def get(self, path: str, **query: object) -> Any:
        """GET /control/PATH. Raises Unreachable with the emulator's own words."""
        return await self._control("GET", path, params={k: str(v) for k, v in query.items()})

    async def post(self, path: str, body: Mapping[str, object]) -> Any:
        """POST /control/PATH."""
        return await self._control("POST", path, json=body)

    async def add_phone(self, name: str) -> int:
        """A new person, with a number that belongs to nobody; their id."""
        known = (await self.get("people"))["people"]
        number = f"+62811000{len(known) + 1:05}"
        made = await self.post("people", {"first_name": name, "phone": number})
        person: int = made["id"]
        return person

    async def clock(self) -> "BotTime":
        """What time the bot has, and when it will have something to do."""
        return await self._clock("GET", None)

    async def advance(self, seconds: float) -> "BotTime":
        """Let time pass for the bot, as one step. Raises Unreachable when it does not settle."""
        # Many small steps: the audit has its own minute.
        return await self._clock("POST", {"advance_s": max(0.0, seconds), "audit": False})

    async def is_ready(self) -> bool:
        """Does the bot receive, work and send?"""
        try:
            async with self._http.get(f"{self.bot}/ready") as response:
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def _control(self, method: str, path: str, **more: Any) -> Any:
        url = f"{self.sandbox}/control/{path}"
        try:
            async with self._http.request(method, url, **more) as response:
                answer = await response.json()
                if response.status >= 400:
                    raise Unreachable(f"{path}: {answer.get('error')}")
                return answer
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unreachable(f"{path}: {error}") from None

    async def _clock(self, method: str, body: Mapping[str, object] | None) -> "BotTime":
        try:
            async with self._http.request(method, f"{self.bot}/clock", json=body) as response:
                answer = await response.json()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unreachable(f"the bot's clock: {error}") from None
        if response.status != 200:
            raise Unreachable(f"the bot's clock: {answer}")
        return BotTime(answer)


class BotTime:
    """The bot's answer about its clock, as moments."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        self.now = datetime.fromisoformat(answer["now"])
        self.read_at = SystemClock().wall()
        due = answer.get("next_due_at")
        self.next_due_at = None if due is None else datetime.fromisoformat(due)
