"""Taking rows in hand: whose turn it is, what has come too late, and what is left to be done."""

import logging
from collections.abc import Set
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from flows.hours import next_safe
from storage import leases, locks, tables
from storage.errors import KeyFileOutdated, SubjectErased
from storage.hands import (
    QUIET,
    Claimed,
    InHand,
    Kept,
    Verdict,
    in_hand,
    instruction,
    is_alert,
    needless,
    root_of,
)
from storage.hours import from_text
from storage.rows import change, change_by
from storage.transaction import Tx
from storage.turns import DOUBTED, MAY_GO, OUTDONE, UNDER_WAY, State, Verb

log = logging.getLogger(__name__)

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
    that cannot be read is dead, or waits where the key file lacks its key; the others go on."""
    # One at a time: beside each other two claims would find the same chat idle.
    locks.named(tx, CLAIMING)
    asked = {
        **{"now": now, "wall": wall, "first_lane": lanes[0], "last_lane": lanes[1]},
        **{"resting": sorted(resting), "paused": sorted(paused)},
    }
    until = leases.clock(tx, otherwise=wall) + LEASE
    taken, left = dict[str, Claimed](), set[str]()
    while len(taken) < limit:
        # Rows that were left (closed, or resting after all) must not hide those behind them.
        wanted = limit - len(taken) + len(left)
        found = tx.execute(MAY_GO, {**asked, "limit": wanted}).all()
        fresh = [row for row in found if row.id not in left]
        for row in fresh:
            claimed = None
            if len(taken) < limit and row.chat_hash not in taken:
                claimed = _try_to_take(tx, row, lease, resting, now, until)
            if claimed is None:
                left.add(row.id)
            else:
                taken[row.chat_hash] = claimed
        # Where some were closed, others may go now that could not before.
        if (left.isdisjoint(row.id for row in fresh) and len(found) < wanted) or not fresh:
            break
    return tuple(taken.values())


def _try_to_take(
    tx: Tx, row: Kept, lease: str, resting: Set[str], now: datetime, until: datetime
) -> Claimed | None:
    try:
        return None if _is_closed(tx, row, now) else _take(tx, row, lease, resting, until)
    except SQLAlchemyError:
        raise  # the database's fault, not the row's
    except KeyFileOutdated:
        return None  # the key file's: it waits, and the vault has told of it
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
