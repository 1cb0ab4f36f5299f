"""The adults who may be written to for a case."""

import json
import logging
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from flows.model import CaseId, Contact, ContactId, ContactKind, ContactState, Level, SafeHours
from storage import tables
from storage.lasting import Lasting
from storage.rows import add as add_row
from storage.rows import change_by
from storage.transaction import Tx

log = logging.getLogger(__name__)

SEALED = ("name", "relation", "agreed_word", "duress_word", "phone")
_BY_ID = Lasting(select(tables.contacts).where(tables.contacts.c.id == bindparam("contact")))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContact:
    """`interviewed_on` is the day of the safe-contact interview; level A needs one."""

    id: ContactId
    case: CaseId
    name: str
    relation: str
    level: Level
    interviewed_on: date | None
    hours: SafeHours
    agreed_word: str | None
    duress_word: str | None
    phone: str | None
    kind: ContactKind = ContactKind.CAREGIVER
    reads_little: bool = False
    code: str | None = None
    ends_on: date | None = None


def subject(contact: ContactId) -> str:
    """Whose data key seals what is known of this person, and what they write."""
    return f"contact:{contact}"


def add(tx: Tx, new: NewContact, *, now: datetime) -> None:
    """Add a contact; nothing is sent before their link is opened and a worker knows them."""
    values = {column: _sealed(tx, new.id, column, getattr(new, column)) for column in SEALED}
    add_row(
        tx,
        tables.contacts,
        id=new.id,
        case_id=new.case,
        kind=new.kind,
        level=new.level,
        interviewed_on=new.interviewed_on,
        safe_from=f"{new.hours.start:%H:%M}",
        safe_to=f"{new.hours.end:%H:%M}",
        weekdays="".join(map(str, sorted(new.hours.weekdays))),
        reads_little=new.reads_little,
        code=new.code,
        ends_on=new.ends_on,
        timezone=new.hours.timezone,
        phone_hash=None if new.phone is None else phone_hash(tx, new.phone),
        language="id",
        state=ContactState.INVITED,
        consent_part=0,
        created_at=now,
        **values,
    )


def interview(
    tx: Tx,
    contact: ContactId,
    *,
    level: Level,
    on: date,
    duress_word: str | None,
    now: datetime,
) -> None:
    """A safe-contact interview was held: it sets the level, is dated, and ends a silence."""
    values: dict[str, object] = {"level": level, "interviewed_on": on, "last_spoken_at": now}
    if duress_word is not None:
        values["duress_word"] = _sealed(tx, contact, "duress_word", duress_word)
    change_by(tx, tables.contacts, {"id": contact}, **values)


def get(tx: Tx, contact: str) -> Contact | None:
    """One contact, or None."""
    row = tx.execute(_BY_ID, {"contact": contact}).one_or_none()
    return None if row is None else _contact(tx, row)


def is_family(tx: Tx, contact: ContactId) -> bool:
    """Are they of the family, and not of the school?"""
    c = tables.contacts
    theirs = (c.c.id == contact, c.c.kind == ContactKind.CAREGIVER)
    return tx.execute(select(c.c.id).where(*theirs)).first() is not None


def unopened(tx: Tx) -> tuple[Contact, ...]:
    """Everybody, without what is sealed: for what must be told of whoever was erased, too. Whose
    row is damaged is left out."""
    found = []
    for row in tx.execute(select(tables.contacts)).all():
        try:
            found.append(plain(row))
        except (ValueError, TypeError) as error:
            extra = {"action": "row_unreadable", "row": row.id, "error": type(error).__name__}
            log.error("a contact cannot be read", extra=extra)
    return tuple(found)


def of_case(tx: Tx, case: CaseId) -> tuple[Contact, ...]:
    """The contacts of a case, oldest first."""
    c = tables.contacts
    rows = tx.execute(select(c).where(c.c.case_id == case).order_by(c.c.created_at, c.c.id))
    return tuple(_contact(tx, row) for row in rows)


def name(tx: Tx, contact: ContactId) -> str:
    """The name, opened: for commands that check it, never for a phone."""
    c = tables.contacts
    sealed = tx.execute(select(c.c.name).where(c.c.id == contact)).scalar_one()
    return tx.vault.open(tx, subject(contact), "contacts.name", contact, sealed)


