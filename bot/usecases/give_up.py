"""A message that could not be handled three times: a human is asked, without its content."""

from datetime import datetime

from bot.usecases import gather
from bot.usecases.record import found
from bot.usecases.room import Room
from flows.alerting import ALWAYS_SPEAKS
from flows.events import AlertFound, Reason
from flows.model import AlertKind, Urgency
from storage import addresses, cases, inbox, locks
from storage.inbox import Unhandled
from storage.transaction import Tx


def give_up_in_time(tx: Tx, room: Room, row: Unhandled, *, now: datetime) -> bool:
    """Count the failure. The third time the row is dead, the chat goes on, and staff are asked to
    look: what the message said is still in the inbox, sealed."""
    if not inbox.failed(tx, row.id, now=now):
        return False
    locks.phone(tx, row.chat_hash)
    owners = [who for kind, who in addresses.owners(tx, row.chat_hash) if kind == "contact"]
    contact = gather.the_contact(tx, room, owners[0], now=now) if owners else None
    case = None if contact is None else cases.get(tx, contact.case)
    found(tx, room, _unreadable(room, row), case=case, contact=contact, now=now)
    return True


def give_up_unnamed(tx: Tx, room: Room, row: Unhandled, *, now: datetime) -> bool:
    """The same where what is kept of the family is damaged too: supervisors are asked."""
    if not inbox.failed(tx, row.id, now=now):
        return False
    found(tx, room, _unreadable(room, row), case=None, contact=None, now=now)
    return True


def give_up_unseen(tx: Tx, _: Room, row: Unhandled, *, now: datetime) -> bool:
    """The same where nobody can be asked: only the operator's log will tell."""
    return inbox.failed(tx, row.id, now=now)


def _unreadable(room: Room, row: Unhandled) -> AlertFound:
    reason = Reason(
        rule="unreadable",
        version=ALWAYS_SPEAKS,
        urgency=Urgency.HIGH,
        says=room.content.messages.reasons["unreadable"],
        source=row.id,
    )
    return AlertFound(
        id=f"alert:{row.id}", kind=AlertKind.ALERT, urgency=Urgency.HIGH, reasons=(reason,)
    )
