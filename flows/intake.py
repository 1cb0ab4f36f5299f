"""One reply in, all events out: signs first, then conversation, score, rules.

Whatever a person writes is kept and screened, in or out of a check-in, also after STOP; only then is it read as an answer or a command. The order of the events is the order of the rows.
"""

from dataclasses import replace

from flows import alerting, answers_back, commands, conversation, enrolment, judging
from flows.conversation_state import OPEN_LINE, Talk
from flows.definition import Choice, Press
from flows.events import (
    AnswerGiven,
    CheckinMoved,
    Event,
    MessageDue,
    Spoke,
)
from flows.model import AlertKind, CheckinState, ContactState, Level, Urgency
from flows.situation import Reply, Situation
from flows.wording import normalise, typed_choice, typed_presses

SILENT_STATES = (ContactState.WRONG_PERSON, ContactState.REJECTED)


def receive(situation: Situation, reply: Reply) -> tuple[Event, ...]:
    """Everything that follows from one act of a known contact."""
    if reply.edits is not None:
        return _corrected(situation, reply)
    if situation.level in (Level.SILENT, Level.CUT) or situation.contact.state in SILENT_STATES:
        return _kept(situation, reply)
    if reply.pressed is not None:
        return _pressed(situation, reply)
    if reply.number_matches is not None:
        return _number(situation, reply)
    cleared = answers_back.cleared(situation, reply)
    if reply.media is not None:
        return (*_media(situation, reply), *cleared)
    return (*_typed(situation, reply), *cleared)


def _pressed(situation: Situation, reply: Reply) -> tuple[Event, ...]:
    """A tap. What no longer fits shows the question again and changes nothing."""
    assert reply.pressed is not None
    pressed, talk = reply.pressed, situation.talk
    if situation.contact.state is ContactState.ACTIVE and pressed.checkin is not None:
        if talk is None or talk.id != pressed.checkin:
            return ()
        return in_checkin(
            situation, talk, reply, pressed.press, item=pressed.item, value=pressed.value
        )
    return commands.press(situation, reply, pressed.press) or ()


def _typed(situation: Situation, reply: Reply) -> tuple[Event, ...]:
    """Words: the duress word, a command, an answer, or free text, in this order."""
    text = reply.text or ""
    if _is_duress(situation, text):
        return commands.duress(situation, reply)
    for press in typed_presses(text, situation.content.messages):
        found = _as_press(situation, reply, press)
        if found is not None:
            return (*_screened(situation, reply, found), *found)
    talk = situation.talk
    if situation.contact.state is ContactState.ACTIVE and talk is not None and talk.asked:
        choice = _typed_answer(situation, talk, text)
        if choice is not None:
            answered = _answer(situation, talk, reply, choice.value)
            return (*_screened(situation, reply, answered), *answered)
    return _free_text(situation, reply)


def _screened(situation: Situation, reply: Reply, found: tuple[Event, ...]) -> tuple[Event, ...]:
    """Signs first, also in commands and answers. What is kept as an answer is not kept twice."""
    is_answer = any(isinstance(event, AnswerGiven) for event in found)
    keep = judging.Keep.ELSEWHERE if is_answer else judging.Keep.COMMAND
    return judging.judge_words(situation, reply, keep=keep)


def _as_press(situation: Situation, reply: Reply, press: Press) -> tuple[Event, ...] | None:
    """A typed word as the button it equals; None if that button makes no sense now."""
    talk = situation.talk
    is_active = situation.contact.state is ContactState.ACTIVE
    if is_active and talk is not None and _fits(talk, press):
        return in_checkin(situation, talk, reply, press, item=talk.asked, value=None)
    return commands.press(situation, reply, press)


def _fits(talk: Talk, press: Press) -> bool:
    """Would this word be a button of the check-in as it stands?"""
    match talk.state:
        case CheckinState.ASKED if talk.is_reminded and press in (
            Press.PULSE_GOOD,
            Press.PULSE_BAD,
        ):
            return True
        case CheckinState.ASKED:
            return press in (Press.START, Press.LATER)
        case CheckinState.PAUSED:
            return press is Press.RESUME
        case CheckinState.OPEN if talk.asked == OPEN_LINE:
            return press in (Press.FINISH, Press.BACK)
        case CheckinState.OPEN:
            return press in (Press.SKIP, Press.BACK)
        case _:
            return False


def in_checkin(
    situation: Situation,
    talk: Talk,
    reply: Reply,
    press: Press,
    *,
    item: str | None,
    value: int | None,
) -> tuple[Event, ...]:
    """A button of the open check-in, tapped or typed."""
    messages = situation.content.messages
    match press:
        case Press.CALL_ME:
            return commands.press(situation, reply, press) or ()
        case Press.LATER:
            due_at = commands.later_at(situation)
            return conversation.put_off(messages, talk, due_at=due_at)
        case Press.PULSE_GOOD | Press.PULSE_BAD if talk.state is CheckinState.ASKED:
            return commands.pulse(situation, talk, reply, is_good=press is Press.PULSE_GOOD)
        case _:
            events = conversation.press(
                messages, talk, press, item=item, value=value, words=reply.text
            )
            return _followed(situation, talk, reply, events)


