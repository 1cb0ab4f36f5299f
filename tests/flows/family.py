"""A family over time: what is recorded of each act is what is known at the next one.

It does in memory what gather and record do with rows, so that a scene may go on for days.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from flows import intake, lapses
from flows.conversation_state import Talk
from flows.events import (
    AlertFound,
    AnswerGiven,
    Button,
    CheckinMoved,
    ContactMoved,
    Event,
    MessageDue,
    SendsStopped,
    Spoke,
    WordsKept,
)
from flows.forms import Checkin
from flows.model import AlertKind, AlertState, CheckinState, Contact, Level, MessageId, Urgency
from flows.rules import Spoken
from flows.scoring import Given
from flows.situation import KnownAlert, Pressed, Reply, Situation
from tests.flows.builders import (
    CHECKIN,
    MONDAY_TEN,
    a_checkin,
    a_contact,
    a_reply,
    a_situation,
    a_talk,
)

SAFETY_KINDS = (AlertKind.ALERT, AlertKind.UNSURE_WORDS)

OWN = f"alert:{CHECKIN}"
"""The alert of the one check-in."""

HARD = "Kakak bilang mau mati"
BEATEN = "saya dipukul suami"


@dataclass
class Family:
    """One phone with at most one check-in. `events` are those of the last act alone."""

    contact: Contact = field(default_factory=a_contact)
    talk: Talk | None = None
    now: datetime = MONDAY_TEN
    alerts: dict[str, KnownAlert] = field(default_factory=dict)
    told: dict[str, Spoken] = field(default_factory=dict)
    answers: list[AnswerGiven] = field(default_factory=list)
    words: list[WordsKept] = field(default_factory=list)
    sent: list[MessageDue] = field(default_factory=list)
    events: tuple[Event, ...] = ()
    acts: int = 0

    # What the family does ------------------------------------------------------------------

    def taps(self, label: str) -> None:
        """The newest button with this label."""
        button = self.button(label)
        self.presses(button)

    def presses(self, button: Button) -> None:
        """Any button, however old."""
        pressed = Pressed(
            press=button.press, item=button.item, value=button.value, checkin=button.checkin
        )
        self.does(a_reply(pressed=pressed))

    def writes(self, text: str) -> None:
        self.does(a_reply(text))

    def sends(self, kind: str, caption: str | None = None) -> None:
        self.does(a_reply(caption, media=kind))

    def corrects(self, first: str, text: str, item: str | None = None) -> None:
        """An earlier message (by its id) now says `text`; it had answered `item`."""
        self.does(a_reply(text, edits=MessageId(first), edits_item=item))

    def does(self, reply: Reply) -> None:
        self.acts += 1
        reply = replace(reply, id=MessageId(f"message-{self.acts}"), at=self.now)
        self.happens(intake.receive(self.situation(), reply))

    # What time does ------------------------------------------------------------------------

    def waits(self, **time: float) -> None:
        self.now += timedelta(**time)

    def is_asked(self, checkin: Checkin | None = None) -> None:
        """A check-in is due: that of the family's level, if no other is given."""
        self.talk = a_talk(checkin=checkin or a_checkin(self.contact.level))
        self.happens(lapses.ask(self.situation(), self.talk))

    def is_reminded(self) -> None:
        assert self.talk is not None
        self.happens(lapses.remind(self.situation(), self.talk))
        self.talk = replace(self.talk, is_reminded=True)

    def idles(self) -> None:
        """Half an hour without an answer."""
        assert self.talk is not None
        self.waits(minutes=30)
        self.happens(lapses.idle(self.situation(), self.talk, self.cause("idle")))

    def is_a_day_old(self) -> None:
        assert self.talk is not None
        self.waits(days=1)
        self.happens(lapses.half_done(self.situation(), self.talk, self.cause("half_done")))

    def expires(self, next_day: str | None = "hari Senin") -> None:
        assert self.talk is not None
        self.waits(days=5)
        cause = self.cause("expired")
        self.happens(lapses.expire(self.situation(), self.talk, cause, next_day=next_day))

    def cause(self, name: str) -> MessageId:
        self.acts += 1
        return MessageId(f"checkin:1:{name}:{self.acts}")

    # What staff do -------------------------------------------------------------------------

    def staff_take(self, alert: str) -> None:
        self.alerts[alert] = replace(self.alerts[alert], state=AlertState.ACKNOWLEDGED)

    def staff_close(self, alert: str) -> None:
        self.alerts[alert] = replace(self.alerts[alert], state=AlertState.CLOSED)

    # What is known -------------------------------------------------------------------------

    def situation(self) -> Situation:
        talk = self.talk if self.talk is not None and self.talk.state.is_open else None
        known = tuple(self.alerts.values())
        asks = [one for one in known if one.kind in SAFETY_KINDS]
        return a_situation(
            talk,
            level=self.contact.level,
            contact=self.contact,
            alerts=tuple(
                one
                for one in known
                if one.state is not AlertState.CLOSED or (talk and one.checkin == talk.id)
            ),
            told=frozenset(self.told),
            spoken=tuple(self.told.values()),
            is_safety_asked=any(one.state is not AlertState.CLOSED for one in asks),
            call_at=self.now + timedelta(hours=2),
            now=self.now,
        )

    @property
    def reads(self) -> str:
        """The last words that came in answer to the last act; nothing is the empty string."""
        due = [event for event in self.events if isinstance(event, MessageDue)]
        return due[-1].message.text if due else ""

    @property
    def kept(self) -> list[str | None]:
        """Words of the last act as they are kept, wherever that is."""
        texts = [event.text for event in self.events if isinstance(event, WordsKept)]
        given = [event for event in self.events if isinstance(event, AnswerGiven)]
        return [*texts, *(one.words for one in given if one.words is not None)]

    @property
    def rings(self) -> dict[str, str]:
        """Open alerts and tasks of the last act, with their urgencies."""
        found = [event for event in self.events if isinstance(event, AlertFound)]
        return {one.id: one.urgency.value for one in found}

    def urgency(self, alert: str) -> Urgency:
        return self.alerts[alert].urgency

    def button(self, label: str) -> Button:
        for due in reversed(self.sent):
            for row in due.message.buttons:
                for button in row:
                    if button.label == label:
                        return button
        raise AssertionError(f"there is no button {label!r}")

    # What is recorded ----------------------------------------------------------------------

    def happens(self, events: tuple[Event, ...]) -> None:
        self.events = events
        for event in events:
            self._record(event)

    def _record(self, event: Event) -> None:
        match event:
            case MessageDue():
                self.sent.append(event)
            case WordsKept():
                self.words.append(event)
            case AnswerGiven():
                self._answered(event)
            case CheckinMoved():
                self._moved(event)
            case AlertFound():
                self._found(event)
            case ContactMoved():
                self.contact = replace(
                    self.contact, state=event.state, consent_part=event.consent_part
                )
            case SendsStopped() if self.talk is not None and self.talk.state.is_open:
                self.talk = replace(self.talk, state=CheckinState.CANCELLED)
            case Spoke():
                self.contact = replace(self.contact, last_spoken_at=self.now)
            case _:
                pass

    def _answered(self, event: AnswerGiven) -> None:
        self.answers.append(event)
        if event.checkin is not None:
            assert self.talk is not None
            given = Given(item=event.item, value=event.value, at=self.now)
            self.talk = replace(self.talk, answers=(*self.talk.answers, given))

    def _moved(self, event: CheckinMoved) -> None:
        assert self.talk is not None
        assert event.checkin == self.talk.id
        self.talk = replace(
            self.talk,
            state=event.state,
            path=event.path,
            floor=event.floor,
            is_put_off=event.is_put_off,
        )

    def _found(self, event: AlertFound) -> None:
        for reason in event.reasons:
            total = reason.total
            self.told.setdefault(reason.id, Spoken(rule=reason.rule, at=self.now, total=total))
        known = self.alerts.get(event.id)
        if known is None:
            self.alerts[event.id] = KnownAlert(
                id=event.id,
                kind=event.kind,
                urgency=event.urgency,
                state=AlertState.OPEN,
                checkin=event.checkin,
                contact=self.contact.id,
            )
        elif event.urgency.rank > known.urgency.rank:
            self.alerts[event.id] = replace(known, urgency=event.urgency, state=AlertState.OPEN)


def a_family(level: Level = Level.OPEN, **changes: object) -> Family:
    """A mother who takes part, at a level."""
    return Family(contact=a_contact(level=level, **changes))


def an_asked_family(level: Level = Level.OPEN, *, started: bool = True) -> Family:
    """Her check-in is on the phone; `started`: she has pressed Mulai."""
    family = a_family(level)
    family.is_asked()
    if started:
        family.taps("Mulai")
    return family


def at_safety() -> Family:
    """Everything but the last question is answered with "Tidak ada"."""
    sari = an_asked_family()
    for _ in range(7):
        sari.taps("Tidak ada")
    return sari


Settle = Callable[[Family, str], None]
"""What staff do with an alert: `Family.staff_take` or `Family.staff_close`."""
