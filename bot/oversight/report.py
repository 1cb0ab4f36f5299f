"""Staff who look after the system hear that something is amiss: how much, and nothing more."""

from datetime import datetime

from bot.oversight.outgoing import OPERATOR
from bot.texts import Text
from bot.usecases.post import post
from bot.usecases.room import Room
from flows.model import Role, StaffId
from storage import staff
from storage.outbox import Lane, Outgoing, Payload
from storage.transaction import Tx

AMISS = Text("System check: {count} things need the operator.")
BEFORE = (Role.ADMIN, Role.SUPERVISOR)
"""Who is told: the first of these roles in which somebody can be reached."""


def report(tx: Tx, room: Room, first: str, count: int, *, now: datetime) -> None:
    """One message to each, about all that one pass found; `first` names the pass."""
    for person in _readers(tx):
        address = staff.address(tx, person)
        if address is None:
            continue
        out = Outgoing(
            id=f"{OPERATOR}:{first}:{now:%Y%m%dT%H%M%S}:{person}",
            lane=Lane.ANSWER,
            kind=OPERATOR,
            verb="send",
            address=address,
            payload=Payload(text=AMISS.fill(count=count), is_silent=False),
            not_before=now,
        )
        post(tx, room, out, now=now)


def _readers(tx: Tx) -> tuple[StaffId, ...]:
    reached = [one for one in staff.everybody(tx) if one.is_active and one.is_reachable]
    for role in BEFORE:
        if found := tuple(one.id for one in reached if one.role is role):
            return found
    return ()
