"""Counts for the operator: how much waits at the two doors. No row, no id, no person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from flows.model import AlertState
from storage import deliveries, inbox, tables
from storage.outbox import Lane
from storage.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """Updates not yet handled, and messages that are due or on their way."""

    inbox: int
    outbox: int

    @property
    def is_nothing(self) -> bool:
        return self.inbox == 0 and self.outbox == 0


def unsettled(tx: Tx, *, now: datetime) -> Unsettled:
    """Both doors at one moment of the database."""
    return Unsettled(inbox=inbox.waiting(tx), outbox=deliveries.unsettled(tx, now=now))


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """What is due in one lane: how many rows, and how long the oldest has been due, in seconds."""

    waiting: int
    oldest_s: float


def lanes(tx: Tx, *, now: datetime) -> Mapping[str, Depth]:
    """Every lane by its name, the empty ones included."""
    o = tables.outbox
    due = (o.c.state == deliveries.State.PENDING, o.c.not_before <= now)
    rows = tx.execute(
        select(o.c.lane, func.count(), func.min(o.c.not_before)).where(*due).group_by(o.c.lane)
    )
    found = {lane: (count, (now - oldest).total_seconds()) for lane, count, oldest in rows}
    depths = {lane.name.lower(): found.get(lane.value, (0, 0.0)) for lane in Lane}
    return {name: Depth(waiting=count, oldest_s=age) for name, (count, age) in depths.items()}


def inbox_age_s(tx: Tx, *, now: datetime) -> float:
    """How long the oldest update that is not handled has been waiting; 0 where none is."""
    i = tables.inbox
    oldest: datetime | None = tx.execute(
        select(func.min(i.c.received_at)).where(i.c.state == "new")
    ).scalar_one()
    return 0.0 if oldest is None else max((now - oldest).total_seconds(), 0.0)


def alerts(tx: Tx) -> Mapping[str, int]:
    """Alerts and tasks that nobody has taken, that nobody could be told of, and that are taken."""
    a = tables.alerts
    kinds = select(a.c.state, a.c.is_waiting, func.count()).where(a.c.state != AlertState.CLOSED)
    rows = tx.execute(kinds.group_by(a.c.state, a.c.is_waiting)).all()
    counted = {"open": 0, "waiting": 0, "taken": 0}
    for state, is_waiting, count in rows:
        name = "taken" if state != AlertState.OPEN else "waiting" if is_waiting else "open"
        counted[name] += count
    return counted


def outbox_by_state(tx: Tx) -> Mapping[str, int]:
    """How many rows of the outbox stand in each state, those without any included."""
    o = tables.outbox
    rows = tx.execute(select(o.c.state, func.count()).group_by(o.c.state))
    found = {str(state): int(count) for state, count in rows}
    return {str(state): found.get(state, 0) for state in deliveries.State}


def received_since(tx: Tx, first_update: int) -> int:
    """How many updates from this id on are kept, handled or not."""
    i = tables.inbox
    kept: int = tx.execute(
        select(func.count()).select_from(i).where(i.c.update_id >= first_update)
    ).scalar_one()
    return kept
