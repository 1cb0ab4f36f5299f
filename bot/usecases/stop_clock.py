"""A human stops the 3x24 hours, with a reason by button or in words; also after the alert is
closed. Nothing else stops them."""

from datetime import datetime, timedelta

from bot.texts import Text
from bot.usecases import desk, law_clock, screens
from bot.usecases.desk import DETAIL, Desk
from bot.usecases.form_desk import Chair
from bot.usecases.incoming import Incoming
from bot.usecases.post import post
from bot.usecases.room import Room
from flows.permissions import Right, may
from storage import alerts, audit, chains, deadlines, outbox
from storage.deadlines import Deadline
from storage.outbox import Act, Key, Lane, Outgoing, Payload
from storage.transaction import Tx

REFUSED = Text("This clock is not yours to stop.")
STOPPED_BEFORE = Text("This clock has been stopped already.")
ASKED = Text("{code}. Why should the clock stop? It is kept with your name.")
WRITE = Text("{code}. Please write the reason in one message. Until then the clock goes on.")
WHY = {
    "reported": Text("Already reported"),
    "reported_by_others": Text("Already reported by others"),
    "nothing_new": Text("Nothing new happened"),
    "no_crime": Text("No suspected crime"),
    "other": Text("Something else (write it)"),
}
"""The closed set of reasons."""

CLOCK_WHY = "clock_why"  # the kind of the message that asks for words
WORDS_WITHIN = timedelta(minutes=30)
LONGEST = 1000  # characters of a reason that are kept


def show_clocks(tx: Tx, room: Room, seat: Desk, came: Incoming, now: datetime) -> None:
    """Each running clock of this alert as a message of its own, gone like the other details."""
    for number, found in enumerate(deadlines.running(tx, seat.alert.id)):
        row = f"{came.id}:{DETAIL}:clock:{number}"
        payload = _clock(room, seat, found, now=now, says_law=True)
        desk.send(tx, room, seat, row, payload, kind=DETAIL, now=now)
        desk.delete(tx, room, seat, row, now=now, at=now + desk.GONE_AFTER)


def clock(tx: Tx, room: Room, seat: Desk, came: Incoming, now: datetime) -> Text | None:
    """The clock from a screen without details."""
    if not _may(tx, seat, now=now):
        return REFUSED
    if not deadlines.running(tx, seat.alert.id):
        return STOPPED_BEFORE
    show_clocks(tx, room, seat, came, now)
    return None


def ask_why(tx: Tx, room: Room, seat: Desk, came: Incoming, now: datetime) -> Text | None:
    """The reasons, and the way back."""
    found = _running(tx, seat)
    if not _may(tx, seat, now=now):
        return REFUSED
    if found is None:
        return STOPPED_BEFORE
    keys = [(_key(label, screens.Deed.WHY, found, why=why),) for why, label in WHY.items()]
    keys.append((_back(found),))
    payload = Payload(text=ASKED.fill(code=seat.alert.code), keys=tuple(keys), is_protected=True)
    desk.edit(tx, room, seat, f"{came.id}:why", seat.button.row, payload, kind=DETAIL, now=now)
    return None


def keep_clock(tx: Tx, room: Room, seat: Desk, came: Incoming, now: datetime) -> Text | None:
    """Kembali: it goes on, and no words are awaited."""
    found = _running(tx, seat)
    if not _may(tx, seat, now=now):
        return REFUSED
    if found is None:
        return STOPPED_BEFORE
    deadlines.await_words(tx, found, None, why=None)
    payload = _clock(room, seat, found, now=now, says_law=False)
    desk.edit(tx, room, seat, f"{came.id}:clock", seat.button.row, payload, kind=DETAIL, now=now)
    return None


def stop_clock(tx: Tx, room: Room, seat: Desk, came: Incoming, now: datetime) -> Text | None:
    """A reason was chosen. For another one words are needed, and until then it goes on."""
    found, why = _running(tx, seat), str(seat.button.act["why"])
    if not _may(tx, seat, now=now):
        return REFUSED
    if found is None:
        return STOPPED_BEFORE
    by = f"staff:{seat.person.id}"
    if why == "other":
        deadlines.await_words(tx, found, by, why=why)
        row = f"{CLOCK_WHY}:{came.id}"
        payload = Payload(
            text=WRITE.fill(code=seat.alert.code), keys=((_back(found),),), is_protected=True
        )
        desk.send(tx, room, seat, row, payload, kind=CLOCK_WHY, now=now)
        desk.delete(tx, room, seat, row, now=now, at=now + WORDS_WITHIN)
        return None
    _stop(tx, room, found, by, why=why, reason=None, now=now)
    payload = _stopped(found)
    desk.edit(tx, room, seat, f"{came.id}:stopped", seat.button.row, payload, now=now)
    return None


