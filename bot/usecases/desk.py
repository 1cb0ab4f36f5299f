"""What staff use cases share: who taps, on which alert, and how their screen changes."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.usecases.incoming import Incoming
from bot.usecases.post import post
from bot.usecases.room import Room
from flows.model import AlertState, Staff
from flows.permissions import Right, may
from storage import addresses, alerts, audit, chains, deadlines, deliveries, locks, outbox, staff
from storage.addresses import Address
from storage.alerts import Alert
from storage.outbox import Found, Lane, Outgoing, Payload
from storage.transaction import Tx

DETAIL = "detail"  # the kind of what Lihat shows
CLOCK = "clock"  # the kind of a reminder of the 3x24 hours
GONE_AFTER = timedelta(minutes=10)  # so long it stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One member of staff at one screen: a button of a row, and the alert that it is about."""

    person: Staff
    address: Address
    button: Found
    alert: Alert


def seat(tx: Tx, came: Incoming, *, now: datetime) -> Desk | None:
    """Who taps, if this chat is an active member of staff and the button is theirs."""
    person, address = who(tx, came)
    if person is None or address is None or came.pressed is None:
        return None
    button = outbox.find_button(tx, came.pressed, address.chat_hash)
    if button is not None and button.alert is not None:
        locks.alerts(tx, button.alert)
    if button is not None and button.is_doubted and came.message_no is not None:
        deliveries.proven(tx, button.row, message_no=came.message_no, now=now)
    alert = None if button is None or button.alert is None else alerts.get(tx, button.alert)
    if button is None or alert is None or "deed" not in button.act:
        return None
    return Desk(person=person, address=address, button=button, alert=alert)


def who(tx: Tx, came: Incoming) -> tuple[Staff | None, Address | None]:
    """The member of staff behind a chat; nobody once they are not active."""
    hashed = addresses.chat_hash(tx, came.chat)
    for kind, owner in addresses.owners(tx, hashed):
        person = staff.get(tx, owner) if kind == "staff" else None
        if person is not None and person.is_active:
            return person, addresses.of(tx, "staff", owner)
    return None, None


def is_allowed(tx: Tx, desk: Desk, right: Right, *, now: datetime) -> bool:
    """May this person do this to this case? A refusal is noted."""
    allowed = may(
        desk.person.role,
        right,
        is_own=desk.alert.worker == desk.person.id,
        is_asked=_is_asked(tx, desk),
    )
    action = right.value if allowed else f"refused_{right.value}"
    note(tx, desk, action, now=now)
    return allowed


def _is_asked(tx: Tx, desk: Desk) -> bool:
    """Until the note is done and the clock of the law is stopped, it is with whoever took it, and
    with whom that clock has asked."""
    person, alert = desk.person.id, desk.alert
    if is_asked_by_clock(tx, desk):
        return True
    if alert.state is not AlertState.CLOSED:
        return chains.was_asked(tx, alert.id, person)
    return alert.note_from == person or deadlines.owns(tx, alert.id, person)


def is_asked_by_clock(tx: Tx, desk: Desk) -> bool:
    """Has a clock of this alert that still runs reminded this person?"""
    if not deadlines.running(tx, desk.alert.id):
        return False
    told = outbox.last_shown(tx, desk.alert.id, desk.person.id, kind=CLOCK)
    return told is not None


def note(tx: Tx, desk: Desk, action: str, *, now: datetime, **detail: str | int | None) -> None:
    """Who did what to which alert: reads of a case are noted too."""
    audit.note(
        tx,
        actor=f"staff:{desk.person.id}",
        via="telegram",
        action=action,
        object=desk.alert.id,
        now=now,
        **detail,
    )


def send(
    tx: Tx, room: Room, desk: Desk, row: str, payload: Payload, *, kind: str, now: datetime
) -> None:
    """A new message on this person's phone."""
    _post(tx, room, desk, row, "send", None, payload, kind, now, not_before=now)


def edit(
    tx: Tx,
    room: Room,
    desk: Desk,
    row: str,
    target: str,
    payload: Payload,
    *,
    kind: str = "notice_edit",
    now: datetime,
) -> None:
    """The message `target` on this person's phone becomes `payload`."""
    _post(tx, room, desk, row, "edit", target, payload, kind, now, not_before=now)


def delete(tx: Tx, room: Room, desk: Desk, target: str, *, now: datetime, at: datetime) -> None:
    """The message `target` leaves this person's phone at `at`."""
    row = f"delete:{target}:{at:%Y%m%dT%H%M%S}"
    _post(tx, room, desk, row, "delete", target, Payload(), "delete", now, not_before=at)


def clear_details(tx: Tx, room: Room, seat: Desk, *, now: datetime) -> None:
    """What Lihat has shown of this alert, to anybody, leaves their phones; pages still on their way
    do not come any more."""
    shown = outbox.notices(tx, seat.alert.id, kind=DETAIL)
    outbox.cancel_alert(tx, seat.alert.id, kind=DETAIL)
    for row, owner in shown:
        address = staff.address(tx, owner)
        if address is not None:
            outbox.cancel_delete(tx, row)
            delete(tx, room, replace(seat, address=address), row, now=now, at=now)


def _post(
    tx: Tx,
    room: Room,
    desk: Desk,
    row: str,
    verb: str,
    target: str | None,
    payload: Payload,
    kind: str,
    now: datetime,
    *,
    not_before: datetime,
) -> None:
    out = Outgoing(
        id=row,
        lane=Lane.ANSWER,
        kind=kind,
        verb=verb,
        target=target,
        address=desk.address,
        payload=payload,
        not_before=not_before,
        alert=desk.alert.id,
    )
    post(tx, room, out, now=now, code=desk.alert.code)
