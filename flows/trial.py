"""One check-in tried out by one person: the same decisions as for a family, and nothing is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from flows import conversation, intake, judging, lapses, walking
from flows.answers_back import part_of_day
from flows.conversation_state import Talk
from flows.definition import Content
from flows.events import AlertFound, Button, ContactMoved, Event
from flows.forms import Checkin, Kind
from flows.model import (
    AlertState,
    Case,
    CaseId,
    CheckinState,
    Contact,
    ContactId,
    ContactKind,
    ContactState,
    Level,
    MessageId,
    Risk,
    SafeHours,
    Signs,
    StaffId,
)
from flows.rules import Fired
from flows.scoring import Score, score
from flows.situation import KnownAlert, Pressed, Reply, Situation

CODE = "K-0000"  # of no case
ALL_DAY = (time(0), time(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a check-in is tried: for a child of `age`, as the how-manieth of its family."""

    age: int
    number: int
    in_school_holidays: bool
    reads_little: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Where it stands. `talk` stays there when it has ended, for its score."""

    situation: Situation
    talk: Talk
    acts: int = 0

    @property
    def is_over(self) -> bool:
        """Has it ended, or has the family left?"""
        has_left = self.situation.contact.state is not ContactState.ACTIVE
        return has_left or not (self.talk.state.is_open or self.is_put_off)

    @property
    def is_put_off(self) -> bool:
        """Would it be asked again a few hours later?"""
        return self.talk.state is CheckinState.DUE


def begin(
    content: Content, checkin: Checkin, way: Way, *, now: datetime, timezone: str
) -> tuple[Trial, tuple[Event, ...]]:
    """The opening is shown to an invented family."""
    called = content.wording.nicknames[0] if checkin.level is Level.OPEN else "anak"
    talk = walking.a_talk(
        checkin,
        number=way.number,
        in_school_holidays=way.in_school_holidays,
        age=way.age,
        reads_little=way.reads_little,
        called=called,
    )
    situation = Situation(
        content=content,
        case=_a_case(now),
        contact=_a_contact(checkin, way, now, timezone),
        level=checkin.level,
        talk=talk,
        alerts=(),
        spoken=(),
        baseline=None,
        last_total=None,
        is_safety_asked=False,
        call_at=now,
        now=now,
    )
    trial = Trial(situation=situation, talk=talk)
    return _happened(trial, lapses.ask(situation, talk))


def opened(situation: Situation, talk: Talk) -> tuple[Trial, tuple[Event, ...]]:
    """The opening is shown to a family as it stands."""
    return _happened(Trial(situation=situation, talk=talk), lapses.ask(situation, talk))


def tapped(trial: Trial, button: Button, signs: Signs) -> tuple[Trial, tuple[Event, ...]]:
    """A button of any message."""
    pressed = Pressed(
        press=button.press, item=button.item, value=button.value, checkin=button.checkin
    )
    return _acted(trial, _reply(trial, signs, None, pressed))


def wrote(trial: Trial, text: str, signs: Signs) -> tuple[Trial, tuple[Event, ...]]:
    """Typed words, with the signs that the detector finds in them."""
    return _acted(trial, _reply(trial, signs, text, None))


def asked_again(trial: Trial) -> tuple[Trial, tuple[Event, ...]]:
    """After "Nanti": the few hours are over."""
    greeting = part_of_day(trial.situation)
    messages = trial.situation.content.messages
    return _happened(trial, conversation.open_(messages, trial.talk, greeting=greeting))


def result(trial: Trial) -> tuple[Score, tuple[Fired, ...]]:
    """What it adds up to, and the rules that speak about it, as far as one check-in tells."""
    situation, talk = trial.situation, trial.talk
    total = score(talk.checkin, talk.answers, is_closed=True)
    return total, judging.of_answers(situation, talk, total, is_closed=True)


def _reply(trial: Trial, signs: Signs, text: str | None, pressed: Pressed | None) -> Reply:
    name = MessageId(f"message-{trial.acts + 1}")
    return Reply(id=name, at=trial.situation.now, signs=signs, text=text, pressed=pressed)


def _acted(trial: Trial, reply: Reply) -> tuple[Trial, tuple[Event, ...]]:
    acted = replace(trial, acts=trial.acts + 1)
    return _happened(acted, intake.receive(trial.situation, reply))


def _happened(trial: Trial, events: tuple[Event, ...]) -> tuple[Trial, tuple[Event, ...]]:
    """What is known at the next act."""
    talk, situation = walking.after(trial.talk, events), trial.situation
    known = {alert.id: alert for alert in situation.alerts}
    told = set(situation.told)
    contact, is_asked = situation.contact, situation.is_safety_asked
    for event in events:
        match event:
            case AlertFound():
                known[event.id] = _known(event, contact, known)
                told |= {reason.id for reason in event.reasons}
                is_asked = is_asked or any(reason.evidence for reason in event.reasons)
            case ContactMoved():
                contact = replace(contact, state=event.state)
            case _:
                pass
    situation = replace(
        situation,
        contact=contact,
        talk=talk if talk.state.is_open else None,
        alerts=tuple(known.values()),
        told=frozenset(told),
        is_safety_asked=is_asked,
    )
    return replace(trial, situation=situation, talk=talk), events


def _known(event: AlertFound, contact: Contact, known: Mapping[str, KnownAlert]) -> KnownAlert:
    earlier = known.get(event.id)
    urgency = event.urgency
    if earlier is not None and earlier.urgency.rank > urgency.rank:
        urgency = earlier.urgency
    return KnownAlert(
        id=event.id,
        kind=event.kind,
        urgency=urgency,
        state=AlertState.OPEN,
        checkin=event.checkin,
        contact=contact.id,
    )


def _a_case(now: datetime) -> Case:
    return Case(
        id=CaseId("trial"),
        code=CODE,
        nickname="anak",
        birth_date=date(now.year - 9, 1, 1),
        risk=Risk.MEDIUM,
        stage="follow_up",
        worker=StaffId("trial"),
        home_risk=False,
        left_on=None,
        baseline=None,
    )


def _a_contact(checkin: Checkin, way: Way, now: datetime, timezone: str) -> Contact:
    is_school = checkin.kind is Kind.SCHOOL
    first, last = ALL_DAY
    return Contact(
        id=ContactId("trial"),
        case=CaseId("trial"),
        state=ContactState.ACTIVE,
        level=checkin.level,
        interviewed_on=now.date(),
        hours=SafeHours(start=first, end=last, timezone=timezone),
        language="id",
        consented_at=now,
        last_spoken_at=None,
        duress_word=None,
        has_phone=False,
        consent_part=0,
        kind=ContactKind.SCHOOL if is_school else ContactKind.CAREGIVER,
        reads_little=way.reads_little,
    )
