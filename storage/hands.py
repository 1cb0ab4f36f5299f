"""A row on its way to a phone: what is to be done, whose it is, and what became of it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from storage import tables
from storage.lasting import Lasting
from storage.outbox import ADDRESS, DOUBT, PAYLOAD, Payload, from_json
from storage.transaction import Tx
from storage.turns import State, Verb

NOTICE = "notice"
QUIET = "quiet"  # an edit that must never become a message of its own

o = tables.outbox
Kept = Row[*tuple[Any, ...]]
BY_ID = Lasting(select(o).where(o.c.id == bindparam("row")))


def is_alert(lane: int, kind: str) -> bool:
    """Does it call a member of staff to something? Then it must arrive, even twice."""
    return lane == 0 or kind == NOTICE


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """What to do on one phone: `numbers` are the messages to edit, delete or strip of buttons.

    A button carries `token:index`, counted over all keys, row by row (see outbox.find_button)."""

    verb: Verb
    chat: str = field(repr=False)  # the chat id in clear: for sending, never for logs
    token: str
    payload: Payload = field(repr=False)
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InHand:
    """A row on its way. `verb` is what is really done: an edit without a message is a send."""

    row: str
    lease: str
    verb: Verb
    root: str | None  # the row that sent the message this is about
    lane: int
    kind: str
    owner_kind: str
    owner_id: str
    chat_hash: str
    due_since: datetime  # by the moved clock
    attempts: int  # this one included
    was_uncertain: bool  # an earlier try may have arrived

    @property
    def is_alert(self) -> bool:
        return is_alert(self.lane, self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    hand: InHand
    instruction: Instruction


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of a row in hand. `retry_at` goes with pending and uncertain; None with
    uncertain is never. `is_lost`: the message to edit is not on the phone any more. `moved_to`: the
    chat goes on under this number."""

    state: State
    error: str | None = None
    retry_at: datetime | None = None
    message_no: int | None = None
    is_lost: bool = False
    moved_to: int | None = field(default=None, repr=False)


def root_of(tx: Tx, row: Kept) -> Kept | None:
    """The row whose message `row` is about, through edits of edits."""
    root, target = None, row.target
    while target is not None:
        found = tx.execute(BY_ID, {"row": target}).one_or_none()
        if found is None:
            break
        root, target = found, found.target if found.verb == Verb.EDIT else None
    return root


def first_row(tx: Tx, row_id: str) -> str:
    """The row that sent the message which `row_id` has changed since."""
    row = tx.execute(BY_ID, {"row": row_id}).one()
    root = root_of(tx, row) if row.verb == Verb.EDIT else None
    return row_id if root is None else str(root.id)


def has_left(tx: Tx, row_id: str) -> bool:
    """Is the message that this row sent known to be gone from the phone?"""
    return bool(tx.execute(BY_ID, {"row": row_id}).one().is_gone)


def in_hand(row: Kept, root: Kept | None, lease: str, attempts: int) -> InHand:
    """What the process that holds `lease` knows of it. Raises ValueError for an unknown verb."""
    is_there = root is not None and (root.is_gone or _number(root) is not None)
    is_new = row.verb == Verb.EDIT and not is_there
    return InHand(
        row=row.id,
        lease=lease,
        verb=Verb.SEND if is_new else Verb(row.verb),
        root=None if root is None else root.id,
        lane=row.lane,
        kind=row.kind,
        owner_kind=row.owner_kind,
        owner_id=row.owner_id,
        chat_hash=row.chat_hash,
        due_since=row.not_before,
        attempts=attempts,
        was_uncertain=(row.error or "").startswith(DOUBT),
    )


def instruction(tx: Tx, row: Kept, root: Kept | None, verb: Verb) -> Instruction:
    """The row in clear. Raises like `payload_of`."""
    payload = payload_of(tx, row)
    number = None if root is None else _number(root)
    known = payload.numbers if number is None else (*payload.numbers, number)
    return Instruction(
        verb=verb,
        chat=tx.vault.open(tx, row.subject, ADDRESS, row.id, row.address),
        token=row.token,
        payload=payload,
        numbers=() if verb is Verb.SEND else known,
    )


def payload_of(tx: Tx, row: Kept) -> Payload:
    """Raises what the vault says of it, or anything at all where it is damaged."""
    return from_json(tx.vault.open(tx, row.subject, PAYLOAD, row.id, row.payload))


def _number(root: Kept) -> int | None:
    """The number of the message on the phone; None where nothing is known to be there."""
    number: int | None = root.message_no if root.state == State.SENT else None
    return number


def needless(root: Kept | None, do: Instruction) -> Verdict | None:
    """Why there is nothing to be done, if so."""
    is_hidden = root is not None and root.is_gone
    is_unknown = root is not None and root.state == State.UNCERTAIN
    match do.verb:
        case Verb.EDIT | Verb.UNKEYBOARD if is_hidden:
            return Verdict(state=State.CANCELLED, error="hidden")
        case Verb.DELETE if not do.numbers and is_unknown:
            return Verdict(state=State.DEAD, error="number unknown")
        case Verb.DELETE | Verb.UNKEYBOARD if not do.numbers:
            return Verdict(state=State.CANCELLED, error="nothing there")
        case _:
            return None
