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
    Spoke,
    TypedDeleted,
)
from flows.model import AlertKind, ContactKind, ContactState, Level, Urgency
from flows.planning import first_due
from flows.situation import Reply, Situation
from flows.wording import fill

CONSENT_PARTS = ("consent_1", "consent_2", "consent_3")
"""At A the consent comes in short parts; the last one asks."""


def greet(situation: Situation) -> tuple[Event, ...]:
    """The link was opened: who this is, and the way out for a wrong person."""
    return (ContactMoved(state=ContactState.GREETED), _greeting(situation), TypedDeleted())


def _greeting(situation: Situation) -> MessageDue:
    places = {"waktu": answers_back.part_of_day(situation)}
    name = "greeting_school" if _is_school(situation) else "greeting"
    message = phrases.say(situation.content.messages, name, places)
    return reply(message, purpose=Purpose.CONSENT)


def go_on(situation: Situation, given: Reply) -> tuple[Event, ...]:
    """Lanjut under the greeting: where a number is on file it must be shared first."""
    if situation.contact.has_phone:
        return (ContactMoved(state=ContactState.NUMBER_ASKED), _number_asked(situation))
    return wait_for_worker(situation, given)


def _number_asked(situation: Situation) -> MessageDue:
    messages = situation.content.messages
    asked = phrases.say(messages, "ask_number")
    return reply(Message(text=asked.text, shares_number=messages.share_number))


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
    return (
        ContactMoved(state=ContactState.CONSENTING, consent_part=part),
        _consent_asked(situation, part=part, manner=manner),
    )


def _consent_asked(situation: Situation, *, part: int, manner: Manner) -> MessageDue:
    name = _consent_part(situation, part)
    return MessageDue(
        message=phrases.say(situation.content.messages, name, value=part),
        manner=manner,
        purpose=Purpose.CONSENT,
        is_fleeting=True,
    )


def _consent_part(situation: Situation, part: int) -> str:
    """A school was told the rules in person, as a family at B was: one line is left."""
    if _is_school(situation):
        return "consent_school"
    return CONSENT_PARTS[part] if situation.level is Level.OPEN else "consent_b"


def _is_school(situation: Situation) -> bool:
    return situation.contact.kind is ContactKind.SCHOOL


def consent(situation: Situation, *, agrees: bool) -> tuple[Event, ...]:
    """Setuju or Belum dulu: kept as consent, and the messages that asked leave the phone."""
    if not agrees:
        state, answer = ContactState.DECLINED, say(situation, "declined")
    else:
        state, answer = ContactState.ACTIVE, _consented(situation)
    spoke = (Spoke(),) if agrees else ()
    return (
        ConsentGiven(agrees=agrees),
        ContactMoved(state=state),
        *spoke,
        answer,
        FleetingDeleted(),
    )


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


def waiting(situation: Situation) -> tuple[Event, ...]:
    """What someone reads who writes before the enrolment is complete, or after its end: the step
    that they are at once more, or nothing."""
    match situation.contact.state:
        case ContactState.GREETED:
            return (_greeting(situation),)
        case ContactState.NUMBER_ASKED:
            return (_number_asked(situation),)
        case ContactState.PENDING:
            return (say(situation, "pending"),)
        case ContactState.CONSENTING:
            part = situation.contact.consent_part
            return (_consent_asked(situation, part=part, manner=Manner.REPLY),)
        case ContactState.DECLINED:
            return (say(situation, "declined"),)
        case _:
            return ()


def press(situation: Situation, given: Reply, pressed: Press) -> tuple[Event, ...] | None:
    """A button or typed word of the enrolment, by state; None if it means nothing here.

    Consent counts only once all its parts have been shown; the button of an earlier part is old."""
    match situation.contact.state, pressed:
        case ContactState.GREETED, Press.GO_ON:
            return go_on(situation, given)
        case ContactState.CONSENTING, Press.GO_ON | Press.AGREE | Press.DECLINE:
            return _consenting(situation, given, pressed)
        case _:
            return None


def _consenting(situation: Situation, given: Reply, pressed: Press) -> tuple[Event, ...]:
    part = situation.contact.consent_part
    if given.pressed is not None and given.pressed.value != part:
        return ()
    is_one_line = situation.level is not Level.OPEN or _is_school(situation)
    is_last = is_one_line or part >= len(CONSENT_PARTS) - 1
    match pressed:
        case Press.DECLINE:  # nobody has to read to the end to say no
            return consent(situation, agrees=False)
        case Press.AGREE if is_last:
            return consent(situation, agrees=True)
        case Press.GO_ON if not is_last:
            return ask_consent(situation, part=part + 1, manner=Manner.REPLY)
        case _:
            return ask_consent(situation, part=part, manner=Manner.REPLY)
