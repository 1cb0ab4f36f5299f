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

import logging
from collections.abc import Iterable, Set
from datetime import datetime, timedelta

from sqlalchemy import case, func, literal, select
from sqlalchemy.exc import SQLAlchemyError

from flows.programme import next_safe
from storage import addresses, locks, tables
from storage.columns import Moment
from storage.doubts import heard_from, proven, revive
from storage.errors import SubjectErased
from storage.hands import (
    QUIET,
    Claimed,
    InHand,
    Instruction,
    Kept,
    Verdict,
    in_hand,
    instruction,
    is_alert,
    needless,
    root_of,
)
from storage.hours import from_text
from storage.outbox import ADDRESS, DOUBT, WITHDRAWN
from storage.rows import change, change_by
from storage.transaction import Tx
from storage.turns import (
    DOUBTED,
    MAY_GO,
    OUTDONE,
    OVERDUE,
    UNDER_WAY,
    UNSETTLED,
    State,
    Verb,
)

log = logging.getLogger(__name__)

__all__ = [
    "Claimed",
    "InHand",
    "Instruction",
    "State",
    "Verb",
    "Verdict",
    "heard_from",
    "proven",
    "revive",
]

LEASE = timedelta(minutes=2)  # longer than the longest call
NOBODY: frozenset[str] = frozenset()
ALL_LANES = (0, 4)
CLAIMING = "claiming"

o = tables.outbox


def claim(
    tx: Tx,
    *,
    now: datetime,
    wall: datetime,
    lease: str,
    limit: int,
    lanes: tuple[int, int] = ALL_LANES,
    resting: Set[str] = NOBODY,
    paused: Set[str] = NOBODY,
) -> tuple[Claimed, ...]:
    """Take up to `limit` rows of the `lanes` (first and last), one a chat, and mark them `sending`.

    Chats (by hash) that are `resting` get no new message, those that are `paused` no call. A row
    that cannot be read is dead, whatever is wrong with it, and the others go on."""
    # One at a time: beside each other two claims would find the same chat idle.
    locks.named(tx, CLAIMING)
    asked = {
        **{"now": now, "wall": wall, "first_lane": lanes[0], "last_lane": lanes[1]},
        **{"resting": sorted(resting), "paused": sorted(paused)},
    }
    until, taken, seen = wall + LEASE, list[Claimed](), set[str]()
    while (left := limit - len(taken)) > 0:
        found = tx.execute(MAY_GO, {**asked, "limit": left}).all()
        before = len(taken)
        for row in found:
            claimed = None
            if row.id not in seen and row.chat_hash not in {one.hand.chat_hash for one in taken}:
                claimed = _try_to_take(tx, row, lease, resting, now, until)
            taken += [claimed] if claimed else []
        # Where some were closed instead, others may go now that could not before.
        if len(taken) - before == len(found) < left or seen.issuperset(row.id for row in found):
            break
        seen.update(row.id for row in found)
    return tuple(taken)


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
    return _hands(tx, tx.execute(OVERDUE, {"wall": wall}).all())


def unsettled(tx: Tx, *, now: datetime) -> int:
    """How many rows are due or on their way, those that failed for now too; not uncertain ones."""
    count: int = tx.execute(UNSETTLED, {"now": now}).scalar_one()
    return count


def _hands(tx: Tx, rows: Iterable[Kept]) -> tuple[InHand, ...]:
    return tuple(in_hand(row, root_of(tx, row), row.lease, row.attempts) for row in rows)


def _try_to_take(
    tx: Tx, row: Kept, lease: str, resting: Set[str], now: datetime, until: datetime
) -> Claimed | None:
    try:
        return None if _is_closed(tx, row, now) else _take(tx, row, lease, resting, until)
    except SQLAlchemyError:
        raise  # the database's fault, not the row's
    except Exception as error:
        _close_unreadable(tx, row, error)
        return None


