"""One reply in, all events out: signs first, then conversation, score, rules.

Whatever a person writes is kept and screened, in or out of a check-in, also after STOP; only then
is it read as an answer or a command. The order of the events is the order of the rows.
"""

from flows import (
    alerting,
    answers_back,
    commands,
    conversation,
    enrolment,
    free_text,
    judging,
    safety,
)
from flows.conversation_state import OPEN_LINE, Talk
from flows.definition import Press
from flows.events import (
    AnswerGiven,
    CheckinMoved,
    Event,
    MessageDue,
    PhoneHidden,
    Spoke,
    TypedDeleted,
)
from flows.forms import Choice
from flows.judging import Keep
from flows.model import AlertKind, CheckinState, ContactState, Level, Urgency
from flows.safety_answer import SafetyAnswer
from flows.situation import Reply, Situation
from flows.wording import typed_choice, typed_presses

OVER = (CheckinState.FINISHED, CheckinState.CANCELLED)


def receive(situation: Situation, reply: Reply) -> tuple[Event, ...]:
    """Everything that follows from one act of a known contact.

    At C and D, and for a wrong person, it is judged like everybody's; only no word goes back."""
    events = _decided(situation, reply)
    if _is_silent(situation):
        return tuple(event for event in events if not isinstance(event, MessageDue))
    return (*events, *_cleared(situation, reply, events))


def _is_silent(situation: Situation) -> bool:
    is_level = situation.level in (Level.SILENT, Level.CUT)
    return is_level or situation.contact.state in commands.GONE


def _decided(situation: Situation, reply: Reply) -> tuple[Event, ...]:
    if reply.edits is not None:
        return _corrected(situation, reply)
    if reply.pressed is not None:
        return _pressed(situation, reply)
    if reply.number_matches is not None and situation.contact.state is ContactState.NUMBER_ASKED:
        return _number(situation, reply)
    if reply.text is None or reply.media is not None:
        return free_text.media(situation, reply)
    return _typed(situation, reply, reply.text)


def _cleared(situation: Situation, reply: Reply, events: tuple[Event, ...]) -> tuple[Event, ...]:
    """At B what was written leaves the phone once it is stored; CUKUP sees to that itself."""
    if situation.level is not Level.DISCREET or reply.pressed is not None:
        return ()
    is_hidden = any(isinstance(event, PhoneHidden) for event in events)
    return () if is_hidden else (TypedDeleted(),)


def _pressed(situation: Situation, reply: Reply) -> tuple[Event, ...]:
    """A tap. What no longer fits shows the question again and changes nothing; the wish for a call
    counts under whatever message it stands."""
    assert reply.pressed is not None
    pressed, talk = reply.pressed, situation.talk
    is_of_checkin = pressed.checkin is not None and pressed.press is not Press.CALL_ME
    if situation.contact.state is not ContactState.ACTIVE or not is_of_checkin:
        return commands.press(situation, reply, pressed.press) or ()
    if talk is None or talk.id != pressed.checkin:
        return ()
    return _in_checkin(
        situation, talk, reply, pressed.press, item=pressed.item, value=pressed.value
    )


def _typed(situation: Situation, reply: Reply, text: str) -> tuple[Event, ...]:
    """Words: the duress word, how safe it is, a command, an answer, or free text, in this order."""
    if free_text.is_duress(situation, text):
        kept = commands.duress(situation, reply, keep=Keep.COMMAND)
        return (*kept, *free_text.answered(situation, is_hard=False))
    said = safety.safety_answer(situation, text)
    if said is not None:
        return _safety_answered(situation, reply, said)
    for press in typed_presses(text, situation.content.messages):
        found = _as_press(situation, reply, press)
        if found is not None:
            return (*_screened(situation, reply, found), *found)
    talk = situation.talk
    if situation.contact.state is ContactState.ACTIVE and talk is not None:
        choice = _typed_answer(situation, talk, text)
        if choice is not None:
            answered = _answer(situation, talk, reply, choice.value)
            return (*_screened(situation, reply, answered), *answered)
    return free_text.free_text(situation, reply)


def _safety_answered(situation: Situation, reply: Reply, answer: SafetyAnswer) -> tuple[Event, ...]:
    """What says more than the answer is read by a human too."""
    words = reply.text if answer.is_whole else None
    found = safety.safety(situation, reply, answer.press, words=words)
    if answer.is_whole:
        return (*_screened(situation, reply, found), *found)
    return (*judging.judge_words(situation, reply), *found)


def _screened(situation: Situation, reply: Reply, found: tuple[Event, ...]) -> tuple[Event, ...]:
    """Signs first, also in commands and answers. What is kept as an answer is not kept twice;
    a command that nobody answers is for staff to read."""
    if any(isinstance(event, AnswerGiven) for event in found):
        return judging.judge_words(situation, reply, keep=Keep.ELSEWHERE)
    keep = Keep.TO_READ if _is_silent(situation) else Keep.COMMAND
    return judging.judge_words(situation, reply, keep=keep)


def _as_press(situation: Situation, reply: Reply, press: Press) -> tuple[Event, ...] | None:
    """A typed word as the button it equals; None if that button makes no sense now."""
    talk = situation.talk
    is_active = situation.contact.state is ContactState.ACTIVE
    if is_active and talk is not None and _fits(talk, press):
        return _in_checkin(situation, talk, reply, press, item=talk.asked, value=None)
    return commands.press(situation, reply, press)


