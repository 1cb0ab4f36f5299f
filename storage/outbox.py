"""The way out: every message as a row with its final words, written with what caused it.

A row holds a neutral message (see `payloads.py`), not Telegram's JSON. What a button does is kept
here; the phone gets a token, and a tap counts only from the chat that the row was sent to.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from sqlalchemy import ColumnElement, bindparam, case, select

from flows.hours import next_safe
from flows.model import SafeHours
from storage import tables
from storage.addresses import TELEGRAM, Address
from storage.hours import as_text
from storage.lasting import Lasting
from storage.payloads import Act, Attachment, Key, Payload, as_json, from_json
from storage.rows import change, change_by, insert_once
from storage.transaction import Tx

__all__ = ["Act", "Attachment", "Key", "Payload", "as_json", "from_json"]

ADDRESS, PAYLOAD = "outbox.address", "outbox.payload"
DELETABLE = timedelta(hours=48)  # Telegram lets a bot delete messages that are younger
TOKEN_CHARACTERS = 16
DOUBT = "uncertain: "  # begins the error of a row that may have arrived once already
WITHDRAWN = "withdrawn"  # the error of a row on its way that is not to be tried again


BY_TOKEN = Lasting(
    select(tables.outbox).where(
        tables.outbox.c.token == bindparam("token"), tables.outbox.c.chat_hash == bindparam("chat")
    )
)


class Lane(IntEnum):
    """The lower the sooner; an alert overtakes everything."""

    ALERT = 0
    ANSWER = 1
    CHECKIN = 2
    LESSON = 3
    BROADCAST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One row to be.

    With `hours` it goes out only inside these, or before `expires_at`; without, `expires_at` is
    its end."""

    id: str
    lane: Lane
    kind: str
    verb: str
    address: Address
    payload: Payload
    not_before: datetime
    target: str | None = None
    expires_at: datetime | None = None
    hours: SafeHours | None = None
    alert: str | None = None
    checkin: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a tapped button does, and the row it stands in."""

    row: str
    owner: str
    act: Act
    alert: str | None
    checkin: str | None
    is_doubted: bool  # nobody knew until now whether it arrived


def enqueue(tx: Tx, out: Outgoing, *, now: datetime) -> bool:
    """Write the row unless its id is taken. A newer edit replaces one that still waits."""
    o = tables.outbox
    if out.verb == "edit":
        waiting = {"target": out.target, "verb": "edit", "state": "pending"}
        itself = {"id": out.id}
        change_by(tx, o, waiting, itself, state="replaced")
    subject = out.address.subject
    return insert_once(
        tx,
        o,
        id=out.id,
        token=tx.vault.fingerprint("button", out.id)[:TOKEN_CHARACTERS],
        channel=TELEGRAM,
        lane=out.lane,
        kind=out.kind,
        verb=out.verb,
        target=out.target,
        owner_kind=out.address.owner_kind,
        owner_id=out.address.owner_id,
        subject=subject,
        chat_hash=out.address.chat_hash,
        address=tx.vault.seal(tx, subject, ADDRESS, out.id, out.address.number),
        payload=tx.vault.seal(tx, subject, PAYLOAD, out.id, as_json(out.payload)),
        alert_id=out.alert,
        checkin_id=out.checkin,
        created_at=now,
        not_before=out.not_before,
        expires_at=out.expires_at,
        hours=as_text(out.hours),
        state="pending",
        attempts=0,
    )


def find_button(tx: Tx, pressed: str, chat_hash: str) -> Found | None:
    """The button behind `token:row:column`; None for a forged one or another chat's."""
    token, _, place = pressed.partition(":")
    row = tx.execute(BY_TOKEN, {"token": token, "chat": chat_hash}).one_or_none()
    if row is None:
        return None
    payload = from_json(tx.vault.open(tx, row.subject, PAYLOAD, row.id, row.payload))
    keys = [key for line in payload.keys for key in line]
    if not place.isdecimal() or int(place) >= len(keys):
        return None
    act = keys[int(place)].act
    return Found(
        row=row.id,
        owner=row.owner_id,
        act=act,
        alert=row.alert_id,
        checkin=row.checkin_id,
        is_doubted=row.state != "sent" and (row.error or "").startswith(DOUBT),
    )


def chat_of(tx: Tx, row_id: str) -> str:
    """The hash of the chat that a row is for."""
    o = tables.outbox
    return str(tx.execute(select(o.c.chat_hash).where(o.c.id == row_id)).scalar_one())


def payload(tx: Tx, row_id: str) -> Payload:
    """What a row says."""
    o = tables.outbox
    row = tx.execute(select(o.c.subject, o.c.payload).where(o.c.id == row_id)).one()
    return from_json(tx.vault.open(tx, row.subject, PAYLOAD, row_id, row.payload))


def cancel(tx: Tx, *, owner_kind: str, owner_id: str) -> None:
    """Nothing more to this person of what is still unsent; what takes words away still goes."""
    o = tables.outbox
    says = o.c.verb.not_in(("delete", "unkeyboard"))
    _withdraw(tx, o.c.owner_kind == owner_kind, o.c.owner_id == owner_id, says)


def cancel_alert(tx: Tx, alert: str, *, kind: str) -> None:
    """Pending notices of this alert need not go out any more."""
    o = tables.outbox
    _withdraw(tx, o.c.alert_id == alert, o.c.kind == kind, o.c.verb == "send")


