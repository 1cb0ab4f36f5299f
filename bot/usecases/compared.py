"""GATHER: what a check-in is compared with: those before it, and what others say of the child."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.usecases.room import Room, kept_checkin
from flows.conversation_state import OPEN_LINE
from flows.history import Beside, Past, past_of, said_by
from flows.model import Contact, ContactKind, Slot
from flows.scoring import Given
from storage import earlier
from storage.checkins import Kept
from storage.earlier import Taken
from storage.transaction import Tx


def history(tx: Tx, kept: Kept, *, now: datetime) -> tuple[Past, ...]:
    """The last check-ins of the same contact that were over when this one was opened."""
    found = earlier.of_contact(tx, kept.contact, other_than=kept.id, before=kept.opened_at or now)
    return tuple(_past(tx, one) for one in found)


def beside(tx: Tx, room: Room, contact: Contact, kept: Kept, *, now: datetime) -> Beside:
    """Totals of another caregiver and answers of the school, as far as they are fresh: how fresh is
    content. A form about an earlier day looks back from that day."""
    until = _until(kept, now)
    days, is_school = room.content.comparing, contact.kind is ContactKind.SCHOOL
    since = until - timedelta(days=max(days.contacts_days, days.school_days))
    found = earlier.beside(tx, kept.case, contact.id, since=since, until=until)
    if not found:
        return Beside()
    lately = until - timedelta(days=days.contacts_days)
    at_school = until - timedelta(days=days.school_days)
    theirs = [one for one in found if one.kind is ContactKind.CAREGIVER]
    totals = [] if is_school else [one for one in theirs if one.ended_at >= lately]
    other = theirs if is_school else [one for one in found if one.kind is ContactKind.SCHOOL]
    return Beside(
        total=_last_total(tx, totals),
        answers=_shared(tx, kept, [one for one in other if one.ended_at >= at_school]),
    )


def _until(kept: Kept, now: datetime) -> datetime:
    if kept.slot is Slot.FORM:
        return kept.opened_at or now
    return kept.ended_at or now


def _last_total(tx: Tx, found: Sequence[Taken]) -> int | None:
    totals = (_past(tx, one).total for one in reversed(found))
    return next((total for total in totals if total is not None), None)


def _shared(tx: Tx, kept: Kept, found: Sequence[Taken]) -> dict[str, int]:
    """Answers to the items that both are asked, by the items of this check-in; the latest count."""
    mine, values = kept_checkin(tx, kept.content_version), dict[str, int]()
    for one in found:
        values |= said_by(kept_checkin(tx, one.content_version), _given(one), to=mine)
    return values


def _past(tx: Tx, one: Taken) -> Past:
    return past_of(
        kept_checkin(tx, one.content_version),
        _given(one),
        left_out=one.left_out,
        by_staff=one.slot is Slot.FORM,
        id=one.id,
    )


def _given(one: Taken) -> tuple[Given, ...]:
    return tuple(answer for answer in one.answers if answer.item != OPEN_LINE)
