"""The centre's past: staff open their links a year before, and then the year is played."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.story.centre import TOKEN, Part, add_staff
from bot.story.people import Persona
from bot.story.training import YEAR, TrainedPhone, rehearse
from bot.story.training.arrivals import take_in
from bot.story.training.deliveries import deliver
from bot.story.training.emulator import Emulator
from bot.story.words import Said, read
from bot.telegram.raw import bot_id
from bot.usecases.room import Room
from storage.database import Database
from storage.transaction import Tx


def live_through(
    database: Database,
    room: Room,
    *,
    sandbox_url: str,
    parts: Sequence[Part],
    phones: Mapping[str, int],
    until: datetime,
) -> tuple[dict[str, str], tuple[Persona, ...]]:
    """Ids of the story's staff by key, and everybody else who has a phone by then.

    It blocks for some seconds, and leaves the emulator's clock at `until`.
    """
    staff = [part for part in parts if part.staff is not None]
    with Emulator(sandbox_url, TOKEN) as emulator:
        ids = database.write_now(_connect, room, emulator, staff, phones, now=until - YEAR)
    names = {part.name: ids[part.key] for part in staff}
    trained = rehearse(
        database, room, sandbox_url=sandbox_url, token=TOKEN, workers=names, until=until
    )
    return ids, tuple(_persona(one) for one in trained)


def _connect(
    tx: Tx,
    room: Room,
    emulator: Emulator,
    staff: Sequence[Part],
    phones: Mapping[str, int],
    *,
    now: datetime,
) -> dict[str, str]:
    """Each opens their link, as real staff do, and is welcomed."""
    ids = {}
    for part in staff:
        invited = add_staff(tx, part, now=now)
        link = {"parameter": invited.token}
        emulator.ask("POST", f"people/{phones[part.key]}/start", link)
        take_in(tx, room, emulator, bot_id(TOKEN), families=frozenset(), now=now)
        ids[part.key] = invited.owner_id
    for _ in deliver(tx, emulator, now=now):
        pass  # what comes asks nothing of them
    return ids


def _persona(one: TrainedPhone) -> Persona:
    parts: Mapping[str, Said] = read("parts.yaml")
    part: Any = parts["family" if one.code is not None else "staff"]
    return Persona(
        person=one.person,
        key=None,
        name=one.name,
        part={language: text.format(level=one.level) for language, text in part.items()},
        group="training",
        shown=False,
        case=one.code,
        level=one.level,
    )
