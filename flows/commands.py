"""What a family may ask for at any time: STOP, CUKUP, Bantuan, Telepon saya, "Tidak aman"."""

from dataclasses import replace
from datetime import datetime

from flows import alerting, answers_back, conversation, enrolment, judging
from flows.alerting import plain, task
from flows.answers_back import for_level, say
from flows.conversation_state import Talk
from flows.definition import Press
from flows.events import (
    AlertFound,
    AnswerGiven,
    ContactMoved,
    Event,
    MessageClosed,
    MessageDue,
    PhoneHidden,
    Purpose,
    SendsStopped,
    Spoke,
)
from flows.hours import local
from flows.model import AlertKind, ContactState, Level, Urgency
from flows.programme import later_at as next_asking
from flows.programme import slot_day
from flows.safety import CONFIRMED, SAFETY, is_safety_open, safety
from flows.situation import Reply, Situation

SLOTS = (Press.MORNING, Press.NOON, Press.AFTERNOON)
CALL = (Press.CALL_ME, *SLOTS, Press.NOT_NOW)
DOOR = (Press.HELP, Press.NUMBERS, *CALL)

ENDED = (ContactState.STOPPED, ContactState.BLOCKED, ContactState.FAREWELL)
GONE = (ContactState.WRONG_PERSON, ContactState.REJECTED)


def press(situation: Situation, reply: Reply, pressed: Press) -> tuple[Event, ...] | None:
    """What the button or word does outside a check-in; None if it means nothing here."""
    state = situation.contact.state
    if pressed is Press.CLOSE:
        return (MessageClosed(),) if _is_tap(reply) else None
    if pressed in SAFETY:
        return _safety(situation, reply, pressed)
    if state in ENDED or state in GONE:
        return _after_the_end(situation, reply, pressed)
    if pressed in (Press.STOP, Press.WRONG_PERSON):
        return _stop(situation, reply, pressed)
    if pressed is Press.HIDE:
        return (PhoneHidden(), _last(situation, "hide"))
    if pressed in DOOR and (state is ContactState.ACTIVE or state in CONFIRMED):
        return _door(situation, reply, pressed)
    if state is not ContactState.ACTIVE:
        return enrolment.press(situation, reply, pressed)
    return _while_active(situation, reply, pressed)


def _is_tap(reply: Reply) -> bool:
    return reply.pressed is not None


def _while_active(situation: Situation, reply: Reply, pressed: Press) -> tuple[Event, ...] | None:
    match pressed:
        case Press.OTHER_HOUR:
            to_read = judging.to_read(situation, reply, "other_hour")
            return (to_read, for_level(situation, "other_hour"))
        case Press.SAME_HOUR:
            return (for_level(situation, "same_hour"),)
        case Press.RETURN:
            return (for_level(situation, "general"),)
        case Press.RESUME if _is_tap(reply) or _may_mean_safety(situation):
            return (_behind_the_line(situation),)
        case _:
            return None


def _may_mean_safety(situation: Situation) -> bool:
    """ "Lanjut", typed: while a check-in asks something, "terus" may be an answer to that."""
    is_asking = situation.talk is not None and situation.talk.asked is not None
    return is_safety_open(situation) and not is_asking


def _behind_the_line(situation: Situation) -> MessageDue:
    """The safety question, where it stands still and may be shown; else the door to a human. In
    the place of the line whose button was tapped."""
    if situation.level is Level.OPEN and situation.is_safety_asked:
        shown = replace(say(situation, "safety"), purpose=Purpose.QUESTION)
    else:
        shown = for_level(situation, "general")
    return replace(shown, in_place=True)


def _door(situation: Situation, reply: Reply, pressed: Press) -> tuple[Event, ...] | None:
    """The door to a human, and the help numbers."""
    match pressed:
        case Press.HELP:
            return (say(situation, "help"),)
        case Press.NUMBERS:
            return (answers_back.help_numbers(situation),)
        case _:
            return _call(situation, reply, pressed)


def _call(situation: Situation, reply: Reply, pressed: Press) -> tuple[Event, ...] | None:
    """Telepon saya, then Pagi, Siang, Sore or Jangan dulu. The wish is a task from the first tap
    on, even if no time of day is ever chosen. "Pagi" alone may be a greeting: typed, a time of day
    counts only while the family waits for a call."""
    if pressed is Press.CALL_ME:
        reason = plain(situation, "wants_call", Urgency.ATTENTION, reply)
        return (task(situation, AlertKind.CALL, reason), say(situation, "call_when"))
    if not _is_tap(reply) and not alerting.waits_for(situation, AlertKind.CALL):
        return None
    if pressed is Press.NOT_NOW:
        return (say(situation, "call_not_now"),)
    hours, messages = situation.contact.hours, situation.content.messages
    working = situation.content.urgencies.working
    zone = situation.staff_zone or hours.timezone
    day = slot_day(situation.now, pressed, hours, working, zone)
    today = local(situation.now, hours.timezone).date()
    word = answers_back.date_word(messages, day, today=today)
    slot = messages.labels[pressed].lower()
    reason = plain(situation, "call", Urgency.HIGH, reply, hari=word, slot=slot)
    return (
        task(situation, AlertKind.CALL, reason),
        say(situation, "call_promised", hari=word, slot=slot),
    )


