"""What a family will get, and when, in the words in which it would be sent: looked ahead along the
plan with the code that sends, and nothing is written."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.usecases import ends, follow_up, gather
from bot.usecases.errors import Refused
from bot.usecases.moments import EXPIRES_AFTER, REMIND_AFTER
from bot.usecases.room import Room, kept_checkin
from flows import lapses, phrases, trial
from flows.conversation_state import Talk
from flows.definition import Press
from flows.events import Event, MessageDue
from flows.events import Message as Words
from flows.forms import Checkin, Kind
from flows.hours import local, next_safe, within
from flows.model import (
    Case,
    CheckinId,
    CheckinState,
    Contact,
    ContactKind,
    ContactState,
    Level,
    MessageId,
    Signs,
    Slot,
)
from flows.planning import Plan, Planned, ahead, asked_as, first_due, still_makes_sense
from flows.programme import age_on, effective_level
from flows.selection import left_out
from flows.situation import Situation
from storage import addresses, cases, checkins, contacts, phones, programmes, selections
from storage.transaction import Tx

NOBODY_WROTE = Signs(level="none", labels=(), evidence=())
LONGEST_WALK = 60  # screens of one check-in


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One message. `why` says what brings it: sent by itself, after a tap, or after silence."""

    at: datetime
    why: str
    text: str
    buttons: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """One place of the plan. Without `screens` the family gets nothing, and `note` says why."""

    contact: str
    at: datetime
    slot: Slot
    level: Level
    form: str | None
    screens: tuple[Screen, ...]
    note: str | None = None


def preview(tx: Tx, room: Room, code: str, *, days: int, now: datetime) -> tuple[Foreseen, ...]:
    """Everything in the plans of all contacts of a case, in order of time."""
    found = cases.find(tx, code)
    if found is None:
        raise Refused(f"There is no case {code}. `kabar case list` prints the codes.")
    case, until = cases.get(tx, found), now + timedelta(days=days)
    foreseen = [
        one
        for contact in contacts.of_case(tx, found)
        for one in _of_contact(tx, room, case, contact, until, now=now)
    ]
    return tuple(sorted(foreseen, key=lambda one: (one.at, one.contact)))


NOT_YET = (
    *(ContactState.INVITED, ContactState.GREETED, ContactState.NUMBER_ASKED),
    *(ContactState.PENDING, ContactState.CONSENTING),
)


def _of_contact(
    tx: Tx, room: Room, case: Case, contact: Contact, until: datetime, *, now: datetime
) -> Iterator[Foreseen]:
    """As it stands; whoever does not take part yet, as if they agreed now."""
    is_new = contact.state in NOT_YET
    if contact.state is not ContactState.ACTIVE and not is_new:
        return
    if is_new:
        contact = replace(contact, state=ContactState.ACTIVE, consented_at=now)
    plan = programmes.plan_of(tx, contact, now=now)
    anchor = programmes.place(tx, contact).anchor or first_due(now, contact.hours)
    number = selections.number_of(tx, contact.id, "")
    for row, due_at in phones.waiting(tx, contact.id):
        kept = checkins.get(tx, row)
        if kept is not None:
            late = Planned(at=max(due_at, now), slot=kept.slot)
            here = _Day(tx=tx, room=room, case=case, contact=contact, plan=plan, planned=late,
                        then=None)  # fmt: skip
            yield here.foreseen(number)
            number += kept.slot in selections.NUMBERED
    for planned, then in _pairs(ahead(plan, anchor, after=now)):
        if planned.at > until:
            return
        here = _Day(tx=tx, room=room, case=case, contact=contact, plan=plan, planned=planned,
                    then=then)  # fmt: skip
        one = here.foreseen(number)
        number += one.form is not None and asked_as(plan, planned) in selections.NUMBERED
        yield one


