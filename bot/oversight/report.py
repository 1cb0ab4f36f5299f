"""Staff who look after the system hear that something is amiss: how much, and nothing more."""

from datetime import datetime, timedelta

from sqlalchemy import select

from bot.oversight.outgoing import OPERATOR
from bot.texts import Text
from bot.usecases.post import post
from bot.usecases.room import Room
from flows.model import Role, StaffId
from storage import staff, tables
from storage.outbox import Lane, Outgoing, Payload
from storage.transaction import Tx
from storage.turns import UNDER_WAY

AMISS = Text("System check: {count} things need the operator.")
STANDS = timedelta(days=1)
BEFORE = (Role.ADMIN, Role.SUPERVISOR)
"""Who is told: the first of these roles in which somebody can be reached."""


def report(tx: Tx, room: Room, first: str, count: int, *, now: datetime) -> None:
    """One message to each, about all that one pass found; `first` names the pass. Without sound,
    which is for kritis alone, and none while an earlier one has not gone out: a day later it says
    nothing new, and what is amiss stands in the log and in the figures."""
    if _is_on_its_way(tx):
        return
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
            payload=Payload(text=AMISS.fill(count=count), is_silent=True),
            not_before=now,
            expires_at=now + STANDS,
        )
        post(tx, room, out, now=now)


def _is_on_its_way(tx: Tx) -> bool:
    o = tables.outbox
    unsent = select(o.c.id).where(o.c.kind == OPERATOR, o.c.state.in_(UNDER_WAY))
    return tx.execute(unsent.limit(1)).first() is not None


def _readers(tx: Tx) -> tuple[StaffId, ...]:
    reached = [one for one in staff.everybody(tx) if one.is_active and one.is_reachable]
    for role in BEFORE:
        if found := tuple(one.id for one in reached if one.role is role):
            return found
    return ()
