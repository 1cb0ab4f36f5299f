"""Everything that was ever known of every family, in the order in which it became known.

Rows that change are told as changes: what a case, contact or check-in was before is taken from the
books (`plan_changes`, `audit`), which nothing leaves. Where they do not tell, as for a level that
was set before the journal kept it, the row counts as it stands today."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Table, select

from flows.conversation_state import OPEN_LINE
from flows.model import AlertState, CheckinState, ContactState, Level, Slot
from storage import tables
from storage.transaction import Tx

A_DAY = timedelta(hours=24)
Values = Mapping[str, Any]


class Judged(StrEnum):
    """What the rules looked at then."""

    ANSWER = "answer"
    CLOSED = "closed"  # a check-in has ended
    HALF_DONE = "half_done"  # a day after its first answer
    WORDS = "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that became known. With `adds` a row came, with `changes` one became different; with
    `judged` the rules looked, at the row `row` of its table, after it came and before it changed.

    `order` tells apart what has one moment; `cause` is what reasons are named after."""

    at: datetime
    order: tuple[int, int]
    table: Table
    row: str
    adds: Values = field(default_factory=dict)
    changes: Values = field(default_factory=dict)
    judged: Judged | None = None
    cause: str = ""
    edits: str | None = None
    is_last: bool = False  # an answer with which the check-in ended
    spoke: str | None = None  # the contact who spoke with it


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
    book = _Book(tx)
    entries = [entry for part in _PARTS for entry in part(book)]
    cases = _rows(tx, tables.cases)
    return History(
        entries=tuple(sorted(entries, key=lambda entry: (entry.at, entry.order))),
        facts=tuple(_fact(row) for row in _rows(tx, tables.facts) if row.case_id is not None),
        codes={row.id: row.code for row in cases},
        workers={row.id: row.worker_id for row in cases},
        signs={row.id: row.signs_level for row in _rows(tx, tables.words)},
    )


class _Book:
    """Both books, by what they are about, and when a row of the inbox was handled."""

    def __init__(self, tx: Tx) -> None:
        self.tx = tx
        self.notes: dict[str, list[Row[Any]]] = {}
        for row in _rows(tx, tables.audit):
            self.notes.setdefault(row.object, []).append(row)
        self.plans: dict[str, list[Row[Any]]] = {}
        for row in _rows(tx, tables.plan_changes):
            self.plans.setdefault(row.case_id or "", []).append(row)
        inbox = tables.inbox
        rows = tx.execute(select(inbox.c.id, inbox.c.handled_at))
        self._handled = {row.id: row.handled_at for row in rows}

    def heard_at(self, cause: str, at: datetime) -> datetime:
        """When a message was looked at; where the inbox has forgotten it, when it was written."""
        return max(self._handled.get(cause) or at, at)

    def noted_at(self, row: str, action: str, at: datetime) -> datetime:
        """When staff told of it: a talk may be entered days later."""
        told = [note.at for note in self.notes.get(row, ()) if note.action == action]
        return min(told, default=at)


def _rows(tx: Tx, table: Table) -> list[Row[Any]]:
    order = table.c["seq"] if "seq" in table.c else table.c["id"]
    return list(tx.execute(select(table).order_by(order)).all())


def _values(row: Row[Any], **instead: object) -> dict[str, Any]:
    return {**row._mapping, **instead}


# Cases and contacts -----------------------------------------------------------------------------

_CASE_CHANGES = {
    "risk_set": ("risk", "risk"),
    "stage_set": ("stage", "stage"),
    "baseline_set": ("baseline", "total"),
}
"""Deed in the book of plans: the column, and what the new value is called there; the one before is
`was`."""


def _cases(book: _Book) -> Iterator[Entry]:
    for row in _rows(book.tx, tables.cases):
        changes: list[tuple[datetime, str, Any, Any]] = []
        for plan in book.plans.get(row.id, ()):
            changes += _changed(plan)
        first: dict[str, Any] = {}
        for at, column, was, value in changes:
            first.setdefault(column, was)
            yield Entry(at=at, order=(1, 0), table=tables.cases, row=row.id, changes={column: value})
        yield Entry(
            at=row.created_at, order=(0, 0), table=tables.cases, row=row.id,
            adds=_values(row, **first),
        )  # fmt: skip


