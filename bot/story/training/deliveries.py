"""Empties the outbox as the sender would, one call after the other, and says what was shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.story.training.emulator import Emulator
from storage import deliveries, outbox, tables
from storage.deliveries import InHand, Instruction, State, Verb, Verdict
from storage.hands import in_hand, instruction, needless, root_of
from storage.outbox import Key
from storage.rows import change
from storage.transaction import Tx

LEASE = "rehearsal"

o = tables.outbox
DUE = select(o).where(o.c.state == State.SENDING, o.c.lease == LEASE).order_by(o.c.lane, o.c.seq)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A message as it stands on a phone now, with what its buttons do."""

    owner: str
    row: str
    message: int
    alert: str | None
    keys: tuple[Key, ...]


def deliver(tx: Tx, emulator: Emulator, *, now: datetime) -> Iterator[Shown]:
    """Everything that is due, lane by lane and in order. Raises WrongRehearsal.

    Nothing fails here and nothing waits for another try, so that the sender's question, whose turn
    it is, has one answer: the next row's."""
    is_due = (o.c.state == State.PENDING, o.c.not_before <= now)
    if not change(tx, o, *is_due, state=State.SENDING, lease=LEASE, attempts=o.c.attempts + 1):
        return
    for row in tx.execute(DUE).all():
        root = root_of(tx, row)
        hand = in_hand(row, root, LEASE, row.attempts)
        do = instruction(tx, row, root, hand.verb)
        needs_not = needless(root, do)
        if needs_not is not None:
            change(tx, o, o.c.id == row.id, state=needs_not.state, error=needs_not.error)
            continue
        number = _carry(emulator, do)
        deliveries.settle(tx, hand, Verdict(state=State.SENT, message_no=number), now=now)
        if number is not None and hand.verb in (Verb.SEND, Verb.EDIT):
            yield _shown(tx, hand, do, number)


def _carry(emulator: Emulator, do: Instruction) -> int | None:
    """The number of the message that it was about."""
    if do.verb is Verb.DELETE:
        for number in do.numbers:
            emulator.call("deleteMessage", {"chat_id": int(do.chat), "message_id": number})
        return next(iter(do.numbers), None)
    method, params = _call(do)
    answer = emulator.call(method, params)
    number_: int = answer["message_id"]
    return number_


def _call(do: Instruction) -> tuple[str, dict[str, Any]]:
    """Method and parameters, as the bot's own messenger chooses them."""
    chat: dict[str, Any] = {"chat_id": int(do.chat)}
    if do.verb is not Verb.SEND:
        chat["message_id"] = do.numbers[0]
    if do.verb is Verb.UNKEYBOARD:
        return "editMessageReplyMarkup", chat
    said = {
        **chat,
        "text": do.payload.text,
        "link_preview_options": {"is_disabled": True},
        **_markup(do),
    }
    if do.verb is Verb.EDIT:
        return "editMessageText", said
    quiet = {
        "disable_notification": do.payload.is_silent,
        "protect_content": do.payload.is_protected,
    }
    return "sendMessage", {**said, **quiet}


def _markup(do: Instruction) -> Mapping[str, Any]:
    """Buttons carry `token:place`, counted over all rows (see storage.outbox)."""
    rows: list[list[dict[str, str]]] = []
    place = 0
    for keys in do.payload.keys:
        rows.append([])
        for key in keys:
            rows[-1].append({"text": key.label, "callback_data": f"{do.token}:{place}"})
            place += 1
    if rows:
        return {"reply_markup": {"inline_keyboard": rows}}
    gone = {"reply_markup": {"remove_keyboard": True}}
    return gone if do.payload.drops_reply_keyboard and do.verb is Verb.SEND else {}


def _shown(tx: Tx, hand: InHand, do: Instruction, number: int) -> Shown:
    button = None
    if hand.owner_kind == "staff" and do.payload.keys:
        button = outbox.find_button(tx, f"{do.token}:0", hand.chat_hash)
    return Shown(
        owner=hand.owner_id,
        row=hand.row,
        message=number,
        alert=None if button is None else button.alert,
        keys=tuple(key for row in do.payload.keys for key in row),
    )
