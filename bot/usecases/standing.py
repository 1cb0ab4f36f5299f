"""GATHER: where a case stands, for screens and for commands."""

from datetime import datetime

from bot.usecases.gather import zone_of
from bot.usecases.moments import SCORED_AFTER
from bot.usecases.room import kept_checkin
from flows.model import Case, CheckinState, ContactId
from flows.scoring import counted
from flows.standing import Standing, Taken, compared_with, days_since, measured
from storage import checkins, encounters, standings, totals
from storage.checkins import Kept
from storage.transaction import Tx


def standing_of(
    tx: Tx,
    case: Case,
    *,
    timezone: str,
    now: datetime,
    checkin: Kept | None = None,
    contact: ContactId | None = None,
) -> Standing:
    """Of `checkin`, else of the last one that was answered, by `contact` or by anybody. What it is
    compared with are earlier ones of the same contact; the two clocks belong to the child."""
    kept = checkin or standings.last_answered(tx, case.id, contact)
    earlier = totals.Earlier()
    if kept is not None:
        earlier = totals.of_contact(
            tx,
            case,
            kept.contact,
            timezone=zone_of(tx, kept.contact),
            other_than=kept.id,
            before=kept.ended_at or now,
        )
    spoken, seen = standings.spoken_at(tx, case.id), encounters.last_saw_child(tx, case.id)
    return Standing(
        last=None if kept is None else measured(_taken(tx, kept, now=now)),
        baseline=compared_with(case.baseline, earlier.at_home),
        last_total=earlier.last,
        days_since_spoken=days_since(spoken, now=now, timezone=timezone),
        days_since_child_seen=days_since(seen, now=now, timezone=timezone),
    )


def _taken(tx: Tx, kept: Kept, *, now: datetime) -> Taken:
    first = kept.first_answer_at
    is_day_old = first is not None and now - first >= SCORED_AFTER
    earlier = standings.answered_before(tx, kept)
    return Taken(
        checkin=kept_checkin(tx, kept.content_version),
        answers=checkins.answers(tx, kept.id),
        is_closed=not kept.state.is_open or is_day_old,
        is_finished=kept.state is CheckinState.FINISHED,
        before={} if earlier is None else counted(checkins.answers(tx, earlier.id)),
        left_out=kept.left_out,
    )
