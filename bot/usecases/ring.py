"""Let a chain do its next step: tell who is to be told, in rows, and say when it goes on."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.usecases import screens
from bot.usecases.post import post
from bot.usecases.room import Room
from flows import escalation
from flows.definition import Chain, Step, Urgencies
from flows.escalation import Advance
from flows.model import AlertKind, AlertState, StaffId, Urgency
from flows.programme import next_working
from storage import alerts, chains, locks, staff
from storage.alerts import Alert
from storage.hands import NOTICE
from storage.outbox import Lane, Outgoing
from storage.transaction import Tx

log = logging.getLogger(__name__)


def chain_for(
    room: Room, kind: AlertKind, urgency: Urgency, *, timezone: str, now: datetime
) -> Chain:
    """The chain of an urgency, as content has it, with what two kinds of task need otherwise.

    A new contact may be standing in front of the worker, and unsure words may be a child in
    danger: both are told at any hour. Unsure words ring after their time."""
    urgencies = room.content.urgencies
    chain = urgencies.chains[urgency]
    if kind is AlertKind.NEW_CONTACT:
        return replace(chain, in_working_hours=False)
    if kind is AlertKind.UNSURE_WORDS:
        is_night = next_working(now, urgencies.working, timezone) > now
        return _chain_of_unsure(urgencies, chain, is_night=is_night)
    return chain


def _chain_of_unsure(urgencies: Urgencies, chain: Chain, *, is_night: bool) -> Chain:
    """By day without sound. While nobody works a silent notice would be read by nobody: then it
    makes a sound, and supervisors are asked too before it rings."""
    steps = [Step(after_minutes=0, tell=("worker", "duty"))]
    again = urgencies.unsure_words_night_minutes
    if is_night and again is not None:
        steps += [Step(after_minutes=again, tell=("worker", "duty", "supervisor"))]
    steps += [Step(after_minutes=urgencies.unsure_words_minutes, tell=())]
    return replace(chain, in_working_hours=False, makes_sound=is_night, steps=tuple(steps))


def step(tx: Tx, room: Room, alert_id: str, *, now: datetime) -> None:
    """The step that is due: of a new alert the first one, at once or when working hours begin.

    Nobody reachable: it waits for somebody who links later."""
    alert = _the(tx, alert_id)
    if alert.state is not AlertState.OPEN:
        return
    zone, working = zone_of(tx, room, alert.worker), room.content.urgencies.working
    begins = escalation.starts_at(alert.chain, now=now, working=working, timezone=zone)
    if begins > now:
        alerts.update(tx, alert.id, escalate_at=begins, is_waiting=False)
        return
    rings_at = _rings_at(alert)
    if rings_at is not None and rings_at <= now:
        raise_to_critical(tx, room, alert, now=now)
        return
    chain = partial(
        escalation.advance, alert.chain, _next(alert), now=now, working=working, timezone=zone
    )
    advanced = _reaching(tx, alert, chain)
    if alert.kind is AlertKind.UNSURE_WORDS and not advanced.tell:
        raise_to_critical(tx, room, alert, now=now)
        return
    if not advanced.tell:
        log.error("nobody can be told", extra={"action": "alert_waits", "alert": alert.id})
    number = chains.times_told(tx, alert.id)
    for person in advanced.tell:
        row = f"{NOTICE}:{alert.id}:{alert.round}:{number}:{person}"
        _notify(tx, room, alert, person, row, now=now)
    chains.told(tx, alert, advanced.tell, step=advanced.step, now=now)
    alerts.update(
        tx,
        alert.id,
        step=alert.step if advanced.next_step is None else advanced.next_step,
        escalate_at=_at_last(alert, advanced, rings_at),
        is_waiting=not advanced.tell,
    )


def _rings_at(alert: Alert) -> datetime | None:
    """When unsure words have waited long enough, whoever was asked meanwhile."""
    if alert.kind is not AlertKind.UNSURE_WORDS:
        return None
    return alert.opened_at + timedelta(minutes=alert.chain.steps[-1].after_minutes)


def _next(alert: Alert) -> int:
    """The step to do. Unsure words whose last reader has lost their phone are asked anew."""
    is_last = alert.step == len(alert.chain.steps) - 1
    return 0 if is_last and alert.kind is AlertKind.UNSURE_WORDS else alert.step


def _at_last(alert: Alert, advanced: Advance, rings_at: datetime | None) -> datetime | None:
    """When the chain goes on; unsure words never wait beyond their time."""
    if rings_at is None or advanced.next_at is None:
        return advanced.next_at
    is_last = advanced.next_step == len(alert.chain.steps) - 1
    return rings_at if is_last else min(advanced.next_at, rings_at)


def waiting(tx: Tx) -> tuple[str, ...]:
    """What waits for somebody, for one who can be reached from now on: until the commit nothing
    else begins to wait. Whoever asks has locked what waited so far."""
    locks.reach(tx)
    found = chains.waiting(tx)
    locks.alerts(tx, *found)  # what began to wait since
    return found


def raise_to_critical(tx: Tx, room: Room, alert: Alert, *, now: datetime) -> None:
    """Unsure words that nobody has judged in time, or that somebody confirmed, ring the chain."""
    raise_to(tx, room, alert, Urgency.CRITICAL, kind=AlertKind.ALERT, now=now)


def ring_anew(tx: Tx, room: Room, alert_id: str, *, now: datetime) -> None:
    """The one who took it cannot be reached any more: it is everybody's again."""
    alert = _the(tx, alert_id)
    raise_to(tx, room, alert, alert.urgency, kind=alert.kind, now=now)


