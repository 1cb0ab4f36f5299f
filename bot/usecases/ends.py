"""Every end of what a family is sent: a pause, a goodbye, a child who comes of age. Each stops all
sends in the transaction that decides it, and leaves the door open."""

from datetime import datetime

from bot.usecases import gather, sending
from bot.usecases.record import move_contact
from bot.usecases.room import Room
from bot.usecases.scene import Scene, scene_of
from flows import phrases
from flows.events import ContactMoved, Manner, MessageDue, Purpose
from flows.hours import local
from flows.model import (
    Case,
    CaseState,
    Contact,
    ContactKind,
    ContactState,
    Level,
)
from storage import audit, cases, contacts, days, invites, programmes
from storage.transaction import Tx

TOLD_AT = (Level.OPEN, Level.DISCREET)

ENROLLING = (
    ContactState.INVITED,
    ContactState.GREETED,
    ContactState.NUMBER_ASKED,
    ContactState.PENDING,
    ContactState.CONSENTING,
)


def is_over(tx: Tx, contact: Contact) -> bool:
    """Has this contact come to an end meanwhile?"""
    found = contacts.get(tx, contact.id)
    return found is None or found.state is not ContactState.ACTIVE


def end(tx: Tx, room: Room, contact: Contact, *, now: datetime) -> None:
    """Nothing more is sent; MULAI still asks for it, and a worker agrees."""
    scene = _scene(tx, room, contact, now=now)
    sending.stop(tx, room, scene, now=now)
    move_contact(tx, contact, ContactMoved(state=ContactState.FAREWELL), now=now)


def goodbye(tx: Tx, room: Room, contact: Contact, case: Case, *, now: datetime) -> None:
    """The planned goodbye: all sends end, one last message says that the door stays open. With the
    last caregiver the case is closed."""
    end(tx, room, contact, now=now)
    part(tx, room, contact, now=now)
    today = local(now, contact.hours.timezone).date()
    # A school year may end before the day that was chosen for the family.
    is_day = case.closes_on is not None and today >= case.closes_on
    if is_day and not _others(tx, contact):
        cases.update(tx, case.id, state=CaseState.CLOSED)
        _note(tx, case, "case_closed", actor="system", now=now)


def part(tx: Tx, room: Room, contact: Contact, *, now: datetime) -> None:
    """The last message: thanks, and the door stays open."""
    is_school = contact.kind is ContactKind.SCHOOL
    say(tx, room, contact, "goodbye_school" if is_school else "goodbye", now=now)


def _others(tx: Tx, contact: Contact) -> bool:
    return any(
        one.state is ContactState.ACTIVE and one.kind is ContactKind.CAREGIVER
        for one in contacts.of_case(tx, contact.case)
        if one.id != contact.id
    )


def say(tx: Tx, room: Room, contact: Contact, name: str, *, now: datetime) -> None:
    """One message that nobody has asked for, inside safe hours; at C and D none."""
    scene = _scene(tx, room, contact, now=now, cause=name)
    if scene.level not in TOLD_AT:
        return
    due = MessageDue(
        message=phrases.say(room.content.messages, name),
        manner=Manner.UNPROMPTED,
        purpose=Purpose.ANSWER,
    )
    sending.send(tx, room, scene, due, 0, now=now)


def pause(tx: Tx, room: Room, case: Case, *, now: datetime) -> None:
    """Nothing is sent until somebody says so, or until `paused_until`: what is open ends, what is
    unsent is cancelled."""
    for contact in active(tx, room, case, now=now):
        sending.stop(tx, room, _scene(tx, room, contact, now=now), now=now)
        programmes.replan(tx, contact, now=now)


def resume(tx: Tx, room: Room, case: Case, *, actor: str, now: datetime) -> None:
    """It goes on with the next check-in of the old rhythm; what was left out stays so."""
    cases.update(tx, case.id, state=CaseState.ACTIVE, paused_until=None)
    days.resumed(tx, case.id, now=now)
    _note(tx, case, "case_resumed", actor=actor, now=now)
    for contact in active(tx, room, case, now=now):
        programmes.replan(tx, contact, now=now, is_resumed=True)


def close_now(tx: Tx, room: Room, case: Case, *, is_silent: bool, now: datetime) -> None:
    """The goodbye at once, to everybody who takes part; silent where no message is safe. Whoever
    was still being enrolled is not asked any more."""
    for contact in active(tx, room, case, now=now):
        end(tx, room, contact, now=now)
        if not is_silent:
            part(tx, room, contact, now=now)
    for contact in contacts.of_case(tx, case.id):
        if contact.state in ENROLLING:
            withdraw(tx, room, contact, now=now)
    cases.update(tx, case.id, state=CaseState.CLOSED, closes_on=None, paused_until=None)


def withdraw(tx: Tx, room: Room, contact: Contact, *, now: datetime) -> None:
    """Somebody who has not agreed yet is not asked any more: the link dies, nothing is said."""
    invites.revoke(tx, "contact", contact.id, now=now)
    end(tx, room, contact, now=now)


def active(tx: Tx, room: Room, case: Case, *, now: datetime) -> tuple[Contact, ...]:
    """Who of this case takes part."""
    return tuple(
        gather.laid_out(room, one, now=now)
        for one in contacts.of_case(tx, case.id)
        if one.state is ContactState.ACTIVE
    )


def _scene(tx: Tx, room: Room, contact: Contact, *, now: datetime, cause: str = "end") -> Scene:
    situation = gather.situation(tx, room, contact, None, now=now)
    return scene_of(tx, situation, cause=f"{cause}:{contact.id}:{now:%Y%m%dT%H%M%S%f}", at=now)


def _note(tx: Tx, case: Case, action: str, *, actor: str, now: datetime) -> None:
    audit.note(tx, actor=actor, via="record", action=action, object=cases.subject(case.id), now=now)