def _changed(plan: Row[Any]) -> Iterator[tuple[datetime, str, Any, Any]]:
    detail = json.loads(plan.detail)
    if plan.action in _CASE_CHANGES:
        column, name = _CASE_CHANGES[plan.action]
        yield plan.at, column, detail.get("was"), detail.get(name)
    elif plan.action == "left_set":
        yield plan.at, "left_on", _day(detail.get("was")), _day(detail.get("on"))


def _day(written: str | None) -> Any:
    return None if written is None else datetime.fromisoformat(written).date()


def _contacts(book: _Book) -> Iterator[Entry]:
    for row in _rows(book.tx, tables.contacts):
        changes = list(_contact_changes(row, book.notes.get(f"contact:{row.id}", [])))
        first = {"state": ContactState.INVITED, "last_spoken_at": None, "consented_at": None}
        first |= _first_level(row, [values for _, values in changes if "level" in values])
        for at, values in changes:
            if at > row.created_at:
                yield Entry(
                    at=at, order=(1, 1), table=tables.contacts, row=row.id, changes=values
                )
            else:
                first |= values
        yield Entry(
            at=row.created_at, order=(0, 1), table=tables.contacts, row=row.id,
            adds=_values(row, **first),
        )  # fmt: skip


def _contact_changes(
    row: Row[Any], notes: list[Row[Any]]
) -> Iterator[tuple[datetime, dict[str, Any]]]:
    states = {f"contact_{state}": state for state in ContactState}
    for note in notes:
        detail = json.loads(note.detail)
        if note.action in states:
            yield note.at, {"state": states[note.action]}
        elif note.action == "level_fell_back":
            yield note.at, {"level": Level.DISCREET}
        elif note.action in ("contact_added", "interviewed") and "level" in detail:
            held = {"level": detail["level"], "interviewed_on": _day(detail.get("on"))}
            yield note.at, held
    if row.consented_at is not None:
        yield row.consented_at, {"consented_at": row.consented_at}


def _first_level(row: Row[Any], levels: list[dict[str, Any]]) -> dict[str, Any]:
    """Before the first change that the journal tells of: A before a fall to B, else as today."""
    if levels and "interviewed_on" not in levels[0]:
        return {"level": Level.OPEN}
    return {"level": row.level}


# Check-ins --------------------------------------------------------------------------------------


def _checkins(book: _Book) -> Iterator[Entry]:
    answers: dict[str, list[Row[Any]]] = {}
    for answer in _rows(book.tx, tables.answers):
        answers.setdefault(answer.checkin_id or "", []).append(answer)
    for row in _rows(book.tx, tables.checkins):
        if row.opened_at is not None:
            yield from _checkin(book, row, answers.get(row.id, []))
    for answer in answers.get("", []):  # "apakah saat ini aman?": of no check-in
        yield _answer(book, answer, None)


def _checkin(book: _Book, row: Row[Any], answers: list[Row[Any]]) -> Iterator[Entry]:
    """One check-in: it is asked, answered, half done for a day, over."""
    ended_at = row.ended_at
    is_sheet = row.slot == Slot.FORM and any(one.id == f"answer:{row.id}:{one.item}" for one in answers)
    if row.slot == Slot.FORM and ended_at is not None:
        ended_at = max(book.noted_at(row.id, "form_filled", ended_at), ended_at)
    began = ended_at if is_sheet and ended_at is not None else row.opened_at
    fresh = {"state": CheckinState.ASKED, "ended_at": None, "total": None, "is_estimated": None,
             "band": None, "first_answer_at": None}  # fmt: skip
    yield Entry(
        at=began, order=(2, 0), table=tables.checkins, row=row.id, adds=_values(row, **fresh)
    )
    opened = {"state": CheckinState.OPEN, "first_answer_at": row.first_answer_at}
    for number, answer in enumerate(answers):
        is_first = number == 0 and row.state != CheckinState.PULSED
        yield from _given(book, row, answer, began if is_sheet else None, opened if is_first else {})
    if ended_at is not None:
        yield from _ends(row, ended_at, answers)


def _given(
    book: _Book, row: Row[Any], answer: Row[Any], sheet_at: datetime | None, opened: dict[str, Any]
) -> Iterator[Entry]:
    given = _answer(book, answer, row, sheet_at)
    yield given
    if opened:
        yield Entry(
            at=given.at, order=(3, answer.seq), table=tables.checkins, row=row.id, changes=opened
        )
        if row.first_answer_at is not None and sheet_at is None:
            half = row.first_answer_at + A_DAY
            if row.ended_at is None or row.ended_at > half:
                yield Entry(
                    at=half, order=(5, 0), table=tables.checkins, row=row.id,
                    judged=Judged.HALF_DONE, cause=f"{row.id}:half_done",
                )  # fmt: skip


