"""The year of one invented family: what is drawn and planned is laid out, then it happens."""

from dataclasses import dataclass
from datetime import date, datetime, time

from flows import planning
from flows.events import AlertFound, Reason
from flows.hours import ONE_DAY, at, local
from flows.model import (
    AlertKind,
    CaseState,
    Contact,
    ContactId,
    ContactKind,
    ContactState,
    Level,
    Slot,
    StaffId,
    Urgency,
)
from flows.plan import Plan, Planned
from flows.rehearsal import answering, lives
from flows.rehearsal.asking import Asking
from flows.rehearsal.chance import Chance
from flows.rehearsal.household import Household, Raised
from flows.rehearsal.lives import HOURS, WRITTEN_AT, ZONE, Kind, Life
from flows.rehearsal.moments import Moments, World
from flows.rehearsal.rates import Said
from flows.rehearsal.team import Staff

MOST_LATE = 6  # days, of a visit, and of a call at C
VISITED = time(11)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What came of it. `seen` are days on which the child was seen or the family visited."""

    life: Life
    worker: StaffId
    raised: tuple[Raised, ...]
    read: tuple[datetime, ...]
    seen: tuple[date, ...]
    asked: int
    answered: int


def play(world: World, number: int) -> Played:
    """The year of family `number`."""
    total = world.content.checkins[world.content.programme.checkins[Level.OPEN]].total
    items = () if total is None else total.items
    life = lives.invent(
        number, world.rates, items, chance=world.chance, now=world.now, weeks=world.weeks
    )
    return _Year(world, life, world.chance.of(f"family-{number}")).play()


class _Year:
    def __init__(self, world: World, life: Life, chance: Chance) -> None:
        self._world, self._life, self._chance = world, life, chance
        self._first, self._moments = local(world.now, ZONE).date(), Moments()
        plans = {one.id: self._plan_of(one) for one in life.contacts}
        self._house = Household(
            world.content, life.case, life.contacts, life.key_dates, plans, now=world.now
        )
        theirs = (world, life, self._house, self._moments, chance)
        self._asking, self._staff = Asking(*theirs), Staff(*theirs)

    def play(self) -> Played:
        self._lay_out()
        self._moments.pass_(self._world.until, after_each=self._staff.hear)
        return Played(
            life=self._life,
            worker=self._life.case.worker,
            raised=tuple(self._house.raised),
            read=tuple(self._house.read),
            seen=tuple(self._staff.seen),
            asked=self._asking.asked,
            answered=self._asking.answered,
        )

    def _lay_out(self) -> None:
        for contact in self._life.contacts:
            self._plan(contact)
            if contact.kind is ContactKind.CAREGIVER:
                self._texts(contact.id)
        self._visits()
        self._looks()
        for bad in self._life.bad:
            if bad.writes_on is not None:
                said = self._said(bad.kind, bad.writes_on)
                moment = at(bad.writes_on, WRITTEN_AT, ZONE)
                self._moments.at(moment, self._write, self._life.contacts[0].id, said)
        if self._life.leaves_on is not None:
            self._moments.at(at(self._life.leaves_on, VISITED, ZONE), self._leave)

    def _plan(self, contact: Contact) -> None:
        """Everything that the plan has ahead; at C staff call in its place."""
        anchor = planning.first_due(self._world.now, HOURS)
        plan = self._house.plans[contact.id]
        for planned in planning.ahead(plan, anchor, after=self._world.now):
            if planned.at >= self._world.until:
                return
            if contact.level is Level.SILENT:
                self._call_at_c(contact.id, planned)
            elif planned.slot.asks:
                self._moments.at(planned.at, self._asking.ask, contact.id, planned)

    def _plan_of(self, contact: Contact) -> Plan:
        case = self._life.case
        return Plan(
            programme=self._world.content.programme,
            risk=case.risk,
            level=contact.level,
            kind=contact.kind,
            stage=case.stage,
            since=self._life.starts,
            hours=HOURS,
            birth_date=case.birth_date,
            days=self._life.key_dates,
            state=CaseState.ACTIVE,
            paused_until=None,
            closes_on=None,
            ends_on=None,
            extra_weeks=0,
        )

    def _call_at_c(self, contact: ContactId, planned: Planned) -> None:
        its = self._chance.of(f"call:{planned.at:%Y%m%d}")
        held = self._world.rates.team.calls_at_c_held
        if planned.slot is Slot.REGULAR and its.happens(held, "held"):
            moment = planned.at + its.whole(0, MOST_LATE, "late") * ONE_DAY
            self._moments.at(moment, self._staff.calls, contact, its)

    def _texts(self, contact: ContactId) -> None:
        texts, said = self._world.rates.texts, self._world.messages
        for week in range(self._world.weeks):
            its = self._chance.of(f"{contact}:text-{week}")
            if not its.happens(texts.a_week, "writes"):
                continue
            day = (
                local(self._world.now, ZONE).date() + (week * 7 + its.whole(1, 7, "day")) * ONE_DAY
            )
            group = said.tricky if its.happens(texts.tricky, "tricky") else said.chat
            one = group[its.whole(0, len(group) - 1, "which")]
            moment = at(day, time(its.whole(6, 21, "hour"), its.whole(0, 59, "minute")), ZONE)
            self._moments.at(moment, self._write, contact, one)

    def _visits(self) -> None:
        every = self._world.rates.team.visit_every_days[self._life.case.risk]
        for number in range(1, self._world.weeks * 7 // every + 1):
            its = self._chance.of(f"visit-{number}")
            if its.happens(self._world.rates.team.visit_held, "held"):
                late = its.whole(0, MOST_LATE, "late")
                moment = at(self._first + (number * every + late) * ONE_DAY, VISITED, ZONE)
                self._moments.at(moment, self._staff.visit, its)

    def _looks(self) -> None:
        """The rules of a day, every morning."""
        starts = self._world.content.urgencies.working.start
        for day in range(1, self._world.weeks * 7):
            self._moments.at(at(self._first + day * ONE_DAY, starts, ZONE), self._house.looks)

    def _said(self, kind: Kind, day: date) -> Said:
        messages = self._world.messages
        group = messages.setback if kind is Kind.SETBACK else messages.danger
        return group[self._chance.of(kind).whole(0, len(group) - 1, "says", day)]

    def _write(self, now: datetime, contact: ContactId, said: Said) -> None:
        state = self._house.contacts[contact].state
        if state is ContactState.ACTIVE and self._house.level(contact, now) is not Level.SILENT:
            answering.writes(self._house, contact, said, now)

    def _leave(self, now: datetime) -> None:
        """Blocked, or STOP: nothing comes any more, and staff have to find another way."""
        first = self._life.contacts[0]
        if first.level is Level.SILENT:
            return
        self._house.changes(first.id, state=self._life.leaves_as)
        self._house.talks.pop(first.id, None)
        urgency = Urgency.CRITICAL if self._life.case.home_risk else Urgency.HIGH
        self._ask_staff(AlertKind.ROUTE, self._life.leaves_as, urgency, now)

    def _ask_staff(self, kind: AlertKind, rule: str, urgency: Urgency, now: datetime) -> None:
        """Tasks that come from no rule and no words."""
        source = f"{rule}:{now:%Y%m%d}"
        reason = Reason(rule=rule, version=0, urgency=urgency, says=rule, source=source)
        found = AlertFound(id=f"{kind}:{source}", kind=kind, urgency=urgency, reasons=(reason,))
        self._house.tells(self._life.contacts[0].id, found, now)
