"""Does the steps of the story on the phones, and sees when somebody else has done them."""

import asyncio
import base64
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import resources
from typing import Any

from bot.story.conductor import Conductor
from bot.story.errors import NotNow, Unreachable
from bot.story.line import Line
from bot.story.script import Deed, Sight, Step
from bot.story.words import said

NEVER = 2**53  # past the end of any journal
SEEN_WITHIN_S = 20.0  # what a deed causes is on the phones long before that
BUTTON_WITHIN_S = 3.0
LONGEST_WAY_S = 15 * 86_400.0  # no two check-ins of the story lie further apart
MINUTE_S = 60.0


class Performer:
    """One performer for the whole story. `people` are ids by the script's names, `links` the
    one-time links that are still unopened, by person."""

    def __init__(
        self,
        line: Line,
        conductor: Conductor,
        people: Mapping[str, int],
        links: Callable[[], Mapping[int, str]],
    ) -> None:
        self._line = line
        self._conductor = conductor
        self._people = people
        self._links = links
        self._seen: dict[int, int] = {}  # person: up to where of the journal it was looked at
        self._from = 0

    async def begin(self, after: int | None = None) -> None:
        """A step begins: only what comes after this point of the journal counts, or after now.

        It is the point at which the step before was over, so that nothing done by hand since then
        is missed.
        """
        if after is None:
            after = (await self._line.get("events", after=NEVER))["next"]
        self._from = after
        self._seen = {}

    async def perform(self, step: Step, *, pause_s: float) -> int:
        """Every deed of the step, with pauses in which people can follow; where it was over.

        What somebody has done by hand already is left out, also at a second try. Raises NotNow when
        a phone cannot be reached, or what the step waits for does not come.
        """
        self._seen = {}
        await self._check_phones(step)
        for deed in step.deeds:
            found = await self.done_at(step.done)
            if found is not None:
                return found
            await self._do(deed, pause_s=pause_s)
        await self._see(self._people[step.done.who], step.done.part)
        return self._seen[self._people[step.done.who]]

    async def done_at(self, sight: Sight) -> int | None:
        """Where in the journal the phone showed these words since the step began."""
        person = self._people[sight.who]
        return await self._find(person, sight.part, after=self._from, timeout_s=0)

    async def _check_phones(self, step: Step) -> None:
        """Before anything moves: a blocked bot or a phone without network would wait for ever."""
        for key in step.people:
            found = await self._line.get("phones", person=self._people[key])
            for phone in found["phones"]:
                if phone["blocked"] or phone["offline"] or phone["deactivated"]:
                    raise NotNow(said("phone_away"))

    async def _do(self, deed: Deed, *, pause_s: float) -> None:
        person = self._people[deed.who] if deed.who is not None else 0
        match deed.kind:
            case "sees":
                await self._see(person, deed.what)
                return
            case "until":
                await self._until(person, deed.what)
                return
            case "waits":
                await self._conductor.forward(deed.what * MINUTE_S)
                return
            case "answers":
                await self._answer(person, deed.what, pause_s=pause_s)
                return
        await asyncio.sleep(pause_s)
        await self._touch(person, deed)

    async def _touch(self, person: int, deed: Deed) -> None:
        """One thing done with a phone."""
        at = f"people/{person}"
        match deed.kind:
            case "opens":
                token = self._links().get(person)
                if token is not None:  # else the link was opened by hand
                    await self._line.post(f"{at}/start", {"parameter": token})
            case "taps":
                await self._tap(person, deed.what)
            case "writes":
                await self._line.post(f"{at}/text", {"text": deed.what})
            case _:
                await self._line.post(f"{at}/photo", _photo())

    async def _answer(self, person: int, labels: list[str], *, pause_s: float) -> None:
        """The items of an open check-in, one after the other."""
        for number, label in enumerate(labels, start=1):
            await self._see(person, f"{number}/{len(labels)}")
            await asyncio.sleep(pause_s / 2)
            following = f"{number + 1}/{len(labels)}"
            after = self._seen[person]
            if await self._find(person, following, after=after, timeout_s=0) is None:
                await self._tap(person, label)  # else somebody has answered this one by hand

    async def _tap(self, person: int, label: str) -> None:
        """A button that does not come was pressed by hand; what the step waits for next decides."""
        until = asyncio.get_running_loop().time() + BUTTON_WITHIN_S
        after = self._from
        while (left := until - asyncio.get_running_loop().time()) > 0:
            with suppress(Unreachable):
                await self._line.post(f"people/{person}/tap", {"label": label})
                return
            answer = await self._line.get("events", after=after, timeout=left, person=person)
            after = answer["next"]

    async def _until(self, person: int, part: str) -> None:
        """Let time pass, from one due moment to the next, until the words are there."""
        here = await self._line.clock()
        last = here.now.timestamp() + LONGEST_WAY_S
        while here.now.timestamp() < last:
            here = await self._conductor.to_next()
            if await self._find(person, part, after=self._from, timeout_s=0) is not None:
                return
        raise NotNow(said("stalled"))

    async def _see(self, person: int, part: str) -> None:
        after = self._seen.get(person, self._from)
        found = await self._find(person, part, after=after, timeout_s=SEEN_WITHIN_S)
        if found is None:
            raise NotNow(said("stalled"))
        self._seen[person] = found

    async def _find(self, person: int, part: str, *, after: int, timeout_s: float) -> int | None:
        """Where in the journal the bot shows these words to this person after `after`."""
        until = asyncio.get_running_loop().time() + timeout_s
        while True:
            left = max(0.0, until - asyncio.get_running_loop().time())
            answer = await self._line.get("events", after=after, timeout=left, person=person)
            for event in answer["events"]:
                if _shows(event, part):
                    seq: int = event["seq"]
                    return seq
            after = answer["next"]
            if left <= 0:
                return None


def _shows(event: Mapping[str, Any], part: str) -> bool:
    message = event.get("message") or {}
    is_news = event["kind"] in ("sent", "edited") and message.get("from") == "bot"
    return is_news and part in message.get("text", "")


def _photo() -> dict[str, object]:
    picture = resources.files("bot.story").joinpath("photo.png").read_bytes()
    return {"base64": base64.b64encode(picture).decode(), "file_name": "gambar.png"}
