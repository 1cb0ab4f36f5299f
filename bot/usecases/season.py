"""What one check-in leaves out, decided as it is asked: by its number in the family, and season."""

from datetime import datetime

from bot.usecases.room import Room, kept_checkin
from flows.hours import local
from flows.model import Contact
from flows.selection import left_out
from storage import selections
from storage.checkins import Kept
from storage.transaction import Tx


def select_items(tx: Tx, room: Room, contact: Contact, kept: Kept, *, now: datetime) -> None:
    """Keep with the check-in which of its items this family is not asked now."""
    items = left_out(
        kept_checkin(tx, kept.content_version),
        number=selections.number_of(tx, contact.id, kept.id),
        in_school_holidays=in_school_holidays(room, contact, now=now),
    )
    if items != kept.left_out:
        selections.leave_out(tx, kept.id, items)


def in_school_holidays(room: Room, contact: Contact, *, now: datetime) -> bool:
    """Are the schools closed for longer where this family lives?"""
    today = local(now, contact.hours.timezone).date()
    return room.content.calendar.in_school_holidays(today)
