"""A case as operators and commands see it: codes, ids and figures, no name and no word of a family;
every reading is noted."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.usecases import enrol, silence
from bot.usecases.room import Room, kept_checkin
from bot.usecases.standing import standing_of
from bot.usecases.standing_words import explained, items_in_words
from flows.definition import FactValue
from flows.model import Case, CaseId, Contact
from flows.programme import effective_level
from flows.standing import Answered, Standing, days_since
from storage import audit, cases, contacts, plan_changes, standings
from storage.errors import SubjectErased
from storage.standings import Figures
from storage.transaction import Tx

LAST = 8  # check-ins that are listed

SILENCE = ("silence", "silence_limit", "days_over_silence", "call_overdue_days", "missed_in_a_row")

View = dict[str, Any]


def view_case(tx: Tx, room: Room, code: str, *, with_reasons: bool, now: datetime) -> View:
    """Everything about one case that may stand on an operator's screen. Reasons of plan changes are
    words of staff, so that they come only where they are asked for."""
    case = cases.get(tx, enrol.case_of(tx, code))
    audit.note(
        tx, actor="operator", via="command", action="case_viewed", object=f"case:{case.id}",
        now=now, reasons=int(with_reasons),
    )  # fmt: skip
    plans = standings.planned(tx, case.id)
    people = contacts.of_case(tx, case.id)
    zone = people[0].hours.timezone if people else room.timezone
    standing = standing_of(tx, case, timezone=zone, now=now)
    return {
        **_about(case),
        "contacts": [_contact(one, plans.get(one.id, (None, None)), now=now) for one in people],
        "checkins": [_checkin(tx, one) for one in standings.recent(tx, case.id, limit=LAST)],
        "standing": _standing(standing),
        "silence": _silence(silence.facts_of_silence(tx, room, case, now=now)),
        "plan_changes": _changes(tx, case, with_reasons=with_reasons),
    }


def list_cases(tx: Tx, room: Room, *, now: datetime) -> list[View]:
    """All cases, a line each."""
    return [
        {
            "case": one.code,
            "risk": one.risk,
            "stage": one.stage,
            "worker": one.worker,
            "state": one.state,
            "next_due_at": _moment(one.next_due_at),
            "days_since_spoken": days_since(one.spoken_at, now=now, timezone=room.timezone),
            **_limits(tx, room, one.id, now=now),
        }
        for one in standings.every_case(tx)
    ]


def _limits(tx: Tx, room: Room, case: CaseId, *, now: datetime) -> View:
    """Silence and its limit; of whoever was erased nothing is known."""
    try:
        found = silence.facts_of_silence(tx, room, cases.get(tx, case), now=now)
    except SubjectErased:
        found = {}
    return {name: found.get(name) for name in ("silence_limit", "silence")}


def _silence(facts: Mapping[str, FactValue]) -> View:
    """How quiet it is, in figures and words; null where it is not counted."""
    return {
        **{name: facts.get(name) for name in SILENCE},
        "words": list(silence.in_words(facts)),
    }


def _about(case: Case) -> View:
    return {
        "case": case.code,
        "case_id": case.id,
        "state": case.state,
        "stage": case.stage,
        "risk": case.risk,
        "home_risk": case.home_risk,
        "worker": case.worker,
        "left_on": None if case.left_on is None else case.left_on.isoformat(),
        "paused_until": None if case.paused_until is None else case.paused_until.isoformat(),
        "closes_on": None if case.closes_on is None else case.closes_on.isoformat(),
        "extra_weeks": case.extra_weeks,
    }


def _contact(contact: Contact, plan: tuple[datetime | None, str | None], *, now: datetime) -> View:
    hours = contact.hours
    return {
        "contact_id": contact.id,
        "kind": contact.kind,
        "state": contact.state,
        "level": effective_level(contact, now=now),
        "level_on_file": contact.level,
        "safe_from": f"{hours.start:%H:%M}",
        "safe_to": f"{hours.end:%H:%M}",
        "timezone": hours.timezone,
        "last_spoken_at": _moment(contact.last_spoken_at),
        "next_due_at": _moment(plan[0]),
        "next_slot": plan[1] or ("regular" if plan[0] is not None else None),
    }


def _checkin(tx: Tx, one: Figures) -> View:
    found = asdict(one)
    form = kept_checkin(tx, found.pop("version")).id
    names = {"id": "checkin_id", "contact": "contact_id"}
    kept = {names.get(name, name): value for name, value in found.items()}
    return {**kept, "form": form, "at": _moment(one.at)}


def _standing(standing: Standing) -> View:
    last, base = standing.last, standing.baseline
    return {
        "total": None if last is None else last.total,
        "band": None if last is None else last.band,
        "is_estimated": last is not None and last.is_estimated,
        "is_partial": last is not None and last.is_partial,
        "answered": 0 if last is None else last.answered,
        "baseline": base.value,
        "termination": base.termination,
        "median_at_home": base.median,
        "totals_at_home": base.at_home,
        "change_from_baseline": standing.change_from_baseline,
        "change_from_last": standing.change_from_last,
        "days_since_spoken": standing.days_since_spoken,
        "days_since_child_seen": standing.days_since_child_seen,
        "items": [] if last is None else [_item(one) for one in last.items],
        "words": list(explained(standing)),
        "item_words": [] if last is None else list(items_in_words(last)),
    }


def _item(one: Answered) -> View:
    return {
        "item": one.item.id,
        "about": one.about,
        "value": one.value,
        "latest": one.latest,
        "direction": one.direction,
    }


def _changes(tx: Tx, case: Case, *, with_reasons: bool) -> list[View]:
    return [
        {
            "at": _moment(one.at),
            "actor": one.actor,
            "action": one.action,
            "detail": one.detail,
            **({"reason": one.reason} if with_reasons else {}),
        }
        for one in plan_changes.of_case(tx, case.id)
    ]


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
