"""The year of one invented family: check-ins by its plan, answers or none, texts, visits, calls.

Moments stand in a queue and are taken in their order; each may put further ones into it."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from flows import planning, walking
from flows.conversation_state import Talk
from flows.definition import Content
from flows.events import AlertFound, Reason
from flows.hours import ONE_DAY, at, local
from flows.model import (
    AlertKind,
    CaseState,
    CheckinId,
    CheckinState,
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
from flows.rehearsal import answering, lives, team
from flows.rehearsal.answering import Answering
from flows.rehearsal.chance import Chance
from flows.rehearsal.household import Household, Raised
from flows.rehearsal.lives import HOURS, WRITTEN_AT, ZONE, Kind, Life
from flows.rehearsal.rates import Messages, Rates, Said
from flows.scoring import Given

A_DAY, FIVE_DAYS, A_MONTH = timedelta(days=1), timedelta(days=5), 30
DELAYS = (60, 25, 10, 5)
"""How often the answer comes on the same day, the next one, and so on; compared with each other."""
MOST_LATE = 6  # days, of a call at C
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


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is the same for every family."""

    content: Content
    rates: Rates
    messages: Messages
    chance: Chance
    now: datetime
    weeks: int

    @property
    def until(self) -> datetime:
        return self.now + timedelta(weeks=self.weeks)


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
        self._rates = world.rates
        plans = {one.id: self._plan_of(one) for one in life.contacts}
        self._house = Household(
            world.content, life.case, life.contacts, life.key_dates, plans, now=world.now
        )
        self._queue: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._numbers: dict[ContactId, int] = {}
        self._seen: list[date] = []
        self._put = self._asked = self._answered = self._heard = 0

    def play(self) -> Played:
        self._lay_out()
        while self._queue:
            moment, _, happens = heapq.heappop(self._queue)
            if moment >= self._world.until:
                break
            happens(moment)
            self._staff_hear()
        return Played(
            life=self._life,
            worker=self._life.case.worker,
            raised=tuple(self._house.raised),
            read=tuple(self._house.read),
            seen=tuple(self._seen),
            asked=self._asked,
            answered=self._answered,
        )

    def _at(self, moment: datetime, happens: Callable[[datetime], None]) -> None:
        self._put += 1
        heapq.heappush(self._queue, (moment, self._put, happens))

    # The year ahead -----------------------------------------------------------------------------

    def _lay_out(self) -> None:
        for contact in self._life.contacts:
            self._plan(contact)
            if contact.kind is ContactKind.CAREGIVER:
                self._texts(contact.id)
        self._visits()
        first = local(self._world.now, ZONE).date()
        starts = self._world.content.urgencies.working.start
        for day in range(1, self._world.weeks * 7):
            self._at(at(first + day * ONE_DAY, starts, ZONE), self._house.looks)
        for bad in self._life.bad:
            if bad.writes_on is not None:
                said = self._said(bad.kind, bad.writes_on)
                self._at(at(bad.writes_on, WRITTEN_AT, ZONE), lambda now, said=said: self._write(said, now))
        if self._life.leaves_on is not None:
            self._at(at(self._life.leaves_on, VISITED, ZONE), self._leave)

    def _plan(self, contact: Contact) -> None:
        plan = self._house.plans[contact.id]
        anchor = planning.first_due(self._world.now, HOURS)
        for planned in planning.ahead(plan, anchor, after=self._world.now):
            if planned.at >= self._world.until:
                return
            if contact.level is Level.SILENT:
                self._call_at_c(contact.id, planned)
            elif planned.slot.asks:
                self._at(planned.at, lambda now, c=contact.id, p=planned: self._ask(c, p, now))

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

    def _texts(self, contact: ContactId) -> None:
        texts, said = self._rates.texts, self._world.messages
        for week in range(self._world.weeks):
            its = self._chance.of(f"{contact}:text-{week}")
            if not its.happens(texts.a_week, "writes"):
                continue
            day = local(self._world.now, ZONE).date() + (week * 7 + its.whole(1, 7, "day")) * ONE_DAY
            group = said.tricky if its.happens(texts.tricky, "tricky") else said.chat
            one = group[its.whole(0, len(group) - 1, "which")]
            moment = at(day, time(its.whole(6, 21, "hour"), its.whole(0, 59, "minute")), ZONE)
            self._at(moment, lambda now, c=contact, s=one: self._write(s, now, c))

    def _visits(self) -> None:
        every = self._rates.team.visit_every_days[self._life.case.risk]
        day = local(self._world.now, ZONE).date()
        for number in range(1, self._world.weeks * 7 // every + 1):
            its = self._chance.of(f"visit-{number}")
            if its.happens(self._rates.team.visit_held, "held"):
                late = its.whole(0, MOST_LATE, "late")
                moment = at(day + (number * every + late) * ONE_DAY, VISITED, ZONE)
                self._at(moment, lambda now, its=its: self._visit(its, now))

    # Families -----------------------------------------------------------------------------------

    def _ask(self, contact: ContactId, planned: Planned, now: datetime) -> None:
        if self._house.contacts[contact].state is not ContactState.ACTIVE:
            return
        answering.expire(self._house, contact, now)
        talk = self._opening(contact, planned, now)
        if talk is None:
            return
        self._house.talks[contact] = talk
        self._asked += 1
        its = self._chance.of(talk.id)
        self._at(now + FIVE_DAYS, lambda then: self._expire(contact, talk.id, then))
        if its.happens(self._reply_percent(contact, talk.is_pulse, now), "answers"):
            day = local(now, ZONE).date() + its.pick(DELAYS, "delay") * ONE_DAY
            moment = at(day, time(its.whole(10, 20, "hour"), its.whole(0, 59, "minute")), ZONE)
            self._at(moment, lambda then: self._answer(contact, talk.id, then))
        elif not talk.is_pulse and its.happens(self._rates.replies.one_tap, "one-tap"):
            self._at(now + A_DAY + A_DAY / 8, lambda then: self._tap_once(contact, talk.id, then))

    def _opening(self, contact: ContactId, planned: Planned, now: datetime) -> Talk | None:
        content, programme = self._world.content, self._world.content.programme
        level = self._house.level(contact, now)
        name = programme.checkins.get(level)
        if planned.slot is Slot.PULSE:
            name = None if programme.pulse is None else programme.pulse.checkin
        if planned.slot is Slot.SCHOOL:
            name = None if programme.school is None else programme.school.checkin
        if name is None:
            return None
        number = self._numbers[contact] = self._numbers.get(contact, 0) + 1
        day = local(now, ZONE).date()
        talk = walking.a_talk(
            content.checkins[name],
            number=number,
            in_school_holidays=content.calendar.in_school_holidays(day),
        )
        return replace(talk, id=CheckinId(f"checkin:{contact}:{planned.at:%Y%m%dT%H%M}"))

    def _reply_percent(self, contact: ContactId, is_pulse: bool, now: datetime) -> int:
        replies = self._rates.replies
        month = (now - self._world.now).days // A_MONTH + 1
        usual = [percent for last, percent in replies.by_month if month <= last]
        percent = usual[0] if usual else replies.by_month[-1][1]
        if is_pulse:
            percent = max(percent, replies.pulses)
        if self._life.trouble(now.date()) is not None:
            percent -= replies.in_trouble
        return percent + self._life.reply_percent

    def _is_there(self, contact: ContactId, checkin: str) -> bool:
        talk = self._house.talks.get(contact)
        is_active = self._house.contacts[contact].state is ContactState.ACTIVE
        return is_active and talk is not None and talk.id == checkin

    def _answer(self, contact: ContactId, checkin: str, now: datetime) -> None:
        if not self._is_there(contact, checkin):
            return
        self._answered += 1
        its = self._chance.of(checkin)
        its_own = Answering(self._house, self._life, self._rates, contact, its)
        if self._house.talks[contact].is_pulse:
            its_own.one_tap(now)
            return
        stops = its.happens(self._rates.replies.half_done, "half-done")
        adds = self._added(its, now)
        its_own.answers(now, stops=stops, adds=adds)
        if stops:
            self._at(now + A_DAY, lambda then: answering.half_done(self._house, contact, then))

    def _added(self, its: Chance, now: datetime) -> Said | None:
        if not its.happens(self._rates.texts.after_checkin, "adds"):
            return None
        said = self._world.messages
        group = said.tricky if its.happens(self._rates.texts.tricky, "tricky") else said.chat
        return group[its.whole(0, len(group) - 1, "which")]

    def _tap_once(self, contact: ContactId, checkin: str, now: datetime) -> None:
        if self._is_there(contact, checkin):
            talk = self._house.talks[contact]
            if talk.state is CheckinState.ASKED:
                self._house.talks[contact] = replace(talk, is_reminded=True)
                its = self._chance.of(checkin)
                Answering(self._house, self._life, self._rates, contact, its).one_tap(now)

    def _expire(self, contact: ContactId, checkin: str, now: datetime) -> None:
        if self._is_there(contact, checkin):
            answering.expire(self._house, contact, now)

    def _said(self, kind: Kind, day: date) -> Said:
        messages = self._world.messages
        group = messages.setback if kind is Kind.SETBACK else messages.danger
        return group[self._chance.of(kind).whole(0, len(group) - 1, "says", day)]

    def _write(self, said: Said, now: datetime, contact: ContactId | None = None) -> None:
        who = contact or self._life.contacts[0].id
        state = self._house.contacts[who].state
        if state is ContactState.ACTIVE and self._house.level(who, now) is not Level.SILENT:
            answering.writes(self._house, who, said, now)

    def _leave(self, now: datetime) -> None:
        """Blocked, or STOP: nothing comes any more, and staff have to find another way."""
        first = self._life.contacts[0]
        if first.level is Level.SILENT:
            return
        self._house.changes(first.id, state=self._life.leaves_as)
        self._house.talks.pop(first.id, None)
        urgency = Urgency.CRITICAL if self._life.case.home_risk else Urgency.HIGH
        self._ask_staff(AlertKind.ROUTE, self._life.leaves_as, urgency, now)

    # Staff --------------------------------------------------------------------------------------

    def _ask_staff(self, kind: AlertKind, rule: str, urgency: Urgency, now: datetime) -> None:
        """Tasks that come from no rule and no words."""
        source = f"{rule}:{now:%Y%m%d}"
        reason = Reason(rule=rule, version=0, urgency=urgency, says=rule, source=source)
        found = AlertFound(id=f"{kind}:{source}", kind=kind, urgency=urgency, reasons=(reason,))
        self._house.tells(self._life.contacts[0].id, found, now)

    def _staff_hear(self) -> None:
        """Whatever was raised since the last moment is somebody's work now."""
        for raised in self._house.raised[self._heard :]:
            moment = team.acts_at(raised, self._rates.team, chance=self._chance)
            if moment is None:
                self._at(raised.at + A_DAY, lambda now, a=raised.alert: self._house.closes(a, now))
            else:
                self._at(moment, lambda now, a=raised.alert: self._act(a, 1, now))
        self._heard = len(self._house.raised)

    def _act(self, alert: str, tries: int, now: datetime) -> None:
        known = self._house.alerts.get(alert)
        if known is None:
            return
        is_read = known.kind is AlertKind.UNSURE_WORDS
        if not is_read and not team.is_reached(alert, tries, self._rates.team, chance=self._chance):
            self._at(now + team.AGAIN, lambda then: self._act(alert, tries + 1, then))
            return
        self._house.closes(alert, now)
        if not is_read:
            self._house.meets(self._life.contacts[0].id, now)

    def _visit(self, its: Chance, now: datetime) -> None:
        sees_child = its.happens(self._rates.team.sees_child, "sees-child")
        self._house.meets(self._life.contacts[0].id, now, sees_child=sees_child)
        self._seen.append(local(now, ZONE).date())
        if its.happens(self._rates.team.renews_interview, "interview"):
            for contact in self._life.contacts:
                if contact.level is Level.OPEN:
                    self._house.changes(contact.id, interviewed_on=local(now, ZONE).date())

    def _call_at_c(self, contact: ContactId, planned: Planned) -> None:
        """At C staff call when a check-in would come, and fill in the form."""
        its = self._chance.of(f"call:{planned.at:%Y%m%d}")
        if planned.slot is Slot.REGULAR and its.happens(self._rates.team.calls_at_c_held, "held"):
            moment = planned.at + its.whole(0, MOST_LATE, "late") * A_DAY
            self._at(moment, lambda now: self._called(contact, its, now))

    def _called(self, contact: ContactId, its: Chance, now: datetime) -> None:
        content = self._world.content
        checkin = content.checkins[content.programme.checkins[Level.OPEN]]
        answers = tuple(
            Given(item=item.id, value=value, at=now)
            for item in checkin.asked
            if (value := self._told_by_phone(item.id, its, now)) is not None
        )
        talk = replace(
            walking.a_talk(checkin),
            id=CheckinId(f"checkin:form:{contact}:{now:%Y%m%dT%H%M}"),
            state=CheckinState.FINISHED,
            answers=answers,
            is_by_staff=True,
        )
        self._house.filled_in(contact, talk, now)
        self._house.meets(contact, now)
        self._seen.append(local(now, ZONE).date())

    def _told_by_phone(self, item: str, its: Chance, now: datetime) -> int | None:
        if its.of(item).happens(self._rates.replies.dont_know, "dont-know"):
            return None
        return lives.answer(self._life, self._rates, item, now.date(), chance=its.of(item))
