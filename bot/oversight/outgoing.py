"""From the outbox: what is due goes out, what went out is known, and all of it can be read."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from bot.oversight.look import Finding, Found, Kept, Look, existing
from storage import tables
from storage.errors import SubjectErased, Tampered
from storage.hands import NOTICE
from storage.outbox import ADDRESS, PAYLOAD, Lane
from storage.transaction import Tx
from storage.turns import FIRST_TRIES, UNDER_WAY, State, Verb

ALERTS, OTHERS = timedelta(minutes=5), timedelta(minutes=30)
LEASE_OVER = timedelta(minutes=5)
OPERATOR = "operator"
"""The kind of our own messages: one that is late must not be the cause of the next."""


def late(tx: Tx, look: Look, rows: Sequence[Kept]) -> Found:
    """It should have gone out by now."""
    for row in rows:
        is_alert = row.lane == Lane.ALERT or row.kind == NOTICE
        patience = ALERTS if is_alert else OTHERS
        if row.state != State.PENDING or row.kind == OPERATOR:
            continue
        if look.is_late(row.not_before, patience) and not _waits(tx, row):
            yield Finding(check="send_late", row=row.id, detail={"lane": row.lane})


def held(_: Tx, look: Look, rows: Sequence[Kept]) -> Found:
    """It has been on its way for longer than any call takes."""
    for row in rows:
        if row.state != State.SENDING:
            continue
        if row.lease_until is None or row.lease_until + LEASE_OVER < look.wall:
            yield Finding(check="send_held", row=row.id, detail={"lane": row.lane})


def unproved(_: Tx, __: Look, rows: Sequence[Kept]) -> Found:
    """Said to be sent, without a number on the phone or a moment."""
    for row in rows:
        is_sent = row.state == State.SENT and row.verb == Verb.SEND
        if is_sent and None in (row.message_no, row.sent_at):
            yield Finding(check="send_unproved", row=row.id)


def unreadable(tx: Tx, _: Look, rows: Sequence[Kept]) -> Found:
    """Its words or its address cannot be opened."""
    for row in rows:
        try:
            tx.vault.open(tx, row.subject, ADDRESS, row.id, row.address)
            tx.vault.open(tx, row.subject, PAYLOAD, row.id, row.payload)
        except Tampered:
            yield Finding(check="send_unreadable", row=row.id)
        except SubjectErased:
            continue


def about_nothing(tx: Tx, _: Look, rows: Sequence[Kept]) -> Found:
    """The alert, the check-in or the message that it is about is not there."""
    for name, column in (
        ("alert_id", tables.alerts.c.id),
        ("checkin_id", tables.checkins.c.id),
        ("target", tables.outbox.c.id),
    ):
        wanted = {getattr(row, name) for row in rows} - {None}
        there = existing(tx, column, wanted)
        for row in rows:
            about = getattr(row, name)
            if about is not None and about not in there:
                detail = {"holder": row.id}
                yield Finding(check=f"{name.removesuffix('_id')}_lost", row=about, detail=detail)


def _waits(tx: Tx, row: Kept) -> bool:
    """Does it wait for the message it is about, or was it tried so often that nothing hurries?"""
    if row.verb != Verb.SEND and row.attempts >= FIRST_TRIES:
        return True
    if row.target is None:
        return False
    o = tables.outbox
    waiting = select(o.c.id).where(o.c.id == row.target, o.c.state.in_(UNDER_WAY))
    return tx.execute(waiting).first() is not None
