"""Makes the first moment: a centre with a year behind it, the people of the story, and their
phones. It is kept, so that going back to it takes seconds."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from bot.clock import SystemClock, keep_offset
from bot.story import centre
from bot.story.centre import Part
from bot.story.folder import Folder
from bot.story.history import live_through
from bot.story.line import Line
from bot.story.people import Persona, Troupe
from bot.story.training import YEAR
from bot.usecases.enrol import Invitation
from bot.usecases.room import Room
from flows import loader
from flows.model import Level
from storage.database import Database
from storage.keyring import KeyRing
from storage.transaction import Tx

BOT = {"token": centre.TOKEN, "first_name": "Kabar Keluarga", "username": "kabar_latihan_bot"}
WIB = ZoneInfo(centre.ZONE)
WORKER = "ratna"
FIRST_HOUR = 10
"""The story begins on the Monday of the week, at this hour in Jakarta: inside safe hours and the
staff's own, whenever the sandbox is opened."""


@cache
def the_room() -> Room:
    """The content that comes along."""
    content = loader.load()
    detector = loader.detector(content)
    return Room(content=content, detector=detector, timezone=centre.ZONE)


def first_moment(now: datetime) -> datetime:
    """Ten o'clock of this week's Monday, which may be past or still to come."""
    here = now.astimezone(WIB)
    monday = here - timedelta(days=here.weekday())
    return monday.replace(hour=FIRST_HOUR, minute=0, second=0, microsecond=0).astimezone(UTC)


async def prepare(folder: Folder, line: Line) -> None:
    """Build the first moment in an empty folder and an empty Telegram, and remember it."""
    until = first_moment(SystemClock().wall())
    keys = await asyncio.to_thread(centre.make_database, folder.database_url, folder.key)
    await line.post("reset", {"begins_at": (until - YEAR).timestamp()})
    await line.post("bots", BOT)
    phones = {one.key: await line.add_phone(one.called) for one in centre.cast()}
    troupe = await asyncio.to_thread(_open_and_live, folder, keys, line.sandbox, phones, until)
    state = {"people": troupe.json(), "at": 0, "until": until.isoformat()}
    folder.keep_first(await line.get("snapshot"), state)
    folder.write_state(state)


def _open_and_live(
    folder: Folder, keys: KeyRing, sandbox_url: str, phones: Mapping[str, int], until: datetime
) -> Troupe:
    """All of it beside the event loop, closing included: whoever stops the program must not wait
    for a database that waits for the loop."""
    with centre.open_database(folder.database_url, keys) as database:
        return _live(database, sandbox_url, phones, until)


def _live(
    database: Database, sandbox_url: str, phones: Mapping[str, int], until: datetime
) -> Troupe:
    """The past, then the families of the story, who have not opened their links yet."""
    parts = centre.cast()
    staff, others = live_through(
        database,
        the_room(),
        sandbox_url=sandbox_url,
        parts=parts,
        phones=phones,
        until=until,
    )
    families = database.write_now(_invite_families, parts, staff[WORKER], now=until)
    _set_offset(database, until)
    cast = [_persona(one, phones[one.key], staff, families) for one in parts]
    for one in cast:
        one.invited_at = until.isoformat() if one.token is not None else None
    return Troupe([*cast, *others])


async def set_time(folder: Folder, line: Line, phones: Mapping[str, Any]) -> None:
    """Phones and bot back at the first moment, which both clocks then count from."""
    until = datetime.fromisoformat(folder.first_state()["until"])
    await line.post("snapshot", {**phones, "begins_at": until.timestamp()})
    await asyncio.to_thread(_open_and_set_offset, folder, until)


def _invite_families(
    tx: Tx, parts: Sequence[Part], worker: str, *, now: datetime
) -> dict[str, Invitation]:
    """Cases of the worker of the story, by the names of the script."""
    return {
        one.key: centre.add_family(
            tx,
            the_room(),
            code=one.case or "",
            name=one.name,
            level=one.level or Level.DISCREET,
            worker=worker,
            now=now,
        )
        for one in parts
        if one.staff is None
    }


def _persona(
    part: Part, person: int, staff: Mapping[str, str], families: Mapping[str, Invitation]
) -> Persona:
    invited = families.get(part.key)
    return Persona(
        person=person,
        key=part.key,
        name=part.called,
        part=part.part,
        group="cast",
        shown=part.shown,
        token=None if invited is None else invited.token,
        owner=staff[part.key] if invited is None else invited.owner_id,
        case=part.case,
        level=part.level,
    )


def _open_and_set_offset(folder: Folder, moment: datetime) -> None:
    with centre.open_database(folder.database_url, KeyRing.load(folder.key)) as database:
        _set_offset(database, moment)


def _set_offset(database: Database, moment: datetime) -> None:
    database.write_now(keep_offset, moment - SystemClock().wall())
