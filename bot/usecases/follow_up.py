"""The schedule of one check-in: ask it, remind, break, score, expire.

Every function is about one row whose moment has come, in a case that the caller has locked, and
looks at where it stands before it acts: the opening may be over, or never have been seen."""

from collections.abc import Callable
from datetime import datetime

from bot.usecases import forms, gather, same_nickname
from bot.usecases.fall_back import fall_back
from bot.usecases.follow_plan import following_day
from bot.usecases.record import record
from bot.usecases.room import Room
from bot.usecases.scene import scene_of
from bot.usecases.season import select_items
from flows import answers_back, lapses
from flows.conversation_state import Talk
from flows.events import Event
from flows.hours import in_safe_hours, next_safe, within
from flows.model import CheckinState, Contact, ContactState, Level, MessageId, Slot
from flows.planning import NEAR, Planned, still_makes_sense
from flows.programme import effective_level
from flows.situation import Situation
from flows.wording import fill
from storage import checkins, contacts, days, phones, programmes
from storage.checkins import Kept
from storage.transaction import Tx

Judge = Callable[[Situation, Talk, MessageId], tuple[Event, ...]]


def ask_checkin(tx: Tx, room: Room, checkin: str, *, now: datetime) -> None:
    """Show the opening, inside safe hours and only where the phone is free."""
    kept = checkins.get(tx, checkin)
    if kept is None or kept.state is not CheckinState.DUE:
        return
    contact = gather.the_contact(tx, room, kept.contact, now=now)
    level = effective_level(contact, now=now)
    version = programmes.form_version(tx, contact, kept.slot, level)
    is_mixed = level is Level.OPEN and same_nickname.is_held_back(tx, contact, kept.chat_hash)
    if version is None or is_mixed or not _is_wanted(tx, contact, kept, now=now):
        checkins.update(tx, checkin, state=CheckinState.CANCELLED, due_at=None, ended_at=now)
        return
    level = programmes.form_level(kept.slot, level)
    other = checkins.open_in_chat(tx, kept.chat_hash)
    free_at = now if other is None else phones.free_at(tx, other, kept) or now
    if free_at > now or not in_safe_hours(now, contact.hours):
        waits = next_safe(max(free_at, now), contact.hours)
        checkins.update(tx, checkin, due_at=waits)
        return
    if other is not None:
        give_way(tx, room, other, now=now)
    # A case may have moved to another version; what a family has seen once stays as it was.
    is_new = version != kept.content_version and not kept.is_put_off
    if level is not kept.level or is_new:
        checkins.update(tx, checkin, level=level, content_version=version)
        kept = checkins.get(tx, checkin) or kept
    select_items(tx, room, contact, kept, now=now)
    name = "asked_again" if kept.is_put_off else "asked"
    _happen(tx, room, checkin, name, lambda s, talk, _: lapses.ask(s, talk), now=now)


def _is_wanted(tx: Tx, contact: Contact, kept: Kept, *, now: datetime) -> bool:
    """Does the family take part, and does asking still make sense? The next one may be near: then
    that one does for both."""
    if contact.state is not ContactState.ACTIVE:
        return False
    if kept.slot is Slot.PULSE and phones.pulsed_lately(tx, kept, since=now - NEAR):
        return False  # a pulse names no child: one of them does for everybody on this phone
    then = programmes.place(tx, contact).next
    planned = Planned(at=kept.planned_at, slot=kept.slot)
    return still_makes_sense(planned, now, then=then)


def remind(tx: Tx, room: Room, checkin: str, *, now: datetime) -> None:
    """One silent reminder, if nothing has come back yet."""
    checkins.update(tx, checkin, remind_at=None)
    kept = checkins.get(tx, checkin)
    if kept is not None and kept.state is CheckinState.ASKED and not kept.is_reminded:
        checkins.update(tx, checkin, is_reminded=True)
        _happen(tx, room, checkin, "reminded", lambda s, talk, _: lapses.remind(s, talk), now=now)


def break_off(tx: Tx, room: Room, checkin: str, *, now: datetime) -> None:
    """Half an hour without an answer: the question leaves the phone."""
    checkins.update(tx, checkin, idle_at=None)
    kept = checkins.get(tx, checkin)
    if kept is not None and kept.state is CheckinState.OPEN:
        _happen(tx, room, checkin, f"idle:{now:%Y%m%dT%H%M%S}", lapses.idle, now=now)


def score_half_done(tx: Tx, room: Room, checkin: str, *, now: datetime) -> None:
    """A day after the first answer, what is there counts."""
    checkins.update(tx, checkin, score_at=None)
    kept = checkins.get(tx, checkin)
    if kept is not None and kept.state.is_open:
        _happen(tx, room, checkin, "half_done", lapses.half_done, now=now)


def give_way(tx: Tx, room: Room, other: Kept, *, now: datetime) -> None:
    """Nobody has answered it for two days, and it is another child's turn on this phone."""

    def judge(situation: Situation, talk: Talk, cause: MessageId) -> tuple[Event, ...]:
        return lapses.expire(situation, talk, cause, next_day=None)

    _happen(tx, room, other.id, "gave_way", judge, now=now)


def expire(tx: Tx, room: Room, checkin: str, *, now: datetime) -> None:
    """Five days after the opening: over, and counted as missed where nothing came back."""
    kept = checkins.get(tx, checkin)
    if kept is None or not (kept.state.is_open or kept.state is CheckinState.DUE):
        checkins.update(tx, checkin, expires_at=None)
        return
    if kept.slot is Slot.FORM:  # nothing of it is on a family's phone
        cause = f"{checkin}:expired"
        forms.end_here(tx, room, kept, CheckinState.EXPIRED, cause=cause, via="record", now=now)
        return
    next_day = _next_day(tx, room, kept)

    def judge(situation: Situation, talk: Talk, cause: MessageId) -> tuple[Event, ...]:
        return lapses.expire(situation, talk, cause, next_day=next_day)

    _happen(tx, room, checkin, "expired", judge, now=now)
    days.look(tx, kept.case, now)


def _happen(tx: Tx, room: Room, checkin: str, name: str, judge: Judge, *, now: datetime) -> None:
    """Gather, decide, record for one check-in at one of its moments."""
    kept = checkins.get(tx, checkin)
    if kept is None:
        raise LookupError(f"no check-in {checkin}")
    contact = gather.the_contact(tx, room, kept.contact, now=now)
    situation = gather.situation(tx, room, contact, kept, now=now)
    fall_back(tx, contact, situation.level, now=now)
    if situation.talk is None:
        raise LookupError(f"no talk for {checkin}")
    cause = MessageId(f"{checkin}:{name}")
    scene = scene_of(tx, situation, cause=cause, at=now)
    record(tx, room, scene, judge(situation, situation.talk, cause), now=now)


def _next_day(tx: Tx, room: Room, kept: Kept) -> str | None:
    """The day of the next check-in, in words."""
    contact = contacts.get(tx, kept.contact)
    return None if contact is None else day_in_words(room, contact, following_day(tx, contact.id))


def day_in_words(room: Room, contact: Contact, moment: datetime | None) -> str | None:
    """The day of the week on which this family will get something; None where nothing comes."""
    if moment is None:
        return None
    laid = within(contact.hours, room.content.calendar, near=moment)
    messages = room.content.messages
    weekday = answers_back.weekday_word(messages, next_safe(moment, laid), laid.timezone)
    return fill(messages.days["weekday"], hari=weekday)
