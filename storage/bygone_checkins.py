"""Check-ins as they were asked, answered, left half done, and came to their end."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from flows.conversation_state import OPEN_LINE
from flows.model import CheckinState, Slot
from storage import tables
from storage.bygone import Book, Entry, Judged, rows, values_of

A_DAY = timedelta(hours=24)


def of_checkins(book: Book) -> Iterator[Entry]:
    """Each check-in with its answers, and the answers that belong to none."""
    answers: dict[str, list[Row[Any]]] = {}
    for answer in rows(book.tx, tables.answers):
        answers.setdefault(answer.checkin_id or "", []).append(answer)
    for row in rows(book.tx, tables.checkins):
        if row.opened_at is not None:
            yield from _checkin(book, row, answers.get(row.id, []))
    for answer in answers.get("", []):  # "apakah saat ini aman?": of no check-in
        yield _answer(book, answer, None)


def _checkin(book: Book, row: Row[Any], answers: list[Row[Any]]) -> Iterator[Entry]:
    """One check-in: it is asked, answered, half done for a day, over."""
    ended_at = row.ended_at
    is_sheet = row.slot == Slot.FORM and any(
        one.id == f"answer:{row.id}:{one.item}" for one in answers
    )
    if row.slot == Slot.FORM and ended_at is not None:
        ended_at = max(book.noted_at(row.id, "form_filled", ended_at), ended_at)
    began = ended_at if is_sheet and ended_at is not None else row.opened_at
    fresh = {"state": CheckinState.ASKED, "ended_at": None, "total": None, "is_estimated": None,
             "band": None, "first_answer_at": None}  # fmt: skip
    yield Entry(
        at=began, order=(2, 0), table=tables.checkins, row=row.id, adds=values_of(row, **fresh)
    )
    opened = {"state": CheckinState.OPEN, "first_answer_at": row.first_answer_at}
    for number, answer in enumerate(answers):
        is_first = number == 0 and row.state != CheckinState.PULSED
        yield from _given(
            book, row, answer, began if is_sheet else None, opened if is_first else {}
        )
    if ended_at is not None:
        yield from _ends(row, ended_at, answers)


def _given(
    book: Book, row: Row[Any], answer: Row[Any], sheet_at: datetime | None, opened: dict[str, Any]
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
    book: Book, answer: Row[Any], row: Row[Any] | None, sheet_at: datetime | None = None
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
        adds=values_of(answer, replaced_by=None),
        judged=Judged.ANSWER if is_judged else None,
        cause=cause,
        is_last=is_over and path[-1:] == [answer.item],
        spoke=answer.contact_id if row is None or row.slot != Slot.FORM else None,
        is_pulse=row is not None and row.slot == Slot.PULSE,
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
        looks=row.case_id if row.state == CheckinState.EXPIRED else None,
    )  # fmt: skip