def _after_the_end(situation: Situation, reply: Reply, pressed: Press) -> tuple[Event, ...] | None:
    """After STOP only MULAI and BANTUAN are answered, and what is tapped inside Bantuan; nothing
    resumes before the worker agrees. A wrong person is never written to again."""
    is_ended = situation.contact.state in ENDED
    match pressed:
        case Press.HELP | Press.NUMBERS if is_ended:
            return _door(situation, reply, pressed)
        case Press.RETURN if is_ended:
            reason = plain(situation, "wants_back", Urgency.HIGH, reply)
            return (task(situation, AlertKind.RETURN, reason), say(situation, "return_asked"))
        case Press.WRONG_PERSON if is_ended and _is_tap(reply):
            return _stop(situation, reply, pressed)
        case Press.HIDE:
            return (PhoneHidden(),)
        case Press.STOP:
            return ()
        case _ if pressed in CALL:
            events = _call(situation, reply, pressed)
            return events if _is_tap(reply) else _without_messages(events)
        case _:
            return () if _is_tap(reply) else None


def _without_messages(events: tuple[Event, ...] | None) -> tuple[Event, ...] | None:
    if events is None:
        return None
    return tuple(event for event in events if not isinstance(event, MessageDue))


def _stop(situation: Situation, reply: Reply, pressed: Press) -> tuple[Event, ...]:
    """STOP and Salah sambung: sends stop, a bland sentence, and a human takes another route."""
    is_stop = pressed is Press.STOP
    return (
        SendsStopped(),
        ContactMoved(state=ContactState.STOPPED if is_stop else ContactState.WRONG_PERSON),
        _last(situation, "stop" if is_stop else "wrong_person"),
        route_task(situation, reply, "stopped" if is_stop else "wrong_person"),
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
        _last(situation, "strangers"),
    )


def _last(situation: Situation, name: str) -> MessageDue:
    """A message that also takes away the button for sharing the number, where that was shown."""
    due = say(situation, name)
    is_sharing = situation.contact.state is ContactState.NUMBER_ASKED
    return replace(due, message=replace(due.message, ends_sharing=is_sharing))


def duress(situation: Situation, reply: Reply, *, keep: judging.Keep) -> tuple[Event, ...]:
    """The agreed word of distress: a silent kritis. The reply is that to any other word."""
    reason = plain(situation, "duress", Urgency.CRITICAL, reply)
    kept = judging.judge_words(situation, reply, keep=keep)
    alert = alerting.alert(situation, reply.id, (reason,), checkin=situation.open_checkin)
    return (*kept, alert)


def pulse(situation: Situation, talk: Talk, reply: Reply, *, is_good: bool) -> tuple[Event, ...]:
    """One tap on the reminder: counts as spoken; Kurang baik is read by staff."""
    value = 0 if is_good else 1
    events = conversation.pulse(situation.content.messages, talk, value, words=reply.text)
    return _pulsed(situation, talk, reply, events, is_good=is_good)


def answered_pulse(
    situation: Situation, talk: Talk, reply: Reply, events: tuple[Event, ...]
) -> tuple[Event, ...]:
    """The same on a form of one question: rules first, and what is not good is read by staff."""
    for given in events:
        if isinstance(given, AnswerGiven):
            after = judging.with_answer(talk, given, reply)
            judged = judging.judge_answers(situation, after, reply.id, is_closed=True)
            is_good = given.value == 0
            return _pulsed(situation, talk, reply, (*events, *judged), is_good=is_good)
    return events


def _pulsed(
    situation: Situation, talk: Talk, reply: Reply, events: tuple[Event, ...], *, is_good: bool
) -> tuple[Event, ...]:
    said = for_level(situation, "pulse_good" if is_good else "pulse_bad").message
    answer = answers_back.last_words(talk, said, moves=_is_tap(reply))
    to_read = () if is_good else (judging.to_read(situation, reply, "pulse_bad"),)
    return (*events, Spoke(), *to_read, answer)


def later_at(situation: Situation) -> datetime:
    """When "Nanti" is asked again."""
    return next_asking(situation.now, situation.contact.hours)


def _safety(situation: Situation, reply: Reply, pressed: Press) -> tuple[Event, ...] | None:
    """The one safety question. "Tidak aman" counts at any time and from anybody we know, asked or
    not; the other two, typed, only while the question stands."""
    if pressed is not Press.UNSAFE and not _is_tap(reply) and not is_safety_open(situation):
        return None
    words = None if reply.media is not None else reply.text  # a caption is kept with its file
    return safety(situation, reply, pressed, words=words)
