"""Every free text and everything sent, word for word: from families and from strangers."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from flows.events import WordsKept
from flows.model import CaseId, ContactId
from storage import contacts, tables
from storage.errors import SubjectErased, Tampered
from storage.rows import change, insert_once
from storage.transaction import Tx

log = logging.getLogger(__name__)

TEXT, FILE = "words.text", "attachments.file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Whose words: a contact of a case, or (both None) somebody who is not linked."""

    chat_hash: str
    contact: ContactId | None = None
    case: CaseId | None = None

    @property
    def subject(self) -> str:
        return "centre" if self.contact is None else contacts.subject(self.contact)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """Something that came with a message: its kind and Telegram's id, never its content. Of a place
    the id is latitude and longitude with a comma between."""

    kind: str
    file_id: str
    duration_s: int | None


def keep(
    tx: Tx,
    words: WordsKept,
    *,
    cause: str,
    writer: Writer,
    message_no: int | None,
    at: datetime,
    files: tuple[File, ...] = (),
    edits: str | None = None,
) -> bool:
    """Keep one text; the version it corrects points to it. False: it was kept before."""
    row = f"words:{cause}"
    is_new = insert_once(
        tx,
        tables.words,
        id=row,
        subject=writer.subject,
        case_id=writer.case,
        contact_id=writer.contact,
        checkin_id=words.checkin,
        chat_hash=writer.chat_hash,
        message_no=message_no,
        text=tx.vault.seal(tx, writer.subject, TEXT, row, words.text),
        signs_level=words.signs_level,
        is_command=words.is_command,
        at=at,
    )
    for number, file in enumerate(files if is_new else ()):
        _attach(tx, row, number, file, writer.subject)
    if is_new and edits is not None:
        older = (tables.words.c.id == f"words:{edits}", tables.words.c.replaced_by.is_(None))
        change(tx, tables.words, *older, replaced_by=row)
    return is_new


def text(tx: Tx, words_id: str) -> str | None:
    """What was written, or None if there is no such text."""
    w = tables.words
    row = tx.execute(select(w.c.subject, w.c.text).where(w.c.id == words_id)).one_or_none()
    return None if row is None else tx.vault.open(tx, row.subject, TEXT, words_id, row.text)


def files(tx: Tx, words_id: str) -> tuple[str, ...]:
    """Kinds of what came with a text: photo, voice, ..."""
    a = tables.attachments
    rows = tx.execute(select(a.c.kind).where(a.c.words_id == words_id).order_by(a.c.id))
    return tuple(rows.scalars())


def attached(tx: Tx, words_id: str) -> tuple[File, ...]:
    """What came with a text, in order; an id that cannot be opened any more is empty. Raises
    KeyFileOutdated."""
    a, w = tables.attachments, tables.words
    rows = tx.execute(
        select(a, w.c.subject)
        .join(w, w.c.id == a.c.words_id)
        .where(a.c.words_id == words_id)
        .order_by(a.c.id)
    )
    return tuple(
        File(
            kind=row.kind,
            file_id=_file_id(tx, row),
            duration_s=row.duration_s,
        )
        for row in rows
    )


def latest_version(tx: Tx, chat_hash: str, message_no: int) -> str | None:
    """The cause (inbox id) of the newest version of a message of this chat."""
    w = tables.words
    row = tx.execute(
        select(w.c.id)
        .where(w.c.chat_hash == chat_hash, w.c.message_no == message_no)
        .order_by(w.c.seq.desc())
        .limit(1)
    ).scalar_one_or_none()
    return None if row is None else str(row).removeprefix("words:")


def first_version(tx: Tx, chat_hash: str, message_no: int) -> str | None:
    """The cause of the message as it was first written: reasons found in it keep that name."""
    w = tables.words
    row = tx.execute(
        select(w.c.id)
        .where(w.c.chat_hash == chat_hash, w.c.message_no == message_no)
        .order_by(w.c.seq)
        .limit(1)
    ).scalar_one_or_none()
    return None if row is None else str(row).removeprefix("words:")


def mark_read(tx: Tx, alert: str, *, now: datetime) -> tuple[ContactId, ...]:
    """The texts behind this alert or task have been read by a human. Whose free texts were these?
    Commands are for no list, so nobody waits for them to be read."""
    f, w = tables.facts, tables.words
    behind = (w.c.id.in_(select(f.c.words_id).where(f.c.alert_id == alert)), w.c.read_at.is_(None))
    theirs = (w.c.contact_id.is_not(None), w.c.is_command.is_(False))
    written = select(w.c.contact_id).where(*behind, *theirs).distinct().order_by(w.c.contact_id)
    writers = tuple(ContactId(one) for one in tx.execute(written).scalars())
    change(tx, w, *behind, read_at=now)
    return writers


def written_at(tx: Tx, words_id: str | None) -> datetime | None:
    """When the person wrote this text, on a list or as an answer; None where it is not kept."""
    cause = (words_id or "").removeprefix("words:")
    for table, row in ((tables.words, f"words:{cause}"), (tables.answers, f"answer:{cause}")):
        found: datetime | None = tx.execute(
            select(table.c.at).where(table.c.id == row)
        ).scalar_one_or_none()
        if found is not None:
            return found
    return None


def last_behind(tx: Tx, alert: str) -> datetime | None:
    """When the newest text joined this alert or task."""
    f, w = tables.facts, tables.words
    joined = select(f.c.at).join(w, w.c.id == f.c.words_id).where(f.c.alert_id == alert)
    found: datetime | None = tx.execute(
        joined.order_by(f.c.at.desc()).limit(1)
    ).scalar_one_or_none()
    return found


def behind(tx: Tx, alert: str) -> frozenset[str]:
    """The texts that this alert or task rests on; taps are none."""
    f, w = tables.facts, tables.words
    found = select(w.c.id).join(f, w.c.id == f.c.words_id).where(f.c.alert_id == alert)
    return frozenset(tx.execute(found).scalars())


def _file_id(tx: Tx, row: Row[*tuple[Any, ...]]) -> str:
    try:
        return tx.vault.open(tx, row.subject, FILE, row.id, row.file)
    except SubjectErased:
        return ""
    except Tampered:
        extra = {"action": "row_unreadable", "row": row.id}
        log.error("the id of a file cannot be read", extra=extra)
        return ""


def _attach(tx: Tx, row: str, number: int, file: File, subject: str) -> None:
    attachment = f"attachment:{row}:{number}"
    insert_once(
        tx,
        tables.attachments,
        id=attachment,
        words_id=row,
        kind=file.kind,
        file=tx.vault.seal(tx, subject, FILE, attachment, file.file_id),
        duration_s=file.duration_s,
    )
