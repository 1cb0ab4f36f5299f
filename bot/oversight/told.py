"""From alerts: each is with somebody, or on its way to somebody, and nobody is passed over."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from sqlalchemy import func, select

from bot.oversight.look import Finding, Found, Kept, Look, by_column, existing
from flows.escalation import chain_from_json
from flows.model import AlertState
from storage import alerts, staff, tables
from storage.hands import NOTICE
from storage.transaction import Tx
from storage.turns import State

PATIENCE = timedelta(minutes=5)
NEWEST_NOTES = 50_000
"""So far back a tap is looked for in the journal, which has no index by its object."""

NEVER_CAME = (State.DEAD, State.CANCELLED, State.EXPIRED, State.REPLACED)


def without_reason(tx: Tx, _: Look, rows: Sequence[Kept]) -> Found:
    """An alert of which nobody could say why."""
    facts = existing(tx, tables.facts.c.alert_id, [row.id for row in rows])
    for row in rows:
        if row.id not in facts:
            yield Finding(check="alert_without_reason", row=row.id)


def overdue(_: Tx, look: Look, rows: Sequence[Kept]) -> Found:
    """The next step of an open alert is past due."""
    for row in rows:
        if row.state == AlertState.OPEN and look.is_late(row.escalate_at, PATIENCE):
            yield Finding(check="alert_overdue", row=row.id)


def untold(tx: Tx, _: Look, rows: Sequence[Kept]) -> Found:
    """An open alert of which nobody was told in this round, or which has no next step and should
    go on. One that waits for somebody to be reached is looked at by `left_waiting`."""
    rounds = _steps(tx, rows)
    for row in rows:
        if row.state != AlertState.OPEN or row.is_waiting or _is_to_begin(row):
            continue
        steps = [step for step in rounds.get(row.id, ()) if step.round == row.round]
        if not steps:
            yield Finding(check="alert_untold", row=row.id)
        elif row.escalate_at is None and _goes_on(row, steps[-1].step):
            yield Finding(check="alert_stopped", row=row.id, detail={"step": steps[-1].step})


def left_waiting(tx: Tx, look: Look, rows: Sequence[Kept]) -> Found:
    """An open alert waits for somebody who can be reached, and somebody can."""
    for row in rows:
        if row.state != AlertState.OPEN or not row.is_waiting:
            continue
        alert = alerts.get(tx, row.id) if look.is_late(row.opened_at, PATIENCE) else None
        if alert is None:
            continue
        reach = staff.reach(tx, alert.worker)
        asked = {name for step in alert.chain.steps[alert.step :] for name in step.tell}
        asked |= {"supervisor"} if "worker" in asked else set()
        if any(reach.get(name) for name in asked):
            yield Finding(check="alert_left_waiting", row=row.id)


def unheard(tx: Tx, _: Look, rows: Sequence[Kept]) -> Found:
    """An open alert of which no notice of this round reached, or will reach, any phone."""
    o = tables.outbox
    notices = by_column(tx, o, o.c.alert_id, [r.id for r in rows if r.state == AlertState.OPEN])
    for row in rows:
        mine = [one for one in notices.get(row.id, ()) if _is_of_round(one, row)]
        if mine and all(one.state in NEVER_CAME for one in mine) and not row.is_waiting:
            yield Finding(check="alert_unheard", row=row.id)


def unsettled(tx: Tx, _: Look, rows: Sequence[Kept]) -> Found:
    """Whoever took or closed an alert is named, in the row and in the journal."""
    taken = [row for row in rows if row.state != AlertState.OPEN]
    known = _deeds(tx, [row for row in taken if row.state == AlertState.ACKNOWLEDGED])
    for row in taken:
        is_closed = row.state == AlertState.CLOSED
        if row.acknowledged_by is None or row.acknowledged_at is None:
            yield Finding(check="alert_unowned", row=row.id)
        elif not is_closed and known is not None and (row.id, row.acknowledged_by) not in known:
            yield Finding(check="alert_unnoted", row=row.id)
        if is_closed and None in (row.outcome, row.closed_by, row.closed_at):
            yield Finding(check="alert_without_outcome", row=row.id)


def unnotified(tx: Tx, _: Look, rows: Sequence[Kept]) -> Found:
    """Each person whom a chain told has a notice in the outbox."""
    steps = _steps(tx, rows)
    wanted = {notice: alert for alert, told in steps.items() for notice in _notices(alert, told)}
    there = existing(tx, tables.outbox.c.id, wanted)
    missing = {notice for notice in wanted if notice not in there}
    for notice in sorted(missing - _held_back(tx, missing)):
        yield Finding(check="notice_lost", row=notice, detail={"alert": wanted[notice]})


def of_no_alert(tx: Tx, _: Look, rows: Sequence[Kept]) -> Found:
    """A step or a reason whose alert is not there."""
    there = existing(tx, tables.alerts.c.id, [row.alert_id for row in rows])
    for row in rows:
        if row.alert_id not in there:
            name = str(row._mapping.get("id", row._mapping.get("seq")))
            yield Finding(check="alert_lost", row=row.alert_id, detail={"holder": name})


def _steps(tx: Tx, rows: Sequence[Kept]) -> dict[str, list[Kept]]:
    """Whom the chain of each alert told, in order."""
    found = by_column(tx, tables.steps, tables.steps.c.alert_id, [row.id for row in rows])
    return {alert: sorted(told, key=lambda one: one.seq) for alert, told in found.items()}


def _notices(alert: str, told: Sequence[Kept]) -> Iterator[str]:
    """Ids of the notices: people told in the same step share the count of those told before."""
    number, last = 0, None
    for count, one in enumerate(told):
        step = (one.round, one.step, one.at)
        number = number if step == last else count
        last = step
        yield f"{NOTICE}:{alert}:{one.round}:{number}:{one.staff_id}"


def _held_back(tx: Tx, notices: set[str]) -> set[str]:
    """Notices with a forbidden word in them do not go out; the journal says so."""
    if not notices:
        return set()
    a = tables.audit
    held = (a.c.action == "words_held_back", a.c.object.in_(notices))
    return set(tx.execute(select(a.c.object).where(*held)).scalars())


def _is_to_begin(row: Kept) -> bool:
    """Does its chain wait for working hours to begin?"""
    is_set = row.escalate_at is not None and row.step == 0
    return is_set and chain_from_json(row.chain).in_working_hours


def _goes_on(row: Kept, done: int) -> bool:
    """Has the chain a step after the one that was done?"""
    steps = chain_from_json(row.chain).steps
    return done + 1 < len(steps) or (done < len(steps) and steps[done].every_minutes is not None)


def _is_of_round(notice: Kept, alert: Kept) -> bool:
    """Notices that a new phone was shown count for every round."""
    if notice.kind != NOTICE or notice.verb != "send":
        return False
    rounds = [f"{NOTICE}:{alert.id}:{number}:" for number in range(alert.round)]
    return not notice.id.startswith(tuple(rounds))


def _deeds(tx: Tx, rows: Sequence[Kept]) -> frozenset[tuple[str, str]] | None:
    """(alert, staff id) of what staff did lately; None where nobody can say."""
    if not rows:
        return frozenset()
    a = tables.audit
    newest: int = tx.execute(select(func.max(a.c.seq))).scalar_one() or 0
    oldest = newest - NEWEST_NOTES
    first = select(a.c.at).where(a.c.seq > oldest).order_by(a.c.seq).limit(1)
    begins = tx.execute(first).scalar_one_or_none()
    if oldest > 0 and (begins is None or any(row.acknowledged_at < begins for row in rows)):
        return None
    mine = (a.c.seq > oldest, a.c.object.in_([row.id for row in rows]))
    found = tx.execute(select(a.c.object, a.c.actor).where(*mine))
    return frozenset((one.object, one.actor.removeprefix("staff:")) for one in found)
