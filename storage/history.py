"""Everything that was ever known of every family, in the order in which it became known.

Rows that change are told as changes: what a case, contact or check-in was before is taken from the
books (`plan_changes`, `audit`), which nothing leaves. Where they do not tell, as for a level that
was set before the journal kept it, the row counts as it stands today."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from storage import bygone_people, bygone_words, tables
from storage.bygone import Book, Entry, rows
from storage.bygone_checkins import of_checkins
from storage.transaction import Tx

_PARTS = (
    bygone_people.of_cases,
    bygone_people.of_contacts,
    of_checkins,
    bygone_words.of_words,
    bygone_words.of_encounters,
    bygone_words.of_key_dates,
    bygone_words.of_outbox,
    bygone_words.of_alerts,
    bygone_words.of_facts,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFact:
    """A reason that was really given."""

    case: str
    source: str
    rule: str
    version: int
    urgency: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """`workers` and `codes` are by case, as they are today."""

    entries: tuple[Entry, ...]
    facts: tuple[StoredFact, ...]
    codes: Mapping[str, str]
    workers: Mapping[str, str]
    signs: Mapping[str, str] = field(default_factory=dict)  # of each text, as it was read then


def read(tx: Tx) -> History:
    """All of it, sealed as it is."""
    book = Book(tx)
    entries = [entry for part in _PARTS for entry in part(book)]
    cases = rows(tx, tables.cases)
    return History(
        entries=tuple(sorted(entries, key=lambda entry: (entry.at, entry.order))),
        facts=tuple(_fact(row) for row in rows(tx, tables.facts) if row.case_id is not None),
        codes={row.id: row.code for row in cases},
        workers={row.id: row.worker_id for row in cases},
        signs={row.id: row.signs_level for row in rows(tx, tables.words)},
    )


def _fact(row: Row[Any]) -> StoredFact:
    source = str(row.id).removeprefix("fact:").rsplit(":", 2)[0]
    return StoredFact(
        case=row.case_id,
        source=source,
        rule=row.rule,
        version=row.rule_version,
        urgency=row.urgency,
        at=row.at,
    )