def _answer(situation: Situation, talk: Talk, reply: Reply, value: int | None) -> tuple[Event, ...]:
    events = conversation.answer(situation.content.messages, talk, value, words=reply.text)
    return _followed(situation, talk, reply, events)


def _followed(
    situation: Situation, talk: Talk, reply: Reply, events: tuple[Event, ...]
) -> tuple[Event, ...]:
    """What an answer or an ending brings with it: rules at each answer, thanks at the end."""
    after, is_answered, is_over = talk, False, False
    for event in events:
        if isinstance(event, AnswerGiven):
            after, is_answered = judging.with_answer(after, event, reply), True
        elif isinstance(event, CheckinMoved):
            is_over = event.state is CheckinState.FINISHED
    if not is_answered and not is_over:
        return events
    judged = judging.judge_answers(situation, after, reply.id, is_closed=is_over)
    spoke = (Spoke(),) if is_answered else ()
    thanks = (commands.thanks(situation, after, judged, is_typed=reply.text is not None),)
    return (*events, *judged, *spoke, *(thanks if is_over else ()))


def _free_text(situation: Situation, reply: Reply) -> tuple[Event, ...]:
    """Neither answer nor command: kept, screened, on a list, and answered as the level allows."""
    judged = judging.judge_words(situation, reply)
    if situation.contact.state is not ContactState.ACTIVE:
        return (*judged, *commands.waiting(situation))
    return (*judged, Spoke(), *_back(situation, reply))


def _back(situation: Situation, reply: Reply) -> tuple[Event, ...]:
    talk = situation.talk
    if situation.level is not Level.OPEN:
        return (answers_back.say(situation, "everything"),)
    if judging.has_critical(reply.signs):
        return (answers_back.hard_words(situation),)
    if talk is None or talk.asked is None:
        return (answers_back.say(situation, "general"),)
    name = "noted_end" if talk.asked == OPEN_LINE else "noted"
    noted = answers_back.say(situation, name).message.text
    shown = conversation.show_again(situation.content.messages, talk, as_new=True)
    return tuple(_with_words_before(event, noted) for event in shown)


def _with_words_before(event: Event, words: str) -> Event:
    if not isinstance(event, MessageDue):
        return event
    message = replace(event.message, text=f"{words}\n\n{event.message.text}")
    return replace(event, message=message)


def _media(situation: Situation, reply: Reply) -> tuple[Event, ...]:
    """A photo, voice note or file: kept and passed on, never asked for."""
    judged = judging.judge_words(situation, reply)
    if situation.contact.state is not ContactState.ACTIVE:
        return (*judged, *commands.waiting(situation))
    if situation.level is Level.OPEN and judging.has_critical(reply.signs):
        return (*judged, Spoke(), answers_back.hard_words(situation))
    return (*judged, Spoke(), answers_back.for_level(situation, "media"))


def _number(situation: Situation, reply: Reply) -> tuple[Event, ...]:
    """A phone number shared by Telegram's own button: it must be the one on file."""
    if situation.contact.state is not ContactState.NUMBER_ASKED:
        return _media(situation, reply)
    if reply.number_matches:
        return enrolment.wait_for_worker(situation, reply)
    reason = alerting.plain(situation, "number_differs", Urgency.HIGH, reply)
    return (
        *commands.rejected(situation),
        alerting.task(situation, AlertKind.ROUTE, reason),
    )


def _corrected(situation: Situation, reply: Reply) -> tuple[Event, ...]:
    """An edited message: a new version, screened; an answer may rise by it, nothing is sent."""
    talk, text = situation.talk, reply.text or ""
    if Press.UNSAFE in typed_presses(text, situation.content.messages):
        return (*judging.judge_words(situation, reply), commands.unsafe(situation, reply))
    if reply.edits_item is None or talk is None or talk.state is not CheckinState.OPEN:
        return judging.judge_words(situation, reply)
    if reply.edits_item not in {item.id for item in talk.checkin.items}:
        return judging.judge_words(situation, reply)
    choice = typed_choice(text, talk.checkin.item(reply.edits_item), situation.content.messages)
    if choice is None:
        return judging.judge_words(situation, reply)
    given = AnswerGiven(item=reply.edits_item, value=choice.value, words=text, checkin=talk.id)
    after = judging.with_answer(talk, given, reply)
    screened = _screened(situation, reply, (given,))
    return (*screened, given, *judging.judge_answers(situation, after, reply.id, is_closed=False))


def _kept(situation: Situation, reply: Reply) -> tuple[Event, ...]:
    """Stored and screened, never answered (levels C and D, a wrong person)."""
    if reply.pressed is not None:
        return ()
    return judging.judge_words(situation, reply)


def _typed_answer(situation: Situation, talk: Talk, text: str) -> Choice | None:
    if talk.asked is None or talk.asked == OPEN_LINE:
        return None
    return typed_choice(text, talk.checkin.item(talk.asked), situation.content.messages)


def _is_duress(situation: Situation, text: str) -> bool:
    word = situation.contact.duress_word
    return word is not None and normalise(text) == normalise(word)
