"""A human pauses a case, lets it go on, makes it longer, or plans and takes back its goodbye."""

from datetime import date, datetime

from bot.usecases import ends, follow_plan
from bot.usecases.casework import Decision, note, replan, taken_up, today
from bot.usecases.errors import Refused
from bot.usecases.room import Room
from flows.hours import at
from flows.model import Case, CaseState, Contact, ContactKind
from flows.planning import PARTING, ends_after
from storage import cases, outbox, programmes
from storage.transaction import Tx

MOST_EXTRA = 104  # weeks
SOON = "goodbye_soon"


def pause(
    tx: Tx, room: Room, code: str, why: Decision, *, until: date | None, now: datetime
) -> Case:
    """Nothing is sent until somebody says so, or until that day. Of a pause: another day."""
    case = taken_up(tx, code, why)
    if until is not None and until <= today(room, now):
        raise Refused(f"{until} is not ahead: give the day on which it goes on as --until.")
    cases.update(tx, case.id, state=CaseState.PAUSED, paused_until=until)
    ends.pause(tx, room, cases.get(tx, case.id), now=now)
    note(tx, case, why, "paused", now=now, until=None if until is None else str(until))
    return case


def resume(tx: Tx, room: Room, code: str, why: Decision, *, now: datetime) -> Case:
    """It goes on with the next check-in of the old rhythm. A closed case is open again: whoever had
    left it is written to once they have a new link, or have written MULAI."""
    case = taken_up(tx, code, why, is_closed_too=True)
    if case.state is CaseState.ACTIVE:
        raise Refused(f"{code} is neither paused nor closed.")
    if case.state is CaseState.CLOSED:
        cases.update(tx, case.id, closes_on=None)
    note(tx, case, why, "resumed", now=now, was=case.state)
    ends.resume(tx, room, case, actor=why.actor, now=now)
    follow_plan.ask_if_over(tx, room, cases.get(tx, case.id), now=now)
    return case


def extend(tx: Tx, room: Room, code: str, why: Decision, *, weeks: int, now: datetime) -> Case:
    """The programme is longer by that many weeks, also after it was over."""
    case = taken_up(tx, code, why)
    extra = case.extra_weeks + weeks
    if extra > MOST_EXTRA:
        raise Refused(
            f"{code} has {case.extra_weeks} weeks more already, and {MOST_EXTRA} are the most."
        )
    cases.update(tx, case.id, extra_weeks=extra)
    _check_ahead(tx, room, case, now=now)
    replan(tx, room, case, now=now)
    note(tx, case, why, "extended", now=now, weeks=weeks, extra_weeks=extra)
    return case


def _check_ahead(tx: Tx, room: Room, case: Case, *, now: datetime) -> None:
    """Weeks that are over already would be no longer programme at all."""
    plans = [
        programmes.plan_of(tx, one, now=now)
        for one in ends.active(tx, room, case, now=now)
        if one.kind is ContactKind.CAREGIVER
    ]
    last = max(map(ends_after, plans), default=date.max)
    if last < today(room, now):
        more = (today(room, now) - last).days // 7 + 1
        raise Refused(
            f"With these weeks the programme of {case.code} would still be over since {last}. "
            f"Give at least {more} weeks more."
        )


def close(
    tx: Tx,
    room: Room,
    code: str,
    why: Decision,
    *,
    on: date | None,
    is_silent: bool,
    now: datetime,
) -> Case:
    """The goodbye: at once, or on a day that the family hears of two weeks before."""
    case = taken_up(tx, code, why)
    here = today(room, now)
    if on is not None and on < here:
        raise Refused(f"{on} is over. Leave out --on to close {code} at once.")
    if on is not None and on > here:
        _plan_goodbye(tx, room, case, on, is_silent=is_silent, now=now)
        note(tx, case, why, "close_planned", now=now, on=str(on))
        return case
    ends.close_now(tx, room, case, is_silent=is_silent, now=now)
    note(tx, case, why, "closed", now=now, silent=int(is_silent))
    return case


def _plan_goodbye(
    tx: Tx, room: Room, case: Case, on: date, *, is_silent: bool, now: datetime
) -> None:
    if is_silent:
        raise Refused("A goodbye that is planned is a message. Leave out --on or --silent.")
    people = ends.active(tx, room, case, now=now)
    families = [one for one in people if one.kind is ContactKind.CAREGIVER]
    if not families:
        raise Refused(
            f"Nobody of the family of {case.code} takes part, so that nobody can be told. Leave "
            "out --on to close it at once."
        )
    cases.update(tx, case.id, closes_on=on)
    replan(tx, room, case, now=now)
    for contact in families:
        is_told = case.closes_on is not None and _tells_at(contact, case.closes_on) <= now
        if case.state is CaseState.ACTIVE and _tells_at(contact, on) <= now and not is_told:
            ends.say(tx, room, contact, SOON, now=now)


def _tells_at(contact: Contact, on: date) -> datetime:
    """When the family hears that the goodbye is near; where that is over, it hears so at once."""
    return at(on - PARTING, contact.hours.start, contact.hours.timezone)


def keep_open(tx: Tx, room: Room, code: str, why: Decision, *, now: datetime) -> Case:
    """Take a planned goodbye back: check-ins go on in their rhythm."""
    case = taken_up(tx, code, why)
    if case.closes_on is None:
        raise Refused(f"No goodbye is planned for {code}.")
    cases.update(tx, case.id, closes_on=None)
    for contact in ends.active(tx, room, case, now=now):
        outbox.cancel_named(tx, owner_id=contact.id, prefix=f"{SOON}:")
    replan(tx, room, case, now=now)
    note(tx, case, why, "kept_open", now=now, was=str(case.closes_on))
    follow_plan.ask_if_over(tx, room, cases.get(tx, case.id), now=now)
    return case
