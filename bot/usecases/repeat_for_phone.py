"""One phone, several children: a goodbye, or the wish to come back, counts for all of them."""

from collections.abc import Iterator
from datetime import datetime

from bot.usecases import gather
from bot.usecases.incoming import NO_SIGNS
from bot.usecases.record import record
from bot.usecases.room import Room
from bot.usecases.scene import Scene, scene_of
from flows import commands
from flows.definition import Press
from flows.events import AlertFound, AnswerGiven, ContactMoved, Event, MessageDue, Spoke
from flows.model import AlertKind, Contact, ContactState, MessageId, Slot
from flows.situation import Reply
from storage import addresses, contacts
from storage.checkins import Kept
from storage.transaction import Tx

OVER = (*commands.ENDED, *commands.GONE)


def repeat_for_phone(
    tx: Tx, room: Room, scene: Scene, events: tuple[Event, ...], *, now: datetime
) -> None:
    """The same for every other contact on this phone. The words were said already, and promise
    something about the phone: "Saya berhenti mengirim pesan"."""
    pressed = _said(events)
    if pressed is None or scene.address is None:
        return
    for kind, owner in addresses.owners(tx, scene.address.chat_hash):
        if kind == "contact" and owner != scene.contact.id:
            _repeat(tx, room, scene, owner, pressed, now=now)


def pulsed_for_phone(tx: Tx, scene: Scene, kept: Kept | None, events: tuple[Event, ...]) -> None:
    """A pulse names no child and comes once to a phone: who answers it has spoken for all there."""
    is_answered = any(isinstance(event, Spoke) for event in events) and any(
        isinstance(event, AnswerGiven) and event.checkin is not None for event in events
    )
    if kept is None or kept.slot is not Slot.PULSE or not is_answered or scene.address is None:
        return
    for other in active_on_phone(tx, scene.address.chat_hash):
        spoken = max(scene.at, other.last_spoken_at or scene.at)
        contacts.update(tx, other.id, last_spoken_at=spoken)


def active_on_phone(tx: Tx, chat_hash: str) -> Iterator[Contact]:
    """Every contact in this chat who takes part."""
    for kind, owner in addresses.owners(tx, chat_hash):
        found = contacts.get(tx, owner) if kind == "contact" else None
        if found is not None and found.state is ContactState.ACTIVE:
            yield found


def _said(events: tuple[Event, ...]) -> Press | None:
    for event in events:
        match event:
            case ContactMoved(state=ContactState.STOPPED):
                return Press.STOP
            case ContactMoved(state=ContactState.WRONG_PERSON):
                return Press.WRONG_PERSON
            case AlertFound(kind=AlertKind.RETURN):
                return Press.RETURN
            case _:
                pass
    return None


def _repeat(tx: Tx, room: Room, scene: Scene, owner: str, pressed: Press, *, now: datetime) -> None:
    contact = gather.the_contact(tx, room, owner, now=now)
    if (contact.state in OVER) is not (pressed is Press.RETURN):
        return
    situation = gather.situation(tx, room, contact, None, now=now)
    cause = f"{scene.cause}:{owner}"
    reply = Reply(id=MessageId(cause), at=scene.at, signs=NO_SIGNS)
    found = commands.press(situation, reply, pressed) or ()
    other = scene_of(tx, situation, cause=cause, at=scene.at)
    unsaid = tuple(event for event in found if not isinstance(event, MessageDue))
    record(tx, room, other, unsaid, now=now)
