"""A family writes, taps or sends something: kept, screened, answered, in one transaction."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.usecases import gather
from bot.usecases.fall_back import fall_back
from bot.usecases.incoming import Incoming
from bot.usecases.receive_stranger import keep_words
from bot.usecases.record import record
from bot.usecases.repeat_for_phone import pulsed_for_phone, repeat_for_phone
from bot.usecases.room import Room
from bot.usecases.scene import scene_of
from flows import intake
from flows.definition import Press
from flows.model import CheckinId, Contact, MessageId
from flows.situation import Pressed, Reply
from storage import (
    addresses,
    audit,
    checkins,
    contacts,
    deliveries,
    inbox,
    locks,
    outbox,
    words,
)
from storage.checkins import Kept
from storage.outbox import Found
from storage.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class _Earlier:
    """The message that an edited one corrects: its first version, and the item it answered."""

    first: str | None = None
    latest: str | None = None
    item: str | None = None
    checkin: CheckinId | None = None


def receive_reply(tx: Tx, room: Room, came: Incoming, *, now: datetime) -> None:
    """Handle one act of a linked family; doing it again changes nothing."""
    if not inbox.handled(tx, came.id, now=now):
        return
    hashed = addresses.chat_hash(tx, came.chat)
    button = None if came.pressed is None else outbox.find_button(tx, came.pressed, hashed)
    if came.pressed is not None and button is None:
        _note_forged(tx, came, hashed, now=now)
        return
    locks.phone(tx, hashed)
    if button is not None and button.is_doubted and came.message_no is not None:
        deliveries.proven(tx, button.row, message_no=came.message_no, now=now)
    deliveries.heard_from(tx, hashed, at=came.at)
    kept = checkins.open_in_chat(tx, hashed)
    contact = _contact_of(tx, hashed, kept, button)
    if contact is None:  # not linked any more since the handler looked
        keep_words(tx, room, came, now=now)
        return
    earlier = _earlier(tx, contact, hashed, came)
    kept = _checkin_of(tx, contact, kept, earlier)
    situation = gather.situation(tx, room, contact, kept, now=now)
    fall_back(tx, contact, situation.level, now=now)
    events = intake.receive(situation, _reply(tx, contact, came, button, earlier))
    scene = replace(
        scene_of(tx, situation, cause=came.id, at=came.at),
        message_no=None if came.pressed is not None else came.message_no,
        pressed_row=None if button is None else button.row,
        edits=earlier.latest,
        files=came.files,
    )
    record(tx, room, scene, events, now=now)
    repeat_for_phone(tx, room, scene, events, now=now)
    pulsed_for_phone(tx, scene, kept, events)


def _contact_of(tx: Tx, hashed: str, kept: Kept | None, button: Found | None) -> Contact | None:
    """Whose act it is: the one the button was sent to, else whose turn it is to write."""
    owners = tuple(who for kind, who in addresses.owners(tx, hashed) if kind == "contact")
    if button is not None:
        return contacts.get(tx, button.owner) if button.owner in owners else None
    turn = gather.writing_contact(tx, owners, kept)
    return None if turn is None else contacts.get(tx, turn)


def _checkin_of(tx: Tx, contact: Contact, kept: Kept | None, earlier: _Earlier) -> Kept | None:
    """The check-in that the act is about: where one phone serves several contacts, this one's."""
    if earlier.checkin is not None:
        return checkins.get(tx, earlier.checkin)
    return kept if kept is not None and kept.contact == contact.id else None


def _reply(
    tx: Tx, contact: Contact, came: Incoming, button: Found | None, earlier: _Earlier
) -> Reply:
    matches = None
    if came.shared_number is not None:
        matches = came.is_own_number and contacts.phone_matches(tx, contact.id, came.shared_number)
    return Reply(
        id=MessageId(came.id),
        at=came.at,
        signs=came.signs,
        text=came.text,
        pressed=None if button is None else _pressed(button),
        media=came.files[0].kind if came.files else None,
        number_matches=matches,
        edits=None if earlier.first is None else MessageId(earlier.first),
        edits_item=earlier.item,
    )


def _pressed(button: Found) -> Pressed:
    act = button.act
    value, checkin = act.get("value"), act.get("checkin")
    return Pressed(
        press=Press(str(act["press"])),
        item=None if act.get("item") is None else str(act["item"]),
        value=None if value is None else int(value),
        checkin=None if checkin is None else CheckinId(str(checkin)),
    )


def _earlier(tx: Tx, contact: Contact, hashed: str, came: Incoming) -> _Earlier:
    """An edit of a message that we never saw is simply a new one."""
    if not came.is_edit or came.message_no is None:
        return _Earlier()
    latest = words.latest_version(tx, hashed, came.message_no)
    answered = checkins.answered_by(tx, contact.id, came.message_no)
    if answered is None:
        return _Earlier(first=words.first_version(tx, hashed, came.message_no), latest=latest)
    first, item, checkin = answered
    return _Earlier(first=first, latest=latest, item=item, checkin=checkin)


def _note_forged(tx: Tx, came: Incoming, hashed: str, *, now: datetime) -> None:
    audit.note(
        tx,
        actor=f"chat:{hashed[:12]}",
        via="telegram",
        action="button_refused",
        object=came.id,
        now=now,
    )
