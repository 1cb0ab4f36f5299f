"""Whom a decision is about and what caused it: what `record` needs beside the events."""

from dataclasses import dataclass
from datetime import datetime

from flows.model import Case, Contact, Level
from flows.situation import Situation
from storage import addresses
from storage.addresses import Address
from storage.transaction import Tx
from storage.words import File


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Whom the events are about and what caused them.

    `cause` is the inbox id, or the name of a due moment; everything written derives its id from
    it. `at` is when the person acted."""

    cause: str
    at: datetime
    contact: Contact
    case: Case
    level: Level
    address: Address | None
    message_no: int | None = None
    pressed_row: str | None = None
    edits: str | None = None
    files: tuple[File, ...] = ()


def scene_of(tx: Tx, situation: Situation, *, cause: str, at: datetime) -> Scene:
    """The scene of one contact as the situation has it; what a message brings is added by
    `dataclasses.replace`."""
    return Scene(
        cause=cause,
        at=at,
        contact=situation.contact,
        case=situation.case,
        level=situation.level,
        address=addresses.of(tx, "contact", situation.contact.id),
    )
