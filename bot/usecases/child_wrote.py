"""Anak yang menulis: staff say that the child is on this phone. At A, once, the child reads thanks.

The words answer what the child has just done, so they go at once only within three minutes of it.
After that nobody knows who holds the phone: they wait for safe hours, and staff are told so, for a
child who waits at night is reached by a human on a safe way and not by a machine.
"""

from datetime import datetime, timedelta

from bot.texts import Text
from bot.usecases import desk, gather
from bot.usecases.desk import Desk
from bot.usecases.incoming import Incoming
from bot.usecases.record import record
from bot.usecases.room import Room
from bot.usecases.scene import Scene
from bot.usecases.sending import PROMPT
from flows import phrases
from flows.events import Manner, MessageDue, Purpose
from flows.hours import next_safe
from flows.model import Contact, ContactState, Level
from flows.permissions import Right
from flows.programme import effective_level
from storage import addresses, alerts, cases, words
from storage.transaction import Tx

REFUSED = Text("This is not yours to take.")
SENT = Text("Noted. The child reads a short answer now. Please reach the child on a safe way.")
LATER = Text("Noted. The answer comes in safe hours. Do not wait for it: reach the child safely.")
NOTHING = Text("Noted. Nothing is sent to this phone. Please reach the child on a safe way.")
BEFORE = Text("That is noted already.")
REPLY = "child_reply"
LATEST = timedelta(hours=24)
"""After that it would only tell the parent that the child has written."""


def child_wrote(tx: Tx, room: Room, seat: Desk, came: Incoming, now: datetime) -> Text | None:
    """Keep it with who said it, and answer the child where the level allows it."""
    if not desk.is_allowed(tx, seat, Right.ACKNOWLEDGE, now=now):
        return REFUSED
    alert = seat.alert
    if alert.contact is None or not alerts.child_wrote(tx, alert.id, now=now):
        return BEFORE
    desk.note(tx, seat, "child_wrote", now=now)
    contact = gather.the_contact(tx, room, alert.contact, now=now)
    if alerts.child_was_answered(tx, alert, now=now):
        return NOTHING
    return _answer(tx, room, seat, contact, now=now)


def _answer(tx: Tx, room: Room, seat: Desk, contact: Contact, *, now: datetime) -> Text:
    """At B, C and D, to whoever takes no part, and a day after the child wrote, nothing is sent."""
    wrote_at = words.last_behind(tx, seat.alert.id) or now  # not what the parent wrote since
    is_prompt = now <= wrote_at + PROMPT
    comes_at = now if is_prompt else next_safe(now, contact.hours)  # the level may fall by then
    level, address = effective_level(contact, now=comes_at), addresses.of(tx, "contact", contact.id)
    is_theirs = level is Level.OPEN and contact.state is ContactState.ACTIVE
    if not is_theirs or address is None or comes_at > wrote_at + LATEST:
        return NOTHING
    due = MessageDue(
        message=phrases.say(room.content.messages, REPLY),
        manner=Manner.REPLY,
        purpose=Purpose.ANSWER,
    )
    scene = Scene(
        cause=f"child:{seat.alert.id}",
        at=wrote_at,
        contact=contact,
        case=cases.get(tx, contact.case),
        level=level,
        address=address,
    )
    record(tx, room, scene, (due,), now=now)
    return SENT if comes_at <= now else LATER
