"""After a gap in which taps may be lost: open questions once more, at A, inside safe hours.

The gap stays among the settings until nobody is left to ask; each question has an id derived from
its end, so a crash on the way neither loses one nor doubles it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from bot.usecases import gather, sending
from bot.usecases.record import record
from bot.usecases.room import Room
from bot.usecases.scene import scene_of
from flows import lapses
from flows.conversation_state import OPEN_LINE
from flows.model import ContactId, ContactState, Level, MessageId
from flows.programme import effective_level, next_safe
from storage import checkins, gaps, locks, settings, unanswered
from storage.gaps import Gap
from storage.transaction import Tx
from storage.unanswered import Shown

AT_ONCE = 200  # in one pass: alerts must not wait behind them
SAFETY, REST = "safety:", "gap:"
A_MOMENT = timedelta(seconds=5)  # until what somebody has just written is handled


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """A question to ask again, `name` says which, from `at` on."""

    name: str
    at: datetime


def due(tx: Tx, *, now: datetime) -> tuple[str, ...]:
    """What may be asked again now: `safety:` with a contact, or a check-in. Once there is nothing,
    the gap itself, to be closed or left until the next of them may be written to."""
    gap = gaps.pending(tx, settings.MISSED)
    if gap is None or gap.due_at is None or gap.due_at > now:
        return ()
    ready = (one.name for one in _wanted(tx, gap, now=now) if one.at <= now)
    return tuple(islice(ready, AT_ONCE)) or (f"{REST}{gap.name}",)


def ask_again(tx: Tx, room: Room, row: str, *, now: datetime) -> None:
    """One of those that `due` has named; somebody may have answered since."""
    gap = gaps.pending(tx, settings.MISSED)
    if gap is None or gap.due_at is None:
        return  # closed already, or it has become longer since
    if row.startswith(REST):
        _rest(tx, gap, now=now)
    elif row.startswith(SAFETY):
        for shown in unanswered.safety_questions(tx, gap, only=row.removeprefix(SAFETY)):
            _ask_safety(tx, room, shown, gap, now=now)
    else:
        for shown in unanswered.checkins(tx, gap, only=row):
            _ask_checkin(tx, room, shown, gap, now=now)


def lock(tx: Tx, row: str) -> None:
    """Nobody else decides about this family meanwhile, nor asks the same again."""
    if row.startswith(SAFETY):
        locks.contact(tx, row.removeprefix(SAFETY))
    elif not row.startswith(REST):
        locks.checkin(tx, row)
    locks.named(tx, settings.MISSED)


def put_off(tx: Tx, _: str, *, now: datetime, until: datetime) -> None:
    """One of them has failed; the others are done by now."""
    gaps.falls_due(tx, settings.MISSED, at=until)


def next_moment(tx: Tx) -> datetime | None:
    """When somebody may be asked again, past or future."""
    gap = gaps.pending(tx, settings.MISSED)
    return None if gap is None else gap.due_at


def _wanted(tx: Tx, gap: Gap, *, now: datetime) -> Iterator[_Wanted]:
    """The safety questions first: they go out before others of the same chat."""
    for shown in unanswered.safety_questions(tx, gap):
        at = _may_be_asked_at(tx, shown, now=now)
        if at is not None:
            yield _Wanted(name=f"{SAFETY}{shown.contact}", at=at)
    for shown in unanswered.checkins(tx, gap):
        at = _may_be_asked_at(tx, shown, now=now)
        if at is not None and shown.checkin is not None:
            yield _Wanted(name=shown.checkin, at=at)


def _may_be_asked_at(tx: Tx, shown: Shown, *, now: datetime) -> datetime | None:
    """From when on this contact may be asked; None if never."""
    try:
        contact = gather.the_contact(tx, shown.contact)
        is_open = effective_level(contact, now=now) is Level.OPEN
        if contact.state is not ContactState.ACTIVE or not is_open:
            return None
        if shown.checkin is not None and _is_done_but_words(tx, shown.checkin):
            return None
        return next_safe(now + A_MOMENT if shown.has_written else now, contact.hours)
    except unanswered.DAMAGED as error:
        unanswered.passed_over(shown.row, error)
        return None


def _is_done_but_words(tx: Tx, checkin: str) -> bool:
    """Only the open line is left: it closes by itself."""
    kept = checkins.get(tx, checkin)
    return kept is None or kept.path[-1:] == (OPEN_LINE,)


def _ask_checkin(tx: Tx, room: Room, shown: Shown, gap: Gap, *, now: datetime) -> None:
    at, kept = _may_be_asked_at(tx, shown, now=now), checkins.get(tx, shown.checkin or "")
    if kept is None or at is None or at > now:
        return
    contact = gather.the_contact(tx, kept.contact)
    situation = gather.situation(tx, room, contact, kept, now=now)
    if situation.talk is not None:
        cause = MessageId(f"{kept.id}:after_gap:{gap.name}")
        scene = scene_of(tx, situation, cause=cause, at=now)
        record(tx, room, scene, lapses.ask_again(situation, situation.talk), now=now)


def _ask_safety(tx: Tx, room: Room, shown: Shown, gap: Gap, *, now: datetime) -> None:
    at = _may_be_asked_at(tx, shown, now=now)
    if at is None or at > now:
        return
    contact = gather.the_contact(tx, ContactId(shown.contact))
    situation = gather.situation(tx, room, contact, None, now=now)
    cause = MessageId(f"{SAFETY}{contact.id}:after_gap:{gap.name}")
    scene = scene_of(tx, situation, cause=cause, at=now)
    record(tx, room, scene, lapses.ask_safety_again(situation), now=now)
    sending.unkeyboard(tx, room, scene, shown.row, now=now)


def _rest(tx: Tx, gap: Gap, *, now: datetime) -> None:
    moments = [one.at for one in _wanted(tx, gap, now=now)]
    if moments:
        gaps.falls_due(tx, settings.MISSED, at=min(moments))
    else:
        gaps.close(tx, settings.MISSED)
