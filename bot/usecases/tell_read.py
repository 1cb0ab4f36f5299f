"""A human has read what a family wrote: kept, and at A said once, in the same words for all. What
was settled without being read goes on the reading list."""

from datetime import datetime

from bot.usecases import gather
from bot.usecases.record import found, record
from bot.usecases.room import Room
from bot.usecases.scene import Scene
from flows import phrases
from flows.alerting import ALWAYS_SPEAKS
from flows.events import AlertFound, Manner, MessageDue, Purpose, Reason
from flows.hours import next_safe
from flows.model import AlertKind, AlertState, ContactId, ContactState, Level, Urgency
from flows.programme import effective_level
from flows.situation import KnownAlert
from storage import addresses, alerts, cases, contacts, facts, outbox, words
from storage.alerts import Alert
from storage.transaction import Tx

READ = "read"
NEW_WORDS = "new_words"


def mark_read(tx: Tx, room: Room, alert: str, *, cause: str, now: datetime) -> None:
    """The texts behind `alert` are read; who wrote them may hear so (safeguarding decision 4)."""
    for writer in words.mark_read(tx, alert, now=now):
        _tell(tx, room, writer, cause=f"{cause}:{READ}:{writer}", now=now)


def still_to_read(tx: Tx, room: Room, alert: Alert, *, now: datetime) -> None:
    """Bukan straight from the notice: nobody has opened the texts, so they join the list."""
    if alert.case is None or alert.contact is None:
        return
    known = next((one for one in alerts.known(tx, alert.case, None) if _is_list(one)), None)
    texts = words.behind(tx, alert.id)
    for fact in (one for one in facts.of_alert(tx, alert) if one.words_id in texts):
        source = str(fact.words_id).removeprefix("words:")
        reason = Reason(
            rule=NEW_WORDS,
            version=ALWAYS_SPEAKS,
            urgency=Urgency.ATTENTION,
            says=room.content.messages.reasons[NEW_WORDS],
            source=source,
            evidence=fact.evidence,
        )
        listed = AlertFound(
            id=f"{AlertKind.READING.value}:{source}" if known is None else known.id,
            kind=AlertKind.READING,
            urgency=Urgency.ATTENTION,
            reasons=(reason,),
        )
        case, contact = cases.get(tx, alert.case), contacts.get(tx, alert.contact)
        found(tx, room, listed, case=case, contact=contact, now=now)


def _is_list(known: KnownAlert) -> bool:
    return known.kind is AlertKind.READING and known.state is AlertState.OPEN


def _tell(tx: Tx, room: Room, writer: ContactId, *, cause: str, now: datetime) -> None:
    """Inside safe hours, to somebody who takes part, and never beside one that waits to go out."""
    contact = gather.the_contact(tx, room, writer, now=now)
    comes_at = next_safe(now, contact.hours)  # the level may fall in the night before
    level, address = effective_level(contact, now=comes_at), addresses.of(tx, "contact", writer)
    is_theirs = level is Level.OPEN and contact.state is ContactState.ACTIVE
    if not is_theirs or address is None or outbox.is_waiting(tx, writer, f":{READ}:"):
        return
    due = MessageDue(
        message=phrases.say(room.content.messages, READ),
        manner=Manner.UNPROMPTED,
        purpose=Purpose.ANSWER,
    )
    case = cases.get(tx, contact.case)
    scene = Scene(cause=cause, at=now, contact=contact, case=case, level=level, address=address)
    record(tx, room, scene, (due,), now=now)
