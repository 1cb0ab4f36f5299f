"""What an older state of the database would do to people if nothing else were done: undone in the
transaction that restores it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, and_, or_, select

from flows.model import ContactId, ContactState, Level
from storage import audit, checkins, outbox, overtaken, relinked, settings, tables
from storage.archive import Header
from storage.hands import NOTICE
from storage.outbox import Lane
from storage.overtaken import RESTORED
from storage.predecessor import SILENT, Before, Family
from storage.rows import change
from storage.transaction import Tx
from storage.turns import State, Verb

OPEN = (State.PENDING, State.SENDING, State.UNCERTAIN)
NOBODYS = {"lease": None, "lease_until": None, "retry_at": None}
STRICTER = tuple(Level)  # A, B, C, D

Erased = Mapping[str, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """How many: subjects erased again, messages that still go out, messages that do not, contacts
    who are written to with more care, check-ins that are not asked (again). `families` have words
    that are not here, or are to be invited again."""

    erased: int
    kept: int
    cancelled: int
    quieted: int
    left_out: int
    families: tuple[Family, ...]


def undo(
    tx: Tx, header: Header, before: Before | None, ledger: Erased, *, now: datetime
) -> Aftermath:
    """Everything in turn; `before` is None where nothing is known of what was lost."""
    # In this order: states of contacts are asked before they change, and what is taken back decides
    # which check-ins were never shown.
    done = Aftermath(
        erased=_erase(tx, ledger),
        kept=_keep(tx, now=now),
        cancelled=_cancel(tx, now=now),
        families=_all_linked(tx) if before is None else _called(tx, before, now=now),
        quieted=0 if before is None else _quiet(tx, before, now=now),
        left_out=overtaken.settle(tx, frozenset() if before is None else before.ended, now=now),
    )
    change(tx, tables.inbox, tables.inbox.c.lease.is_not(None), lease=None, lease_until=None)
    settings.write(tx, settings.ALIVE_AT, header.wall.isoformat())
    _note(tx, header, done, is_known=before is not None, now=now)
    return done


def _erase(tx: Tx, ledger: Erased) -> int:
    d = tables.data_keys
    alive = set(tx.execute(select(d.c.subject).where(d.c.destroyed_at.is_(None))).scalars())
    for subject, at in sorted(ledger.items()):
        tx.vault.destroy(tx, subject, now=at)
    return len(alive & set(ledger))


def _open_at(now: datetime) -> ColumnElement[bool]:
    """Rows that were waiting or on their way in the backup, and have had their turn since."""
    o = tables.outbox
    return and_(o.c.state.in_(OPEN), or_(o.c.not_before <= now, o.c.state != State.PENDING))


def _is_repeated(tx: Tx, now: datetime) -> ColumnElement[bool]:
    """A notice must arrive, even twice. What takes words off a phone does no harm twice, nor does
    an opening at A: without it the check-in would stand open where nobody has seen it."""
    o = tables.outbox
    is_notice = or_(o.c.lane == Lane.ALERT, o.c.kind == NOTICE)
    takes_away = o.c.verb.in_((Verb.DELETE, Verb.UNKEYBOARD))
    return or_(is_notice, takes_away, o.c.id.in_(overtaken.openings(tx, now=now)))


def _keep(tx: Tx, *, now: datetime) -> int:
    waiting = (_open_at(now), _is_repeated(tx, now))
    return change(tx, tables.outbox, *waiting, state=State.PENDING, **NOBODYS)


def _cancel(tx: Tx, *, now: datetime) -> int:
    had = (_open_at(now), ~_is_repeated(tx, now))
    gone: dict[str, object] = {"state": State.CANCELLED, "error": RESTORED, **NOBODYS}
    return change(tx, tables.outbox, *had, **gone)


def _quiet(tx: Tx, before: Before, *, now: datetime) -> int:
    """Who has stopped since, or got a level that shows less, is written to accordingly."""
    c = tables.contacts
    quieted = 0
    rows = tx.execute(select(c.c.id, c.c.state, c.c.level)).all()
    for contact, state, level in rows:
        their_state, their_level = before.careful.get(contact, (state, level))
        values: dict[str, object] = {}
        if their_state in SILENT and state not in SILENT:
            values |= {"state": their_state, "next_due_at": None}
        if STRICTER.index(Level(their_level)) > STRICTER.index(Level(level)):
            values["level"] = their_level
        if values:
            change(tx, c, c.c.id == contact, **values)
            outbox.cancel(tx, owner_kind="contact", owner_id=contact)
            checkins.end_all(tx, ContactId(contact), now=now)
            quieted += 1
    return quieted


def _called(tx: Tx, before: Before, *, now: datetime) -> tuple[Family, ...]:
    found = {one.code: one for one in before.families}
    for one in relinked.let_go(tx, before, now=now):
        found[one.code] = replace(found.get(one.code, one), is_relinked=True)
    return tuple(found[code] for code in sorted(found))


def _all_linked(tx: Tx) -> tuple[Family, ...]:
    """Any of them may have written; those too who had stopped or blocked."""
    k, c = tables.cases, tables.contacts
    rows = tx.execute(
        select(k.c.code)
        .join_from(k, c, c.c.case_id == k.c.id)
        .where(c.c.state != ContactState.INVITED)
        .distinct()
        .order_by(k.c.code)
    )
    return tuple(Family(code=code) for code in rows.scalars())


def _note(tx: Tx, header: Header, done: Aftermath, *, is_known: bool, now: datetime) -> None:
    k = tables.cases
    cases = {row.code: row.id for row in tx.execute(select(k.c.code, k.c.id))}
    note = partial(audit.note, tx, actor="operator", via="command", now=now)
    note(
        action="restored",
        object="database",
        backup_at=header.at.isoformat(),
        step=header.step,
        erased=done.erased,
        kept=done.kept,
        cancelled=done.cancelled,
        quieted=done.quieted,
        left_out=done.left_out,
        families=len(done.families),
    )
    for family in done.families if is_known else ():
        about = f"case:{cases[family.code]}" if family.code in cases else f"code:{family.code}"
        if family.words or family.is_missing:
            note(action="words_lost", object=about, count=family.words)
        if family.is_relinked:
            note(action="link_lost", object=about)
