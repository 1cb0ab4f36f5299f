"""`kabar sandbox` as its user starts it: a program of its own in an empty folder, over HTTP."""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.e2e.outside import KABAR

READY_WITHIN_S = 90
HAPPENS_WITHIN_S = 60


@dataclass
class Program:
    """One start of the sandbox. `deed` and `look` speak to the stage, `control` to the phones."""

    folder: Path
    port: int
    http: aiohttp.ClientSession
    process: asyncio.subprocess.Process | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self, *options: str) -> None:
        """Start it and wait until the stage is ready."""
        await self.launch(*options)
        await self.until(lambda stage: stage["state"] == "ready", within_s=READY_WITHIN_S)

    async def launch(self, *options: str) -> None:
        self.process = await asyncio.create_subprocess_exec(
            str(KABAR),
            *("sandbox", "--no-open", "--port", str(self.port), *options),
            cwd=self.folder,
            env=os.environ | {"COLUMNS": "200"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def ends(self) -> tuple[int | None, str, str]:
        """Exit code, and what it said on stdout and stderr."""
        assert self.process is not None
        async with asyncio.timeout(HAPPENS_WITHIN_S):
            out, errors = await self.process.communicate()
        return self.process.returncode, out.decode(), errors.decode()

    async def stop(self) -> tuple[int | None, str, str]:
        """Ctrl+C."""
        assert self.process is not None
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGINT)
        return await self.ends()

    async def look(self) -> Any:
        """The stage's state."""
        async with self.http.get(f"{self.url}/stage") as response:
            return await response.json()

    async def deed(self, path: str, expects: int = 200, **body: Any) -> Any:
        """Something a page asks of the stage."""
        async with self.http.post(f"{self.url}/stage/{path}", json=body) as response:
            answer = await response.json()
            assert response.status == expects, answer
            return answer

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        async with self.http.request(method, f"{self.url}/control/{path}", json=body) as response:
            answer = await response.json()
            assert response.status < 300, answer
            return answer

    async def until(
        self, holds: Callable[[Any], bool], *, within_s: float = HAPPENS_WITHIN_S
    ) -> Any:
        """The stage's state, once this holds for it."""
        stage: Any = None
        try:
            async with asyncio.timeout(within_s):
                while True:
                    with suppress(aiohttp.ClientError):
                        stage = await self.look()
                        if holds(stage):
                            return stage
                    assert self.process is None or self.process.returncode is None, (
                        await self.ends()
                    )
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"it never came to that: {stage}") from None

    async def does_steps(self, count: int) -> Any:
        """So many steps of the story, without pauses."""
        for _ in range(count):
            before = (await self.look())["story"]["at"]
            await self.deed("story", do="next", pause_s=0)
            stage = await self.until(
                lambda now, before=before: now["story"]["at"] > before or now["story"]["stalled"]  # type: ignore[misc]
            )
            assert stage["story"]["stalled"] is None, (before, stage["story"])
            await self.until(lambda now: not now["story"]["busy"])
        return await self.look()

    async def begins_again(self) -> None:
        """The story's "Mulai lagi dari awal", and whatever was broken mended."""
        await self.control("DELETE", "faults")
        await self.deed("story", do="restart", pause_s=0)
        await self.until(lambda now: now["state"] == "preparing")
        await self.until(lambda now: now["state"] == "ready" and now["story"]["at"] == 0)

    async def person(self, name: str) -> int:
        people = (await self.look())["people"]
        return next(one["person"] for one in people if one["name"] == name)

    async def texts(self, name: str) -> list[str]:
        """What stands on this phone now, of the bot's."""
        person = await self.person(name)
        chat = await self.control("GET", f"people/{person}/chat")
        return [m.get("text", "") for m in chat["messages"] if m["from"] == "bot"]

    async def sees(self, name: str, part: str) -> None:
        """Wait until the bot shows these words on this phone, or has shown them."""
        person, after = await self.person(name), 0
        async with asyncio.timeout(HAPPENS_WITHIN_S):
            while True:
                query = f"events?after={after}&timeout=20&person={person}"
                answer = await self.control("GET", query)
                shown = [event.get("message") or {} for event in answer["events"]]
                if any(m.get("from") == "bot" and part in m.get("text", "") for m in shown):
                    return
                after = answer["next"]
