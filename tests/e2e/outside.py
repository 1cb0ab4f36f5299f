"""A centre as somebody outside meets it: the program in processes of its own, Telegram by HTTP.

Nothing of the product is imported. What README and the wire do not promise does not exist here.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp

WIB = ZoneInfo("Asia/Jakarta")
KABAR = Path(sys.executable).with_name("kabar")
TOKEN = "700002:secret-of-an-outside-test"
PATIENCE_S = 60
LOOK_S = 0.03
REPEATED = " (ulang)"

THREE_ITEMS = """
id: mingguan-a
kind: check-in
level: A
approved_by: null
approved_on: null
opening: "Selamat {waktu}, Bapak/Ibu. Ada {jumlah} pertanyaan pendek."
scales:
  days:
    - {value: 0, label: "Tidak ada", typed: ["0", "tidak"]}
    - {value: 1, label: "1-2 hari", typed: ["1", "2"]}
    - {value: 2, label: "3-4 hari", typed: ["3", "4"]}
    - {value: 3, label: "5-7 hari", typed: ["5", "6", "7", "tiap hari"]}
items:
  - {id: sleep, scale: days, text: "Dalam 7 hari ini, berapa hari {panggilan} susah tidur?"}
  - {id: mood, scale: days, text: "Dalam 7 hari ini, berapa hari {panggilan} murung?"}
  - id: safety
    text: "Terakhir. Ada yang bikin Bapak/Ibu khawatir minggu ini?"
    choices:
      - {value: 0, label: "Tidak ada"}
      - {value: 1, label: "Ada sedikit"}
      - {value: 3, label: "Ada, mohon segera"}
