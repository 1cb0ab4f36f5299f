"""Somebody who is not linked writes: kept, screened, and given the one answer for strangers."""

from datetime import datetime, timedelta

from bot.usecases.incoming import Incoming
from bot.usecases.post import post
from bot.usecases.record import found
from bot.usecases.room import Room
from flows.events import AlertFound, Reason, WordsKept
from flows.judging import is_urgent_child
from flows.model import AlertKind, Certainty, Urgency
from storage import addresses, alerts, inbox, locks, strangers, words
from storage.outbox import Lane, Outgoing, Payload
from storage.transaction import Tx
from storage.words import Writer

ONE_CHAT, ALL_CHATS = timedelta(hours=24), timedelta(hours=1)
BARE_START = "/start"
ALERTS_OF_ALL = 10
"""Sure critical words ring once per chat in 24 h and ten times an hour in all; the rest is read."""


def receive_stranger(tx: Tx, room: Room, came: Incoming, *, now: datetime) -> None:
    """Handle one message of a stranger. A tap or an edit of theirs has nothing to answer."""
    if not inbox.handled(tx, came.id, now=now):
        return
    if came.text != BARE_START:  # a passer-by opened the chat: nothing was said
        keep_words(tx, room, came, now=now)
    if came.pressed is None and not came.is_edit:
        answer(tx, room, came, now=now)


def answer(tx: Tx, room: Room, came: Incoming, *, now: datetime) -> None:
    """The same bytes to everybody: strangers, wrong, used and expired links."""
    text = room.content.messages.texts["strangers"].text
    out = Outgoing(
        id=f"{came.id}:stranger",
        lane=Lane.ANSWER,
        kind="answer",
        verb="send",
        address=addresses.stranger(tx, came.chat),
        payload=Payload(text=text),
        not_before=now,
    )
    post(tx, room, out, now=now)


def keep_words(tx: Tx, room: Room, came: Incoming, *, now: datetime) -> None:
    """Kept and screened like everybody's; supervisors are asked under the code "tamu"."""
    if came.pressed is not None:
        return
    locks.strangers(tx)
    hashed = addresses.chat_hash(tx, came.chat)
    kept = WordsKept(
        text=came.text or "", signs_level=came.signs.level, is_command=False, checkin=None
    )
    words.keep(
        tx,
        kept,
        cause=came.id,
        writer=Writer(chat_hash=hashed),
        message_no=came.message_no,
        at=came.at,
        files=came.files,
    )
    is_sure = came.signs.level == "critical" and any(
        one.certainty is Certainty.SURE for one in came.signs.evidence
    )
    rings = (is_sure or is_urgent_child(came.signs)) and _may_ring(tx, hashed, now=now)
    asked = _asked(tx, room, came, rings=rings)
    found(tx, room, asked, case=None, contact=None, now=now, at=came.at)


def _name(came: Incoming, *, rings: bool) -> str:
    if not rings:
        return "stranger"
    return "stranger_child" if is_urgent_child(came.signs) else "stranger_critical"


def _may_ring(tx: Tx, hashed: str, *, now: datetime) -> bool:
    if strangers.alerts_of_chat(tx, hashed, since=now - ONE_CHAT):
        return False
    return strangers.alerts_of_all(tx, since=now - ALL_CHATS) < ALERTS_OF_ALL


def _asked(tx: Tx, room: Room, came: Incoming, *, rings: bool) -> AlertFound:
    kind = AlertKind.ALERT if rings else AlertKind.READING
    urgency = Urgency.CRITICAL if rings else Urgency.ATTENTION
    name = _name(came, rings=rings)
    reason = Reason(
        rule=name,
        version=0,
        urgency=urgency,
        says=room.content.messages.reasons[name],
        source=came.id,
        evidence=came.signs.evidence,
    )
    joined = None if rings else alerts.open_reading_of_strangers(tx)
    own = f"alert:{came.id}" if rings else f"reading:{came.id}"
    return AlertFound(id=joined or own, kind=kind, urgency=urgency, reasons=(reason,))
