"""Benar or Bukan: under unsure words a human's verdict rings the chain or ends the matter; of an
alert that was taken it only says what the sign was worth, for the report."""

from datetime import datetime

from bot.texts import Text
from bot.usecases import desk, law_clock, offers, ring, screens
from bot.usecases.acknowledge_alert import tell_the_others, told_owner
from bot.usecases.desk import Desk
from bot.usecases.incoming import Incoming
from bot.usecases.room import Room
from bot.usecases.tell_read import mark_read, still_to_read
from flows.model import AlertKind, AlertState, Outcome
from flows.permissions import Right
from storage import alerts, outbox, verdicts, words
from storage.hands import NOTICE
from storage.outbox import Payload
from storage.transaction import Tx

REFUSED = Text("This is not yours to take.")
TOO_LATE = Text("It rings already, or it is done.")
UNSEEN = Text("Please tap Look first: there are words that you have not seen.")
NOTED = Text("Noted. Thank you.")


def judge_words(tx: Tx, room: Room, seat: Desk, came: Incoming, now: datetime) -> Text | str | None:
    """The verdict is kept with who gave it. The first one counts, but Benar always rings: a danger
    that somebody saw is never outvoted, and a finger slips."""
    if not desk.is_allowed(tx, seat, Right.ACKNOWLEDGE, now=now):
        return REFUSED
    is_true = screens.Deed(str(seat.button.act["deed"])) is screens.Deed.TRUE_SIGN
    if seat.alert.kind is AlertKind.UNSURE_WORDS and seat.alert.state is AlertState.OPEN:
        return _settle(tx, room, seat, came, is_true=is_true, now=now)
    if is_true and _was_dismissed(seat):
        _rings(tx, room, seat, came, now=now)
        return None
    if seat.alert.acknowledged_by == seat.person.id and seat.alert.kind is AlertKind.ALERT:
        return _note(tx, room, seat, came, is_true=is_true, now=now)
    is_others = seat.alert.acknowledged_by not in (None, seat.person.id)
    return told_owner(tx, room, seat, came, now=now) if is_others else TOO_LATE


def _settle(
    tx: Tx, room: Room, seat: Desk, came: Incoming, *, is_true: bool, now: datetime
) -> Text | None:
    """Unsure words that wait. Bukan speaks for what this person has been asked about: a text that
    joined since the notice, or since a look, has to be seen first."""
    if is_true:
        _rings(tx, room, seat, came, now=now)
        return None
    if _has_unseen(tx, seat):
        return UNSEEN
    _keep(tx, room, seat, is_true=False, now=now)
    alerts.acknowledge(tx, seat.alert.id, seat.person.id, now=now)
    alerts.close(tx, seat.alert.id, seat.person.id, outcome=Outcome.DISMISSED, now=now)
    if _looked(tx, seat) is None:
        still_to_read(tx, room, seat.alert, now=now)
    else:
        mark_read(tx, room, seat.alert.id, cause=came.id, now=now)
    tell_the_others(tx, room, seat, came, now=now)
    _is_done(tx, room, seat, came, screens.dismissed(seat.alert.code), now=now)
    desk.clear_details(tx, room, seat, now=now)
    return None


def _rings(tx: Tx, room: Room, seat: Desk, came: Incoming, *, now: datetime) -> None:
    _keep(tx, room, seat, is_true=True, now=now)
    _is_done(tx, room, seat, came, screens.done(seat.alert.code), now=now)
    ring.raise_to_critical(tx, room, seat.alert, now=now)


def _note(tx: Tx, room: Room, seat: Desk, came: Incoming, *, is_true: bool, now: datetime) -> Text:
    """Of an alert that is theirs: it changes nothing else, and the screen goes on without it."""
    _keep(tx, room, seat, is_true=is_true, now=now)
    if seat.alert.state is AlertState.ACKNOWLEDGED:
        shown = offers.outcomes(tx, seat.alert)
    elif seat.alert.note_from == seat.person.id and "outcome" in seat.button.act:
        outcome = Outcome(str(seat.button.act["outcome"]))
        offers_form = bool(seat.button.act.get("form"))
        shown = offers.note_asked(tx, seat.alert, outcome, offers_form=offers_form)
    else:
        shown = offers.done(tx, seat.alert)
    desk.edit(tx, room, seat, f"{came.id}:verdict", seat.button.row, shown, now=now)
    return NOTED


def _keep(tx: Tx, room: Room, seat: Desk, *, is_true: bool, now: datetime) -> None:
    outcome = Outcome.CONFIRMED if is_true else Outcome.DISMISSED
    desk.note(tx, seat, outcome, now=now)
    verdicts.keep(tx, seat.alert.id, seat.person.id, is_true=is_true, now=now)
    if is_true:
        law_clock.begin_confirmed(tx, room, seat.alert)


def _is_done(
    tx: Tx, room: Room, seat: Desk, came: Incoming, payload: Payload, *, now: datetime
) -> None:
    """The notices of this person say so, whether they tapped there or under the words."""
    outbox.cancel_alert(tx, seat.alert.id, kind=NOTICE)
    theirs = {
        row
        for row, owner in outbox.notices(tx, seat.alert.id, kind=NOTICE)
        if owner == seat.person.id
    }
    for row in sorted(theirs | {seat.button.row}):
        desk.edit(tx, room, seat, f"{came.id}:done:{row}", row, payload, now=now)


def _has_unseen(tx: Tx, seat: Desk) -> bool:
    """The notice speaks of one text, whatever joined it later."""
    looked = _looked(tx, seat)
    if looked is None:
        return len(words.behind(tx, seat.alert.id)) > 1
    joined = words.last_behind(tx, seat.alert.id)
    return joined is not None and joined > looked


def _looked(tx: Tx, seat: Desk) -> datetime | None:
    return outbox.last_shown(tx, seat.alert.id, seat.person.id, kind=desk.DETAIL)


def _was_dismissed(seat: Desk) -> bool:
    return seat.alert.kind is AlertKind.UNSURE_WORDS and seat.alert.state is AlertState.CLOSED
