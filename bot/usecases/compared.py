"""GATHER: what a check-in is compared with: those before it, and what others say of the child."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from bot.usecases.room import Room, kept_checkin
from flows.conversation_state import OPEN_LINE
from flows.history import Beside, Past, past_of, said_by
from flows.model import Contact, ContactKind, Slot
from flows.scoring import Given, score
from storage import checkins, earlier
from storage.checkins import Kept
from storage.earlier import Over, Taken
from storage.transaction import Tx
from storage.vault import Vault

REMEMBERED = 2000  # check-ins; those of some 150 families who are answering
_PASTS: WeakKeyDictionary[Vault, dict[str, tuple[Over, Past]]] = WeakKeyDictionary()
"""Of each database, by check-in, with what was known of it then: where an answer came since, it is
read anew."""


def history(tx: Tx, kept: Kept, *, now: datetime) -> tuple[Past, ...]:
    """The last check-ins of the same contact that were over when this one was opened."""
    found = earlier.of_contact(tx, kept.contact, other_than=kept.id, before=kept.opened_at or now)
    return tuple(_remembered(tx, one) for one in found)


def _remembered(tx: Tx, one: Over) -> Past:
    """What is over hardly ever changes, and is looked at again at each tap of the next."""
    pasts = _PASTS.setdefault(tx.vault, {})
    known = pasts.get(one.id)
    if known is not None and known[0] == one:
        return known[1]
    past = past_of(
        kept_checkin(tx, one.content_version),
        _told(checkins.answers(tx, one.id)),
        left_out=frozenset(json.loads(one.left_out)),
        by_staff=one.slot is Slot.FORM,
        id=one.id,
    )
    if len(pasts) >= REMEMBERED:
        pasts.clear()
    pasts[one.id] = (one, past)
    return past


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
    totals = (_total(tx, one) for one in reversed(found))
    return next((total for total in totals if total is not None), None)


def _shared(tx: Tx, kept: Kept, found: Sequence[Taken]) -> dict[str, int]:
    """Answers to the items that both are asked, by the items of this check-in; the latest count."""
    mine, values = kept_checkin(tx, kept.content_version), dict[str, int]()
    for one in found:
        values |= said_by(kept_checkin(tx, one.content_version), _told(one.answers), to=mine)
    return values


def _total(tx: Tx, one: Taken) -> int | None:
    form = kept_checkin(tx, one.content_version)
    return score(form, _told(one.answers), is_closed=True).total


def _told(answers: Sequence[Given]) -> tuple[Given, ...]:
    """Without what staff noted beside the items."""
    return tuple(answer for answer in answers if answer.item != OPEN_LINE)
