"""Phones that a page adds: a stranger, or somebody whom the centre has just invited."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.story import centre
from bot.story.line import Line
from bot.story.people import Persona, Troupe
from bot.story.words import Said, read
from bot.usecases import enrol
from bot.usecases.room import Room
from flows.model import Level, Role
from storage.database import Database
from storage.transaction import Tx


def kinds() -> Mapping[str, Mapping[str, Any]]:
    """Who may be added, as `additions.yaml` has them."""
    found: Mapping[str, Mapping[str, Any]] = read("additions.yaml")
    return found


async def add(
    database: Database,
    room: Room,
    line: Line,
    troupe: Troupe,
    *,
    kind: str,
    name: str,
    now: datetime,
) -> Persona:
    """The new person; their link, where the kind has one, waits to be opened on the phone."""
    wanted = kinds()[kind]
    worker = troupe.owner_of("ratna")
    owner, token, code = await database.write(_invite, room, wanted, name, worker, now=now)
    person = await line.add_phone(name)
    part: Said = wanted["part"]
    persona = Persona(
        person=person,
        key=None,
        name=name,
        part=part,
        group="added",
        shown=True,
        token=token,
        case=code,
        level=wanted.get("level"),
        owner=owner,
        invited_at=now.isoformat(),
    )
    troupe.everybody.append(persona)
    return persona


def _invite(
    tx: Tx, room: Room, wanted: Mapping[str, Any], name: str, worker: str, *, now: datetime
) -> tuple[str | None, str | None, str | None]:
    """(owner, token, code of the case), each None where the kind has none."""
    if "staff" in wanted:
        role = Role(wanted["staff"])
        made = enrol.add_staff(tx, name=name, role=role, timezone=centre.ZONE, now=now)
        return made.owner_id, made.token, None
    if "level" not in wanted:
        return None, None, None
    code = centre.free_code(tx)
    level = Level(wanted["level"])
    made = centre.add_family(tx, room, code=code, name=name, level=level, worker=worker, now=now)
    return made.owner_id, made.token, code
