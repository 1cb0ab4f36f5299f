"""From what is there to those it belongs to: a family, a child, staff, and their keys."""

from collections.abc import Iterator, Sequence

from bot.oversight.look import Finding, Found, Kept, Look, existing
from flows.model import ContactState
from storage import cases, contacts, staff, tables
from storage.addresses import TELEGRAM
from storage.transaction import Tx

LOST = {"contact": "contact_lost", "staff": "staff_lost"}
OWNERS = {"contact": tables.contacts.c.id, "staff": tables.staff.c.id}


def without_contact(tx: Tx, _: Look, rows: Sequence[Kept]) -> Found:
    """A child whose family is not there: a case comes with its first contact, and keeps it."""
    there = existing(tx, tables.contacts.c.case_id, [row.id for row in rows])
    for row in rows:
        if row.id not in there:
            yield Finding(check="case_without_contact", row=row.id)


def without_worker(tx: Tx, _: Look, rows: Sequence[Kept]) -> Found:
    """A case, or a step of a chain, whose member of staff is not there."""
    names = [(row, row._mapping.get("worker_id", row._mapping.get("staff_id"))) for row in rows]
    yield from _lost(tx, [("staff", name, _name(row)) for row, name in names])


def without_contact_row(tx: Tx, _: Look, rows: Sequence[Kept]) -> Found:
    """Something that a family said, or agreed to, and the family is not there."""
    yield from _lost(
        tx, [("contact", row.contact_id, _name(row)) for row in rows if row.contact_id is not None]
    )


def without_owner(tx: Tx, _: Look, rows: Sequence[Kept]) -> Found:
    """A chat or a link of somebody who is not there."""
    yield from _lost(tx, [(row.owner_kind, row.owner_id, _name(row)) for row in rows])


def without_address(tx: Tx, _: Look, rows: Sequence[Kept]) -> Found:
    """A family that takes part, and nothing says where to write to it: nobody takes part without a
    phone, and an address that is blocked or closed stays there."""
    active = [row.id for row in rows if row.state == ContactState.ACTIVE]
    wanted = {f"contact:{contact}:{TELEGRAM}": contact for contact in active}
    there = existing(tx, tables.addresses.c.id, wanted)
    for address, contact in wanted.items():
        if address not in there:
            yield Finding(check="address_lost", row=contact)


def keyless_case(tx: Tx, _: Look, rows: Sequence[Kept]) -> Found:
    yield from _keyless(tx, [cases.subject(row.id) for row in rows])


def keyless_contact(tx: Tx, _: Look, rows: Sequence[Kept]) -> Found:
    yield from _keyless(tx, [contacts.subject(row.id) for row in rows])


def keyless_staff(tx: Tx, _: Look, rows: Sequence[Kept]) -> Found:
    yield from _keyless(tx, [staff.subject(row.id) for row in rows])


def destroyed(tx: Tx, _: Look, rows: Sequence[Kept]) -> Found:
    """A key that is gone, and no erasure in the ledger tells why."""
    gone = [row.subject for row in rows if row.wrapped is None]
    erased = existing(tx, tables.erasures.c.subject, gone)
    for subject in gone:
        if subject not in erased:
            yield Finding(check="key_destroyed", row=subject)


def _keyless(tx: Tx, subjects: Sequence[str]) -> Iterator[Finding]:
    """What was sealed for them is lost, and nobody has decided so: the key of somebody who was
    erased leaves its row behind."""
    there = existing(tx, tables.data_keys.c.subject, subjects)
    for subject in subjects:
        if subject not in there:
            yield Finding(check="key_missing", row=subject)


def _lost(tx: Tx, wanted: Sequence[tuple[str, str, str]]) -> Iterator[Finding]:
    """Of (kind, id, holder) those who are not there."""
    for kind, column in OWNERS.items():
        there = existing(tx, column, {row for one, row, _ in wanted if one == kind})
        for one, row, holder in wanted:
            if one == kind and row not in there:
                yield Finding(check=LOST[kind], row=row, detail={"holder": holder})


def _name(row: Kept) -> str:
    return str(row._mapping.get("id", row._mapping.get("seq")))
