"""The worker says who opened the link: in front of me, it matches, or not this person."""

from datetime import datetime

from bot.texts import Text
from bot.usecases import desk, gather, same_nickname, screens
from bot.usecases.acknowledge_alert import tell_the_others, told_owner
from bot.usecases.desk import Desk
from bot.usecases.incoming import Incoming
from bot.usecases.record import record
from bot.usecases.room import Room
from bot.usecases.scene import scene_of
from flows import commands, enrolment
from flows.events import Event, Manner
from flows.model import ContactState, Outcome
from flows.permissions import Right
from flows.situation import Situation
from storage import alerts, invites, outbox
from storage.hands import NOTICE
from storage.transaction import Tx

REFUSED = Text("This is not yours to confirm.")
GONE = Text("This contact is no longer waiting.")


def confirm_contact(
    tx: Tx, room: Room, seat: Desk, came: Incoming, now: datetime
) -> Text | str | None:
    """The consent is asked, or the link dies."""
    if not desk.is_allowed(tx, seat, Right.CONFIRM_CONTACT, now=now):
        return REFUSED
    who = seat.alert.contact
    contact = None if who is None else gather.the_contact(tx, room, who, now=now)
    is_waiting = contact is not None and contact.state is ContactState.PENDING
    if not _take(tx, seat, is_waiting=is_waiting, now=now):
        is_others = seat.alert.acknowledged_by not in (None, seat.person.id)
        return told_owner(tx, room, seat, came, now=now) if is_others else GONE
    payload = screens.done(seat.alert.code)
    desk.edit(tx, room, seat, f"{came.id}:done", seat.button.row, payload, now=now)
    tell_the_others(tx, room, seat, came, now=now)
    if contact is None or not is_waiting:
        return GONE
    situation = gather.situation(tx, room, contact, None, now=now)
    deed = screens.Deed(str(seat.button.act["deed"]))
    # From the person's own act on, not from the worker's, the 3 minutes count.
    scene = scene_of(tx, situation, cause=came.id, at=seat.alert.opened_at)
    record(tx, room, scene, _events(situation, deed), now=now)
    if deed is screens.Deed.NOT_THEM:
        invites.revoke(tx, "contact", contact.id, now=now)
    else:
        same_nickname.tell(tx, room, contact, now=now)
    return None


def _take(tx: Tx, seat: Desk, *, is_waiting: bool, now: datetime) -> bool:
    """One tap settles it: the task is taken and closed in the same moment. Nobody who has left, or
    begun anew, is confirmed by it."""
    if not alerts.acknowledge(tx, seat.alert.id, seat.person.id, now=now):
        return False
    outbox.cancel_alert(tx, seat.alert.id, kind=NOTICE)
    is_other = screens.Deed(str(seat.button.act["deed"])) is screens.Deed.NOT_THEM
    outcome = Outcome.DISMISSED if is_other or not is_waiting else Outcome.CONFIRMED
    alerts.close(tx, seat.alert.id, seat.person.id, outcome=outcome, now=now)
    return True


def _events(situation: Situation, deed: screens.Deed) -> tuple[Event, ...]:
    """In front of the worker the consent comes at once; after a call, within the 3 minutes of the
    person's own act or inside safe hours."""
    if deed is screens.Deed.NOT_THEM:
        return commands.rejected(situation)
    in_front = deed is screens.Deed.IN_FRONT
    return enrolment.ask_consent(situation, manner=Manner.NOW if in_front else Manner.REPLY)
