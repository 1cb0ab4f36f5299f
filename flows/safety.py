"""The one safety question and its answers: what they raise, and what is read back."""

from flows import alerting, answers_back, enrolment, judging
from flows.alerting import plain
from flows.answers_back import for_level
from flows.definition import Press
from flows.events import AlertFound, AnswerGiven, Event, MessageDue, Spoke
from flows.model import AlertKind, AlertState, ContactState, Level, Urgency
from flows.safety_answer import SafetyAnswer, read_safety
from flows.situation import Reply, Situation

SAFETY = {Press.SAFE: 0, Press.UNCERTAIN: 1, Press.UNSAFE: 2}

NOT_MET = (ContactState.GREETED, ContactState.NUMBER_ASKED, ContactState.PENDING)
"""Nobody has said yet that this is the right person."""

CONFIRMED = (ContactState.CONSENTING, ContactState.DECLINED)
"""Somebody whom the worker knows by now, with or without consent."""


def is_safety_open(situation: Situation) -> bool:
    """Does the safety question stand on this phone? At B it was never asked."""
    is_met = situation.contact.state not in NOT_MET
    return situation.is_safety_asked and situation.level is Level.OPEN and is_met


def safety_answer(situation: Situation, text: str) -> SafetyAnswer | None:
    """What a typed text says to it, if it says anything."""
    is_asked = is_safety_open(situation)
    is_last = is_asked and situation.is_safety_last
    return read_safety(text, situation.content.messages, is_asked=is_asked, is_last=is_last)


def says_unsafe(situation: Situation, text: str) -> bool:
    """Does it say that they are not safe?"""
    found = safety_answer(situation, text)
    return found is not None and found.press is Press.UNSAFE


def safety(
    situation: Situation, reply: Reply, pressed: Press, *, words: str | None
) -> tuple[Event, ...]:
    """An answer to it; `words` where it was typed and is kept nowhere else."""
    given = AnswerGiven(item="safe_now", value=SAFETY[pressed], words=words, checkin=None)
    alert = (
        unsafe(situation, reply) if pressed is Press.UNSAFE else _calmer(situation, reply, pressed),
    )
    if situation.contact.state is ContactState.ACTIVE:
        return (given, *alert, Spoke(), _after_safety(situation, pressed))
    if may_read_hard_words(situation):
        return (given, *alert, _after_safety(situation, pressed))
    return (given, *alert, *enrolment.waiting(situation))


def may_read_hard_words(situation: Situation) -> bool:
    """At A, somebody whom the worker knows gets the reply to hard words and the numbers also before
    they have agreed: a cry is not answered with the rules of taking part."""
    is_met = situation.contact.state in (ContactState.ACTIVE, *CONFIRMED)
    return is_met and situation.level is Level.OPEN


def _after_safety(situation: Situation, pressed: Press) -> MessageDue:
    match pressed:
        case Press.UNSAFE:
            return answers_back.danger(situation)
        case Press.SAFE:
            return for_level(situation, "safe_yes")
        case _:
            return for_level(situation, "safe_unknown")


def _calmer(situation: Situation, reply: Reply, pressed: Press) -> AlertFound:
    """ "Aman" and "Belum tahu" stand beside the reasons of the alert they answer; nothing rings."""
    name = "safe_yes" if pressed is Press.SAFE else "safe_unknown"
    reason = plain(situation, name, Urgency.ATTENTION, reply)
    for known in reversed(situation.alerts):
        is_about_danger = known.kind in (AlertKind.ALERT, AlertKind.UNSURE_WORDS)
        if is_about_danger and known.state is not AlertState.CLOSED:
            return AlertFound(
                id=known.id, kind=known.kind, urgency=Urgency.ATTENTION, reasons=(reason,)
            )
    return judging.to_read(situation, reply, name)


def unsafe(situation: Situation, reply: Reply) -> AlertFound:
    """Opens a kritis, or raises the one this family already has."""
    reason = plain(situation, "unsafe", Urgency.CRITICAL, reply)
    for known in reversed(situation.alerts):
        if known.kind is AlertKind.ALERT and known.state is AlertState.OPEN:
            return AlertFound(
                id=known.id, kind=known.kind, urgency=Urgency.CRITICAL, reasons=(reason,)
            )
    return alerting.alert(situation, reply.id, (reason,), checkin=situation.open_checkin)
