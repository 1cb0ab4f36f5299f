"""A human has read what a family wrote: kept, and at A said once, in the same words for all."""

from datetime import datetime

from bot.usecases import gather
from bot.usecases.record import record
from bot.usecases.room import Room
from bot.usecases.scene import Scene
from flows import phrases
from flows.events import Manner, MessageDue, Purpose
from flows.hours import next_safe
from flows.model import ContactId, ContactState, Level
from flows.programme import effective_level
from storage import addresses, cases, outbox, words
from storage.transaction import Tx

READ = "read"


def mark_read(tx: Tx, room: Room, alert: str, *, cause: str, now: datetime) -> None:
    """The texts behind `alert` are read; who wrote them may hear so (safeguarding decision 4)."""
    for writer in words.mark_read(tx, alert, now=now):
        _tell(tx, room, writer, cause=f"{cause}:{READ}:{writer}", now=now)


def _tell(tx: Tx, room: Room, writer: ContactId, *, cause: str, now: datetime) -> None:
    """Inside safe hours, to somebody who takes part, and never beside one that waits to go out."""
    contact = gather.the_contact(tx, room, writer, now=now)
    comes_at = next_safe(now, contact.hours)  # the level may fall in the night before
    level, address = effective_level(contact, now=comes_at), addresses.of(tx, "contact", writer)
    is_theirs = level is Level.OPEN and contact.state is ContactState.ACTIVE
    if not is_theirs or address is None or outbox.is_waiting(tx, writer, f":{READ}:"):
        return
    due = MessageDue(
        message=phrases.say(room.content.messages, READ),
        manner=Manner.UNPROMPTED,
        purpose=Purpose.ANSWER,
    )
    case = cases.get(tx, contact.case)
    scene = Scene(cause=cause, at=now, contact=contact, case=case, level=level, address=address)
    record(tx, room, scene, (due,), now=now)
