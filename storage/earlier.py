"""Earlier check-ins with all their answers: of one contact, and of the others in the same case."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row, bindparam, exists, select

from flows.history import KEPT
from flows.model import CaseId, CheckinId, CheckinState, ContactId, ContactKind, Slot
from flows.scoring import Given
from storage import tables
from storage.lasting import Lasting
from storage.transaction import Tx

OVER = (CheckinState.FINISHED, CheckinState.EXPIRED)
NO_MEASURE = (Slot.PULSE, Slot.SCHOOL)

_c, _a, _p = tables.checkins, tables.answers, tables.contacts
_given = exists().where(_a.c.checkin_id == _c.c.id, _a.c.item != "pulse")  # no measure either
_shape = (_c.c.content_version, _c.c.left_out, _c.c.slot, _c.c.ended_at)
_answer = (_a.c.item, _a.c.value, _a.c.at)

_last = (
    select(_c.c.id, *_shape)
    .where(
        _c.c.contact_id == bindparam("contact"),
        _c.c.id != bindparam("checkin"),
        _c.c.state.in_(OVER),
        _c.c.slot.not_in(NO_MEASURE),
        _c.c.ended_at <= bindparam("before"),
        _given,
    )
    .order_by(_c.c.ended_at.desc(), _c.c.id.desc())
    .limit(KEPT)
    .subquery()
)
_OF_CONTACT = Lasting(
    select(_last, *_answer)
    .join(_a, _a.c.checkin_id == _last.c.id)
    .order_by(_last.c.ended_at, _last.c.id, _a.c.seq)
)
_BESIDE = Lasting(
    select(_c.c.id, *_shape, _p.c.kind, *_answer)
    .join(_a, _a.c.checkin_id == _c.c.id)
    .join(_p, _p.c.id == _c.c.contact_id)
    .where(
        _c.c.case_id == bindparam("case"),
        _c.c.contact_id != bindparam("contact"),
        _c.c.state.in_(OVER),
        _c.c.slot != Slot.PULSE,
        _c.c.ended_at >= bindparam("since"),
        _c.c.ended_at <= bindparam("until"),
    )
    .order_by(_c.c.ended_at, _c.c.id, _a.c.seq)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A check-in that is over, with every version of every answer. `kind` is whose it is, known
    only of those of others."""

    id: CheckinId
    content_version: str
    left_out: frozenset[str]
    slot: Slot
    ended_at: datetime
    answers: tuple[Given, ...]
    kind: ContactKind | None = None


def of_contact(
    tx: Tx, contact: ContactId, *, other_than: CheckinId, before: datetime
) -> tuple[Taken, ...]:
    """The last few that measured something, oldest first; schools and single taps do not."""
    asked = {"contact": contact, "checkin": other_than, "before": before}
    return tuple(_taken(tx.execute(_OF_CONTACT, asked).all()))


def beside(
    tx: Tx, case: CaseId, contact: ContactId, *, since: datetime, until: datetime
) -> tuple[Taken, ...]:
    """What the other contacts of the case have answered in that time, oldest first."""
    asked = {"case": case, "contact": contact, "since": since, "until": until}
    return tuple(_taken(tx.execute(_BESIDE, asked).all()))


def _taken(rows: Iterable[Row[*tuple[Any, ...]] | Any]) -> Iterator[Taken]:
    for _, group in groupby(rows, key=lambda row: row.id):
        found = list(group)
        first = found[0]
        yield Taken(
            id=CheckinId(first.id),
            content_version=first.content_version,
            left_out=frozenset(json.loads(first.left_out)),
            slot=Slot(first.slot),
            ended_at=first.ended_at,
            answers=tuple(Given(item=row.item, value=row.value, at=row.at) for row in found),
            kind=ContactKind(first.kind) if hasattr(first, "kind") else None,
        )