def _pairs(places: Iterator[Planned]) -> Iterator[tuple[Planned, Planned | None]]:
    """Each place with the one behind it."""
    before: Planned | None = None
    for one in places:
        if before is not None:
            yield before, one
        before = one
    if before is not None:
        yield before, None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    """One place of one plan, seen from the moment it would be sent."""

    tx: Tx
    room: Room
    case: Case
    contact: Contact
    plan: Plan
    planned: Planned
    then: Planned | None

    @property
    def at(self) -> datetime:
        """When it goes out: the hours of that day, without quiet days."""
        near = self.planned.at
        return next_safe(near, within(self.contact.hours, self.room.content.calendar, near=near))

    def foreseen(self, number: int) -> Foreseen:
        level = effective_level(self._as_spoken(), now=self.at)
        if not self.planned.slot.asks:
            return self._told(level)
        if not still_makes_sense(self.planned, self.at, then=self.then):
            return self._nothing(level, "merged into the next one")
        slot = asked_as(self.plan, self.planned)
        version = programmes.form_version(self.tx, self.contact, slot, level)
        if version is None:
            return self._nothing(level, "nothing is sent at this level; staff call")
        checkin = kept_checkin(self.tx, version)
        shown = programmes.form_level(slot, level)
        screens = tuple(self._screens(checkin, shown, number))
        return self._with(shown, screens, form=checkin.id)

    def _told(self, level: Level) -> Foreseen:
        """What asks nothing: a goodbye, or something for staff alone."""
        is_school = self.contact.kind is ContactKind.SCHOOL
        goodbye = "goodbye_school" if is_school else "goodbye"
        name = {Slot.PARTING: "goodbye_soon", Slot.GOODBYE: goodbye}.get(self.planned.slot)
        if name is None or level not in ends.TOLD_AT:
            return self._nothing(level, FOR_STAFF.get(self.planned.slot, "nothing is sent"))
        said = phrases.say(self.room.content.messages, name)
        return self._with(level, (_screen(said, self.at, "sent"),), form=None)

    def _screens(self, checkin: Checkin, level: Level, number: int) -> Iterator[Screen]:
        situation, talk = self._begins(checkin, level, number)
        here, events = trial.opened(situation, talk)
        yield from _screens(events, self.at, "sent")
        yield from _walked(here, events)
        yield from self._silence(situation, talk)

    def _begins(self, checkin: Checkin, level: Level, number: int) -> tuple[Situation, Talk]:
        contact, zone = self._as_spoken(), self.contact.hours.timezone
        today, calendar = local(self.at, zone).date(), self.room.content.calendar
        talk = Talk(
            id=CheckinId("preview"),
            checkin=checkin,
            level=level,
            state=CheckinState.DUE,
            path=(),
            floor=0,
            is_put_off=False,
            is_reminded=False,
            answers=(),
            called=self._called(level),
            age=age_on(self.case.birth_date, today),
            left_out=left_out(
                checkin, number=number, in_school_holidays=calendar.in_school_holidays(today)
            ),
            reads_little=contact.reads_little,
            code=contact.code or "",
        )
        situation = gather.situation(self.tx, self.room, contact, None, now=self.at)
        return replace(situation, talk=talk, level=level, alerts=(), now=self.at), talk

    def _called(self, level: Level) -> str:
        if level is Level.OPEN:
            return self.case.nickname
        address = addresses.of(self.tx, "contact", self.contact.id)
        if address is None:
            return gather.DISCREET_CHILD
        return gather.discreet_name(self.tx, self.room, self.case, address.chat_hash)

    def _silence(self, situation: Situation, talk: Talk) -> Iterator[Screen]:
        """The one reminder a day later, and what is there after five days of nothing."""
        if talk.checkin.kind is Kind.PULSE:
            return
        asked = replace(talk, state=CheckinState.ASKED)
        hours = situation.contact.hours
        at = next_safe(self.at + REMIND_AFTER, hours)
        later = replace(situation, now=at)
        yield from _screens(lapses.remind(later, asked), at, "if nothing is answered")
        over = self.at + EXPIRES_AFTER
        following = None if self.then is None or not self.then.slot.asks else self.then.at
        words = follow_up.day_in_words(self.room, self.contact, following)
        events = lapses.expire(replace(situation, now=over), asked, MessageId(""), next_day=words)
        yield from _screens(events, next_safe(over, hours), "if nothing comes in five days")

    def _as_spoken(self) -> Contact:
        """As if the family goes on answering: A falls to B by an old interview only."""
        return replace(self.contact, last_spoken_at=self.at)

    def _nothing(self, level: Level, note: str) -> Foreseen:
        return replace(self._with(level, (), form=None), note=note)

    def _with(self, level: Level, screens: tuple[Screen, ...], *, form: str | None) -> Foreseen:
        return Foreseen(
            contact=self.contact.id,
            at=self.at,
            slot=self.planned.slot,
            level=level,
            form=form,
            screens=screens,
        )


FOR_STAFF = {
    Slot.ENDING: "staff are asked: a longer programme, or a goodbye",
    Slot.NOTICE: "staff are told that the child comes of age",
    Slot.OF_AGE: "the child is an adult: everything ends",
    Slot.RESUME: "the pause is over",
}


def _walked(here: trial.Trial, events: tuple[Event, ...]) -> Iterator[Screen]:
    """Every screen of the calmest way through: the first button each time."""
    for _ in range(LONGEST_WALK):
        shown = [event for event in events if isinstance(event, MessageDue)]
        if here.is_over or not shown or not shown[-1].message.buttons:
            return
        offered = [button for row in shown[-1].message.buttons for button in row]
        ends_it = (button for button in offered if button.press is Press.FINISH)
        button, at = next(ends_it, offered[0]), here.situation.now
        here, events = trial.tapped(here, button, NOBODY_WROTE)
        yield from _screens(events, at, f"after {button.label}")


def _screens(events: tuple[Event, ...], at: datetime, why: str) -> Iterator[Screen]:
    for event in events:
        if isinstance(event, MessageDue):
            yield _screen(event.message, at, why)


def _screen(message: Words, at: datetime, why: str) -> Screen:
    buttons = tuple(tuple(button.label for button in row) for row in message.buttons)
    return Screen(at=at, why=why, text=message.text, buttons=buttons)
