"""The moments of a check-in: when it is asked again, breaks off, is scored, expires."""

from datetime import datetime, timedelta

from bot.usecases.scene import Scene
from flows.events import CheckinMoved
from flows.hours import next_safe
from flows.model import CheckinState, Slot
from storage import checkins
from storage.checkins import Kept
from storage.transaction import Tx

REMIND_AFTER = timedelta(hours=24)
IDLE_AFTER = timedelta(minutes=30)
SCORED_AFTER = timedelta(hours=24)  # a check-in left half done
EXPIRES_AFTER = timedelta(days=5)

ENDED = (CheckinState.FINISHED, CheckinState.PULSED, CheckinState.EXPIRED, CheckinState.CANCELLED)


def move(tx: Tx, scene: Scene, event: CheckinMoved, *, now: datetime) -> None:
    """Write the new state with the moments that count from now on."""
    kept = checkins.get(tx, event.checkin)
    if kept is None:
        raise LookupError(f"no check-in {event.checkin}")
    match event.state:
        case CheckinState.ASKED:
            moments = _asked(scene, kept, now)
        case CheckinState.OPEN:
            moments = {"remind_at": None}
        case CheckinState.DUE:
            moments = {"due_at": event.due_at, "remind_at": None}
        case CheckinState.PAUSED:
            moments = {"idle_at": None}
        case _:
            moments = {**dict.fromkeys(checkins.MOMENTS), "ended_at": now}
    if event.state is CheckinState.OPEN:
        moments |= _since_first_answer(tx, event, kept.first_answer_at, now)
    checkins.move(tx, event, **moments)
    if event.state in ENDED:
        checkins.release_queued(tx, kept.chat_hash, now=now)


def _asked(scene: Scene, kept: Kept, now: datetime) -> dict[str, datetime | None]:
    """Asked for the first time, or once more after "Nanti": five days count from the first, and a
    reminder that has been sent is not sent again, nor one of a pulse."""
    opened, remind_at = kept.opened_at or now, next_safe(now + REMIND_AFTER, scene.contact.hours)
    is_once = kept.is_reminded or kept.slot is Slot.PULSE
    return {
        "due_at": None,
        "opened_at": opened,
        "remind_at": None if is_once else remind_at,
        "expires_at": opened + EXPIRES_AFTER,
    }


def _since_first_answer(
    tx: Tx, event: CheckinMoved, first: datetime | None, now: datetime
) -> dict[str, datetime | None]:
    """Half an hour and a day both count from answers, not from the opening."""
    if first is not None:
        return {"idle_at": now + IDLE_AFTER}
    if not checkins.answers(tx, event.checkin):
        return {}
    return {
        "first_answer_at": now,
        "idle_at": now + IDLE_AFTER,
        "score_at": now + SCORED_AFTER,
    }
