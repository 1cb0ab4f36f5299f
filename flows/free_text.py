"""What is neither answer nor command: kept, screened, listed, and answered as the level allows."""

from dataclasses import replace

from flows import answers_back, commands, conversation, enrolment, judging, safety
from flows.conversation_state import OPEN_LINE
from flows.definition import Press
from flows.events import Event, MessageDue, Spoke
from flows.judging import Keep
from flows.model import ContactState, Level
from flows.situation import Reply, Situation
from flows.wording import normalise, typed_presses

IN_CAPTIONS = (Press.STOP, Press.HELP, Press.CALL_ME, Press.HIDE)
"""Words that are heard under a picture too, beside "Tidak aman"."""


def free_text(situation: Situation, reply: Reply) -> tuple[Event, ...]:
    """Neither answer nor command: kept, screened, on a list, and answered as the level allows."""
    is_hard = judging.has_critical(reply.signs)
    return (*judging.judge_words(situation, reply), *answered(situation, is_hard=is_hard))


def answered(situation: Situation, *, is_hard: bool) -> tuple[Event, ...]:
    if situation.contact.state is not ContactState.ACTIVE:
        return _waiting(situation, is_hard=is_hard)
    return (Spoke(), *_back(situation, is_hard=is_hard))


def _waiting(situation: Situation, *, is_hard: bool) -> tuple[Event, ...]:
    if is_hard and safety.may_read_hard_words(situation):
        return (answers_back.hard_words(situation),)
    return enrolment.waiting(situation)


def _back(situation: Situation, *, is_hard: bool) -> tuple[Event, ...]:
    """At B always the same; at A hard words get theirs, and the question of an open check-in comes
    once more, below the words."""
    talk = situation.talk
    if situation.level is not Level.OPEN:
        return (answers_back.say(situation, "everything"),)
    if is_hard:
        return (answers_back.hard_words(situation),)
    if talk is None or talk.asked is None:
        return (answers_back.say(situation, "general"),)
    is_end = talk.asked == OPEN_LINE
    noted = answers_back.say(situation, "noted_end" if is_end else "noted").message.text
    shown = conversation.show_again(situation.content.messages, talk, as_new=True)
    return tuple(with_words(due, noted, instead=is_end) for due in shown)


def with_words(due: MessageDue, words: str, *, instead: bool) -> MessageDue:
    text = words if instead else f"{words}\n\n{due.message.text}"
    return replace(due, message=replace(due.message, text=text))


def media(situation: Situation, reply: Reply) -> tuple[Event, ...]:
    """A photo, voice note or file: kept and passed on, never asked for. A caption may be a word
    that counts everywhere."""
    caption = reply.text or ""
    if is_duress(situation, caption):
        kept = commands.duress(situation, reply, keep=Keep.TO_READ)
        return (*kept, *_media_answered(situation, is_hard=False))
    judged = judging.judge_words(situation, reply)
    if safety.says_unsafe(situation, caption):
        return (*judged, *safety.safety(situation, reply, Press.UNSAFE, words=None))
    for press in typed_presses(caption, situation.content.messages):
        found = commands.press(situation, reply, press) if press in IN_CAPTIONS else None
        if found is not None:
            return (*judged, *found)
    is_hard = judging.has_critical(reply.signs)
    return (*judged, *_media_answered(situation, is_hard=is_hard))


def _media_answered(situation: Situation, *, is_hard: bool) -> tuple[Event, ...]:
    if situation.contact.state is not ContactState.ACTIVE:
        return _waiting(situation, is_hard=is_hard)
    if is_hard:
        return (Spoke(), answers_back.hard_words(situation))
    return (Spoke(), answers_back.for_level(situation, "media"))


def is_duress(situation: Situation, text: str) -> bool:
    """Is the whole message the agreed word? A word of marks alone would be any emoji."""
    word = normalise(situation.contact.duress_word or "")
    return bool(word) and normalise(text) == word