def show_to(
    tx: Tx, room: Room, alert_id: str, person: StaffId, *, cause: str, now: datetime
) -> None:
    """The notice once more on a phone that this person has connected since."""
    _notify(tx, room, _the(tx, alert_id), person, f"{NOTICE}:{alert_id}:{cause}", now=now)


def raise_to(
    tx: Tx, room: Room, alert: Alert, urgency: Urgency, *, kind: AlertKind, now: datetime
) -> None:
    """Rings anew with the chain of the higher urgency, even after somebody took it."""
    chain = chain_for(room, kind, urgency, timezone=zone_of(tx, room, alert.worker), now=now)
    alerts.update(
        tx,
        alert.id,
        kind=kind,
        urgency=urgency,
        state=AlertState.OPEN,
        chain=escalation.chain_as_json(chain),
        round=alert.round + 1,
        step=0,
        acknowledged_by=None,
        acknowledged_at=None,
        tries=0,
        outcome=None,
        closed_by=None,
        closed_at=None,
        note_from=None,
    )
    step(tx, room, alert.id, now=now)


def _notify(tx: Tx, room: Room, alert: Alert, person: StaffId, row: str, *, now: datetime) -> None:
    address = staff.address(tx, person)
    if address is None:
        return
    post(
        tx,
        room,
        Outgoing(
            id=row,
            lane=Lane.ALERT if alert.kind is AlertKind.ALERT else Lane.ANSWER,
            kind=NOTICE,
            verb="send",
            address=address,
            payload=screens.notice(alert),
            not_before=now,
            alert=alert.id,
        ),
        now=now,
        code=alert.code,
    )


def _reaching(tx: Tx, alert: Alert, chain: Callable[..., Advance]) -> Advance:
    """The step for those who can be reached. Before it is said that nobody can, it is looked
    again: whoever comes within reach this moment is seen here, or sees there what waits."""
    advanced = _for_anybody(tx, alert, chain)
    if not advanced.tell:
        locks.reach(tx)
        advanced = _for_anybody(tx, alert, chain)
    if not advanced.tell:
        staff.nobody_is_missing(tx)  # else it is tried again, and the alert does not begin to wait
    return advanced


def _for_anybody(tx: Tx, alert: Alert, chain: Callable[..., Advance]) -> Advance:
    """Supervisors stand in for a worker without a phone, and for strangers."""
    reach = staff.reach(tx, alert.worker)
    advanced = chain(reach=reach)
    if advanced.tell:
        return advanced
    return chain(reach={**reach, "worker": reach["supervisor"]})


def zone_of(tx: Tx, room: Room, worker: StaffId | None) -> str:
    """Where the working hours of a case are kept."""
    person = None if worker is None else staff.get(tx, worker)
    return room.timezone if person is None else person.timezone


def _the(tx: Tx, alert_id: str) -> Alert:
    found = alerts.get(tx, alert_id)
    if found is None:
        raise LookupError(f"no alert {alert_id}")
    return found
