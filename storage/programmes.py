"""The plan of a case: its programme in the version it started with, and the check-in that follows
another. Nothing here is sealed, so it can be told of whoever was erased as well."""

from datetime import datetime

from sqlalchemy import select

from flows.definition import Programme
from flows.loader import load_programme
from flows.model import Contact, Risk
from flows.programme import local, plan_after
from storage import contents, tables
from storage.transaction import Tx

_PROGRAMMES: dict[str, Programme] = {}
"""Kept files by their version, which is the hash of their text: none is ever out of date."""


def kept_programme(tx: Tx, version: str) -> Programme:
    """A programme in the version that a case started with."""
    found = _PROGRAMMES.get(version)
    if found is None:
        name, body = contents.body(tx, version)
        found = _PROGRAMMES[version] = load_programme(body, name)
    return found


def following(tx: Tx, contact: Contact, planned_at: datetime, *, now: datetime) -> datetime | None:
    """The check-in after the one planned for `planned_at` that is not past at `now`; None once the
    programme is over."""
    k = tables.cases
    plan = select(k.c.risk, k.c.left_on, k.c.programme_version).where(k.c.id == contact.case)
    case = tx.execute(plan).one()
    programme = kept_programme(tx, case.programme_version)
    consented_at = contact.consented_at or planned_at
    since = case.left_on or local(consented_at, contact.hours.timezone).date()
    return plan_after(
        planned_at, programme, Risk(case.risk), since=since, hours=contact.hours, now=now
    )