def run_again(tx: Tx, room: Room, seat: Desk, came: Incoming, now: datetime) -> Text | None:
    """It was stopped by mistake: it runs on, from when the message was received."""
    found = deadlines.get(tx, str(seat.button.act.get("clock")))
    if found is None or found.alert != seat.alert.id:
        return REFUSED
    if found.stopped_by != f"staff:{seat.person.id}" and not _may(tx, seat, now=now):
        return REFUSED
    law_clock.run_again(tx, room, found, now=now)
    actor = f"staff:{seat.person.id}"
    audit.note(tx, actor=actor, via="telegram", action="clock_resumed", object=found.id, now=now)
    payload = _clock(room, seat, found, now=now, says_law=False)
    desk.edit(tx, room, seat, f"{came.id}:again", seat.button.row, payload, now=now)
    return None


def take_words(tx: Tx, room: Room, chair: Chair, *, now: datetime) -> bool:
    """Is this text the reason that was asked for? Then the clock stops with it. Where a note was
    asked for since, it is that."""
    by, text = f"staff:{chair.person.id}", (chair.came.text or "").strip()
    noting = alerts.note_asked_at(tx, chair.person.id)
    for found in deadlines.awaiting(tx, by):
        asked = outbox.last_shown(tx, found.alert, chair.person.id, kind=CLOCK_WHY)
        if not text or asked is None or now - asked > WORDS_WITHIN:
            continue
        if noting is not None and noting > asked:
            continue
        _stop(tx, room, found, by, why="other", reason=text[:LONGEST], now=now)
        out = Outgoing(
            id=f"{chair.came.id}:staff",
            lane=Lane.ANSWER,
            kind="staff",
            verb="send",
            address=chair.address,
            payload=_stopped(found),
            not_before=now,
            alert=found.alert,
        )
        post(tx, room, out, now=now, code=found.code)
        return True
    return False


def _stop(
    tx: Tx,
    room: Room,
    found: Deadline,
    by: str,
    *,
    why: str,
    reason: str | None,
    now: datetime,
) -> None:
    if not deadlines.stop(tx, found, by, why=why, reason=reason, now=now):
        return
    audit.note(
        tx, actor=by, via="telegram", action="clock_stopped", object=found.id, now=now, why=why
    )
    alert = alerts.get(tx, found.alert)
    if alert is not None:
        law_clock.clear_reminders(tx, room, alert, now=now)


def _may(tx: Tx, seat: Desk, *, now: datetime) -> bool:
    """Also after the outcome: the law does not wait for one. A refusal is noted."""
    alert, person = seat.alert, seat.person
    is_asked = (
        chains.was_asked(tx, alert.id, person.id)
        or deadlines.owns(tx, alert.id, person.id)
        or desk.is_asked_by_clock(tx, seat)
    )
    allowed = may(
        person.role, Right.STOP_CLOCK, is_own=alert.worker == person.id, is_asked=is_asked
    )
    action = Right.STOP_CLOCK.value if allowed else f"refused_{Right.STOP_CLOCK.value}"
    desk.note(tx, seat, action, now=now)
    return allowed


def _running(tx: Tx, seat: Desk) -> Deadline | None:
    found = deadlines.get(tx, str(seat.button.act.get("clock")))
    is_its = found is not None and found.alert == seat.alert.id and found.stopped_at is None
    return found if is_its else None


def _clock(room: Room, seat: Desk, found: Deadline, *, now: datetime, says_law: bool) -> Payload:
    left = law_clock.in_words(room, found, timezone=seat.person.timezone, now=now)
    parts = [f"{found.code}. {left}"] + ([room.content.deadlines.law] if says_law else [])
    key = _key(Text("Stop the clock"), screens.Deed.ASK_WHY, found)
    return Payload(text="\n\n".join(parts), keys=((key,),), is_protected=True)


def _stopped(found: Deadline) -> Payload:
    """A finger slips, and a clock that nobody can start again would be lost."""
    key = _key(Text("Let it run again"), screens.Deed.RUN_AGAIN, found)
    text = law_clock.STOPPED.fill(code=found.code)
    return Payload(text=text, keys=((key,),), is_protected=True)


def _back(found: Deadline) -> Key:
    return _key(Text("Back"), screens.Deed.KEEP_CLOCK, found)


def _key(label: Text, deed: screens.Deed, found: Deadline, **more: str) -> Key:
    act: Act = {"deed": deed, "clock": found.id, **more}
    return Key(label=label.fill(), act=act)
