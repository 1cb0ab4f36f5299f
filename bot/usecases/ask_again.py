"""After a gap in which taps may be lost: open questions once more, at A, inside safe hours.

The gap stays among the settings until nobody is left to ask; each question has an id derived from
its end, so a crash on the way neither loses one nor doubles it.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.usecases import gather, sending
from bot.usecases.record import record
from bot.usecases.room import Room
from bot.usecases.scene import scene_of
from flows import lapses
from flows.conversation_state import OPEN_LINE
from flows.hours import next_safe
from flows.model import ContactState, Level, MessageId
from flows.programme import effective_level
from storage import checkins, contacts, gaps, locks, settings, unanswered
from storage.errors import KeyFileOutdated, SealError
from storage.gaps import Gap
from storage.transaction import Tx
from storage.unanswered import Shown

log = logging.getLogger(__name__)

DAMAGED = (SealError, ValueError, LookupError, TypeError, AttributeError)

AT_ONCE = 50  # looked at in one piece: alerts must not wait behind them
SAFETY, CHECKIN, REST = "safety:", "checkin:", "gap"
WITHOUT_KEY = timedelta(minutes=1)
A_MOMENT = timedelta(seconds=5)  # until what somebody has just written is handled


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """A page of those who may have to be asked again; `after` is where the next one begins, None
    behind the last."""

    shown: tuple[Shown, ...]
    after: str | None


def due(tx: Tx, *, now: datetime) -> tuple[str, ...]:
    """What may be asked again now, of one piece: `safety:` with a contact, or a check-in. Then the
    step to the next piece: all that takes time is done here, where nothing is written."""
    gap = gaps.pending(tx, settings.MISSED)
    if gap is None or gap.due_at is None or gap.due_at > now:
        return ()
    piece = _piece(tx, gap)
    ready, later = [], [] if gap.later_at is None else [gap.later_at]
    for shown in piece.shown:
        at = _may_be_asked_at(tx, shown, now=now)
        if at is not None and at <= now:
            ready.append(shown.checkin or f"{SAFETY}{shown.contact}")
        elif at is not None:
            later.append(at)
    then = min(later).isoformat() if later else ""
    return (*ready, "|".join((REST, _place(gap), piece.after or "", then)))


def ask_again(tx: Tx, room: Room, row: str, *, now: datetime) -> None:
    """One of those that `due` has named; somebody may have answered since."""
    gap = gaps.pending(tx, settings.MISSED)
    if gap is None or gap.due_at is None:
        return  # closed already, or it has become longer since
    if row.startswith(f"{REST}|"):
        _go_on(tx, gap, row)
        return
    try:
        _ask(tx, room, gap, row, now=now)
    except KeyFileOutdated:  # nobody is passed over for it: all of them are looked at again
        gaps.falls_due(tx, settings.MISSED, at=now + WITHOUT_KEY)


def _ask(tx: Tx, room: Room, gap: Gap, row: str, *, now: datetime) -> None:
    if row.startswith(SAFETY):
        shown = unanswered.safety_question(tx, gap, row.removeprefix(SAFETY))
        if shown is not None:
            _ask_safety(tx, room, shown, gap, now=now)
    else:
        shown = unanswered.checkin(tx, gap, row)
        if shown is not None:
            _ask_checkin(tx, room, shown, gap, now=now)


def lock(tx: Tx, row: str) -> None:
    """Nobody else decides about this family meanwhile, nor asks the same again."""
    if row.startswith(SAFETY):
        locks.contact(tx, row.removeprefix(SAFETY))
    elif not row.startswith(f"{REST}|"):
        locks.checkin(tx, row)
    locks.named(tx, settings.MISSED)


def put_off(tx: Tx, row: str, *, now: datetime, until: datetime) -> None:
    """A family that failed is passed over: the others must not be looked at again for it."""
    if row.startswith(f"{REST}|"):
        gaps.falls_due(tx, settings.MISSED, at=until)


def next_moment(tx: Tx) -> datetime | None:
    """When somebody may be asked again, past or future."""
    gap = gaps.pending(tx, settings.MISSED)
    return None if gap is None else gap.due_at


def _piece(tx: Tx, gap: Gap) -> _Piece:
    """The safety questions first: they go out before others of the same chat."""
    if not gap.after.startswith(CHECKIN):
        who = unanswered.families(tx, after=gap.after.removeprefix(SAFETY), limit=AT_ONCE)
        asked = [_safety_question(tx, gap, one) for one in who]
        after = f"{SAFETY}{who[-1]}" if len(who) == AT_ONCE else CHECKIN
        return _Piece(shown=tuple(one for one in asked if one is not None), after=after)
    last = gap.after.removeprefix(CHECKIN)
    shown = unanswered.checkins(tx, gap, after=last, limit=AT_ONCE)
    is_over = len(shown) < AT_ONCE
    return _Piece(shown=shown, after=None if is_over else f"{CHECKIN}{shown[-1].checkin}")


def _safety_question(tx: Tx, gap: Gap, contact: str) -> Shown | None:
    try:
        return unanswered.safety_question(tx, gap, contact)
    except KeyFileOutdated:
        raise
    except DAMAGED as error:
        _pass_over(f"contact:{contact}", error)
        return None


def _pass_over(row: str, error: Exception) -> None:
    """One damaged family keeps no other from being asked."""
    extra = {"action": "not_asked_again", "row": row, "error": type(error).__name__}
    log.error("a family is not asked again", extra=extra)


def _go_on(tx: Tx, gap: Gap, row: str) -> None:
    """A piece is done. After the last one the gap waits for the next who may be asked, or is
    over."""
    _, place, after, then = row.split("|")
    later = datetime.fromisoformat(then) if then else None
    if place != _place(gap):
        return  # it has begun anew since, or another process has gone on
    if after:
        gaps.goes_on(tx, settings.MISSED, after=after, later_at=later)
    elif later is not None:
        gaps.falls_due(tx, settings.MISSED, at=later)
    else:
        gaps.close(tx, settings.MISSED)


def _place(gap: Gap) -> str:
    """Of which gap, and how far: a piece counts only where it was looked for."""
    return f"{gap.name}>{gap.due_at}>{gap.after}"


def _may_be_asked_at(tx: Tx, shown: Shown, *, now: datetime) -> datetime | None:
    """From when on this contact may be asked; None if never."""
    try:
        return _moment_for(tx, shown, now=now)
    except KeyFileOutdated:
        raise
    except DAMAGED as error:
        _pass_over(shown.row, error)
        return None


def _moment_for(tx: Tx, shown: Shown, *, now: datetime) -> datetime | None:
    contact = contacts.get(tx, shown.contact)
    if contact is None:
        raise LookupError(f"no contact {shown.contact}")
    is_open = effective_level(contact, now=now) is Level.OPEN
    if contact.state is not ContactState.ACTIVE or not is_open:
        return None
    if shown.checkin is not None and _is_done_but_words(tx, shown.checkin):
        return None
    return next_safe(now + A_MOMENT if shown.has_written else now, contact.hours)


def _is_done_but_words(tx: Tx, checkin: str) -> bool:
    """Only the open line is left: it closes by itself."""
    kept = checkins.get(tx, checkin)
    return kept is None or kept.path[-1:] == (OPEN_LINE,)


def _ask_checkin(tx: Tx, room: Room, shown: Shown, gap: Gap, *, now: datetime) -> None:
    at, kept = _may_be_asked_at(tx, shown, now=now), checkins.get(tx, shown.checkin or "")
    if kept is None or at is None or at > now:
        return
    contact = gather.the_contact(tx, room, kept.contact, now=now)
    situation = gather.situation(tx, room, contact, kept, now=now)
    if situation.talk is not None:
        cause = MessageId(f"{kept.id}:after_gap:{gap.name}")
        scene = scene_of(tx, situation, cause=cause, at=now)
        record(tx, room, scene, lapses.ask_again(situation, situation.talk), now=now)


def _ask_safety(tx: Tx, room: Room, shown: Shown, gap: Gap, *, now: datetime) -> None:
    at = _may_be_asked_at(tx, shown, now=now)
    if at is None or at > now:
        return
    contact = gather.the_contact(tx, room, shown.contact, now=now)
    situation = gather.situation(tx, room, contact, None, now=now)
    cause = MessageId(f"{SAFETY}{contact.id}:after_gap:{gap.name}")
    scene = scene_of(tx, situation, cause=cause, at=now)
    record(tx, room, scene, lapses.ask_safety_again(situation), now=now)
    sending.unkeyboard(tx, room, scene, shown.row, now=now)
