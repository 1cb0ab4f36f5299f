"""One invented family as the program knows it: what has been asked and told so far, in memory.

Everything is decided by the functions that decide for real families; here it is only kept."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from flows import intake, judging
from flows.conversation_state import Talk
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
    KeyDate,
    Level,
    MessageId,
    Urgency,
)
from flows.programme import effective_level
from flows.rules import Spoken
from flows.scoring import Given, baseline
from flows.situation import KnownAlert, Reply, Situation


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """Somebody was asked to look: a new alert or task, or new reasons for one."""

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
        *,
        now: datetime,
    ) -> None:
        self.content, self.case, self.days = content, case, days
        self.contacts = {one.id: one for one in contacts}
        self.talks: dict[ContactId, Talk] = {}
        self.alerts: dict[str, KnownAlert] = {}
        self.raised: list[Raised] = []
        self.read: list[datetime] = []
        self.spoke_at = now
        self.saw_child_at: datetime | None = now  # at the parting
        self._told: set[str] = set()
        self._spoken: list[Spoken] = []
        self._totals: dict[ContactId, list[int]] = {}
        self._ended: dict[str, int | None] = {}

    # What is known ------------------------------------------------------------------------------

    def level(self, contact: ContactId, now: datetime) -> Level:
        return effective_level(self.contacts[contact], now=now)

    def situation(self, contact: ContactId, talk: Talk | None, now: datetime) -> Situation:
        """One contact at one moment."""
        totals = self._totals.get(contact, [])
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
        )

    # What happens -------------------------------------------------------------------------------

    def receives(self, contact: ContactId, reply: Reply) -> None:
        """A tap or words of a contact."""
        talk = self.talks.get(contact)
        situation = self.situation(contact, talk, reply.at)
        self.keeps(contact, intake.receive(situation, reply), reply.at)

    def filled_in(self, contact: ContactId, talk: Talk, now: datetime) -> None:
        """Staff have filled in a form in a call; it is judged as a whole."""
        self.talks[contact] = talk
        situation = self.situation(contact, talk, now)
        judged = judging.judge_answers(situation, talk, MessageId(talk.id), is_closed=True)
        self.keeps(contact, judged, now)
        self._end(contact, talk)

    def keeps(self, contact: ContactId, events: tuple[Event, ...], now: datetime) -> None:
        """Keep what follows, in its order."""
        for event in events:
            self._keep(contact, event, now)
        talk = self.talks.get(contact)
        if talk is not None and not talk.state.is_open:
            self._end(contact, talk)

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
                rules=tuple(one.rule for one in reasons),
                is_new=known is None,
            )
        )

    def _note(self, reasons: tuple[Reason, ...], now: datetime) -> None:
        for one in reasons:
            self._told.add(one.id)
            self._spoken.append(Spoken(rule=one.rule, at=now, total=one.total))

    def closes(self, alert: str) -> None:
        """Staff have settled it."""
        self.alerts.pop(alert, None)

    def spoke(self, contact: ContactId, now: datetime) -> None:
        """Family and staff, or the bot, have spoken."""
        self.spoke_at = max(self.spoke_at, now)
        self.changes(contact, last_spoken_at=now)

    def changes(self, contact: ContactId, **values: object) -> None:
        self.contacts[contact] = replace(self.contacts[contact], **values)  # type: ignore[arg-type]

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

    def _end(self, contact: ContactId, talk: Talk) -> None:
        """It is over: what later ones are compared with."""
        self.talks.pop(contact, None)
        total = self._ended.pop(talk.id, None)
        is_measure = talk.state in (CheckinState.FINISHED, CheckinState.EXPIRED)
        if is_measure and total is not None:
            self._totals.setdefault(contact, []).append(total)

    def today(self, now: datetime) -> date:
        """The day where the family lives."""
        return local(now, next(iter(self.contacts.values())).hours.timezone).date()
