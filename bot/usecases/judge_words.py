"""Benar or Bukan under unsure words: a human's verdict rings the chain, or ends the matter."""

from datetime import datetime

from bot.texts import Text
from bot.usecases import desk, ring, screens
from bot.usecases.acknowledge_alert import tell_the_others, told_owner
from bot.usecases.desk import Desk
from bot.usecases.incoming import Incoming
from bot.usecases.room import Room
from bot.usecases.tell_read import mark_read
from flows.model import AlertKind, AlertState, Outcome
from flows.permissions import Right
from storage import alerts, outbox
from storage.hands import NOTICE
from storage.transaction import Tx

REFUSED = Text("This is not yours to take.")
TOO_LATE = Text("It rings already, or it is done.")


def judge_words(tx: Tx, room: Room, seat: Desk, came: Incoming, now: datetime) -> Text | str | None:
    """The verdict is kept with who gave it; the first one counts."""
    if not desk.is_allowed(tx, seat, Right.ACKNOWLEDGE, now=now):
        return REFUSED
    is_waiting = seat.alert.kind is AlertKind.UNSURE_WORDS and seat.alert.state is AlertState.OPEN
    if not is_waiting:
        is_others = seat.alert.acknowledged_by not in (None, seat.person.id)
        return told_owner(tx, room, seat, came, now=now) if is_others else TOO_LATE
    is_true = screens.Deed(str(seat.button.act["deed"])) is screens.Deed.TRUE_SIGN
    outcome = Outcome.CONFIRMED if is_true else Outcome.DISMISSED
    desk.note(tx, seat, outcome, now=now)
    outbox.cancel_alert(tx, seat.alert.id, kind=NOTICE)
    payload = screens.done(seat.alert.code)
    desk.edit(tx, room, seat, f"{came.id}:done", seat.button.row, payload, now=now)
    if is_true:
        ring.raise_to_critical(tx, room, seat.alert, now=now)
        return None
    alerts.acknowledge(tx, seat.alert.id, seat.person.id, now=now)
    alerts.close(tx, seat.alert.id, seat.person.id, outcome=outcome, now=now)
    mark_read(tx, room, seat.alert.id, cause=came.id, now=now)
    tell_the_others(tx, room, seat, came, now=now)
    desk.clear_details(tx, room, seat, now=now)
    return None
