"""What a family may ask for at any time: STOP, CUKUP, Bantuan, Telepon saya, "Tidak aman"."""

from datetime import datetime

from flows import alerting, answers_back, conversation, enrolment, judging, phrases
from flows.alerting import plain, task
from flows.answers_back import for_level, say
from flows.conversation_state import Talk
from flows.definition import Press
from flows.events import (
    AlertFound,
    AnswerGiven,
    ContactMoved,
    Event,
    Manner,
    MessageClosed,
    MessageDue,
    PhoneHidden,
    Purpose,
    SendsStopped,
    Spoke,
)
from flows.model import AlertKind, AlertState, ContactState, Level, Urgency
from flows.programme import later_at as next_asking
from flows.programme import local
from flows.programme import slot_day
from flows.situation import Reply, Situation

SLOTS = (Press.MORNING, Press.NOON, Press.AFTERNOON)
SAFETY = {Press.SAFE: 0, Press.UNCERTAIN: 1, Press.UNSAFE: 2}
ENDED = (ContactState.STOPPED, ContactState.BLOCKED)


def press(situation: Situation, reply: Reply, pressed: Press) -> tuple[Event, ...] | None:
    """What the button or word does outside a check-in; None if it means nothing here."""
    if pressed is Press.CLOSE:
        return (MessageClosed(),)
    state = situation.contact.state
    if state in ENDED:
        return _after_the_end(situation, reply, pressed)
    if pressed in (Press.STOP, Press.WRONG_PERSON):
        return _stop(situation, reply, pressed)
    if state is not ContactState.ACTIVE:
        return enrolment.press(situation, reply, pressed)
    if pressed in SLOTS or pressed is Press.NOT_NOW:
        return _slot(situation, reply, pressed)
    if pressed in SAFETY:
        return _safety(situation, reply, pressed)
    return _any_time(situation, reply, pressed)


def _any_time(situation: Situation, reply: Reply, pressed: Press) -> tuple[Event, ...] | None:
    match pressed:
        case Press.HELP:
            return (say(situation, "help"),)
        case Press.NUMBERS:
            return (answers_back.help_numbers(situation),)
        case Press.HIDE:
            return (PhoneHidden(), say(situation, "hide"))
        case Press.CALL_ME:
            # The wish is known from here on, even if no time of day is ever chosen.
            return (judging.to_read(situation, reply, "wants_call"), say(situation, "call_when"))
        case Press.OTHER_HOUR | Press.SAME_HOUR:
            return _hour(situation, reply, pressed)
        case Press.RETURN:
            return (for_level(situation, "general"),)
        case _:
            return None


def _after_the_end(situation: Situation, reply: Reply, pressed: Press) -> tuple[Event, ...] | None:
    """After STOP only MULAI and BANTUAN are answered; nothing resumes before the worker agrees."""
    match pressed:
        case Press.HELP:
            return (say(situation, "help"),)
        case Press.NUMBERS:
            return (answers_back.help_numbers(situation),)
        case Press.RETURN | Press.START:
            reason = plain(situation, "wants_back", Urgency.HIGH, reply)
            return (task(situation, AlertKind.RETURN, reason), say(situation, "return_asked"))
        case Press.CALL_ME:
            return (judging.to_read(situation, reply, "wants_call"), say(situation, "call_when"))
        case _ if pressed in SLOTS or pressed is Press.NOT_NOW:
            return _slot(situation, reply, pressed)
        case _:
            return ()


def _stop(situation: Situation, reply: Reply, pressed: Press) -> tuple[Event, ...]:
    """STOP and Salah sambung: sends stop, a bland sentence, and a human takes another route."""
    is_stop = pressed is Press.STOP
    state = ContactState.STOPPED if is_stop else ContactState.WRONG_PERSON
    name = "stopped" if is_stop else "wrong_person"
    return (
        SendsStopped(),
        ContactMoved(state=state),
        say(situation, "stop" if is_stop else "wrong_person"),
        route_task(situation, reply, name),
    )


def unreachable(situation: Situation, reply: Reply) -> tuple[Event, ...]:
    """The bot was blocked, or the account is gone: no message, the same task."""
    return (
        SendsStopped(),
        ContactMoved(state=ContactState.BLOCKED),
        route_task(situation, reply, "blocked"),
    )


def route_task(situation: Situation, reply: Reply, name: str) -> AlertFound:
    """Reach the family by another route within 24 h and ask whether it was free."""
    urgency = Urgency.CRITICAL if situation.case.home_risk else Urgency.HIGH
    return task(situation, AlertKind.ROUTE, plain(situation, name, urgency, reply))


def rejected(situation: Situation) -> tuple[Event, ...]:
    """Not this person: the link is dead, and the answer is the strangers'."""
    return (
        SendsStopped(),
        ContactMoved(state=ContactState.REJECTED),
        say(situation, "strangers"),
    )


