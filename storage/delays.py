"""What an outage has delayed, in figures: read from rows once everything goes on."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import literal, select

from storage import tables
from storage.gaps import Gap
from storage.hands import NOTICE
from storage.outbox import Lane
from storage.transaction import Tx
from storage.turns import UNDER_WAY, State, Verb

LATE = timedelta(minutes=5)
MESSAGES = ("message", "edited_message")


@dataclass(frozen=True, slots=True)
class Delayed:
    """Messages that were due in an outage and went out late or not yet, by kind; and what families
    wrote in it."""

    checkins: int
    notices: int
    others: int
    written: int


def of(tx: Tx, gap: Gap) -> Delayed:
    """The figures of one outage."""
    o = tables.outbox
    due = (o.c.verb == Verb.SEND, o.c.not_before >= gap.since, o.c.not_before < gap.until)
    counts = o.c.state.in_((*UNDER_WAY, State.SENT, State.UNCERTAIN))
    rows = tx.execute(select(o.c.kind, o.c.lane, o.c.not_before, o.c.sent_at).where(*due, counts))
    late = [row for row in rows if row.sent_at is None or row.sent_at - row.not_before > LATE]
    notices = sum(row.kind == NOTICE for row in late)
    checkins = sum(row.lane == Lane.CHECKIN for row in late)
    return Delayed(
        checkins=checkins,
        notices=notices,
        others=len(late) - notices - checkins,
        written=_written_in(tx, gap),
    )


def _written_in(tx: Tx, gap: Gap) -> int:
    """Messages of families with a date in the outage that came in late."""
    i, found = tables.inbox, 0
    for kept, prefix in ((tables.words, "words:"), (tables.answers, "answer:")):
        query = (
            select(kept.c.at, i.c.received_at)
            .join(i, kept.c.id == literal(prefix) + i.c.id)
            .where(
                kept.c.contact_id.is_not(None),
                kept.c.at >= gap.since,
                kept.c.at < gap.until,
                i.c.kind.in_(MESSAGES),
            )
        )
        found += sum(row.received_at - row.at > LATE for row in tx.execute(query))
    return found
