"""Texts, talks, days of weight, alerts and their reasons, as they came."""

from collections.abc import Iterator

from flows.model import AlertState
from storage import tables
from storage.bygone import Book, Entry, Judged, rows, values_of
from storage.turns import State


def of_words(book: Book) -> Iterator[Entry]:
    """Every text, also those of strangers."""
    first: dict[tuple[str, int], str] = {}
    for row in rows(book.tx, tables.words):
        cause = str(row.id).removeprefix("words:")
        edits = None
        if row.message_no is not None:
            was = first.setdefault((row.chat_hash, row.message_no), cause)
            edits = None if was == cause else was
        yield Entry(
            at=book.heard_at(cause, row.at),
            order=(4, row.seq),
            table=tables.words,
            row=row.id,
            adds=values_of(row, replaced_by=None, read_at=None),
            judged=Judged.WORDS if row.case_id is not None else None,
            cause=cause,
            edits=edits,
            spoke=None if row.is_command else row.contact_id,
        )


def of_encounters(book: Book) -> Iterator[Entry]:
    """Talks and visits, when staff told of them."""
    for row in rows(book.tx, tables.encounters):
        yield Entry(
            at=book.met_at(row),
            order=(7, 0),
            table=tables.encounters,
            row=row.id,
            adds=values_of(row),
            spoke=row.contact_id if row.spoke and row.checkin_id is None else None,
        )


def of_key_dates(book: Book) -> Iterator[Entry]:
    """Days of weight, as they were entered and taken back."""
    for row in rows(book.tx, tables.key_dates):
        yield Entry(
            at=row.created_at, order=(1, 2), table=tables.key_dates, row=row.id,
            adds=values_of(row, ended_at=None),
        )  # fmt: skip
        if row.ended_at is not None:
            yield Entry(
                at=row.ended_at, order=(1, 3), table=tables.key_dates, row=row.id,
                changes={"ended_at": row.ended_at},
            )  # fmt: skip


def of_alerts(book: Book) -> Iterator[Entry]:
    """Alerts as they were opened, taken and settled: what staff did is no matter of rules."""
    for row in rows(book.tx, tables.alerts):
        fresh = {"state": AlertState.OPEN, "acknowledged_at": None, "acknowledged_by": None,
                 "closed_at": None, "closed_by": None, "outcome": None}  # fmt: skip
        yield Entry(
            at=row.opened_at, order=(8, 0), table=tables.alerts, row=row.id,
            adds=values_of(row, **fresh),
        )  # fmt: skip
        taken = (
            (row.acknowledged_at, AlertState.ACKNOWLEDGED, "acknowledged_at"),
            (row.closed_at, AlertState.CLOSED, "closed_at"),
        )
        for number, (at, state, column) in enumerate(taken):
            if at is not None:
                yield Entry(
                    at=at, order=(9, number), table=tables.alerts, row=row.id,
                    changes={"state": state, column: at, "outcome": row.outcome},
                )  # fmt: skip


def of_facts(book: Book) -> Iterator[Entry]:
    """Reasons as they were given: whoever replays decides which of them stand."""
    for row in rows(book.tx, tables.facts):
        yield Entry(at=row.at, order=(8, 1), table=tables.facts, row=row.id, adds=values_of(row))


def of_outbox(book: Book) -> Iterator[Entry]:
    """What could not reach a phone: it tells an account that is gone from a blocked one."""
    for row in rows(book.tx, tables.outbox):
        if row.state == State.UNREACHABLE:
            yield Entry(
                at=row.created_at, order=(7, 1), table=tables.outbox, row=row.id,
                adds=values_of(row),
            )  # fmt: skip
