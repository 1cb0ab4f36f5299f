"""GATHER: what is known of one contact at one moment, as `flows` wants to judge it."""

from dataclasses import replace
from datetime import datetime

from bot.usecases import case_day, compared
from bot.usecases.room import Room, kept_checkin
from flows.conversation_state import Talk
from flows.history import Beside
from flows.hours import local, within
from flows.model import AlertKind, AlertState, Case, Contact, ContactId, Level, Slot, StaffId
from flows.programme import age_on, effective_level, next_call
from flows.scoring import baseline
from flows.situation import KnownAlert, Situation
from storage import alerts, cases, checkins, contacts, facts, phones, staff, totals
from storage.checkins import Kept
from storage.transaction import Tx

DISCREET_CHILD = "anak"
"""How the child is called at B, whatever nickname is agreed (safeguarding decision 2)."""

BOTH = 2


def situation(
    tx: Tx, room: Room, contact: Contact, kept: Kept | None, *, now: datetime
) -> Situation:
    """Everything a decision about this contact needs. `kept` is the check-in it is about."""
    contact = laid_out(room, contact, now=now)
    case = cases.get(tx, contact.case)
    known = alerts.known(tx, case.id, None if kept is None else kept.id)
    spoken, told = facts.of_case(tx, case.id)
    zone = staff_zone(tx, contact, case.worker)
    is_asked, is_last = _safety(tx, contact, known)
    earlier = totals.of_contact(
        tx,
        case,
        contact.id,
        timezone=contact.hours.timezone,
        other_than=None if kept is None else kept.id,
        before=None if kept is None else kept.opened_at,
    )
    return Situation(
        content=room.content,
        case=case,
        contact=contact,
        level=effective_level(contact, now=now),
        talk=None if kept is None else talk(tx, room, contact, case, kept, now=now),
        alerts=known,
        spoken=spoken,
        baseline=baseline(case.baseline, earlier.at_home),
        last_total=earlier.last,
        is_safety_asked=is_asked,
        is_safety_last=is_last,
        call_at=next_call(now, contact.hours, room.content.urgencies.working, zone),
        staff_zone=zone,
        now=now,
        told=told,
        of_day=case_day.named_facts(
            tx, room, case, known, timezone=contact.hours.timezone, now=now
        ),
        history=() if kept is None else compared.history(tx, kept, now=now),
        beside=Beside() if kept is None else compared.beside(tx, room, contact, kept, now=now),
    )


def _safety(tx: Tx, contact: Contact, known: tuple[KnownAlert, ...]) -> tuple[bool, bool]:
    """Does the safety question stand, and is it the last thing that this phone was asked?"""
    theirs = [one.id for one in known if _is_open(one) and one.contact == contact.id]
    at = facts.hard_words_at(tx, theirs)
    return at is not None, at is not None and not phones.was_asked(tx, contact.id, since=at)


def talk(tx: Tx, room: Room, contact: Contact, case: Case, kept: Kept, *, now: datetime) -> Talk:
    """The check-in in the version it was planned with."""
    today = local(now, contact.hours.timezone).date()
    # On a phone of staff a child has no name, as on all their screens.
    is_named = kept.level is Level.OPEN and kept.slot is not Slot.FORM
    return checkins.as_talk(
        tx,
        kept,
        kept_checkin(tx, kept.content_version),
        contact,
        called=case.nickname if is_named else discreet_name(tx, room, case, kept.chat_hash),
        age=age_on(case.birth_date, today),
    )


def discreet_name(tx: Tx, room: Room, case: Case, chat_hash: str) -> str:
    """How the child is called at B. Where one phone answers for two or three children they are told
    apart by size, which says nothing about either."""
    children = cases.on_phone(tx, chat_hash)
    words = room.content.messages.siblings
    if len(children) < BOTH or len(words) < len(children) or case.id not in children:
        return DISCREET_CHILD
    chosen = words if len(children) > BOTH else (words[0], words[-1])
    return chosen[children.index(case.id)]


def staff_zone(tx: Tx, contact: Contact, worker: StaffId) -> str:
    """Where the worker of this family lives."""
    found = staff.get(tx, worker)
    return contact.hours.timezone if found is None else found.timezone


def the_contact(tx: Tx, room: Room, contact: str, *, now: datetime) -> Contact:
    """The contact, which must be there, with the year laid into their hours."""
    found = contacts.get(tx, contact)
    if found is None:
        raise LookupError(f"no contact {contact}")
    return laid_out(room, found, now=now)


def zone_of(tx: Tx, contact: ContactId) -> str:
    """Where a contact lives."""
    found = contacts.get(tx, contact)
    if found is None:
        raise LookupError(f"no contact {contact}")
    return found.hours.timezone


def laid_out(room: Room, contact: Contact, *, now: datetime) -> Contact:
    """The contact, with quiet holidays and the fast laid into their hours, once."""
    if contact.is_laid_out:
        return contact
    hours = within(contact.hours, room.content.calendar, near=now)
    return replace(contact, hours=hours, is_laid_out=True)


def writing_contact(tx: Tx, owners: tuple[str, ...], kept: Kept | None) -> ContactId | None:
    """Whose turn it is, where one phone serves several contacts: the open check-in's, else the
    latest link's."""
    if kept is not None and kept.contact in owners:
        return kept.contact
    return ContactId(owners[0]) if owners else None


def _is_open(known: KnownAlert) -> bool:
    """After words that were hard, the question "apakah saat ini aman" stands until the end."""
    is_about_danger = known.kind in (AlertKind.ALERT, AlertKind.UNSURE_WORDS)
    return is_about_danger and known.state is not AlertState.CLOSED
