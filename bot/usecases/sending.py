"""A family's messages become rows: when they may go out, and which message they move.

An automatic reply goes out at once only within three minutes of the person's own act, otherwise
inside safe hours; at B it is dropped then (safeguarding decision 1).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.usecases.post import post
from bot.usecases.room import Room
from bot.usecases.scene import Scene
from flows.events import Button, Manner, Message, MessageDue, Purpose
from flows.hours import next_safe
from flows.model import CheckinState, Level, SafeHours
from storage import addresses, checkins, contacts, outbox
from storage.hands import QUIET
from storage.outbox import Key, Lane, Outgoing, Payload
from storage.transaction import Tx

PROMPT = timedelta(minutes=3)
FLEETING = "consent"  # deleted after the answer
LANES = {Manner.UNPROMPTED: Lane.CHECKIN, Manner.AGAIN: Lane.LESSON}
"""After an outage everything goes out at once: what was asked before comes after what was not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """From when a message may go out and until when; with `hours`, only inside these after that.
    The hours are looked at again as it is sent: an outage must not end in a message at night."""

    not_before: datetime
    expires_at: datetime | None = None
    hours: SafeHours | None = None


def send(tx: Tx, room: Room, scene: Scene, due: MessageDue, number: int, *, now: datetime) -> None:
    """One message of a decision. Without a phone, or with nothing left to edit, nothing is sent."""
    kept = None if due.checkin is None else checkins.get(tx, due.checkin)
    shown = None if kept is None else kept.message
    if due.in_place:
        shown = scene.pressed_row
    # Late at B no new message comes, but what the check-in shows must not fall behind it.
    is_late = scene.level is Level.DISCREET and now > scene.at + PROMPT
    edits = shown is not None and (due.moves or due.in_place or is_late)
    when = _when(scene, due, now, edits=edits)
    if scene.address is None or when is None or (due.manner is Manner.QUIET_EDIT and not edits):
        return
    row = f"{scene.cause}:{number}"
    out = Outgoing(
        id=row,
        lane=LANES.get(due.manner, Lane.ANSWER),
        kind=_kind(scene, due),
        verb="edit" if edits else "send",
        target=shown if edits else None,
        address=scene.address,
        payload=_payload(due),
        not_before=when.not_before,
        expires_at=when.expires_at,
        hours=when.hours,
        checkin=due.checkin,
    )
    post(tx, room, out, now=now)
    if due.checkin is not None and not edits:
        _becomes_shown(tx, room, scene, due.checkin, shown, row, when, now=now)


def stop(tx: Tx, room: Room, scene: Scene, *, now: datetime) -> None:
    """Nothing more goes out; the open question loses its buttons; nothing is planned."""
    outbox.cancel(tx, owner_kind="contact", owner_id=scene.contact.id)
    if scene.address is not None:
        kept = checkins.open_in_chat(tx, scene.address.chat_hash)
        if kept is not None and kept.contact == scene.contact.id and kept.message is not None:
            _change_shown(tx, room, scene, "unkeyboard", kept.message, now=now)
    checkins.end_all(tx, scene.contact.id, now=now)
    if scene.address is not None and not checkins.open_in_chat(tx, scene.address.chat_hash):
        checkins.release_queued(tx, scene.address.chat_hash, now=now)
    contacts.update(tx, scene.contact.id, next_due_at=None)


def hide(tx: Tx, room: Room, scene: Scene, *, now: datetime) -> None:
    """CUKUP: whatever can still be deleted leaves the phone, and nothing comes back by itself."""
    if scene.address is None:
        return
    for kind, owner in addresses.owners(tx, scene.address.chat_hash):
        outbox.cancel(tx, owner_kind=kind, owner_id=owner)
    for row in outbox.on_phone(tx, scene.address.chat_hash, now=now):
        _change_shown(tx, room, scene, "delete", row, now=now)
        outbox.mark_gone(tx, row)
    _delete_own(tx, room, scene, f"{scene.cause}:own", now=now)
    kept = checkins.open_in_chat(tx, scene.address.chat_hash)
    if kept is None:
        return
    values: dict[str, object] = {"message": None, "remind_at": None}
    if kept.state is CheckinState.OPEN:
        values |= {"state": CheckinState.PAUSED, "idle_at": None}
    checkins.update(tx, kept.id, **values)


def delete_typed(tx: Tx, room: Room, scene: Scene, number: int, *, now: datetime) -> None:
    """The person's own message leaves the phone, now that it is stored."""
    _delete_own(tx, room, scene, f"{scene.cause}:{number}", now=now)