def cancel_named(tx: Tx, *, owner_id: str, prefix: str) -> None:
    """What is still unsent to this person, and whose id begins so, need not go out any more."""
    o = tables.outbox
    _withdraw(tx, o.c.owner_id == owner_id, o.c.id.startswith(prefix, autoescape=True))


def is_waiting(tx: Tx, owner_id: str, mark: str) -> bool:
    """Is something with this in its id still unsent to this person?"""
    o = tables.outbox
    mine = (o.c.owner_id == owner_id, o.c.id.contains(mark, autoescape=True))
    found = select(o.c.id).where(*mine, o.c.state == "pending")
    return tx.execute(found.limit(1)).first() is not None


def keep_within(tx: Tx, contact: str, hours: SafeHours, *, now: datetime) -> None:
    """What is still unsent to this contact and has hours keeps to these. A reply that came at once
    to an act of theirs still may."""
    o = tables.outbox
    mine = (o.c.owner_kind == "contact", o.c.owner_id == contact, o.c.hours.is_not(None))
    unsent = o.c.state.in_(("pending", "uncertain", "sending"))
    rows = tx.execute(select(o.c.id, o.c.state, o.c.expires_at).where(*mine, unsent)).all()
    for row in rows:
        values: dict[str, object] = {"hours": as_text(hours)}
        is_prompt = row.expires_at is not None and row.expires_at > now
        if row.state == "pending" and not is_prompt:
            values["not_before"] = next_safe(now, hours)
        change_by(tx, o, {"id": row.id}, **values)


def _withdraw(tx: Tx, *which: ColumnElement[bool]) -> None:
    """In one statement: between two of them the sender could settle a row, so that it is `sending`
    for the first and waits again for the second."""
    o = tables.outbox
    flies, unsent = o.c.state == "sending", o.c.state.in_(("pending", "uncertain", "sending"))
    state = case((flies, "sending"), else_="cancelled")
    error = case((flies, WITHDRAWN), else_=o.c.error)
    change(tx, o, *which, unsent, state=state, error=error)


def cancel_delete(tx: Tx, target: str) -> None:
    """The message is deleted earlier than was planned."""
    o = tables.outbox
    planned = (o.c.target == target, o.c.verb == "delete", o.c.state == "pending")
    change(tx, o, *planned, state="cancelled")


def on_phone(tx: Tx, chat_hash: str, *, now: datetime) -> tuple[str, ...]:
    """Messages that are, or may be, in this chat and can still be deleted, oldest first."""
    o = tables.outbox
    rows = tx.execute(
        select(o.c.id)
        .where(
            o.c.chat_hash == chat_hash,
            o.c.verb == "send",
            o.c.state.in_(("sending", "sent", "uncertain")),
            o.c.is_gone.is_(False),
            o.c.created_at > now - DELETABLE,
        )
        .order_by(o.c.seq)
    )
    return tuple(rows.scalars())


def sent_of_kind(tx: Tx, owner_id: str, kind: str) -> tuple[str, ...]:
    """Messages of one kind on one person's phone that are not gone yet."""
    o = tables.outbox
    rows = tx.execute(
        select(o.c.id).where(
            o.c.owner_id == owner_id,
            o.c.kind == kind,
            o.c.verb == "send",
            o.c.state.in_(("pending", "sending", "sent", "uncertain")),
            o.c.is_gone.is_(False),
        )
    )
    return tuple(rows.scalars())


def notices(tx: Tx, alert: str, *, kind: str) -> tuple[tuple[str, str], ...]:
    """(row, staff id) of the notices of an alert that are, or may be, on a phone."""
    o = tables.outbox
    rows = tx.execute(
        select(o.c.id, o.c.owner_id)
        .where(
            o.c.alert_id == alert,
            o.c.kind == kind,
            o.c.verb == "send",
            o.c.state.in_(("sending", "sent", "uncertain")),
            o.c.is_gone.is_(False),
        )
        .order_by(o.c.seq)
    )
    return tuple((row.id, row.owner_id) for row in rows)


def last_shown(tx: Tx, alert: str, owner_id: str, *, kind: str) -> datetime | None:
    """When something of this kind was last written for this person about an alert."""
    o = tables.outbox
    where = (o.c.alert_id == alert, o.c.owner_id == owner_id, o.c.kind == kind)
    found: datetime | None = tx.execute(
        select(o.c.created_at).where(*where, o.c.verb == "send").order_by(o.c.seq.desc()).limit(1)
    ).scalar_one_or_none()
    return found


def mark_gone(tx: Tx, row_id: str) -> None:
    """The message has left, or is about to leave, the phone: nothing edits it any more."""
    o = tables.outbox
    change_by(tx, o, {"id": row_id}, is_gone=True)
    change(
        tx, o, o.c.target == row_id, o.c.verb != "delete", o.c.state == "pending", state="replaced"
    )


def next_moment(tx: Tx, *, now: datetime) -> datetime | None:
    """The next future moment at which something waits to be sent."""
    o = tables.outbox
    found: datetime | None = tx.execute(
        select(o.c.not_before)
        .where(o.c.state == "pending", o.c.not_before > now)
        .order_by(o.c.not_before)
        .limit(1)
    ).scalar_one_or_none()
    return found
