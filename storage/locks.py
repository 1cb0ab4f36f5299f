"""Who decides about a case, a chat or the strangers, one at a time: locks until the commit.

SQLite has one writer, so there is nothing to lock. On PostgreSQL pieces run side by side, and
without these two replies of one family would open two alerts. A use case locks before it reads
what it decides on, always in one order, so that no two wait for each other: its row of the inbox,
the chat, cases by their id, the strangers, who can be reached.
"""

import hashlib

from sqlalchemy import Select, func, or_, select

from storage import tables
from storage.transaction import Tx

STRANGERS = "strangers"  # one limit and one reading list for all who are not linked

a, c, p = tables.alerts, tables.cases, tables.contacts


def chat(tx: Tx, chat_hash: str) -> None:
    """Nobody else handles this chat, whoever is behind it."""
    named(tx, f"chat:{chat_hash}")


def phone(tx: Tx, chat_hash: str, *, case: str | None = None) -> None:
    """Nobody else decides about the cases whose contacts have this phone, nor about `case`."""
    if not _is_needed(tx):
        return
    phones = tables.addresses
    behind = (
        select(p.c.case_id)
        .join(phones, phones.c.owner_id == p.c.id)
        .where(phones.c.owner_kind == "contact", phones.c.address_hash == chat_hash)
    )
    _cases(tx, select(c.c.id).where(or_(c.c.id.in_(behind), c.c.id == case)))


def contact(tx: Tx, contact_id: str) -> None:
    """Nobody else decides about the case of this contact, nor about those that share its phone."""
    if not _is_needed(tx):
        return
    phones, others = tables.addresses, tables.addresses.alias("others")
    behind = (
        select(p.c.case_id)
        .join(others, others.c.owner_id == p.c.id)
        .join(phones, phones.c.address_hash == others.c.address_hash)
        .where(others.c.owner_kind == "contact", phones.c.owner_kind == "contact")
        .where(phones.c.owner_id == contact_id)
    )
    own = select(p.c.case_id).where(p.c.id == contact_id)
    _cases(tx, select(c.c.id).where(or_(c.c.id.in_(own), c.c.id.in_(behind))))


def case(tx: Tx, case_id: str) -> None:
    """Nobody else decides about this case, nor about those that share a phone with it."""
    if not _is_needed(tx):
        return
    phones, others = tables.addresses, tables.addresses.alias("others")
    own = tables.contacts.alias("own")
    behind = (
        select(p.c.case_id)
        .join(phones, phones.c.owner_id == p.c.id)
        .join(others, others.c.address_hash == phones.c.address_hash)
        .join(own, own.c.id == others.c.owner_id)
        .where(phones.c.owner_kind == "contact", others.c.owner_kind == "contact")
        .where(own.c.case_id == case_id)
    )
    _cases(tx, select(c.c.id).where(or_(c.c.id == case_id, c.c.id.in_(behind))))


def every_case(tx: Tx) -> None:
    """Nobody else decides about any case."""
    _cases(tx, select(c.c.id))


def checkin(tx: Tx, checkin_id: str) -> None:
    """The same for the contact of this check-in, on the phone that it is asked on."""
    if _is_needed(tx):
        k = tables.checkins
        found = tx.execute(select(k.c.chat_hash, k.c.case_id).where(k.c.id == checkin_id)).first()
        if found is not None:
            phone(tx, found.chat_hash, case=found.case_id)


def deadline(tx: Tx, deadline_id: str) -> None:
    """The same for the alert that this clock of the law belongs to."""
    if _is_needed(tx):
        clock = tables.deadlines
        alerts(tx, *tx.execute(select(clock.c.alert_id).where(clock.c.id == deadline_id)).scalars())


def alerts(tx: Tx, *alert_ids: str) -> None:
    """Nobody else decides about the cases of these alerts; those of strangers have none."""
    if _is_needed(tx) and alert_ids:
        found = tx.execute(select(a.c.case_id).where(a.c.id.in_(alert_ids))).scalars().all()
        _cases(tx, select(c.c.id).where(c.c.id.in_([case for case in found if case is not None])))
        if None in found:
            strangers(tx)


def strangers(tx: Tx) -> None:
    """Nobody else counts the alerts of strangers, or looks for their reading list."""
    named(tx, STRANGERS)


def reach(tx: Tx) -> None:
    """Nobody else finds that nobody can be reached, nor looks for what waits for somebody."""
    named(tx, "reach")


def named(tx: Tx, name: str) -> None:
    """Nobody else is past this line with the same name."""
    if _is_needed(tx):
        tx.execute(select(func.pg_advisory_xact_lock(_number(name))))


def _cases(tx: Tx, query: Select[str]) -> None:
    """A row may be pointed to all the same: only who locks it as well has to wait."""
    if _is_needed(tx):
        tx.execute(query.order_by(c.c.id).with_for_update(key_share=True)).all()


def _is_needed(tx: Tx) -> bool:
    return tx.connection.dialect.name == "postgresql"


def _number(name: str) -> int:
    digest = hashlib.sha256(f"kabar:{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