def _fits(talk: Talk, press: Press) -> bool:
    """Would this word be a button of the check-in as it stands? A pulse has none but answers."""
    match talk.state:
        case CheckinState.ASKED if talk.is_pulse:
            return False
        case CheckinState.ASKED if press in (Press.PULSE_GOOD, Press.PULSE_BAD):
            return talk.is_reminded and not talk.is_school
        case CheckinState.ASKED:
            return press is Press.START or (press is Press.LATER and not talk.is_put_off)
        case CheckinState.PAUSED:
            return press in (Press.RESUME, Press.START)
        case CheckinState.OPEN if talk.asked == OPEN_LINE:
            return press in (Press.FINISH, Press.BACK)
        case _:
            return talk.asked is not None and press in (Press.SKIP, Press.BACK)


def _in_checkin(
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
        case Press.LATER:
            due_at, typed = commands.later_at(situation), reply.text is not None
            return conversation.put_off(
                messages, talk, due_at=due_at, level=situation.level, typed=typed
            )
        case Press.PULSE_GOOD | Press.PULSE_BAD if _is_pulse_awaited(talk):
            return commands.pulse(situation, talk, reply, is_good=press is Press.PULSE_GOOD)
        case _:
            events = conversation.press(
                messages, talk, press, item=item, value=value, words=reply.text
            )
            return _followed(situation, talk, reply, events)


def _is_pulse_awaited(talk: Talk) -> bool:
    """A school is never asked how it goes, also where an old reminder did."""
    return talk.state is CheckinState.ASKED and not talk.is_school


def _answer(situation: Situation, talk: Talk, reply: Reply, value: int) -> tuple[Event, ...]:
    events = conversation.answer(situation.content.messages, talk, value, words=reply.text)
    return _followed(situation, talk, reply, events)


def _followed(
    situation: Situation, talk: Talk, reply: Reply, events: tuple[Event, ...]
) -> tuple[Event, ...]:
    """What an answer or an ending brings with it: rules at each answer, thanks at the end."""
    if talk.is_pulse:
        return commands.answered_pulse(situation, talk, reply, events)
    if talk.level is Level.OPEN and situation.level is Level.DISCREET:
        # The level fell while it was open: the questions of A may not be shown any more.
        events = conversation.cut_short(talk, events)
    given = [event for event in events if isinstance(event, AnswerGiven)]
    is_over = any(isinstance(event, CheckinMoved) and event.state in OVER for event in events)
    if not given and not is_over:
        return events
    after = talk
    for one in given:
        after = judging.with_answer(after, one, reply)
    judged = judging.judge_answers(situation, after, reply.id, is_closed=is_over)
    spoke = (Spoke(),) if given else ()
    if not is_over:
        is_new = not answers_back.promises(talk) and answers_back.promises(after)
        shown = _told_when(situation, events) if is_new else events
        return (*shown, *judged, *spoke)
    thanks = answers_back.thanks(situation, after, judged, is_typed=reply.text is not None)
    return (*events, *judged, *spoke, thanks)


def _told_when(situation: Situation, events: tuple[Event, ...]) -> tuple[Event, ...]:
    """Above what comes next, when somebody can call."""
    if situation.level is not Level.OPEN:
        return events
    words = answers_back.soon(situation)
    return tuple(
        free_text.with_words(event, words, instead=False)
        if isinstance(event, MessageDue)
        else event
        for event in events
    )


def _number(situation: Situation, reply: Reply) -> tuple[Event, ...]:
    """A phone number shared by Telegram's own button: it must be the one on file."""
    if reply.number_matches:
        return enrolment.wait_for_worker(situation, reply)
    reason = alerting.plain(situation, "number_differs", Urgency.HIGH, reply)
    return (
        *commands.rejected(situation),
        alerting.task(situation, AlertKind.ROUTE, reason),
    )


def _corrected(situation: Situation, reply: Reply) -> tuple[Event, ...]:
    """An edited message: a new version, screened; an answer may rise by it, nothing is sent."""
    text, talk = reply.text or "", situation.talk
    if free_text.is_duress(situation, text):
        return commands.duress(situation, reply, keep=Keep.TO_READ)
    if safety.says_unsafe(situation, text):
        return (*judging.judge_words(situation, reply), safety.unsafe(situation, reply))
    choice = None if talk is None else _corrected_answer(situation, talk, reply)
    if talk is None or choice is None:
        return judging.judge_words(situation, reply)
    item = reply.edits_item or ""
    given = AnswerGiven(item=item, value=choice.value, words=text, checkin=talk.id)
    after = judging.with_answer(talk, given, reply)
    is_closed = not talk.state.is_open
    judged = judging.judge_answers(situation, after, reply.id, is_closed=is_closed)
    return (*_screened(situation, reply, (given,)), given, *judged)


def _corrected_answer(situation: Situation, talk: Talk, reply: Reply) -> Choice | None:
    if reply.edits_item not in {item.id for item in talk.checkin.items}:
        return None
    item = talk.checkin.item(reply.edits_item)
    return typed_choice(reply.text or "", item, situation.content.messages)


def _typed_answer(situation: Situation, talk: Talk, text: str) -> Choice | None:
    if talk.asked is None or talk.asked == OPEN_LINE:
        return None
    return typed_choice(text, talk.checkin.item(talk.asked), situation.content.messages)
