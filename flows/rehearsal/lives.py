"""An invented family and what happens to it in a year, drawn before anybody is asked anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar

from flows.hours import ONE_DAY
from flows.model import (
    Case,
    CaseId,
    Contact,
    ContactId,
    ContactKind,
    ContactState,
    KeyDate,
    Level,
    Risk,
    SafeHours,
    StaffId,
)
from flows.rehearsal.chance import Chance
from flows.rehearsal.rates import Rates, Trouble, Weights

ZONE = "Asia/Jakarta"
HOURS = SafeHours(start=time(9), end=time(17), timezone=ZONE)
YEAR = 365
WRITTEN_AT = time(10)
Name = TypeVar("Name", Level, Risk)
OLDEST = 16  # so that nobody comes of age within the year


class Kind(StrEnum):
    """What is the matter with a family."""

    SETBACK = "setback"
    DANGER = "danger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """One bad time. `shows_from` is None where no answer ever shows it, `writes_on` where nobody
    writes about it."""

    kind: Kind
    starts: date
    ends: date
    shows_from: date | None
    items: frozenset[str]
    writes_on: date | None

    def lasts(self, day: date) -> bool:
        return self.starts <= day <= self.ends

    def shows(self, day: date) -> bool:
        """Would an honest answer tell of it?"""
        return self.shows_from is not None and self.lasts(day) and day >= self.shows_from


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A family with its year. `worse` are phases that are hard and no setback, `reply_percent` is
    added to what is usual, `leaves_on` the day of blocking or STOP."""

    case: Case
    contacts: tuple[Contact, ...]
    key_dates: tuple[KeyDate, ...]
    starts: date
    worse: tuple[tuple[date, date], ...]
    bad: tuple[Bad, ...]
    reply_percent: int
    is_hasty: bool
    is_all_zero: bool
    leaves_on: date | None
    leaves_as: ContactState

    def trouble(self, day: date) -> Bad | None:
        """What is really the matter on this day; danger before a setback."""
        now = sorted((one for one in self.bad if one.lasts(day)), key=lambda one: one.kind)
        return now[0] if now else None

    def is_worse(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self.worse)


def invent(number: int, rates: Rates, items: tuple[str, ...], *, chance: Chance, now: datetime,
           weeks: int) -> Life:  # fmt: skip
    """Family `number` (from 1), whose child has left the centre shortly before `now`; `items` are
    those of the total."""
    mine = chance.of(f"family-{number}")
    starts = now.date() - mine.whole(1, 10, "left") * ONE_DAY
    case = _case(number, rates, mine, starts)
    leaves = _leaves(rates, mine, now.date(), weeks)
    replies = rates.replies
    return Life(
        case=case,
        contacts=_contacts(case, rates, mine, now),
        key_dates=_key_dates(rates, mine, starts),
        starts=starts,
        worse=_phases(rates, mine, starts, weeks),
        bad=_bad_times(rates, mine, items, now.date(), weeks),
        reply_percent=mine.whole(-replies.spread, replies.spread, "habit"),
        is_hasty=mine.happens(replies.hasty, "hasty"),
        is_all_zero=mine.happens(replies.all_zero, "all-zero"),
        leaves_on=None if leaves is None else leaves[0],
        leaves_as=ContactState.ACTIVE if leaves is None else leaves[1],
    )


def worker_of(number: int, rates: Rates) -> StaffId:
    """So many families each, in their order."""
    return StaffId(f"worker-{(number - 1) // rates.centre.families_a_worker + 1}")


def _case(number: int, rates: Rates, mine: Chance, starts: date) -> Case:
    return Case(
        id=CaseId(f"case-{number}"),
        code=f"K-{number:04}",
        nickname="Kakak",
        birth_date=date(starts.year - mine.whole(3, OLDEST, "age"), 1, 2),
        risk=_one_of(rates.centre.risks, mine, "risk"),
        stage="follow_up",
        worker=worker_of(number, rates),
        home_risk=mine.happens(rates.centre.home_risk, "home-risk"),
        left_on=starts,
        baseline=mine.whole(1, 5, "baseline") if mine.happens(60, "measured") else None,
    )


def _one_of(weights: Mapping[Name, int], mine: Chance, what: str) -> Name:
    return tuple(weights)[mine.pick(tuple(weights.values()), what)]


def _contacts(case: Case, rates: Rates, mine: Chance, now: datetime) -> tuple[Contact, ...]:
    """The caregiver; at times a second one at home, and somebody at school."""
    level = _one_of(rates.centre.levels, mine, "level")
    found = [_contact(case, "a", level, now)]
    if level is not Level.SILENT and mine.happens(rates.centre.second_caregiver, "second"):
        found.append(_contact(case, "b", Level.OPEN, now))
    if mine.happens(rates.centre.school, "school"):
        found.append(_contact(case, "s", Level.DISCREET, now, kind=ContactKind.SCHOOL))
    return tuple(found)