def _answer(
    book: _Book, answer: Row[Any], row: Row[Any] | None, sheet_at: datetime | None = None
) -> Entry:
    cause = str(answer.id).removeprefix("answer:")
    is_judged = row is not None and sheet_at is None and answer.item not in ("pulse", OPEN_LINE)
    path = [] if row is None else json.loads(row.path)
    is_over = row is not None and row.state in (CheckinState.FINISHED, CheckinState.PULSED)
    return Entry(
        at=sheet_at or book.heard_at(cause, answer.at),
        order=(3, answer.seq - 1),
        table=tables.answers,
        row=answer.id,
        adds=_values(answer, replaced_by=None),
        judged=Judged.ANSWER if is_judged else None,
        cause=cause,
        is_last=is_over and path[-1:] == [answer.item],
        spoke=answer.contact_id if row is None or row.slot != Slot.FORM else None,
    )


def _ends(row: Row[Any], ended_at: datetime, answers: list[Row[Any]]) -> Iterator[Entry]:
    """It is over. Taken back, or answered by one tap, it is not added up."""
    is_judged = row.state in (CheckinState.FINISHED, CheckinState.EXPIRED) and bool(answers)
    yield Entry(
        at=ended_at,
        order=(6, 0),
        table=tables.checkins,
        row=row.id,
        changes={
            "state": row.state, "ended_at": row.ended_at, "total": row.total,
            "is_estimated": row.is_estimated, "band": row.band,
            "first_answer_at": row.first_answer_at,
        },
        judged=Judged.CLOSED if is_judged else None,
        cause=f"{row.id}:closed",
        spoke=row.contact_id if row.slot == Slot.FORM and is_judged else None,
    )  # fmt: skip


# Words, talks, alerts ---------------------------------------------------------------------------


def _words(book: _Book) -> Iterator[Entry]:
    first: dict[tuple[str, int], str] = {}
    for row in _rows(book.tx, tables.words):
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
            adds=_values(row, replaced_by=None, read_at=None),
            judged=Judged.WORDS if row.case_id is not None else None,
            cause=cause,
            edits=edits,
            spoke=None if row.is_command else row.contact_id,
        )


def _encounters(book: _Book) -> Iterator[Entry]:
    for row in _rows(book.tx, tables.encounters):
        yield Entry(
            at=book.noted_at(row.id, "encounter_noted", row.at),
            order=(7, 0),
            table=tables.encounters,
            row=row.id,
            adds=_values(row),
            spoke=row.contact_id if row.spoke and row.checkin_id is None else None,
        )


def _key_dates(book: _Book) -> Iterator[Entry]:
    for row in _rows(book.tx, tables.key_dates):
        yield Entry(
            at=row.created_at, order=(1, 2), table=tables.key_dates, row=row.id,
            adds=_values(row, ended_at=None),
        )  # fmt: skip
        if row.ended_at is not None:
            yield Entry(
                at=row.ended_at, order=(1, 3), table=tables.key_dates, row=row.id,
                changes={"ended_at": row.ended_at},
            )  # fmt: skip


def _alerts(book: _Book) -> Iterator[Entry]:
    """Alerts as they were opened, taken and settled: what staff did is no matter of rules."""
    for row in _rows(book.tx, tables.alerts):
        fresh = {"state": AlertState.OPEN, "acknowledged_at": None, "acknowledged_by": None,
                 "closed_at": None, "closed_by": None, "outcome": None}  # fmt: skip
        yield Entry(
            at=row.opened_at, order=(8, 0), table=tables.alerts, row=row.id,
            adds=_values(row, **fresh),
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


def _facts(book: _Book) -> Iterator[Entry]:
    """Reasons as they were given: whoever replays decides which of them stand."""
    for row in _rows(book.tx, tables.facts):
        yield Entry(
            at=row.at, order=(8, 1), table=tables.facts, row=row.id, adds=_values(row)
        )


_PARTS = (_cases, _contacts, _checkins, _words, _encounters, _key_dates, _alerts, _facts)


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
