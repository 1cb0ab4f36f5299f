"""From A back to B: after 90 days without an interview, or 30 without a word. It lasts."""

from datetime import datetime

from flows.model import Contact, Level
from storage import audit, contacts
from storage.transaction import Tx


def fall_back(tx: Tx, contact: Contact, level: Level, *, now: datetime) -> None:
    """Keep a fall to B, so that one message after a silent month does not open the phone again:
    somebody else may be writing. Only a new interview sets A (safeguarding decision 1)."""
    if contact.level is not Level.OPEN or level is not Level.DISCREET:
        return
    contacts.update(tx, contact.id, level=level)
    audit.note(
        tx,
        actor="system",
        via="record",
        action="level_fell_back",
        object=contacts.subject(contact.id),
        now=now,
    )
