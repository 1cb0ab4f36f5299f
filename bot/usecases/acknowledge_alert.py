"""Saya tangani: one owner; what is still unsent is cancelled, the others are told."""

from dataclasses import replace
from datetime import datetime

from bot.texts import Text
from bot.usecases import desk, offers, screens
from bot.usecases.desk import Desk
from bot.usecases.incoming import Incoming
from bot.usecases.room import Room
from flows.model import AlertState, StaffId
from flows.permissions import Right
from storage import alerts, deadlines, outbox, staff
from storage.hands import NOTICE
from storage.outbox import Payload
from storage.transaction import Tx

REFUSED = Text("This is not yours to take.")


def acknowledge_alert(
    tx: Tx, room: Room, seat: Desk, came: Incoming, now: datetime
) -> Text | str | None:
    """The first to tap owns it; whoever taps after is told who does."""
    if not desk.is_allowed(tx, seat, Right.ACKNOWLEDGE, now=now):
        return REFUSED
    if not alerts.acknowledge(tx, seat.alert.id, seat.person.id, now=now):
        return told_owner(tx, room, seat, came, now=now)
    desk.note(tx, seat, "acknowledged", now=now)
    outbox.cancel_alert(tx, seat.alert.id, kind=NOTICE)
    deadlines.hand_over(tx, seat.alert.id, seat.person.id)
    payload = offers.outcomes(tx, seat.alert)
    desk.edit(tx, room, seat, f"{came.id}:outcomes", seat.button.row, payload, now=now)
    tell_the_others(tx, room, seat, came, now=now)
    return None


def told_owner(tx: Tx, room: Room, seat: Desk, came: Incoming, *, now: datetime) -> str | None:
    """Somebody was faster: say so, and let this notice say so too. The owner's own second tap
    brings the outcome buttons once more: the first time they may not have arrived."""
    owner = seat.alert.acknowledged_by
    person = None if owner is None else staff.get(tx, owner)
    if person is None:
        return None
    if person.id == seat.person.id:
        if is_owner(seat):
            payload = offers.outcomes(tx, seat.alert)
            desk.edit(tx, room, seat, f"{came.id}:outcomes", seat.button.row, payload, now=now)
        return None
    text = screens.taken(seat.alert.code, person.role)
    payload = Payload(text=text)
    desk.edit(tx, room, seat, f"{came.id}:taken", seat.button.row, payload, now=now)
    return text


def tell_the_others(tx: Tx, room: Room, seat: Desk, came: Incoming, *, now: datetime) -> None:
    """Every other notice of this alert says that it is being handled, and loses its buttons."""
    payload = Payload(text=screens.taken(seat.alert.code, seat.person.role))
    for row, owner in outbox.notices(tx, seat.alert.id, kind=NOTICE):
        if row == seat.button.row:
            continue
        address = staff.address(tx, owner)
        person = staff.get(tx, StaffId(owner))
        if address is not None and person is not None:
            other = replace(seat, person=person, address=address)
            desk.edit(tx, room, other, f"{came.id}:taken:{row}", row, payload, now=now)


def is_owner(seat: Desk) -> bool:
    """Is this the person who took it, and is it still theirs to settle?"""
    return (
        seat.alert.state is AlertState.ACKNOWLEDGED and seat.alert.acknowledged_by == seat.person.id
    )
