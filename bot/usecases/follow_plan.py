"""The plan of one contact goes on: what has come has its turn, and what follows is written down.

Check-ins become due rows; what staff must decide becomes a task; an end ends all sends."""

from datetime import date, datetime, timedelta

from bot.usecases import ends, gather
from bot.usecases.record import found
from bot.usecases.room import Room
from flows.alerting import ALWAYS_SPEAKS
from flows.events import AlertFound, Reason
from flows.hours import local
from flows.model import (
    AlertKind,
    Case,
    CaseState,
    Contact,
    ContactKind,
    ContactState,
    Slot,
    Urgency,
)
from flows.planning import Plan, Planned, asked_as, ends_after, still_makes_sense
from flows.programme import effective_level
from flows.wording import fill
from storage import addresses, cases, checkins, contacts, programmes
from storage.programmes import Place
from storage.transaction import Tx


def follow_plan(tx: Tx, room: Room, contact_id: str, *, now: datetime) -> None:
    """Do what has come in the plan of this contact, and find what comes next."""
    contact = gather.the_contact(tx, room, contact_id, now=now)
    place = programmes.place(tx, contact)
    if place.next is None or place.next.at > now:
        return
    if contact.state is not ContactState.ACTIVE:
        programmes.keep(tx, contact, Place(next=None, anchor=place.anchor))
        return
    if place.next.slot is Slot.RESUME:
        case = cases.get(tx, contact.case)
        ends.resume(tx, room, case, actor="system", now=now)
        ask_if_over(tx, room, case, now=now)
        return
    plan = programmes.plan_of(tx, contact, now=now)
    follows = programmes.after(plan, place.next, place.anchor or place.next.at, now=now)
    if place.next.slot.asks:
        _ask(tx, plan, contact, place.next, follows, now=now)
    else:
        _decide(tx, room, plan, contact, place.next, now=now)
    if not ends.is_over(tx, contact):
        programmes.keep(tx, contact, follows)


def _ask(
    tx: Tx, plan: Plan, contact: Contact, planned: Planned, follows: Place, *, now: datetime
) -> None:
    """A due row for this check-in, where it still makes sense and the phone may show one."""
    if plan.state is not CaseState.ACTIVE or not plan.asks:
        return
    if not still_makes_sense(planned, now, then=follows.next):
        return
    address = addresses.of(tx, "contact", contact.id)
    level = effective_level(contact, now=now)
    slot = asked_as(plan, planned)
    version = programmes.form_version(tx, contact, slot, level)
    if address is None or version is None:
        return
    checkins.plan(
        tx,
        contact=contact.id,
        case=contact.case,
        chat_hash=address.chat_hash,
        content_version=version,
        level=programmes.form_level(slot, level),
        planned_at=planned.at,
        slot=slot,
    )


def _decide(
    tx: Tx, room: Room, plan: Plan, contact: Contact, planned: Planned, *, now: datetime
) -> None:
    """What asks nobody: staff have to decide, or it ends."""
    case = cases.get(tx, contact.case)
    day = local(planned.at, contact.hours.timezone).date()
    match planned.slot:
        case Slot.ENDING:
            over = ends_after(plan)
            name = "programme_over" if day > over else "programme_ends"
            plan_task(tx, room, case, contact, name, over, now=now)
        case Slot.NOTICE:
            adult = day + timedelta(days=plan.programme.adult_notice_days)
            plan_task(tx, room, case, contact, "comes_of_age", adult, now=now)
        case Slot.PARTING:
            ends.say(tx, room, contact, "goodbye_soon", now=now)
        case Slot.GOODBYE:
            ends.goodbye(tx, room, contact, case, now=now)
        case Slot.OF_AGE:
            ends.end(tx, room, contact, now=now)
            plan_task(tx, room, case, contact, "of_age", day, now=now)
        case _:
            raise LookupError(f"nothing is known about {planned.slot}")


def ask_if_over(tx: Tx, room: Room, case: Case, *, now: datetime) -> None:
    """It goes on, but the programme is over meanwhile: staff decide once more."""
    for contact in ends.active(tx, room, case, now=now):
        plan = programmes.plan_of(tx, contact, now=now)
        today = local(now, contact.hours.timezone).date()
        is_over = plan.asks and plan.closes_on is None and today > ends_after(plan)
        if contact.kind is ContactKind.CAREGIVER and is_over:
            over, again = ends_after(plan), f":{today}"
            plan_task(tx, room, case, contact, "programme_over", over, again=again, now=now)
            return


def plan_task(
    tx: Tx,
    room: Room,
    case: Case,
    contact: Contact,
    name: str,
    day: date,
    *,
    again: str = "",
    now: datetime,
) -> None:
    """Staff decide how it goes on; several contacts of a family give one task. `again` makes it
    another task than the one of that day before."""
    cause = f"plan:{case.id}:{name}:{day}{again}"
    says = fill(room.content.messages.reasons[name], tanggal=f"{day:%d-%m-%Y}")
    reason = Reason(
        rule=name, version=ALWAYS_SPEAKS, urgency=Urgency.ATTENTION, says=says, source=cause
    )
    event = AlertFound(id=cause, kind=AlertKind.PLAN, urgency=Urgency.ATTENTION, reasons=(reason,))
    found(tx, room, event, case=case, contact=contact, now=now)


def following_day(tx: Tx, contact_id: str) -> datetime | None:
    """When the next check-in of this contact is planned, as far as one is known."""
    contact = contacts.get(tx, contact_id)
    if contact is None:
        return None
    planned = programmes.place(tx, contact).next
    return planned.at if planned is not None and planned.slot.asks else None
