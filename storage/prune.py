"""What is kept for a time only, and taken away in small pieces: bodies of handled updates, failed
links, findings that were mended. Answers, words, messages, the audit and the rows of the inbox
themselves stay: a replay has to be met by what is there."""

from datetime import datetime, timedelta

from sqlalchemy import Table, delete, select

from flows.model import AlertState
from storage import settings, tables
from storage.rows import change
from storage.transaction import Tx

BODY_KEPT = timedelta(days=30)
"""After handling, all that an update said stands in words, answers and alerts, each under the key
of the person it is about. The raw body is under the centre's key, so erasing a person does not
reach it: it must not stay. A month is for finding out what went wrong with one."""
ATTEMPT_KEPT = timedelta(days=1)  # failed links are counted by the hour
FINDING_KEPT = timedelta(days=90)  # after it was mended; long enough for a quarter's review
AT_ONCE = 100  # rows in one transaction: a few milliseconds

PRUNED_TO = "pruned_to"
"""Setting: number of the row of the inbox up to which bodies were looked through."""

i = tables.inbox


def bodies(tx: Tx, *, now: datetime) -> bool:
    """Empty the next bodies, in order of arrival, up to one that is kept still; are there more?

    Rows that died are passed over; see `dead_bodies`."""
    begin = int(settings.read(tx, PRUNED_TO) or 0)
    rows = tx.execute(
        select(i.c.seq, i.c.state, i.c.handled_at)
        .where(i.c.seq > begin)
        .order_by(i.c.seq)
        .limit(AT_ONCE)
    ).all()
    past: list[int] = []
    for seq, state, handled_at in rows:
        if state != "dead" and (handled_at is None or handled_at > now - BODY_KEPT):
            break
        past.append(seq)
    if past:
        empty = (i.c.seq.in_(past), i.c.state == "done", i.c.body.is_not(None))
        change(tx, i, *empty, body=None)
        settings.write(tx, PRUNED_TO, str(past[-1]))
    return len(past) == AT_ONCE


def dead_bodies(tx: Tx, *, now: datetime) -> bool:
    """Empty the bodies of messages that could not be handled, a month after staff have closed the
    alert about them: until then a body is the only place where those words stand. One that nobody
    could be asked about stays."""
    a = tables.alerts
    rows = (
        select(i.c.seq)
        .join_from(i, a, a.c.id == "alert:" + i.c.id)
        .where(i.c.state == "dead", i.c.body.is_not(None))
        .where(a.c.state == AlertState.CLOSED, a.c.closed_at <= now - BODY_KEPT)
        .limit(AT_ONCE)
    )
    found = tx.execute(rows).scalars().all()
    if found:
        change(tx, i, i.c.seq.in_(found), body=None)
    return len(found) == AT_ONCE


def attempts(tx: Tx, *, now: datetime) -> bool:
    """Forget links that failed; are there more?"""
    t = tables.attempts
    rows = select(t.c.seq).where(t.c.at <= now - ATTEMPT_KEPT).order_by(t.c.at).limit(AT_ONCE)
    return _delete(tx, t, "seq", list(tx.execute(rows).scalars()))


def findings(tx: Tx, *, now: datetime) -> bool:
    """Forget findings that were mended long ago; are there more?"""
    t = tables.findings
    rows = select(t.c.id).where(t.c.cleared_at <= now - FINDING_KEPT).limit(AT_ONCE)
    return _delete(tx, t, "id", list(tx.execute(rows).scalars()))


def _delete(tx: Tx, table: Table, key: str, rows: list[object]) -> bool:
    if rows:
        tx.execute(delete(table).where(table.c[key].in_(rows)))
    return len(rows) == AT_ONCE
