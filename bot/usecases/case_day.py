"""GATHER: one case on one day, as the rules of a day want to judge it."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime

from bot.usecases.room import Room
from flows.alerting import is_pressing
from flows.days import CaseDay, Person, asked_every, facts_of_day
from flows.definition import FactValue, Rule
from flows.fact_names import DAYS_TO, About, about
from flows.hours import local
from flows.look import QUIET_FACTS, Told, is_of_a_day, places_of
from flows.model import AlertKind, Case, CaseState, Contact, ContactState, Outcome
from flows.plan import Plan
from flows.programme import effective_level
from flows.rhythm import Programme
from flows.situation import KnownAlert
from storage import days, key_dates, programmes
from storage.days import Began, Met
from storage.transaction import Tx

CHILD_SEEN = "days_since_child_seen"
_NAMED: dict[int, tuple[tuple[Rule, ...], frozenset[str]]] = {}
"""The rules in force and the facts of a day that those about answers name: looked for once."""


def whole_day(
    tx: Tx,
    room: Room,
    case: Case,
    people: tuple[Contact, ...],
    alerts: Collection[KnownAlert] = (),
    *,
    now: datetime,
) -> CaseDay:
    """Everything about this case and day, in a handful of statements; `people` are the family."""
    zone = zone_of(room, people)
    began, met = days.began(tx, case.id), days.met(tx, case.id)
    programme = programmes.kept_programme(tx, began.programme_version)
    stage, today = programme.stage(case.stage), local(now, zone).date()
    return replace(
        _plain_day(room, case, alerts, today),
        added_on=local(began.added_at, zone).date(),
        resumed_on=_day(began.resumed_at, zone),
        is_paused=case.state is CaseState.PAUSED or (stage is not None and not stage.asks),
        people=_persons(tx, case, people, began, met, programme, now=now),
        met_on=_day(met.spoke, zone),
        seen_on=_day(met.saw_child, zone),
        key_dates=key_dates.of_case(tx, case.id),
    )


def _persons(
    tx: Tx,
    case: Case,
    people: tuple[Contact, ...],
    began: Began,
    met: Met,
    programme: Programme,
    *,
    now: datetime,
) -> tuple[Person, ...]:
    missed = days.missed(tx, case.id, since=_last_word(people, met) or began.added_at)
    gone = days.gone(tx, [one.id for one in people if one.state is ContactState.BLOCKED])
    return tuple(
        Person(
            id=one.id,
            state=one.state,
            level=one.level,
            consented_on=_day(one.consented_at, one.hours.timezone),
            spoken_on=_day(one.last_spoken_at, one.hours.timezone),
            every=_interval(case, one, programme, now=now),
            missed=missed.get(one.id, 0),
            is_gone=one.id in gone,
        )
        for one in people
    )


def named_facts(
    tx: Tx,
    room: Room,
    case: Case,
    alerts: Collection[KnownAlert],
    *,
    timezone: str,
    now: datetime,
) -> Mapping[str, FactValue]:
    """Facts of a day for rules about answers and words: only those that one of them names, since
    every reply pays for them."""
    names = _named(room.content.rules)
    if not names:
        return {}
    if names & QUIET_FACTS:
        found = facts_of_day(
            whole_day(tx, room, case, days.caregivers(tx, case.id), alerts, now=now)
        )
    else:
        seen = _day(days.met(tx, case.id).saw_child, timezone) if CHILD_SEEN in names else None
        dates = any(name.startswith(f"{DAYS_TO}.") for name in names)
        weights = key_dates.of_case(tx, case.id) if dates else ()
        plain = _plain_day(room, case, alerts, local(now, timezone).date())
        found = facts_of_day(replace(plain, seen_on=seen, key_dates=weights))
    return {name: value for name, value in found.items() if name in names}


def told(tx: Tx, case: Case, *, timezone: str) -> tuple[Told, ...]:
    """What rules of a day have said of this case before."""
    return tuple(
        Told(
            source=one.source,
            rule=one.rule,
            alert=one.alert,
            kind=AlertKind(one.kind),
            closed_on=_day(one.closed_at, timezone),
            outcome=None if one.outcome is None else Outcome(one.outcome),
        )
        for one in days.said(tx, case.id)
    )


def zone_of(room: Room, people: tuple[Contact, ...]) -> str:
    """Where the family lives; the centre's where nobody is known."""
    return people[0].hours.timezone if people else room.timezone


def _plain_day(room: Room, case: Case, alerts: Collection[KnownAlert], today: date) -> CaseDay:
    """What needs no look at the family: nothing that it says about silence is of use."""
    return CaseDay(
        case=case.id,
        today=today,
        risk=case.risk,
        home_risk=case.home_risk,
        left_on=case.left_on,
        added_on=today,
        resumed_on=None,
        is_paused=case.state is CaseState.PAUSED,
        people=(),
        met_on=None,
        seen_on=None,
        key_dates=(),
        open_alerts=sum(map(is_pressing, alerts)),
        limits=room.content.silence,
    )


def _named(rules: tuple[Rule, ...]) -> frozenset[str]:
    known = _NAMED.get(id(rules))
    if known is None or known[0] is not rules:
        mine = (rule for rule in rules if not is_of_a_day(rule))
        names = (name for rule in mine for name in places_of(rule) if about(name) is About.DAY)
        _NAMED.clear()
        known = _NAMED[id(rules)] = (rules, frozenset(names))
    return known[1]


def _last_word(people: tuple[Contact, ...], met: Met) -> datetime | None:
    words = [one.last_spoken_at for one in people] + [one.consented_at for one in people]
    return max(filter(None, (*words, met.spoke)), default=None)


def _interval(case: Case, contact: Contact, programme: Programme, *, now: datetime) -> int | None:
    """In how many days something is planned for this contact."""
    if contact.state is not ContactState.ACTIVE:
        return None
    zone = contact.hours.timezone
    agreed = local(contact.consented_at or now, zone).date()
    plan = Plan(
        programme=programme,
        risk=case.risk,
        level=effective_level(contact, now=now),
        kind=contact.kind,
        stage=case.stage,
        since=case.left_on or agreed,
        hours=contact.hours,
        birth_date=None,
        days=(),
        state=case.state,
        paused_until=case.paused_until,
        closes_on=case.closes_on,
        ends_on=contact.ends_on,
        extra_weeks=case.extra_weeks,
    )
    return asked_every(plan, local(now, zone).date())


def _day(moment: datetime | None, zone: str) -> date | None:
    return None if moment is None else local(moment, zone).date()
