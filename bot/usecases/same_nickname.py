"""Two children on one phone with one nickname: at level A nobody could tell whom a question is
about. Staff change one of the two, and until then the one who came later is not asked about."""

from collections.abc import Iterator
from datetime import datetime

from bot.usecases import follow_plan
from bot.usecases.room import Room
from flows.hours import local
from flows.model import AlertState, Contact, ContactKind, ContactState
from storage import addresses, alerts, cases, contacts
from storage.transaction import Tx

NAME = "same_nickname"


def tell(tx: Tx, room: Room, contact: Contact, *, now: datetime) -> None:
    """A task, unless one is open, where this phone answers for another child of that name."""
    address = addresses.of(tx, "contact", contact.id)
    if address is None or not any(_namesakes(tx, contact, address.chat_hash)):
        return
    known = alerts.known(tx, contact.case, None)
    begins = f"plan:{contact.case}:{NAME}:"
    if any(one.id.startswith(begins) and one.state is not AlertState.CLOSED for one in known):
        return
    case, day = cases.get(tx, contact.case), local(now, room.timezone).date()
    again = f":{now:%H%M%S}"
    follow_plan.plan_task(tx, room, case, contact, NAME, day, again=again, now=now)


def is_held_back(tx: Tx, contact: Contact, chat_hash: str) -> bool:
    """Does another child of that name, who came before, answer on this phone?"""
    if len(cases.on_phone(tx, chat_hash)) < 2:  # the usual: no name has to be opened
        return False
    return any(_since(one) < _since(contact) for one in _namesakes(tx, contact, chat_hash))


def _namesakes(tx: Tx, contact: Contact, chat_hash: str) -> Iterator[Contact]:
    """Who takes part on this phone for another child of the same nickname."""
    if contact.kind is not ContactKind.CAREGIVER:
        return
    name = cases.get(tx, contact.case).nickname
    for kind, owner in addresses.owners(tx, chat_hash):
        other = contacts.get(tx, owner) if kind == "contact" else None
        if other is None or other.state is not ContactState.ACTIVE:
            continue
        is_another = other.kind is ContactKind.CAREGIVER and other.case != contact.case
        if is_another and cases.get(tx, other.case).nickname == name:
            yield other


def _since(contact: Contact) -> tuple[str, str]:
    return (contact.consented_at.isoformat() if contact.consented_at else "", contact.id)