open_line: "Ada yang ingin ditambahkan? Cukup singkat saja."
total: {items: [sleep, mood], least_answered: 1, bands: {hijau: 0, kuning: 3, oranye: 5}}
"""


@dataclass(kw_only=True)
class Person:
    """Somebody with a phone. `does` returns at once, all other deeds once they are settled."""

    centre: "Centre"
    id: int
    staff_id: str = ""
    token: str = ""

    async def does(self, deed: str, **body: Any) -> None:
        await self.centre.control("POST", f"people/{self.id}/{deed}", body)

    async def opens(self, token: str) -> None:
        await self.does("start", parameter=token)
        await self.centre.settles()

    async def taps(self, *labels: str) -> None:
        for label in labels:
            await self.does("tap", label=label)
            await self.centre.settles()

    async def writes(self, *texts: str) -> None:
        for text in texts:
            await self.does("text", text=text)
            await self.centre.settles()

    async def presses(self, label: str, *, under: str) -> None:
        """A button under the newest message that says `under`."""
        message = [one for one in await self.messages() if under in one["text"]][-1]
        await self.does("tap", message_id=message["message_id"], label=label)
        await self.centre.settles()

    async def presses_forged(self, data: str) -> None:
        """A button that is not on this phone, under the newest message of the bot; not settled."""
        newest = (await self.messages())[-1]["message_id"]
        await self.does("tap", message_id=newest, data=data, stale=True)

    async def messages(self) -> list[dict[str, Any]]:
        """What the bot has on this phone now, the newest last."""
        chat = await self.centre.control("GET", f"people/{self.id}/chat")
        return [message for message in chat["messages"] if message["from"] == "bot"]

    async def texts(self) -> list[str]:
        return [message["text"] for message in await self.messages()]

    async def pushes(self) -> list[str]:
        """Every message that ever came, as it came."""
        chat = await self.centre.control("GET", f"people/{self.id}/chat")
        return [push["text"] for push in chat["lock_screen"]]

    async def pushed(self, part: str) -> int:
        return sum(part in text for text in await self.pushes())

    async def buttons(self, under: str) -> dict[str, str]:
        """Label and data of the buttons under the newest message that says `under`."""
        found = [one for one in await self.messages() if under in one["text"]]
        rows = found[-1].get("buttons") or [] if found else []
        return {key["text"]: key["callback_data"] for row in rows for key in row}


@dataclass(kw_only=True)
class Centre:
    """The emulator, the program beside it, and the operator's shell."""

    folder: Path
    database_url: str
    api_port: int
    port: int
    http: aiohttp.ClientSession
    children: list[asyncio.subprocess.Process] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        ours = {
            "BOT_TOKEN": TOKEN,
            "API_URL": f"http://127.0.0.1:{self.api_port}",
            "DATABASE_URL": self.database_url,
            "KEY_FILE": f"{self.folder}/kabar.key",
            "HTTP_PORT": str(self.port),
            "CONTENT_DIR": f"{self.folder}/content",
            "CLOCK": "manual",
            "PACE_TOTAL": "1000",
            "PACE_CHAT": "1000",
        }
        system = {name: value for name, value in os.environ.items() if name[:6] != "KABAR_"}
        return system | {f"KABAR_{name}": value for name, value in ours.items()}

    async def shell(self, *arguments: str) -> str:
        """Run one command beside the program; its stdout. Fails with what it said."""
        command = await self._start(*arguments, to=asyncio.subprocess.PIPE)
        said, complained = await command.communicate()
        assert command.returncode == 0, complained.decode()
        return said.decode()

    async def asks(self, *arguments: str) -> Any:
        return json.loads(await self.shell(*arguments, "--json"))

    async def export(self) -> list[dict[str, Any]]:
        lines = await self.shell("replies", "export", "--format", "jsonl")
        return [json.loads(line) for line in lines.splitlines()]

    async def starts_emulator(self) -> None:
        arguments = ("sandbox", "--emulator-only", "--port", str(self.api_port))
        with (self.folder / "emulator.log").open("ab") as log:
            self.children.append(await self._start(*arguments, to=log))
        await until(lambda: self._answers(f"http://127.0.0.1:{self.api_port}/control/clock"))
        await self.control("POST", "limits", {"enabled": False, "poll_throttle": False})

    async def runs(self) -> None:
        """Start the program, to the point where it says that it is ready."""
        with (self.folder / "run.log").open("ab") as log:
            self.children.append(await self._start("run", to=log))
        await until(lambda: self._answers(f"http://127.0.0.1:{self.port}/ready"))

    async def dies_and_returns(self) -> None:
        """kill -9, a new start, and all that was left over is done."""
        running = self.children.pop()
        running.send_signal(signal.SIGKILL)
        await running.wait()
        await self.runs()
        await self.settles()

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        url = f"http://127.0.0.1:{self.api_port}/control/{path}"
        async with self.http.request(method, url, json=body) as response:
            answer = await response.json()
            assert response.status < 300, answer
            return answer

    async def settles(self) -> datetime:
        return await self.forward()

    async def forward(self, **time: float) -> datetime:
        url = f"http://127.0.0.1:{self.port}/clock"
        seconds = timedelta(**time).total_seconds()
        async with self.http.post(url, json={"advance_s": seconds}) as response:
            answer = await response.json()
            assert response.status == 200, answer
            return datetime.fromisoformat(answer["now"])

    async def comes_to_monday(self) -> None:
        """The next Monday at ten in Jakarta: staff are at work, families may be written to."""
        here = (await self.settles()).astimezone(WIB)
        days = (0 - here.weekday()) % 7 or 7
        monday = (here + timedelta(days=days)).replace(hour=10, minute=0, second=0)
        await self.forward(seconds=(monday - here).total_seconds())

    async def meets(self, name: str) -> Person:
        made = await self.control("POST", "people", {"first_name": name})
        return Person(centre=self, id=made["id"])

    async def staff(self, name: str, role: str = "social_worker") -> Person:
        made = await self.asks("staff", "add", "--name", name, "--role", role)
        person = await self.meets(name)
        person.staff_id, person.token = made["staff_id"], made["token"]
        await person.opens(person.token)
        return person

    async def family(self, worker: Person, code: str) -> Person:
        """A mother at level A, from the command over the link to her consent."""
        today = (await self.settles()).astimezone(WIB).date()
        made = await self.asks(
            *("case", "add", "--code", code, "--nickname", "Kakak", "--birth-date", "2016-04-02"),
            *("--risk", "high", "--stage", "follow_up", "--worker", worker.staff_id),
            *("--caregiver-name", "Ibu Karangan", "--relation", "ibu"),
            *("--level", "A", "--safe-contact-on", str(today)),
        )
        mother = await self.meets("Ibu")
        mother.token = made["contacts"][0]["token"]
        await mother.opens(mother.token)
        await mother.taps("Lanjut")
        await worker.taps("Orangnya di depan saya")
        await mother.taps("Lanjut", "Lanjut", "Setuju")
        return mother

    async def is_asked(self, mother: Person) -> None:
        """Let days pass until the next opening is on this phone."""
        before = await mother.pushed("pertanyaan pendek")
        for _ in range(8):
            await self.forward(days=1)
            if await mother.pushed("pertanyaan pendek") > before:
                return
        raise AssertionError(f"nothing was asked: {await mother.texts()}")

    async def fault(self, kind: str, method: str, **more: Any) -> int:
        """Let the next such call go wrong; the number of the fault."""
        body = {"kind": kind, "method": method, "times": 1, **more}
        return int((await self.control("POST", "faults", body))["id"])

    async def strikes(self, fault: int) -> None:
        """Wait until a fault has struck; what it delays may still be on its way."""

        async def has_struck() -> bool:
            faults = (await self.control("GET", "faults"))["faults"]
            return any(one["id"] == fault and one["struck"] for one in faults)

        await until(has_struck)

    async def _start(self, *arguments: str, to: Any) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            KABAR, *arguments, env=self.environment, cwd=self.folder, stdout=to, stderr=to
        )

    async def _answers(self, url: str) -> bool:
        ended = [child.returncode for child in self.children if child.returncode is not None]
        assert not ended, (self.folder / "run.log").read_text()[-2000:]
        with suppress(aiohttp.ClientConnectionError):
            async with self.http.get(url) as response:
                return response.status == 200
        return False


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Look again and again; there is no bell for what happens in another process."""
    for _ in range(round(PATIENCE_S / LOOK_S)):
        if await holds():
            return
        await asyncio.sleep(LOOK_S)
    raise AssertionError("it never came to that")


@asynccontextmanager
async def a_centre(
    folder: Path,
    ports: Callable[[], int],
    database_url: str,
    content: Mapping[str, str] = {"checkins/mingguan-a.yaml": THREE_ITEMS},
) -> AsyncIterator[Centre]:
    """A centre with content of its own, on a Monday at ten, nobody in it yet."""
    for name, body in content.items():
        path = folder / "content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, encoding="utf-8")
    async with aiohttp.ClientSession() as http:
        centre = Centre(
            folder=folder,
            database_url=database_url,
            api_port=ports(),
            port=ports(),
            http=http,
        )
        try:
            await asyncio.gather(centre.starts_emulator(), centre.shell("db", "upgrade"))
            await centre.runs()
            await centre.comes_to_monday()
            yield centre
        finally:
            for child in centre.children:
                with suppress(ProcessLookupError):
                    child.kill()
                await child.wait()