def _close_unreadable(tx: Tx, row: Kept, error: Exception) -> None:
    """The text of an error could hold words: only its type is kept."""
    reason = type(error).__name__
    state = State.CANCELLED if isinstance(error, SubjectErased) else State.DEAD
    change(tx, o, o.c.id == row.id, o.c.state == State.PENDING, state=state, error=reason)
    if state is State.DEAD:
        action = "alert_unreadable" if is_alert(row.lane, row.kind) else "row_unreadable"
        extra = {"action": action, "row": row.id, "error": reason}
        log.error("a row of the outbox cannot be read", extra=extra)


def _is_closed(tx: Tx, row: Kept, now: datetime) -> bool:
    """Has it come too late, is it outdone by a newer edit, or is it to leave a phone that it has
    not reached? Put it off then where that is allowed, else close it."""
    values: dict[str, object]
    is_late = row.verb == Verb.UNKEYBOARD and row.attempts > 0  # an edit may have overtaken it
    is_outdated = (row.verb == Verb.EDIT or is_late) and _is_outdone(tx, row)
    if row.is_gone or row.is_to_leave:
        values = {"state": State.CANCELLED, "error": "hidden"}
    elif is_outdated:
        values = {"state": State.REPLACED}
    elif row.expires_at is not None and row.expires_at > now:
        return False
    elif row.hours is not None:
        return _is_put_off(tx, row, now)
    elif row.expires_at is None:
        return False
    else:
        values = {"state": State.EXPIRED}
    change(tx, o, o.c.id == row.id, o.c.state == State.PENDING, **values)
    return True


def _is_put_off(tx: Tx, row: Kept, now: datetime) -> bool:
    """Looked at again as it goes out: after an outage the safe hours may be over."""
    begins = next_safe(now, from_text(row.hours))
    if begins <= now:
        return False
    change(tx, o, o.c.id == row.id, o.c.state == State.PENDING, not_before=begins, expires_at=None)
    return True


def _is_outdone(tx: Tx, row: Kept) -> bool:
    return bool(tx.execute(OUTDONE, {"target": row.target, "seq": row.seq}).scalar_one())


def _take(tx: Tx, row: Kept, lease: str, resting: Set[str], until: datetime) -> Claimed | None:
    """Take it; None where it must wait, or nothing is to be done and it is closed. Raises anything
    at all where the row is damaged."""
    root = root_of(tx, row)
    hand = in_hand(row, root, lease, row.attempts + 1)
    must_rest = hand.verb is Verb.SEND and row.chat_hash in resting
    if must_rest or (root is not None and root.state in UNDER_WAY):
        return None
    if row.target is not None:  # whatever may be on the phone of it is not sent once more
        for about in tx.execute(DOUBTED, {"root": hand.root, "target": row.target}).scalars().all():
            change(tx, o, o.c.id == about, o.c.state == State.UNCERTAIN, retry_at=None)
    waiting = {"id": row.id, "state": State.PENDING}
    do = instruction(tx, row, root, hand.verb)
    needs_not = _out_of_place(row, root, hand) or needless(root, do)
    if needs_not is not None:
        change_by(tx, o, waiting, state=needs_not.state, error=needs_not.error)
        return None
    held = {"lease": lease, "lease_until": until, "attempts": hand.attempts}
    is_ours = change_by(tx, o, waiting, state=State.SENDING, retry_at=None, **held)
    return Claimed(hand=hand, instruction=do) if is_ours else None


def _out_of_place(row: Kept, root: Kept | None, hand: InHand) -> Verdict | None:
    """A change of a message on an earlier phone of this person, or a quiet one that would become a
    message of its own."""
    if root is not None and root.chat_hash != row.chat_hash:
        return Verdict(state=State.CANCELLED, error="another phone")
    if row.kind == QUIET and hand.verb is Verb.SEND:
        return Verdict(state=State.EXPIRED, error="nothing there")
    return None
