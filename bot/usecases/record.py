"""RECORD: every event of a decision becomes its rows, with final words, in one transaction."""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from bot.usecases import law_clock, moments, ring, sending
from bot.usecases.room import Room
from bot.usecases.scene import Scene
from flows.events import (
    AlertFound,
    AnswerGiven,
    ButtonsGone,
    CheckinMoved,
    CheckinScored,
    ConsentGiven,
    ContactMoved,
    Event,
    FleetingDeleted,
    MessageClosed,
    MessageDue,
    PhoneHidden,
    SendsStopped,
    Spoke,
    TypedDeleted,
    WordsKept,
)
from flows.model import Case, Contact, ContactState, Urgency
from storage import (
    addresses,
    alerts,
    audit,
    checkins,
    contacts,
    days,
    facts,
    programmes,
    tables,
    words,
)
from storage.alerts import Alert
from storage.rows import insert_once
from storage.transaction import Tx
from storage.words import Writer


def record(tx: Tx, room: Room, scene: Scene, events: tuple[Event, ...], *, now: datetime) -> None:
    """Write all of it. Recording the same events again changes nothing."""
    for number, event in enumerate(events):
        _record(tx, room, scene, event, number, now=now)


def _record(tx: Tx, room: Room, scene: Scene, event: Event, number: int, *, now: datetime) -> None:
    match event:
        case MessageDue():
            sending.send(tx, room, scene, event, number, now=now)
        case AnswerGiven():
            _answer(tx, scene, event)
        case CheckinMoved():
            moments.move(tx, scene, event, now=now)
        case CheckinScored():
            checkins.scored(tx, event)
        case WordsKept():
            _words(tx, scene, event)
        case AlertFound():
            found(tx, room, event, case=scene.case, contact=scene.contact, now=now, at=scene.at)
        case _:
            _record_person(tx, room, scene, event, number, now=now)


def _record_person(
    tx: Tx,
    room: Room,
    scene: Scene,
    event: ContactMoved
    | ConsentGiven
    | SendsStopped
    | PhoneHidden
    | TypedDeleted
    | FleetingDeleted
    | MessageClosed
    | ButtonsGone
    | Spoke,
    number: int,
    *,
    now: datetime,
) -> None:
    match event:
        case ContactMoved():
            move_contact(tx, scene.contact, event, now=now)
        case ConsentGiven():
            _consent(tx, room, scene, event, now=now)
        case SendsStopped():
            sending.stop(tx, room, scene, now=now)
        case Spoke():
            spoken = max(scene.at, scene.contact.last_spoken_at or scene.at)
            contacts.update(tx, scene.contact.id, last_spoken_at=spoken)
        case _:
            _clear_phone(tx, room, scene, event, number, now=now)


def _clear_phone(
    tx: Tx,
    room: Room,
    scene: Scene,
    event: PhoneHidden | TypedDeleted | FleetingDeleted | MessageClosed | ButtonsGone,
    number: int,
    *,
    now: datetime,
) -> None:
    match event:
        case PhoneHidden():
            sending.hide(tx, room, scene, now=now)
        case TypedDeleted():
            sending.delete_typed(tx, room, scene, number, now=now)
        case FleetingDeleted():
            sending.delete_fleeting(tx, room, scene, now=now)
        case MessageClosed():
            sending.close(tx, room, scene, now=now)
        case ButtonsGone():
            sending.take_buttons(tx, room, scene, event.checkin, now=now)
        case _:
            assert_never(event)


def found(
    tx: Tx,
    room: Room,
    event: AlertFound,
    *,
    case: Case | None,
    contact: Contact | None,
    now: datetime,
    at: datetime | None = None,
) -> None:
    """Open the alert or join its reasons; a new one, or one that rises, rings. `at` is when the
    person acted: from then on the hours of the law run."""
    zone = ring.zone_of(tx, room, None if case is None else case.worker)
    chain = ring.chain_for(room, event.kind, event.urgency, timezone=zone, now=now)
    is_new = alerts.open_(
        tx,
        event,
        case=None if case is None else case.id,
        contact=None if contact is None else contact.id,
        chain=chain,
        now=now,
    )
    added = facts.add(tx, event, case=None if case is None else case.id, now=now)
    law_clock.begin(tx, room, event, case=case, received=at or now)
    if is_new:
        audit.note(
            tx, actor="system", via="record", action="alert_opened", object=event.id, now=now
        )
        ring.step(tx, room, event.id, now=now)
        return
    known = alerts.get(tx, event.id)
    if added and known is not None and _must_ring(tx, known, event.urgency):
        ring.raise_to(tx, room, known, event.urgency, kind=known.kind, now=now)


def _must_ring(tx: Tx, known: Alert, urgency: Urgency) -> bool:
    """What weighs more rings anew. So does what weighs the same where the chain has come to its end
    and nobody took it: a new thing must not lie unseen under a forgotten one."""
    if urgency.rank != known.urgency.rank:
        return urgency.rank > known.urgency.rank
    return urgency is not Urgency.ATTENTION and alerts.is_forgotten(tx, known.id)


def move_contact(tx: Tx, contact: Contact, event: ContactMoved, *, now: datetime) -> None:
    """A contact's state, and what it means for their address and their plan."""
    values: dict[str, object] = {"state": event.state, "consent_part": event.consent_part}
    match event.state:
        case ContactState.ACTIVE:
            values["consented_at"] = contact.consented_at or now
        case ContactState.REJECTED:
            addresses.set_state(tx, "contact", contact.id, "closed")
        case ContactState.BLOCKED:
            addresses.set_state(tx, "contact", contact.id, "blocked")
        case _:
            pass
    contacts.update(tx, contact.id, **values)
    days.look(tx, contact.case, now)  # who takes part decides what silence is
    if event.state is ContactState.ACTIVE:
        agreed = replace(contact, consented_at=contact.consented_at or now)
        programmes.begin(tx, agreed, now=now)
    audit.note(
        tx,
        actor=contacts.subject(contact.id),
        via="record",
        action=f"contact_{event.state}",
        object=contacts.subject(contact.id),
        now=now,
    )


def _answer(tx: Tx, scene: Scene, event: AnswerGiven) -> None:
    checkins.keep_answer(
        tx,
        event,
        cause=scene.cause,
        case=scene.case.id,
        contact=scene.contact.id,
        message_no=scene.message_no,
        at=scene.at,
    )


def _words(tx: Tx, scene: Scene, event: WordsKept) -> None:
    hashed = "" if scene.address is None else scene.address.chat_hash
    words.keep(
        tx,
        event,
        cause=scene.cause,
        writer=Writer(chat_hash=hashed, contact=scene.contact.id, case=scene.case.id),
        message_no=scene.message_no,
        at=scene.at,
        files=scene.files,
        edits=scene.edits,
    )


def _consent(tx: Tx, room: Room, scene: Scene, event: ConsentGiven, *, now: datetime) -> None:
    insert_once(
        tx,
        tables.consents,
        id=f"consent:{scene.cause}",
        contact_id=scene.contact.id,
        text_version=room.version_of("messages"),
        level=scene.level,
        language=scene.contact.language,
        answer="agree" if event.agrees else "decline",
        given_at=now,
    )
