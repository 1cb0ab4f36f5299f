"""One invented family as the program knows it: what has been asked and told so far, in memory.

Everything is decided by the functions that decide for real families; here it is only kept."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from flows import intake, judging, look
from flows.alerting import is_pressing
from flows.conversation_state import Talk
from flows.days import CaseDay, Person, asked_every, facts_of_day
from flows.definition import Content
from flows.events import (
    AlertFound,
    AnswerGiven,
    CheckinMoved,
    CheckinScored,
    ContactMoved,
    Event,
    Reason,
    Spoke,
    WordsKept,
)
from flows.hours import local
from flows.model import (
    AlertKind,
    AlertState,
    Case,
    CheckinState,
    Contact,
    ContactId,
    ContactKind,
    ContactState,
    KeyDate,
    Level,
    MessageId,
    Urgency,
)
from flows.plan import Plan
from flows.programme import effective_level
from flows.rehearsal.memory import Memory
from flows.rules import Spoken
from flows.scoring import Given, baseline
from flows.situation import KnownAlert, Reply, Situation


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """Somebody was asked to look: a new alert or task, or new reasons for one, the most urgent
    first."""

    at: datetime
    alert: str
    kind: AlertKind
    urgency: Urgency
    rules: tuple[str, ...]
    is_new: bool


class Household:
    """`raised` and `read` grow as the year goes by; `read` are the moments of texts."""

    def __init__(
        self,
        content: Content,
        case: Case,
        contacts: tuple[Contact, ...],
        days: tuple[KeyDate, ...],
        plans: Mapping[ContactId, Plan],
        *,
        now: datetime,
    ) -> None:
        self.content, self.case, self.days, self.plans = content, case, days, plans
        self.contacts = {one.id: one for one in contacts}
        self.talks: dict[ContactId, Talk] = {}
        self.alerts: dict[str, KnownAlert] = {}
        self.raised: list[Raised] = []
        self.read: list[datetime] = []
        self._met_on = self._seen_on = self.today(now)  # at the parting
        self._told: set[str] = set()
        self._spoken: list[Spoken] = []
        self._ended: dict[str, int | None] = {}
        self._of_days = tuple(rule for rule in content.rules if look.is_of_a_day(rule))
        self._memory = Memory(content, started_on=self.today(now))

    # What is known ------------------------------------------------------------------------------

    def level(self, contact: ContactId, now: datetime) -> Level:
        return effective_level(self.contacts[contact], now=now)

    def situation(self, contact: ContactId, talk: Talk | None, now: datetime) -> Situation:
        """One contact at one moment."""
        totals = self._memory.totals(contact)
        return Situation(
            content=self.content,
            case=self.case,
            contact=self.contacts[contact],
            level=self.level(contact, now),
            talk=talk,
            alerts=tuple(self.alerts.values()),
            spoken=tuple(self._spoken),
            baseline=baseline(self.case.baseline, totals),
            last_total=totals[-1] if totals else None,
            is_safety_asked=False,
            call_at=now,
            now=now,
            told=frozenset(self._told),
            history=self._memory.history(contact),
            beside=self._memory.beside(self.contacts[contact], talk, now),
            of_day=facts_of_day(self.day(now)),
        )

    def day(self, now: datetime) -> CaseDay:
        """The family on this day, as the rules of a day look at it."""
        people = [one for one in self.contacts.values() if one.kind is ContactKind.CAREGIVER]
        return CaseDay(
            case=self.case.id,
            today=self.today(now),
            risk=self.case.risk,
            home_risk=self.case.home_risk,
            left_on=self.case.left_on,
            added_on=self._memory.started_on,
            resumed_on=None,
            is_paused=False,
            people=tuple(self._person(one, now) for one in people),
            met_on=self._met_on,
            seen_on=self._seen_on,
            key_dates=self.days,
            open_alerts=sum(map(is_pressing, self.alerts.values())),
            limits=self.content.silence,
        )

    def _person(self, contact: Contact, now: datetime) -> Person:
        agreed, spoken = contact.consented_at, contact.last_spoken_at
        is_active = contact.state is ContactState.ACTIVE
        return Person(
            id=contact.id,
            state=contact.state,
            level=contact.level,
            consented_on=None if agreed is None else self.today(agreed),
            spoken_on=None if spoken is None else self.today(spoken),
            every=asked_every(self.plans[contact.id], self.today(now)) if is_active else None,
            missed=self._memory.missed.get(contact.id, 0),
            is_gone=False,
        )

    # What happens -------------------------------------------------------------------------------

    def receives(self, contact: ContactId, reply: Reply) -> None:
        """A tap or words of a contact."""
        talk = self.talks.get(contact)
        situation = self.situation(contact, talk, reply.at)
        self.keeps(contact, intake.receive(situation, reply), reply.at)

    def looks(self, now: datetime) -> None:
        """The rules of a day look at the family."""
        told, alerts = tuple(self._memory.told_by_days), tuple(self.alerts.values())
        for found in look.decide(self._of_days, self.day(now), told, alerts):
            self.tells(next(iter(self.contacts)), found, now)
            self._memory.day_spoke(found)

    def filled_in(self, contact: ContactId, talk: Talk, now: datetime) -> None:
        """Staff have filled in a form in a call; it is judged as a whole."""
        self.talks[contact] = talk
        situation = self.situation(contact, talk, now)
        judged = judging.judge_answers(situation, talk, MessageId(talk.id), is_closed=True)
        self.keeps(contact, judged, now)

    def keeps(self, contact: ContactId, events: tuple[Event, ...], now: datetime) -> None:
        """Keep what follows, in its order."""
        for event in events:
            self._keep(contact, event, now)
        talk = self.talks.get(contact)
        if talk is not None and not talk.state.is_open:
            self._end(contact, talk, now)

    def _keep(self, contact: ContactId, event: Event, now: datetime) -> None:
        match event:
            case AlertFound():
                self.tells(contact, event, now)
            case AnswerGiven():
                self._answered(contact, event, now)
            case CheckinMoved():
                self._moved(contact, event)
            case CheckinScored():
                self._ended[event.checkin] = event.total
            case WordsKept() if not event.is_command:
                self.read.append(now)
            case Spoke():
                self.spoke(contact, now)
            case ContactMoved():
                self.changes(contact, state=event.state)
            case _:
                pass

    def tells(self, contact: ContactId, found: AlertFound, now: datetime) -> None:
        """An alert or task opens, or is joined."""
        reasons = tuple(one for one in found.reasons if one.id not in self._told)
        if not reasons:
            return
        known = self.alerts.get(found.id)
        urgency = found.urgency
        if known is not None and known.urgency.rank > urgency.rank:
            urgency = known.urgency
        self.alerts[found.id] = KnownAlert(
            id=found.id,
            kind=found.kind,
            urgency=urgency,
            state=AlertState.OPEN,
            checkin=found.checkin,
            contact=contact,
        )
        self._note(reasons, now)
        self.raised.append(
            Raised(
                at=now,
                alert=found.id,
                kind=found.kind,
                urgency=urgency,
                rules=tuple(one.rule for one in sorted(reasons, key=lambda one: -one.urgency.rank)),
                is_new=known is None,
            )
        )

    def _note(self, reasons: tuple[Reason, ...], now: datetime) -> None:
        for one in reasons:
            self._told.add(one.id)
            self._spoken.append(Spoken(rule=one.rule, at=now, total=one.total))

    def closes(self, alert: str, now: datetime) -> None:
        """Staff have settled it."""
        if self.alerts.pop(alert, None) is not None:
            self._memory.closes(alert, self.today(now))

    def spoke(self, contact: ContactId, now: datetime) -> None:
        """A word of this contact, to the bot or to staff."""
        self.changes(contact, last_spoken_at=now)
        if self.contacts[contact].kind is ContactKind.CAREGIVER:
            self._memory.missed.clear()

    def meets(self, contact: ContactId, now: datetime, *, sees_child: bool = False) -> None:
        """Staff have spoken with the family, and perhaps with the child alone."""
        self.spoke(contact, now)
        self._met_on = self.today(now)
        if sees_child:
            self._seen_on = self.today(now)

    def changes(self, contact: ContactId, **values: Any) -> None:
        """Another state, level or date of a contact."""
        self.contacts[contact] = replace(self.contacts[contact], **values)

    def _answered(self, contact: ContactId, event: AnswerGiven, now: datetime) -> None:
        talk = self.talks.get(contact)
        if talk is not None and talk.id == event.checkin:
            given = Given(item=event.item, value=event.value, at=now)
            self.talks[contact] = replace(talk, answers=(*talk.answers, given))

    def _moved(self, contact: ContactId, event: CheckinMoved) -> None:
        talk = self.talks.get(contact)
        if talk is not None and talk.id == event.checkin:
            moved = replace(talk, state=event.state, path=event.path, floor=event.floor)
            self.talks[contact] = moved

    def _end(self, contact: ContactId, talk: Talk, now: datetime) -> None:
        """It is over: what later ones are compared with, or one more that was missed."""
        self.talks.pop(contact, None)
        total = self._ended.pop(talk.id, None)
        if talk.state is CheckinState.EXPIRED and not talk.answers:
            self._memory.misses(contact)
        elif talk.state in (CheckinState.FINISHED, CheckinState.EXPIRED):
            self._memory.ends(self.contacts[contact], talk, total, now)

    def today(self, now: datetime) -> date:
        """The day where the family lives."""
        return local(now, next(iter(self.contacts.values())).hours.timezone).date()
