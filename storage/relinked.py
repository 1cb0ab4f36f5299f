"""Contacts who have another phone since the backup, or are about to: the former one may be in other
hands, so nothing is sent to it."""

from datetime import datetime

from sqlalchemy import select

from flows.model import ContactId, ContactState
from storage import addresses, checkins, contacts, invites, outbox, tables
from storage.predecessor import Before, Family, Phone
from storage.transaction import Tx

LINKING = (
    ContactState.INVITED,
    ContactState.GREETED,
    ContactState.NUMBER_ASKED,
    ContactState.PENDING,
    ContactState.CONSENTING,
)


def let_go(tx: Tx, before: Before, *, now: datetime) -> tuple[Family, ...]:
    """Their phones of the backup are nobody's any more; the families, to be invited again."""
    c, k = tables.contacts, tables.cases
    here = addresses.hashes(tx, "contact")
    rows = tx.execute(
        select(c.c.id, c.c.state, k.c.code).join(k, k.c.id == c.c.case_id).order_by(k.c.code)
    ).all()
    gone = [row for row in rows if _is_gone(here.get(row.id), row.state, before.phones.get(row.id))]
    for row in gone:
        _let_go(tx, ContactId(row.id), row.state, now=now)
    return tuple(Family(code=row.code, is_relinked=True) for row in gone)


def _is_gone(chat: str | None, state: str, there: Phone | None) -> bool:
    if chat is None or there is None:
        return False
    had_ended = state == ContactState.REJECTED or state in LINKING
    is_linking = there.state == ContactState.REJECTED or there.state in LINKING
    return there.chat_hash != chat or (is_linking and not had_ended)


def _let_go(tx: Tx, contact: ContactId, state: str, *, now: datetime) -> None:
    """Who was taking part is to be linked anew; who was not stays as they are."""
    addresses.set_state(tx, "contact", contact, "closed")
    invites.revoke(tx, "contact", contact, now=now)
    outbox.cancel(tx, owner_kind="contact", owner_id=contact)
    checkins.end_all(tx, contact, now=now)
    linked = {"state": ContactState.INVITED} if state in (*LINKING, ContactState.ACTIVE) else {}
    contacts.update(tx, contact, next_due_at=None, **linked)
