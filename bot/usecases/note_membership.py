"""The bot was blocked or unblocked, or a chat is gone: sends stop, and a human is asked."""

from datetime import datetime

from bot.usecases import gather, ring
from bot.usecases.incoming import NO_SIGNS
from bot.usecases.record import record
from bot.usecases.room import Room
from bot.usecases.scene import scene_of
from flows import commands
from flows.model import ContactState, MessageId, StaffId
from flows.situation import Reply
from storage import addresses, alerts, chains, inbox, locks, outbox
from storage.transaction import Tx

OVER = (
    ContactState.STOPPED,
    ContactState.WRONG_PERSON,
    ContactState.BLOCKED,
    ContactState.FAREWELL,
    ContactState.REJECTED,
)


def note_membership(
    tx: Tx, room: Room, row: str, chat: int, *, is_blocked: bool, now: datetime
) -> None:
    """An update says so."""
    if not inbox.handled(tx, row, now=now):
        return
    hashed = addresses.chat_hash(tx, chat)
    for kind, owner in addresses.owners(tx, hashed):
        if is_blocked:
            note_unreachable(tx, room, kind, owner, hashed, cause=f"{row}:{owner}", now=now)
        else:
            _reachable_again(tx, room, kind, owner, now=now)


def note_refused(
    tx: Tx, room: Room, owner_kind: str, owner_id: str, *, row: str, now: datetime
) -> None:
    """A refused send says so: of the phone that this row was for, which may be an earlier one."""
    chat = outbox.chat_of(tx, row)
    note_unreachable(tx, room, owner_kind, owner_id, chat, cause=row, now=now)


def note_unreachable(
    tx: Tx, room: Room, owner_kind: str, owner_id: str, chat: str, *, cause: str, now: datetime
) -> None:
    """The phone behind the hash `chat` is lost, if it is still this person's. A family that blocks
    is a sign; for staff the chain goes past them from now on, and what only they were asked, or
    had taken, is asked of others."""
    locks.phone(tx, chat)
    if addresses.hash_of(tx, owner_kind, owner_id) != chat:
        return
    if owner_kind == "staff":
        addresses.set_state(tx, "staff", owner_id, "blocked")
        locks.alerts(tx, *chains.unheard(tx, StaffId(owner_id)), *alerts.held_by(tx, owner_id))
        for alert in chains.unheard(tx, StaffId(owner_id)):
            ring.step(tx, room, alert, now=now)
        for held in alerts.held_by(tx, owner_id):
            ring.ring_anew(tx, room, held, now=now)
        return
    contact = gather.the_contact(tx, room, owner_id, now=now)
    if contact.state in OVER:
        if contact.state is not ContactState.REJECTED:  # whose link is closed for good
            addresses.set_state(tx, "contact", owner_id, "blocked")
        return
    situation = gather.situation(tx, room, contact, None, now=now)
    reply = Reply(id=MessageId(cause), at=now, signs=NO_SIGNS)
    scene = scene_of(tx, situation, cause=cause, at=now)
    record(tx, room, scene, commands.unreachable(situation, reply), now=now)


def _reachable_again(tx: Tx, room: Room, kind: str, owner: str, *, now: datetime) -> None:
    """Nothing resumes by itself: a family writes MULAI and the worker agrees."""
    addresses.set_state(tx, kind, owner, "active")
    if kind == "staff":
        locks.alerts(tx, *chains.waiting(tx))
        for waiting in ring.waiting(tx):
            ring.step(tx, room, waiting, now=now)
