"""The list of checks: which rows each one looks at, and which rows are looked at in every pass."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, or_, select

from bot.oversight import asked, clocks, holders, judged, outgoing, planned, replies, told
from bot.oversight.look import Finding, Found, Kept, Look
from bot.oversight.trips import guarded
from flows.model import AlertState, CheckinState, ContactState
from storage import seals, tables
from storage.checkins import OPEN_STATES
from storage.sealed_columns import KEYS
from storage.transaction import Tx
from storage.turns import State

Check = Callable[[Tx, Look, Sequence[Kept]], Found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A table, in the order of `key`, and what is checked of its rows. Those that are `live` are
    looked at in every pass, and the `newest` of them too."""

    table: Table
    checks: tuple[Check, ...] = ()
    live: ColumnElement[bool] | None = None
    newest: int = 0

    @property
    def key(self) -> str:
        """A sequence where there is one: it tells which rows are the newest."""
        return next(iter(self.table.primary_key.columns)).name


t = tables
SUBJECTS: tuple[Subject, ...] = (
    Subject(
        table=t.alerts,
        checks=(
            told.without_reason,
            told.overdue,
            told.untold,
            told.left_waiting,
            told.unheard,
            told.unsettled,
            told.unnotified,
        ),
        live=t.alerts.c.state != AlertState.CLOSED,
    ),
    Subject(
        table=t.outbox,
        checks=(
            outgoing.late,
            outgoing.held,
            outgoing.unproved,
            outgoing.unreadable,
            outgoing.about_nothing,
        ),
        live=t.outbox.c.state.in_((State.PENDING, State.SENDING, State.UNCERTAIN)),
        newest=500,
    ),
    Subject(
        table=t.inbox,
        checks=(
            replies.unhandled,
            replies.given_up,
            replies.unkept_words,
            replies.unkept_taps,
            replies.unkept_calls,
        ),
        live=t.inbox.c.state == "new",
        newest=200,
    ),
    Subject(
        table=t.words,
        checks=(judged.unread, judged.unjudged_words, holders.without_contact_row),
        newest=200,
    ),
    Subject(
        table=t.answers, checks=(judged.unjudged_answers, holders.without_contact_row), newest=500
    ),
    Subject(
        table=t.checkins,
        checks=(
            asked.late_moments,
            asked.without_moment,
            asked.unshown,
            asked.unanswered,
            asked.misscored,
            asked.unjudged,
            holders.without_contact_row,
        ),
        live=or_(
            t.checkins.c.state.in_((*OPEN_STATES, CheckinState.DUE)),
            and_(t.checkins.c.total.is_not(None), t.checkins.c.ended_at.is_(None)),
        ),
    ),
    Subject(
        table=t.contacts,
        checks=(
            planned.plans,
            holders.without_address,
            holders.keyless_contact,
        ),
        live=t.contacts.c.state == ContactState.ACTIVE,
    ),
    Subject(table=t.facts, checks=(told.of_no_alert, clocks.unstarted)),
    Subject(table=t.steps, checks=(told.of_no_alert, holders.without_worker), newest=200),
    Subject(
        table=t.cases,
        checks=(holders.without_contact, holders.without_worker, holders.keyless_case),
    ),
    Subject(
        table=t.deadlines,
        checks=(clocks.overdue, clocks.unremindable),
        live=t.deadlines.c.stopped_at.is_(None),
    ),
    Subject(table=t.verdicts, checks=(told.of_no_alert,)),
    Subject(table=t.encounters, checks=(holders.without_contact_row,)),
    Subject(table=t.key_dates),
    Subject(table=t.plan_changes),
    Subject(table=t.staff, checks=(holders.keyless_staff,)),
    Subject(table=t.addresses, checks=(holders.without_owner,)),
    Subject(table=t.invites, checks=(holders.without_owner,)),
    Subject(table=t.consents, checks=(holders.without_contact_row,)),
    Subject(table=t.data_keys, checks=(holders.destroyed,)),
    Subject(table=t.audit, newest=200),
)
"""Alerts first: what is wrong there is worth most."""


def look_at(tx: Tx, look: Look, subject: Subject, keys: Sequence[Any]) -> tuple[Finding, ...]:
    """Everything that is amiss with the rows of these keys. First the seals, which are compared
    with the raw values: a cell that cannot be read hides nothing from them."""
    key, named = subject.table.c[subject.key], _names(tx, subject, keys)
    found = list(_unsealed(tx, subject, keys, named))

    def read(some: Sequence[Any]) -> list[Kept]:
        return list(tx.execute(select(subject.table).where(key.in_(some)).order_by(key)).all())

    rows, damaged = guarded(tx, read, keys, "row_unreadable")
    found += [_unreadable(subject, named.get(one, one)) for one in damaged]
    for check in subject.checks:
        found += _checked(tx, look, subject, check, rows)
    return tuple(found)


def of_seal(broken: seals.Broken) -> Finding:
    """What the seals say, as a finding."""
    return Finding(check=f"row_{broken.how}", row=f"{broken.table}:{broken.row}")


def _checked(
    tx: Tx, look: Look, subject: Subject, check: Check, rows: Sequence[Kept]
) -> Iterator[Finding]:
    """What one check finds; a row that it trips over is a finding too."""
    name = check.__name__
    found, tripped = guarded(tx, lambda some: check(tx, look, some), rows, name)
    yield from found
    for row in tripped:
        place = f"{subject.table.name}:{row._mapping[subject.key]}"
        yield Finding(check="check_failed", row=place, detail={"check": name})


def _unsealed(
    tx: Tx, subject: Subject, keys: Sequence[Any], named: Mapping[Any, Any]
) -> Iterator[Finding]:
    name = subject.table.name
    if name not in KEYS:
        return

    def compare(some: Sequence[Any]) -> Iterator[Finding]:
        return map(of_seal, seals.compare(tx, name, [named.get(one, one) for one in some]))

    found, damaged = guarded(tx, compare, keys, "seals")
    yield from found
    yield from (_unreadable(subject, named.get(one, one)) for one in damaged)


def _names(tx: Tx, subject: Subject, keys: Sequence[Any]) -> dict[Any, Any]:
    """What the seals call the rows, which is not always by what they are in order."""
    table, order = subject.table, subject.table.c[subject.key]
    own = KEYS.get(table.name, subject.key)
    if own == subject.key:
        return {}

    def read(some: Sequence[Any]) -> list[tuple[Any, Any]]:
        found = tx.execute(select(order, table.c[own]).where(order.in_(some)))
        return [(one[0], one[1]) for one in found]

    return dict(guarded(tx, read, keys, "row_unreadable")[0])


def _unreadable(subject: Subject, row: object) -> Finding:
    return Finding(check="row_unreadable", row=f"{subject.table.name}:{row}")
