"""A worker confirms that a family wants to take part again after STOP."""

from datetime import datetime

from bot.usecases.record import move_contact
from flows.events import ContactMoved
from flows.model import ContactId, ContactState
from storage import addresses, contacts
from storage.transaction import Tx

ENDED = (ContactState.STOPPED, ContactState.BLOCKED, ContactState.FAREWELL)


def resume_contact(tx: Tx, contact: ContactId, *, now: datetime) -> bool:
    """Active again, from tomorrow on; False where consent was never given: that needs a new
    invitation, face to face."""
    found = contacts.get(tx, contact)
    if found is None or found.state not in ENDED or found.consented_at is None:
        return False
    move_contact(tx, found, ContactMoved(state=ContactState.ACTIVE), now=now)
    addresses.set_state(tx, "contact", contact, "active")
    return True
