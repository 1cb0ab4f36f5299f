"""From the opened link to the first plan: greeting, the worker's word, consent in small parts."""

from dataclasses import replace

from flows import answers_back, phrases
from flows.alerting import plain, task
from flows.answers_back import clock_word, reply, say, weekday_word
from flows.definition import Press
from flows.events import (
    ConsentGiven,
    ContactMoved,
    Event,
    FleetingDeleted,
    Manner,
    Message,
    MessageDue,
    Purpose,
    TypedDeleted,
)
from flows.model import AlertKind, ContactState, Level, Urgency
from flows.programme import first_due
from flows.situation import Reply, Situation
from flows.wording import fill

CONSENT_PARTS = ("consent_1", "consent_2", "consent_3")
"""At A the consent comes in short parts; the last one asks."""


def greet(situation: Situation) -> tuple[Event, ...]:
    """The link was opened: who this is, and the way out for a wrong person."""
    messages = situation.content.messages
    greeting = phrases.say(messages, "greeting", {"waktu": answers_back.part_of_day(situation)})
    return (
        ContactMoved(state=ContactState.GREETED),
        MessageDue(message=greeting, manner=Manner.REPLY, purpose=Purpose.CONSENT),
        TypedDeleted(),
    )


def go_on(situation: Situation, given: Reply) -> tuple[Event, ...]:
    """Lanjut under the greeting: where a number is on file it must be shared first."""
    if situation.contact.has_phone:
        asked = phrases.say(situation.content.messages, "ask_number")
        label = situation.content.messages.share_number
        message = Message(text=asked.text, shares_number=label)
        return (ContactMoved(state=ContactState.NUMBER_ASKED), reply(message))
    return wait_for_worker(situation, given)


def wait_for_worker(situation: Situation, given: Reply) -> tuple[Event, ...]:
    """Nothing more until the worker says that this is the right person."""
    reason = plain(situation, "new_contact", Urgency.HIGH, given)
    waiting = phrases.say(situation.content.messages, "pending")
    return (
        ContactMoved(state=ContactState.PENDING),
        reply(replace(waiting, ends_sharing=situation.contact.has_phone)),
        task(situation, AlertKind.NEW_CONTACT, reason),
    )


def ask_consent(situation: Situation, *, part: int = 0, manner: Manner) -> tuple[Event, ...]:
    """Part `part` of the consent; at B there is one neutral line, the rest was spoken."""
    name = CONSENT_PARTS[part] if situation.level is Level.OPEN else "consent_b"
    due = MessageDue(
        message=phrases.say(situation.content.messages, name, value=part),
        manner=manner,
        purpose=Purpose.CONSENT,
        is_fleeting=True,
    )
    return (ContactMoved(state=ContactState.CONSENTING, consent_part=part), due)


def consent(situation: Situation, *, agrees: bool) -> tuple[Event, ...]:
    """Setuju or Belum dulu: kept as consent, and the messages that asked leave the phone."""
    if not agrees:
        state, answer = ContactState.DECLINED, say(situation, "declined")
    else:
        state, answer = ContactState.ACTIVE, _consented(situation)
    return (ConsentGiven(agrees=agrees), ContactMoved(state=state), answer, FleetingDeleted())


def _consented(situation: Situation) -> MessageDue:
    hours = situation.contact.hours
    first = first_due(situation.now, hours)
    messages = situation.content.messages
    return say(
        situation,
        "consented",
        hari=fill(messages.days["weekday"], hari=weekday_word(messages, first, hours.timezone)),
        jam=clock_word(first, hours.timezone),
    )


def press(situation: Situation, given: Reply, pressed: Press) -> tuple[Event, ...] | None:
    """A button or typed word of the enrolment, by state; None if it means nothing here.

    Consent counts only once all its parts have been shown; the button of an earlier part is old."""
    part = situation.contact.consent_part
    if given.pressed is not None and given.pressed.value not in (None, part):
        return ()
    is_last = situation.level is not Level.OPEN or part == len(CONSENT_PARTS) - 1
    match situation.contact.state, pressed:
        case ContactState.GREETED, Press.GO_ON:
            return go_on(situation, given)
        case ContactState.CONSENTING, Press.GO_ON if not is_last:
            return ask_consent(situation, part=part + 1, manner=Manner.REPLY)
        case ContactState.CONSENTING, Press.AGREE | Press.DECLINE if is_last:
            return consent(situation, agrees=pressed is Press.AGREE)
        case _:
            return None
