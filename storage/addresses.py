"""Where people can be written to: one row per person and channel, found by a keyed hash."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, select

from storage import tables
from storage.lasting import Lasting
from storage.rows import change, put
from storage.transaction import Tx

TELEGRAM = "telegram"
STRANGER = "stranger"
COLUMN = "addresses.address"

_a = tables.addresses
_OF_OWNER = Lasting(
    select(_a).where(_a.c.owner_kind == bindparam("kind"), _a.c.owner_id == bindparam("owner"))
)
_OWNERS = Lasting(
    select(_a.c.owner_kind, _a.c.owner_id)
    .where(_a.c.address_hash == bindparam("hashed"), _a.c.state != "closed")
    .order_by(_a.c.linked_at.desc(), _a.c.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A person's chat. `number` is the chat id in clear: for sending, never for logs."""

    owner_kind: str  # contact, staff, stranger
    owner_id: str
    chat_hash: str
    number: str
    is_active: bool

    @property
    def subject(self) -> str:
        """Whose data key seals what is written to this person; a stranger has none."""
        return "centre" if self.owner_kind == STRANGER else f"{self.owner_kind}:{self.owner_id}"


def chat_hash(tx: Tx, chat: int | str) -> str:
    """The keyed hash by which a Telegram chat is found."""
    return tx.vault.fingerprint("chat", str(chat))


def link(tx: Tx, owner_kind: str, owner_id: str, chat: int, *, now: datetime) -> None:
    """From now on this person is written to in this chat."""
    row = f"{owner_kind}:{owner_id}:{TELEGRAM}"
    put(
        tx,
        tables.addresses,
        {"owner_kind": owner_kind, "owner_id": owner_id, "channel": TELEGRAM},
        id=row,
        address=tx.vault.seal(tx, f"{owner_kind}:{owner_id}", COLUMN, row, str(chat)),
        address_hash=chat_hash(tx, chat),
        state="active",
        linked_at=now,
    )


def moved(tx: Tx, owner_kind: str, owner_id: str, hashed: str, chat: int) -> Address | None:
    """The chat with this hash goes on under another number; None where it is nobody's address."""
    if owner_kind == STRANGER:
        return None
    a = tables.addresses
    known = of(tx, owner_kind, owner_id)
    if known is None or known.chat_hash != hashed:
        return None
    row = f"{owner_kind}:{owner_id}:{TELEGRAM}"
    there = replace(known, chat_hash=chat_hash(tx, chat), number=str(chat))
    sealed = tx.vault.seal(tx, known.subject, COLUMN, row, there.number)
    change(tx, a, a.c.id == row, address=sealed, address_hash=there.chat_hash)
    return there


def of(tx: Tx, owner_kind: str, owner_id: str) -> Address | None:
    """This person's chat, or None while their link is unopened."""
    row = tx.execute(_OF_OWNER, {"kind": owner_kind, "owner": owner_id}).one_or_none()
    if row is None:
        return None
    number = tx.vault.open(tx, f"{owner_kind}:{owner_id}", COLUMN, row.id, row.address)
    return Address(
        owner_kind=row.owner_kind,
        owner_id=row.owner_id,
        chat_hash=row.address_hash,
        number=number,
        is_active=row.state == "active",
    )


def stranger(tx: Tx, chat: int | str) -> Address:
    """The chat of somebody who is not linked: for the one answer they get."""
    hashed = chat_hash(tx, chat)
    return Address(
        owner_kind=STRANGER,
        owner_id=hashed,
        chat_hash=hashed,
        number=str(chat),
        is_active=True,
    )


def owners(tx: Tx, hashed: str) -> tuple[tuple[str, str], ...]:
    """Who is behind a chat, as (kind, id), the latest link first; a closed link is nobody's."""
    rows = tx.execute(_OWNERS, {"hashed": hashed})
    return tuple((row.owner_kind, row.owner_id) for row in rows)


def hash_of(tx: Tx, owner_kind: str, owner_id: str) -> str | None:
    """The hash of this person's chat, which needs no key and no intact address."""
    row = tx.execute(_OF_OWNER, {"kind": owner_kind, "owner": owner_id}).one_or_none()
    return None if row is None else str(row.address_hash)


def hashes(tx: Tx, owner_kind: str) -> dict[str, str]:
    """The chat of everybody of this kind who may be written to, by owner."""
    known = select(_a.c.owner_id, _a.c.address_hash)
    mine = (_a.c.owner_kind == owner_kind, _a.c.state != "closed")
    return {row.owner_id: row.address_hash for row in tx.execute(known.where(*mine))}


def set_state(tx: Tx, owner_kind: str, owner_id: str, state: str) -> None:
    """active, blocked or closed."""
    a = tables.addresses
    change(tx, a, a.c.owner_kind == owner_kind, a.c.owner_id == owner_id, state=state)
