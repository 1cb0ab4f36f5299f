"""What time does to a check-in: the break after half an hour, the score after a day, the end."""

from dataclasses import replace

from flows import answers_back, conversation, judging, phrases
from flows.conversation_state import Talk
from flows.events import ButtonsGone, Event, Manner, MessageDue, Purpose
from flows.model import CheckinState, Level, MessageId
from flows.situation import Situation


def ask(situation: Situation, talk: Talk) -> tuple[Event, ...]:
    """The check-in is due: its opening goes out."""
    greeting = answers_back.part_of_day(situation)
    return conversation.open_(situation.content.messages, talk, greeting=greeting)


def remind(situation: Situation, talk: Talk) -> tuple[Event, ...]:
    """A day without any answer. Where the contact has fallen silent meanwhile, nothing is sent; nor
    after a pulse: that asks for a single tap already."""
    if talk.is_pulse or situation.level in (Level.SILENT, Level.CUT):
        return ()
    greeting = answers_back.part_of_day(situation)
    return conversation.remind(situation.content.messages, talk, greeting=greeting)


def ask_again(situation: Situation, talk: Talk) -> tuple[Event, ...]:
    """Telegram keeps a tap for 150 s only, and in an outage one may have been lost. At B nothing is
    asked again: the phone may be in other hands (safeguarding decision 1)."""
    if situation.level is not Level.OPEN or talk.level is not Level.OPEN:
        return ()
    greeting = answers_back.part_of_day(situation)
    return conversation.ask_again(situation.content.messages, talk, greeting=greeting)


def ask_safety_again(situation: Situation) -> tuple[Event, ...]:
    """The same for the one question after hard words: a lost "Tidak aman" is the worst loss. On the
    phone stands a line that anybody may read, and the question behind its button."""
    if situation.level is not Level.OPEN or not situation.is_safety_asked:
        return ()
    message = phrases.say(situation.content.messages, "safety_again")
    return (MessageDue(message=message, manner=Manner.UNPROMPTED, purpose=Purpose.QUESTION),)


def idle(situation: Situation, talk: Talk, cause: MessageId) -> tuple[Event, ...]:
    """Half an hour after the last answer: a break, or the end where only the open line was left."""
    events = conversation.pause(situation.content.messages, talk)
    if not talk.is_all_asked:
        return events
    judged = judging.judge_answers(situation, talk, cause, is_closed=True)
    thanks = answers_back.thanks(situation, talk, judged, is_typed=False)
    return (*events, *judged, replace(thanks, manner=Manner.QUIET_EDIT))


def half_done(situation: Situation, talk: Talk, cause: MessageId) -> tuple[Event, ...]:
    """A day after the first answer: what is there is scored, and the check-in stays open."""
    return judging.judge_answers(situation, talk, cause, is_closed=True)


def settle(situation: Situation, talk: Talk, cause: MessageId) -> tuple[Event, ...]:
    """Staff have asked the same by phone or face to face, so nobody has to answer here any more.
    Begun: what is there is scored, as at the end of its time. Never begun: it is taken back, and
    the words that stand there then are those of a check-in that has expired."""
    events = expire(situation, talk, cause, next_day=None)
    if talk.answers:
        return events
    return (conversation.moved(replace(talk, state=CheckinState.CANCELLED)), *events[1:])


def expire(
    situation: Situation, talk: Talk, cause: MessageId, *, next_day: str | None
) -> tuple[Event, ...]:
    """Five days are over. Begun: scored, thanks, keyboard gone. Never begun: at A a kind word with
    the day of the next one (`next_day`), at B, of a school, or where none follows, the door to a
    human only."""
    events = conversation.expire(talk)
    if talk.is_pulse:  # it has been seen or not; either way there is nothing to say
        return (*events, ButtonsGone(checkin=talk.id))
    if talk.answers:
        judged = judging.judge_answers(situation, talk, cause, is_closed=True)
        thanks = answers_back.thanks(situation, talk, judged, is_typed=False)
        return (*events, *judged, replace(thanks, manner=Manner.QUIET_EDIT))
    is_open = situation.level is Level.OPEN and not talk.is_school
    if is_open and next_day is not None:
        message = phrases.say(situation.content.messages, "missed", {"hari": next_day})
        manner, moves = Manner.UNPROMPTED, False
    else:
        name = "help" if is_open else "everything"
        message = phrases.say(situation.content.messages, name)
        manner, moves = Manner.QUIET_EDIT, True
    due = MessageDue(
        message=message, manner=manner, purpose=Purpose.ANSWER, checkin=talk.id, moves=moves
    )
    return (*events, due)