def duress(situation: Situation, reply: Reply) -> tuple[Event, ...]:
    """The agreed word of distress: a normal-looking reply, a silent kritis."""
    reason = plain(situation, "duress", Urgency.CRITICAL, reply)
    kept = judging.judge_words(situation, reply, keep=judging.Keep.COMMAND)
    alert = alerting.alert(situation, reply.id, (reason,), checkin=None)
    return (*kept, alert, Spoke(), for_level(situation, "general"))


def waiting(situation: Situation) -> tuple[Event, ...]:
    """What someone reads who writes before the enrolment is complete, or after its end."""
    match situation.contact.state:
        case ContactState.STOPPED | ContactState.BLOCKED:
            return ()
        case ContactState.DECLINED:
            return (say(situation, "declined"),)
        case _:
            return (say(situation, "pending"),)


def pulse(situation: Situation, talk: Talk, reply: Reply, *, is_good: bool) -> tuple[Event, ...]:
    """One tap on the reminder: counts as spoken; Kurang baik is read by staff."""
    value = 0 if is_good else 1
    events = conversation.pulse(situation.content.messages, talk, value, words=reply.text)
    answer = for_level(situation, "pulse_good" if is_good else "pulse_bad")
    to_read = () if is_good else (judging.to_read(situation, reply, "pulse_bad"),)
    return (*events, Spoke(), *to_read, answer)


def thanks(
    situation: Situation, talk: Talk, judged: tuple[Event, ...], *, is_typed: bool
) -> MessageDue:
    """The last words of a check-in: no tip after an alert, and no summary ever."""
    messages = situation.content.messages
    has_alert = any(isinstance(event, AlertFound) for event in judged) or any(
        known.kind is AlertKind.ALERT and known.checkin == talk.id for known in situation.alerts
    )
    if situation.level is not Level.OPEN:
        message = phrases.say(messages, "everything")
    elif has_alert:
        message = phrases.say(messages, "thanks_plain")
    else:
        message = phrases.say(messages, "thanks", {"tips": _tip(situation)})
    return MessageDue(
        message=message,
        manner=Manner.REPLY,
        purpose=Purpose.ANSWER,
        checkin=talk.id,
        moves=not is_typed,
    )


def later_at(situation: Situation) -> datetime:
    """When "Nanti" is asked again."""
    return next_asking(situation.now, situation.contact.hours)


def _tip(situation: Situation) -> str:
    """In fixed order by day, never chosen by answers."""
    tips = situation.content.messages.tips
    return tips[situation.now.toordinal() % len(tips)]


def _slot(situation: Situation, reply: Reply, pressed: Press) -> tuple[Event, ...]:
    """Pagi, Siang or Sore: a call with a promise; Jangan dulu: the door stays open."""
    if pressed is Press.NOT_NOW:
        return (say(situation, "call_not_now"),)
    hours, messages = situation.contact.hours, situation.content.messages
    day = slot_day(situation.now, pressed, hours)
    today = local(situation.now, hours.timezone).date()
    word = answers_back.date_word(messages, day, today=today)
    slot = messages.labels[pressed].lower()
    reason = plain(situation, "call", Urgency.HIGH, reply, hari=word, slot=slot)
    return (
        task(situation, AlertKind.CALL, reason),
        say(situation, "call_promised", hari=word, slot=slot),
    )


def _safety(situation: Situation, reply: Reply, pressed: Press) -> tuple[Event, ...] | None:
    """The one safety question. "Tidak aman" counts at any time, asked or not."""
    if pressed is not Press.UNSAFE and not situation.is_safety_asked:
        return None
    given = AnswerGiven(item="safe_now", value=SAFETY[pressed], words=reply.text, checkin=None)
    match pressed:
        case Press.UNSAFE:
            alert = unsafe(situation, reply)
            return (given, alert, Spoke(), answers_back.danger(situation))
        case Press.SAFE:
            return (given, Spoke(), for_level(situation, "safe_yes"))
        case _:
            return (given, Spoke(), for_level(situation, "safe_unknown"))


def unsafe(situation: Situation, reply: Reply) -> AlertFound:
    """Opens a kritis, or raises the one this family already has."""
    reason = plain(situation, "unsafe", Urgency.CRITICAL, reply)
    for known in reversed(situation.alerts):
        if known.kind is AlertKind.ALERT and known.state is AlertState.OPEN:
            return AlertFound(
                id=known.id, kind=known.kind, urgency=Urgency.CRITICAL, reasons=(reason,)
            )
    return alerting.alert(situation, reply.id, (reason,), checkin=None)


def _hour(situation: Situation, reply: Reply, pressed: Press) -> tuple[Event, ...]:
    if pressed is Press.SAME_HOUR:
        return (for_level(situation, "same_hour"),)
    return (judging.to_read(situation, reply, "other_hour"), for_level(situation, "other_hour"))
