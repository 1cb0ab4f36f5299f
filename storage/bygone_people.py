"""Cases and contacts as they became what they are: the books of plans and the journal tell."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from flows.model import CaseState, ContactState, Level
from storage import tables
from storage.bygone import Book, Entry, rows, values_of

Change = tuple[datetime, dict[str, Any], dict[str, Any]]
"""When, what the columns became, and what they had been, as far as the books say so."""

AT_FIRST: dict[str, Any] = {
    "state": CaseState.ACTIVE,
    "paused_until": None,
    "closes_on": None,
    "extra_weeks": 0,
    "resumed_at": None,
}
"""How a case begins; of these columns no book says what they had been."""


def of_cases(book: Book) -> Iterator[Entry]:
    """Each case, and what was decided about it."""
    for row in rows(book.tx, tables.cases):
        told = [one for plan in book.plans.get(row.id, ()) for one in _planned(plan, row)]
        told += [one for note in book.notes.get(f"case:{row.id}", ()) for one in _journalled(note)]
        first: dict[str, Any] = {}
        for at, values, was in sorted(told, key=lambda one: one[0]):
            first = {**{name: AT_FIRST.get(name) for name in values}, **was, **first}
            yield Entry(
                at=at, order=(1, 0), table=tables.cases, row=row.id, changes=values, looks=row.id
            )
        yield Entry(
            at=row.created_at, order=(0, 0), table=tables.cases, row=row.id,
            adds=values_of(row, **first),
        )  # fmt: skip


def _planned(plan: Row[Any], row: Row[Any]) -> Iterator[Change]:
    """What the book of plans tells of a column."""
    detail = json.loads(plan.detail)
    was, resumed = detail.get("was"), {"resumed_at": plan.at}
    match plan.action:
        case "risk_set":
            yield plan.at, {"risk": detail["risk"]}, {"risk": was}
        case "stage_set":
            begins = resumed if row.resumed_at == plan.at else {}
            yield plan.at, {"stage": detail["stage"], **begins}, {"stage": was}
        case "baseline_set":
            yield plan.at, {"baseline": detail["total"]}, {"baseline": was}
        case "left_set":
            yield plan.at, {"left_on": _day(detail["on"])}, {"left_on": _day(was)}
        case "extended" if "extra_weeks" in detail:
            before = detail["extra_weeks"] - detail["weeks"]
            yield plan.at, {"extra_weeks": detail["extra_weeks"]}, {"extra_weeks": before}
        case _:
            yield from _state(plan.action, detail, plan.at)


def _state(action: str, detail: dict[str, Any], at: datetime) -> Iterator[Change]:
    over = {"paused_until": None, "closes_on": None}
    match action:
        case "paused":
            until = _day(detail.get("until"))
            yield at, {"state": CaseState.PAUSED, "paused_until": until}, {}
        case "closed":
            yield at, {"state": CaseState.CLOSED, **over}, {}
        case "close_planned":
            yield at, {"closes_on": _day(detail["on"])}, {}
        case "kept_open":
            yield at, {"closes_on": None}, {}
        case "reopened":
            yield at, {"state": CaseState.ACTIVE, **over, "resumed_at": at}, {}


def _journalled(note: Row[Any]) -> Iterator[Change]:
    """What came by itself stands in the journal alone."""
    match note.action:
        case "case_resumed":
            resumed = {"paused_until": None, "resumed_at": note.at}
            yield note.at, {"state": CaseState.ACTIVE, **resumed}, {}
        case "case_closed" if note.actor == "system":
            yield note.at, {"state": CaseState.CLOSED}, {}


def _day(written: str | None) -> date | None:
    return None if written in (None, "None") else date.fromisoformat(str(written))


def of_contacts(book: Book) -> Iterator[Entry]:
    """Each contact, from the invitation on."""
    for row in rows(book.tx, tables.contacts):
        changes = list(_contact_changes(row, book.notes.get(f"contact:{row.id}", [])))
        first = {"state": ContactState.INVITED, "last_spoken_at": None, "consented_at": None}
        first |= _first_level(row, [values for _, values in changes if "level" in values])
        for at, values in changes:
            if at > row.created_at:
                yield Entry(
                    at=at, order=(1, 1), table=tables.contacts, row=row.id, changes=values,
                    looks=row.case_id if "state" in values else None,
                )  # fmt: skip
            else:
                first |= values
        yield Entry(
            at=row.created_at, order=(0, 1), table=tables.contacts, row=row.id,
            adds=values_of(row, **first), looks=row.case_id,
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
            # An interview is a talk: it ends a silence, whatever was answered before.
            spoke = {"last_spoken_at": note.at} if note.action == "interviewed" else {}
            yield note.at, {**held, **spoke}
    if row.consented_at is not None:
        yield row.consented_at, {"consented_at": row.consented_at}


def _first_level(row: Row[Any], levels: list[dict[str, Any]]) -> dict[str, Any]:
    """Before the first change that the journal tells of: A before a fall to B, else as today."""
    if levels and "interviewed_on" not in levels[0]:
        return {"level": Level.OPEN}
    return {"level": row.level}
