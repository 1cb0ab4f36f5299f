"""What came of an alert: an outcome by button, a note in words; only its owner settles it."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.texts import Text
from bot.usecases import desk, offers, screens, silence
from bot.usecases.acknowledge_alert import is_owner
from bot.usecases.desk import Desk
from bot.usecases.form_choices import may_fill
from bot.usecases.form_desk import Chair
from bot.usecases.form_press import take_note
from bot.usecases.incoming import Incoming
from bot.usecases.note_encounter import note_call
from bot.usecases.post import post
from bot.usecases.resume_contact import NEVER_AGREED, resume_contact
from bot.usecases.room import Room
from bot.usecases.stop_clock import take_words
from bot.usecases.tell_read import mark_read
from flows.escalation import may_close
from flows.model import AlertKind, Outcome
from flows.permissions import Right
from storage import alerts, contacts, inbox, locks, outbox, words
from storage.outbox import Lane, Outgoing
from storage.transaction import Tx

REFUSED = Text("Somebody else is handling this, or it is done.")
UNSEEN = Text("Something new has come since you looked. Tap Look first.")
HINT = Text("This message is not kept. /bantuan lists the commands.")
NOTE_WITHIN = timedelta(minutes=30)
"""A text that comes later is no note: it may be about anything."""

SPOKEN = (Outcome.TALKED_SAFE, Outcome.TALKED_MORE)

STILL_SILENT = Text("Nobody of this family has spoken since. Please call, or try another route.")

ONLY_FOR = {
    Outcome.READ: AlertKind.READING,
    Outcome.RESUMED: AlertKind.RETURN,
    Outcome.SPOKE_AGAIN: AlertKind.SILENCE,
}
"""Outcomes that settle one kind of task and no other."""


def record_outcome(tx: Tx, room: Room, seat: Desk, came: Incoming, now: datetime) -> Text | None:
    """Close it, or, where nobody was reached for the first time, keep it open and say so."""
    outcome = Outcome(str(seat.button.act["outcome"]))
    if not desk.is_allowed(tx, seat, Right.RECORD_OUTCOME, now=now):
        return REFUSED
    if is_owner(seat) and seat.button.act.get("tries", 0) != seat.alert.tries:
        return None  # the second tap of a button that has been answered
    if not is_owner(seat) or ONLY_FOR.get(outcome, seat.alert.kind) is not seat.alert.kind:
        return REFUSED
    refused = _first(tx, room, seat, outcome, now=now)
    if refused is not None:
        return refused
    if outcome is Outcome.SPOKE_AGAIN and not silence.is_over(tx, seat.alert):
        return STILL_SILENT
    desk.note(tx, seat, "outcome", now=now, outcome=outcome)
    target = seat.button.row
    if not may_close(outcome, seat.alert.tries):
        alerts.update(tx, seat.alert.id, tries=seat.alert.tries + 1)
        payload = offers.tried(tx, replace(seat.alert, tries=seat.alert.tries + 1))
        desk.edit(tx, room, seat, f"{came.id}:tried", target, payload, now=now)
        return None
    alerts.close(tx, seat.alert.id, seat.person.id, outcome=outcome, now=now)
    alerts.update(tx, seat.alert.id, note_from=seat.person.id)
    _settle(tx, room, seat, outcome, came.id, now=now)
    payload = offers.note_asked(
        tx, seat.alert, outcome, offers_form=outcome in SPOKEN and _may_fill(tx, seat)
    )
    desk.edit(tx, room, seat, f"{came.id}:note", target, payload, now=now)
    return None


def _first(tx: Tx, room: Room, seat: Desk, outcome: Outcome, *, now: datetime) -> Text | None:
    """What has to be so before an outcome is kept; else why not."""
    match outcome:
        case Outcome.READ if _is_newer_unseen(tx, seat):
            return UNSEEN
        case Outcome.RESUMED:
            return _resume(tx, room, seat, now=now)
        case _:
            return None


def _is_newer_unseen(tx: Tx, seat: Desk) -> bool:
    """Has a text joined since this person looked? Nobody has read that one."""
    looked = outbox.last_shown(tx, seat.alert.id, seat.person.id, kind=desk.DETAIL)
    joined = words.last_behind(tx, seat.alert.id)
    return looked is not None and joined is not None and joined > looked


def skip_note(tx: Tx, room: Room, seat: Desk, came: Incoming, now: datetime) -> Text | None:
    """Lewati catatan."""
    if seat.alert.note_from != seat.person.id:
        return REFUSED
    alerts.update(tx, seat.alert.id, note_from=None)
    payload = offers.done(tx, seat.alert)
    desk.edit(tx, room, seat, f"{came.id}:done", seat.button.row, payload, now=now)
    return None


def staff_text(tx: Tx, room: Room, came: Incoming, *, now: datetime) -> None:
    """Words of staff: the note that is awaited, else a hint; nothing else is kept."""
    if not inbox.handled(tx, came.id, now=now):
        return
    person, address = desk.who(tx, came)
    if person is None or address is None:
        return
    locks.chat(tx, address.chat_hash)
    chair = Chair(person=person, address=address, came=came)
    if take_note(tx, room, chair, now=now) or take_words(tx, room, chair, now=now):
        return
    waiting = alerts.awaiting_note(tx, person.id, since=now - NOTE_WITHIN)
    alert = None if waiting is None else alerts.get(tx, waiting)
    if alert is not None and came.text:
        alerts.keep_note(tx, alert, came.text)
        payload = offers.done(tx, alert)
    else:
        payload = screens.plain(HINT)
    out = Outgoing(
        id=f"{came.id}:staff",
        lane=Lane.ANSWER,
        kind="staff",
        verb="send",
        address=address,
        payload=payload,
        not_before=now,
        alert=None if alert is None else alert.id,
    )
    post(tx, room, out, now=now, code="" if alert is None else alert.code)


def _settle(tx: Tx, room: Room, seat: Desk, outcome: Outcome, cause: str, *, now: datetime) -> None:
    """What an outcome means beyond the alert: words read, silence ended, a family back again."""
    mark_read(tx, room, seat.alert.id, cause=cause, now=now)
    contact = seat.alert.contact
    if contact is not None and outcome in SPOKEN:
        contacts.update(tx, contact, last_spoken_at=now)
        note_call(tx, seat.alert, seat.person.id, cause=cause, now=now)
    desk.clear_details(tx, room, seat, now=now)


def _resume(tx: Tx, room: Room, seat: Desk, *, now: datetime) -> Text | None:
    """They take part again; else why not."""
    contact, actor = seat.alert.contact, f"staff:{seat.person.id}"
    if contact is None:
        return NEVER_AGREED
    return resume_contact(tx, room, contact, actor=actor, now=now)


def _may_fill(tx: Tx, seat: Desk) -> bool:
    return seat.alert.case is not None and may_fill(tx, seat.person, seat.alert.case)
