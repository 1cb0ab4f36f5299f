"""Emptying the outbox: which rows go out now, and what became of each.

    pending -> sending -> sent | pending again, with `retry_at` | uncertain | unreachable | dead
    pending -> expired | cancelled | replaced           (never sent)
    uncertain -> pending (once more, see `revive`) | sent (see `proven`) | cancelled

`sending` is committed before Telegram is called, under a lease that names the process; whoever
settles must still hold it. `not_before` and `expires_at` are moments of the moved clock (`now`),
`retry_at` and `lease_until` of the system's (`wall`).

Order: lane by lane, the oldest first, one call at a time in a chat. Within a chat lanes 1 to 4
keep the order in which they were written: an older row that is due holds back the younger ones
even while it waits for another try; one that is due later does not, nor does an edit, a delete or
a lost keyboard that failed and waits. An alert (lane 0) overtakes them all, and no row that waits
for another try holds it back, not even another alert.

Edits, deletes and lost keyboards are about the message of an earlier row, their root. While the
root waits or is on its way they wait too. Where it never arrived or nobody knows (uncertain,
expired, dead, cancelled) an edit takes its place: it goes out as a new message, and from then on
the root is `sent` under the new number, where later edits and deletes find it. An edit of a root
that the person hid (`is_gone`) is cancelled, and one that a newer edit has outdone is replaced.
What is hidden before it went out is never sent, a root that anything else is to be done with is
not sent once more, and what is cancelled while it is on its way is not tried again.
"""

from collections.abc import Iterable, Set
from datetime import datetime

from sqlalchemy import case, func, literal, select

from storage import addresses, leases, tables
from storage.claims import LEASE, claim
from storage.columns import Moment
from storage.doubts import heard_from, proven, revive
from storage.hands import Claimed, InHand, Instruction, Kept, Verdict, in_hand, root_of
from storage.outbox import ADDRESS, DOUBT, WITHDRAWN
from storage.rows import change, change_by
from storage.transaction import Tx
from storage.turns import OVERDUE, UNSETTLED, State, Verb

__all__ = [
    "LEASE",
    "Claimed",
    "InHand",
    "Instruction",
    "State",
    "Verb",
    "Verdict",
    "claim",
    "heard_from",
    "proven",
    "revive",
]

o = tables.outbox


def settle(tx: Tx, hand: InHand, verdict: Verdict, *, now: datetime) -> bool:
    """Record what became of it; False where the row is not in this hand any more."""
    if not change_by(tx, o, _held(hand), **_outcome(hand, verdict, now)):
        return False
    is_sent = verdict.state is State.SENT
    if is_sent and hand.verb is Verb.SEND and hand.root is not None:
        is_there = {"message_no": verdict.message_no, "sent_at": now, "error": None}
        change_by(tx, o, {"id": hand.root}, state=State.SENT, retry_at=None, **is_there)
    if is_sent and hand.verb is Verb.DELETE and hand.root is not None:
        change_by(tx, o, {"id": hand.root}, is_gone=True)
    if verdict.is_lost:
        change_by(tx, o, {"id": hand.root}, state=State.DEAD, message_no=None, error="lost")
    if verdict.moved_to is not None:
        _moves(tx, hand, verdict.moved_to)
    return True


def _held(hand: InHand) -> dict[str, object]:
    """The row in this hand, at this try: the process may hold it for the second time."""
    return {
        "id": hand.row,
        "state": State.SENDING,
        "lease": hand.lease,
        "attempts": hand.attempts,
    }


def _outcome(hand: InHand, verdict: Verdict, now: datetime) -> dict[str, object]:
    in_doubt = verdict.state is State.UNCERTAIN or (
        verdict.state is State.PENDING and hand.was_uncertain
    )
    error = f"{DOUBT}{verdict.error}" if in_doubt else verdict.error
    values: dict[str, object] = {"state": verdict.state, "error": error, "lease_until": None}
    if verdict.state is State.SENT:
        return values | {"retry_at": None, "message_no": verdict.message_no, "sent_at": now}
    if verdict.state not in (State.PENDING, State.UNCERTAIN):
        return values | {"retry_at": None}
    # Asked as it is written: on PostgreSQL somebody may withdraw the row beside us.
    is_over = func.coalesce(o.c.error, "") == WITHDRAWN
    return values | {
        "state": case((is_over, State.CANCELLED), else_=verdict.state),
        "error": case((is_over, WITHDRAWN), else_=error),
        "retry_at": case((is_over, None), else_=literal(verdict.retry_at, Moment())),
    }


def _moves(tx: Tx, hand: InHand, chat: int) -> None:
    """The chat goes on under another number: its owner is written to there from now on, and a tap
    on this message comes from there."""
    there = addresses.moved(tx, hand.owner_kind, hand.owner_id, hand.chat_hash, chat)
    if there is not None:
        address = tx.vault.seal(tx, there.subject, ADDRESS, hand.row, there.number)
        change(tx, o, o.c.id == hand.row, chat_hash=there.chat_hash, address=address)


def let_go(tx: Tx, *, lease: str, held: Set[str]) -> int:
    """Rows that were claimed under this lease without the process learning of it, because the
    answer of the database was lost: nobody has called for them, so they wait again."""
    mine = (o.c.state == State.SENDING, o.c.lease == lease, o.c.id.not_in(sorted(held)))
    return change(tx, o, *mine, state=State.PENDING, lease_until=None)


def orphans(tx: Tx, *, lease: str) -> tuple[InHand, ...]:
    """Rows that were on their way when an earlier process ended."""
    theirs = (o.c.state == State.SENDING, o.c.lease != lease)
    return _hands(tx, tx.execute(select(o).where(*theirs).order_by(o.c.seq)).all())


def overdue(tx: Tx, *, wall: datetime) -> tuple[InHand, ...]:
    """Rows whose outcome could not be recorded in all the time of their lease."""
    now = leases.clock(tx, otherwise=wall)
    return _hands(tx, tx.execute(OVERDUE, {"wall": now}).all())


def unsettled(tx: Tx, *, now: datetime) -> int:
    """How many rows are due or on their way, those that failed for now too; not uncertain ones."""
    count: int = tx.execute(UNSETTLED, {"now": now}).scalar_one()
    return count


def _hands(tx: Tx, rows: Iterable[Kept]) -> tuple[InHand, ...]:
    return tuple(in_hand(row, root_of(tx, row), row.lease, row.attempts) for row in rows)