def _contact(
    case: Case, name: str, level: Level, now: datetime, *, kind: ContactKind = ContactKind.CAREGIVER
) -> Contact:
    return Contact(
        id=ContactId(f"{case.id}-{name}"),
        case=case.id,
        state=ContactState.ACTIVE,
        level=level,
        interviewed_on=now.date() if level is Level.OPEN else None,
        hours=HOURS,
        language="id",
        consented_at=now,
        last_spoken_at=now,
        duress_word=None,
        has_phone=False,
        consent_part=0,
        kind=kind,
        code="S-01" if kind is ContactKind.SCHOOL else None,
        is_laid_out=True,
    )


def _key_dates(rates: Rates, mine: Chance, starts: date) -> tuple[KeyDate, ...]:
    if not mine.happens(rates.centre.release, "release"):
        return ()
    return (KeyDate(kind="release", day=starts + mine.whole(20, YEAR, "release-day") * ONE_DAY),)


def _phases(rates: Rates, mine: Chance, starts: date, weeks: int) -> tuple[tuple[date, date], ...]:
    """Hard weeks that come and go, as in any family."""
    found, day, last = [], starts, starts + timedelta(weeks=weeks + 2)
    while day <= last:
        day += mine.whole(*rates.scores.good_weeks, "good", day) * 7 * ONE_DAY
        ends = day + mine.whole(*rates.scores.bad_weeks, "bad", day) * 7 * ONE_DAY
        found.append((day, ends))
        day = ends
    return tuple(found)


def _bad_times(
    rates: Rates, mine: Chance, items: tuple[str, ...], first: date, weeks: int
) -> tuple[Bad, ...]:
    """At most one of each kind; it begins early enough to be looked for until the end."""
    found = []
    for kind, trouble in ((Kind.SETBACK, rates.setback), (Kind.DANGER, rates.danger)):
        its = mine.of(kind)
        day = first + its.whole(1, YEAR, "starts") * ONE_DAY
        happens = its.happens(trouble.percent_a_year, "happens")
        if happens and day <= first + timedelta(weeks=weeks - 4):
            found.append(_bad(kind, trouble, its, items, day))
    return tuple(found)


def _bad(kind: Kind, trouble: Trouble, its: Chance, items: tuple[str, ...], day: date) -> Bad:
    order = sorted(items, key=lambda item: its.share("item", item))
    shows = day + its.whole(*trouble.shows_after_days, "shows") * ONE_DAY
    writes = day + its.whole(*trouble.writes_after_days, "writes-on") * ONE_DAY
    return Bad(
        kind=kind,
        starts=day,
        ends=day + its.whole(*trouble.lasts_days, "lasts") * ONE_DAY,
        shows_from=None if its.happens(trouble.hidden, "hidden") else shows,
        items=frozenset(order[: its.whole(*trouble.items, "items")]),
        writes_on=writes if its.happens(trouble.writes, "writes") else None,
    )


def _leaves(
    rates: Rates, mine: Chance, first: date, weeks: int
) -> tuple[date, ContactState] | None:
    day = first + mine.whole(10, YEAR, "leaves") * ONE_DAY
    for percent, state in (
        (rates.replies.blocked_a_year, ContactState.BLOCKED),
        (rates.replies.stopped_a_year, ContactState.STOPPED),
    ):
        if mine.happens(percent, "leaves", state) and day < first + timedelta(weeks=weeks):
            return day, state
    return None


def answer(life: Life, rates: Rates, item: str, day: date, *, chance: Chance) -> int:
    """What this family would say to an item on this day, 0 to 3."""
    bad = life.trouble(day)
    shown = bad if bad is not None and bad.shows(day) else None
    if life.is_all_zero and shown is None:
        return 3 if item == "strength" else 0
    return chance.pick(_weights(life, rates, item, day, shown), "answer", item)


def _weights(life: Life, rates: Rates, item: str, day: date, shown: Bad | None) -> Weights:
    scores = rates.scores
    if shown is not None:
        trouble = rates.setback if shown.kind is Kind.SETBACK else rates.danger
        of_trouble = {
            "safety": trouble.worry,
            "call": trouble.call,
            "caregiver": trouble.caregiver,
            **dict.fromkeys(SCHOOL_ITEMS, trouble.school),
            **dict.fromkeys(shown.items | ({"play"} if "withdraw" in shown.items else set()),
                            trouble.values),
        }  # fmt: skip
        if item in of_trouble:
            return of_trouble[item]
    of_scores = {
        "safety": scores.worry,
        "call": scores.call,
        "caregiver": scores.caregiver,
        "strength": scores.strength,
        "practical": scores.practical,
        **dict.fromkeys(SCHOOL_ITEMS, scores.school),
    }
    return of_scores.get(item, scores.bad if life.is_worse(day) else scores.good)


SCHOOL_ITEMS = ("attend", "lessons", "friends", "behaviour")
