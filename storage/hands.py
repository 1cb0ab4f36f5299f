"""A row on its way to a phone: what is to be done, whose it is, and what became of it."""

from dataclasses import dataclass, field
from datetime import datetime

from storage.outbox import Payload
from storage.turns import State, Verb

NOTICE = "notice"


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
    uncertain is never. `is_lost`: the message to edit is not on the phone any more."""

    state: State
    error: str | None = None
    retry_at: datetime | None = None
    message_no: int | None = None
    is_lost: bool = False