def relation(tx: Tx, contact: ContactId) -> str:
    """ibu, nenek, wali: how the child calls them, opened."""
    c = tables.contacts
    sealed = tx.execute(select(c.c.relation).where(c.c.id == contact)).scalar_one()
    return tx.vault.open(tx, subject(contact), "contacts.relation", contact, sealed)


def has_code(tx: Tx, code: str) -> bool:
    """Is a pupil known by this code to any school?"""
    c = tables.contacts
    return tx.execute(select(c.c.id).where(c.c.code == code).limit(1)).first() is not None


def phone_matches(tx: Tx, contact: ContactId, phone: str) -> bool:
    """Is this the number on file?"""
    c = tables.contacts
    kept = tx.execute(select(c.c.phone_hash).where(c.c.id == contact)).scalar_one()
    return kept is not None and kept == phone_hash(tx, phone)


def phone_hash(tx: Tx, phone: str) -> str:
    """Keyed hash of a number; 0812..., 62812... and +62 812-... are the same number."""
    digits = "".join(char for char in phone if char.isdigit())
    if digits.startswith("0"):
        digits = f"62{digits[1:]}"
    return tx.vault.fingerprint("phone", digits)


def due(tx: Tx, *, now: datetime) -> tuple[ContactId, ...]:
    """Contacts whose next check-in is to be planned by now."""
    c = tables.contacts
    rows = tx.execute(
        select(c.c.id).where(c.c.next_due_at <= now).order_by(c.c.next_due_at, c.c.id)
    )
    return tuple(ContactId(row) for row in rows.scalars())


def next_moment(tx: Tx) -> datetime | None:
    """The earliest planned check-in of anybody."""
    found: datetime | None = tx.execute(
        select(func.min(tables.contacts.c.next_due_at))
    ).scalar_one_or_none()
    return found


def next_due_at(tx: Tx, contact: ContactId) -> datetime | None:
    """When the next check-in of this contact is planned."""
    c = tables.contacts
    found: datetime | None = tx.execute(
        select(c.c.next_due_at).where(c.c.id == contact)
    ).scalar_one_or_none()
    return found


def update(tx: Tx, contact: ContactId, **values: object) -> None:
    """Write plain columns: state, consented_at, last_spoken_at, next_due_at, consent_part."""
    change_by(tx, tables.contacts, {"id": contact}, **values)


def _sealed(tx: Tx, contact: ContactId, column: str, text: str | None) -> bytes | None:
    if text is None:
        return None
    return tx.vault.seal(tx, subject(contact), f"contacts.{column}", contact, text)


def _contact(tx: Tx, row: Row[*tuple[Any, ...]]) -> Contact:
    contact = plain(row)
    if row.duress_word is None:
        return contact
    column, who = "contacts.duress_word", subject(contact.id)
    return replace(contact, duress_word=tx.vault.open(tx, who, column, contact.id, row.duress_word))


def plain(row: Row[*tuple[Any, ...]]) -> Contact:
    """A contact without what is sealed."""
    return Contact(
        id=ContactId(row.id),
        case=CaseId(row.case_id),
        state=ContactState(row.state),
        level=Level(row.level),
        interviewed_on=row.interviewed_on,
        hours=SafeHours(
            start=time.fromisoformat(row.safe_from),
            end=time.fromisoformat(row.safe_to),
            timezone=row.timezone,
            weekdays=frozenset(map(int, row.weekdays)),
            quiet=_quiet(row.quiet),
        ),
        language=row.language,
        consented_at=row.consented_at,
        last_spoken_at=row.last_spoken_at,
        duress_word=None,
        has_phone=row.phone_hash is not None,
        consent_part=row.consent_part,
        kind=ContactKind(row.kind),
        reads_little=row.reads_little,
        code=row.code,
        ends_on=row.ends_on,
    )


def _quiet(text: str) -> tuple[tuple[date, date], ...]:
    """Days without any message, as [[first, last], ...]."""
    if text == "[]":
        return ()
    spans = json.loads(text)
    return tuple((date.fromisoformat(first), date.fromisoformat(last)) for first, last in spans)