def delete_fleeting(tx: Tx, room: Room, scene: Scene, *, now: datetime) -> None:
    """Consent messages leave the phone after the answer."""
    for row in outbox.sent_of_kind(tx, scene.contact.id, FLEETING):
        _change_shown(tx, room, scene, "delete", row, now=now)
        outbox.mark_gone(tx, row)


def unkeyboard(tx: Tx, room: Room, scene: Scene, row: str, *, now: datetime) -> None:
    """The message `row` keeps its words and loses its buttons."""
    _change_shown(tx, room, scene, "unkeyboard", row, now=now)


def take_buttons(tx: Tx, room: Room, scene: Scene, checkin: str, *, now: datetime) -> None:
    """What shows this check-in keeps its words and loses its buttons."""
    kept = checkins.get(tx, checkin)
    if kept is not None and kept.message is not None:
        unkeyboard(tx, room, scene, kept.message, now=now)


def close(tx: Tx, room: Room, scene: Scene, *, now: datetime) -> None:
    """Tutup: the message with that button leaves the phone."""
    if scene.pressed_row is not None:
        _change_shown(tx, room, scene, "delete", scene.pressed_row, now=now)
        outbox.mark_gone(tx, scene.pressed_row)


def _when(scene: Scene, due: MessageDue, now: datetime, *, edits: bool) -> When | None:
    hours = scene.contact.hours
    match due.manner:
        case Manner.NOW | Manner.QUIET_EDIT:
            return When(not_before=now)
        case Manner.UNPROMPTED | Manner.AGAIN:
            return When(not_before=next_safe(now, hours), hours=hours)
        case _:
            return _reply(scene, due, now, edits=edits)


def _reply(scene: Scene, due: MessageDue, now: datetime, *, edits: bool) -> When | None:
    """At any hour to somebody who is there; after that inside safe hours, and at B not any more:
    the phone may be in other hands. Enrolment is finished also at B."""
    hours, prompt_until = scene.contact.hours, scene.at + PROMPT
    if scene.level is Level.OPEN or due.purpose is Purpose.CONSENT:
        starts = now if now <= prompt_until else next_safe(now, hours)
        return When(not_before=starts, expires_at=prompt_until, hours=hours)
    if now <= prompt_until:
        return When(not_before=now, expires_at=prompt_until)
    if edits:  # changes what is there, and makes no notice
        return When(not_before=next_safe(now, hours), hours=hours)
    return None


def _kind(scene: Scene, due: MessageDue) -> str:
    """What decides about a send whose outcome nobody knows. A quiet edit is never anything but an
    edit: where its message never arrived, nothing comes in its place."""
    if due.manner is Manner.QUIET_EDIT:
        return QUIET
    match due.purpose:
        case Purpose.QUESTION:
            return "question_a" if scene.level is Level.OPEN else "question_b"
        case Purpose.CONSENT:
            return FLEETING if due.is_fleeting else "greeting"
        case _:
            return "answer"


def _payload(due: MessageDue) -> Payload:
    message: Message = due.message
    return Payload(
        text=message.text,
        keys=tuple(tuple(_key(button) for button in row) for row in message.buttons),
        shares_number=message.shares_number,
        drops_reply_keyboard=message.ends_sharing,
        is_silent=True,  # sends to families make no sound
        is_protected=due.purpose is Purpose.QUESTION,
    )


def _key(button: Button) -> Key:
    act = {
        "press": button.press.value,
        "item": button.item,
        "value": button.value,
        "checkin": button.checkin,
    }
    return Key(label=button.label, act={name: v for name, v in act.items() if v is not None})


def _becomes_shown(
    tx: Tx,
    room: Room,
    scene: Scene,
    checkin: str,
    before: str | None,
    row: str,
    when: When,
    *,
    now: datetime,
) -> None:
    """A new message carries the check-in from here on; the old one keeps no buttons."""
    checkins.update(tx, checkin, message=row)
    if before is not None:
        _change_shown(tx, room, scene, "unkeyboard", before, now=when.not_before)


def _change_shown(tx: Tx, room: Room, scene: Scene, verb: str, row: str, *, now: datetime) -> None:
    if scene.address is None:
        return
    out = Outgoing(
        id=f"{verb}:{row}",
        lane=Lane.ANSWER,
        kind=verb,
        verb=verb,
        target=row,
        address=scene.address,
        payload=Payload(),
        not_before=now,
    )
    post(tx, room, out, now=now)


def _delete_own(tx: Tx, room: Room, scene: Scene, row: str, *, now: datetime) -> None:
    if scene.address is None or scene.message_no is None:
        return
    out = Outgoing(
        id=row,
        lane=Lane.ANSWER,
        kind="delete",
        verb="delete",
        address=scene.address,
        payload=Payload(numbers=(scene.message_no,)),
        not_before=now,
    )
    post(tx, room, out, now=now)
