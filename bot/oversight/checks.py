"""The list of checks: which rows each one looks at, and which rows are looked at in every pass."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, and_, or_
from sqlalchemy.exc import SQLAlchemyError

from bot.oversight import asked, judged, outgoing, planned, replies, told
from bot.oversight.look import Finding, Found, Kept, Look
from flows.model import AlertState, CheckinState, ContactState
from storage import seals, tables
from storage.checkins import OPEN_STATES
from storage.errors import StorageError
from storage.sealed_columns import KEYS
from storage.transaction import Tx
from storage.turns import State

log = logging.getLogger(__name__)

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
        return "seq" if "seq" in self.table.c else "id"


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
    Subject(table=t.words, checks=(judged.unread, judged.unjudged_words), newest=200),
    Subject(table=t.answers, checks=(judged.unjudged_answers,), newest=500),
    Subject(
        table=t.checkins,
        checks=(
            asked.late_moments,
            asked.without_moment,
            asked.unshown,
            asked.unanswered,
            asked.misscored,
            asked.unjudged,
        ),
        live=or_(
            t.checkins.c.state.in_((*OPEN_STATES, CheckinState.DUE)),
            and_(t.checkins.c.total.is_not(None), t.checkins.c.ended_at.is_(None)),
        ),
    ),
    Subject(
        table=t.contacts,
        checks=(planned.unplanned, planned.misplanned, planned.left_out),
        live=t.contacts.c.state == ContactState.ACTIVE,
    ),
    Subject(table=t.facts, checks=(told.of_no_alert,)),
    Subject(table=t.steps, checks=(told.of_no_alert,), newest=200),
    Subject(table=t.cases),
    Subject(table=t.staff),
    Subject(table=t.addresses),
    Subject(table=t.audit, newest=200),
)
"""Alerts first: what is wrong there is worth most."""


def look_at(tx: Tx, look: Look, subject: Subject, rows: Sequence[Kept]) -> tuple[Finding, ...]:
    """Everything that is amiss with these rows."""
    found = list(_unsealed(tx, subject, rows))
    for check in subject.checks:
        try:
            found += check(tx, look, rows)
        except (SQLAlchemyError, StorageError):
            raise
        except Exception as error:
            # A row that a check trips over hides the other rows of its page: that is a finding.
            name = check.__name__
            extra = {"action": "check_failed", "check": name, "error": type(error).__name__}
            log.exception("a check has failed", extra=extra)
            first = f"{subject.table.name}:{rows[0]._mapping[subject.key]}"
            found.append(Finding(check="check_failed", row=first, detail={"check": name}))
    return tuple(found)


def of_seal(broken: seals.Broken) -> Finding:
    """What the seals say, as a finding."""
    return Finding(check=f"row_{broken.how}", row=f"{broken.table}:{broken.row}")


def _unsealed(tx: Tx, subject: Subject, rows: Sequence[Kept]) -> Found:
    name = subject.table.name
    if name in KEYS:
        keys = [row._mapping[KEYS[name]] for row in rows]
        yield from map(of_seal, seals.compare(tx, name, keys))
