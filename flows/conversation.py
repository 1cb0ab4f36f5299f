"""Advance one check-in by one reply: branch, back, skip, edit, break, resume, expire.

Every function takes the talk as it stands and returns the events that follow; none changes it.
A reply that does not fit the question being asked gives no events but the question again, so that
an old button can never corrupt a check-in.
"""

from dataclasses import replace
from datetime import datetime

from flows import phrases
from flows.conversation_state import OPEN_LINE, Talk
from flows.definition import Messages, Press
from flows.events import (
    AnswerGiven,
    CheckinMoved,
    Event,
    Manner,
    Message,
    MessageDue,
    Purpose,
)
from flows.forms import Choice
from flows.model import CheckinState, Level
from flows.scoring import counted


def press(
    messages: Messages, talk: Talk, pressed: Press, *, item: str | None, value: int | None,
    words: str | None = None,
) -> tuple[Event, ...]:  # fmt: skip
    """A button of this check-in, or a typed word that equals it (then `words` are as typed)."""
    typed = words is not None
    match pressed:
        case Press.START if talk.state is CheckinState.ASKED and not talk.is_pulse:
            return _enter(messages, talk, (talk.asked_items[0].id,), typed=typed)
        case Press.RESUME | Press.START if talk.state is CheckinState.PAUSED:
            return _enter(messages, _behind_break(talk), talk.path, typed=typed)
        case Press.SKIP if item is not None and item == talk.answerable:
            return answer(messages, talk, None, words=words)
        case Press.CHOOSE if item is not None and item == talk.answerable:
            if _chosen(talk, item, value) is not None:
                return answer(messages, talk, value, words=words)
        case Press.BACK if item is not None and item == talk.asked and talk.may_go_back:
            return _enter(messages, talk, talk.path[:-1], typed=typed)
        case Press.FINISH if talk.asked == OPEN_LINE:
            return finish(talk)
        case _:
            pass
    return show_again(messages, talk, as_new=typed)


def answer(
    messages: Messages, talk: Talk, value: int | None, *, words: str | None
) -> tuple[Event, ...]:
    """The question being asked is answered: keep it, and go on. `value` None is "Tidak tahu"."""
    item, asked = talk.answerable, _behind_break(talk)
    if item is None:
        raise LookupError(f"nothing is asked in {talk.id}")
    given = AnswerGiven(item=item, value=value, words=words, checkin=talk.id)
    if talk.is_pulse:
        return (given, moved(replace(talk, state=CheckinState.PULSED)))
    following = _following(asked, item, value)
    if following is None:
        return (given, *finish(asked))
    return (given, *_enter(messages, asked, (*asked.path, following), typed=words is not None))


def finish(talk: Talk) -> tuple[Event, ...]:
    """Done. The words of thanks depend on alerts and are added by `intake`."""
    return (moved(replace(talk, state=CheckinState.FINISHED)),)


def cut_short(talk: Talk, events: tuple[Event, ...]) -> tuple[Event, ...]:
    """The phone may not show this check-in any more: what was answered counts, nothing follows."""
    given = tuple(event for event in events if isinstance(event, AnswerGiven))
    state = CheckinState.FINISHED if given or talk.answers else CheckinState.CANCELLED
    return (*given, moved(replace(talk, state=state)))


def show_again(messages: Messages, talk: Talk, *, as_new: bool = False) -> tuple[MessageDue, ...]:
    """The same screen once more and nothing else; before the first question there is none."""
    if talk.asked is None:
        return ()
    shown = phrases.pulse if talk.is_pulse else phrases.screen
    return (_shown(talk, shown(messages, talk), moves=not as_new),)


def put_off(
    messages: Messages, talk: Talk, *, due_at: datetime, level: Level, typed: bool
) -> tuple[Event, ...]:
    """Nanti: asked again once, at `due_at`. A second time the opening just stays."""
    if talk.state is not CheckinState.ASKED or talk.is_put_off or talk.is_pulse:
        return ()
    said = phrases.say(messages, "later" if level is Level.OPEN else "later_b")
    waiting = replace(talk, state=CheckinState.DUE, is_put_off=True)
    return (moved(waiting, due_at=due_at), _shown(talk, said, moves=not typed))


def open_(messages: Messages, talk: Talk, *, greeting: str) -> tuple[Event, ...]:
    """The opening goes out: the one message that will move from item to item."""
    asked = replace(talk, state=CheckinState.ASKED)
    message = phrases.opening(messages, talk, greeting=greeting)
    return (moved(asked), _shown(talk, message, moves=False, manner=Manner.UNPROMPTED))


def remind(messages: Messages, talk: Talk, *, greeting: str) -> tuple[Event, ...]:
    """One silent reminder; a family can answer it by a single tap."""
    message = phrases.reminder(messages, talk, greeting=greeting)
    return (_shown(talk, message, moves=False, manner=Manner.UNPROMPTED),)


def ask_again(messages: Messages, talk: Talk, *, greeting: str) -> tuple[MessageDue, ...]:
    """The check-in once more and below everything: a tap on it may have been lost. Nobody has
    asked for this message, so a question that was open stands behind a button, as after a break.
    Where only the open line is left nothing has to be tapped."""
    again = phrases.say(messages, "again").text
    match talk.state:
        case CheckinState.ASKED if talk.is_reminded:
            shown = phrases.reminder(messages, talk, greeting=greeting)
            text = f"{shown.text}\n\n{again}"
        case CheckinState.ASKED:
            shown = phrases.opening(messages, talk, greeting=greeting)
            text = f"{shown.text}\n\n{again}"
        case CheckinState.PAUSED | CheckinState.OPEN if not talk.is_all_asked:
            shown = phrases.say(messages, "resume", checkin=talk.id)
            text = f"{again}\n\n{shown.text}"
        case _:
            return ()
    return (_shown(talk, replace(shown, text=text), moves=False, manner=Manner.AGAIN),)


def pulse(messages: Messages, talk: Talk, value: int, *, words: str | None) -> tuple[Event, ...]:
    """Baik (0) or Kurang baik (1) on the reminder: kept, and the check-in ends unscored."""
    given = AnswerGiven(item="pulse", value=value, words=words, checkin=talk.id)
    return (given, moved(replace(talk, state=CheckinState.PULSED)))


def pause(messages: Messages, talk: Talk) -> tuple[Event, ...]:
    """Idle for half an hour: the question leaves the phone. Where only the open line was left,
    everything has been answered and the check-in is simply done."""
    if talk.is_all_asked:
        return finish(talk)
    paused = replace(talk, state=CheckinState.PAUSED)
    message = phrases.say(messages, "resume", checkin=talk.id)
    return (moved(paused), _shown(talk, message, moves=True, manner=Manner.QUIET_EDIT))


def expire(talk: Talk) -> tuple[Event, ...]:
    """Five days are over; what is said then is decided by `intake`."""
    return (moved(replace(talk, state=CheckinState.EXPIRED)),)


def moved(talk: Talk, *, due_at: datetime | None = None) -> CheckinMoved:
    """The talk as a row to write."""
    return CheckinMoved(
        checkin=talk.id,
        state=talk.state,
        path=talk.path,
        floor=talk.floor,
        is_put_off=talk.is_put_off,
        due_at=due_at,
    )


def _enter(
    messages: Messages, talk: Talk, path: tuple[str, ...], *, typed: bool
) -> tuple[Event, ...]:
    """Ask the last item of `path`. After typed words it comes as a new message, below them."""
    entered = replace(talk, state=CheckinState.OPEN, path=path)
    return (
        moved(entered),
        _shown(entered, phrases.screen(messages, entered), moves=not typed),
    )


def _behind_break(talk: Talk) -> Talk:
    """Nobody goes back past a break: another hand may hold the phone by now."""
    if talk.state is not CheckinState.PAUSED:
        return talk
    return replace(talk, floor=len(talk.path) - 1)


def _chosen(talk: Talk, item: str, value: int | None) -> Choice | None:
    choices = talk.checkin.item(item).choices
    return next((choice for choice in choices if choice.value == value), None)


def _following(talk: Talk, answered: str, value: int | None) -> str | None:
    """The next place: the branch of the choice, the next item that may be asked, whose turn it is
    today, the open line, or the end."""
    chosen = _chosen(talk, answered, value)
    if chosen is not None and chosen.then is not None and chosen.then not in talk.left_out:
        return chosen.then
    values = counted(talk.answers)
    if value is not None:  # a lowered answer changes nothing, here neither
        values[answered] = max(value, values.get(answered, value))
    order = [item.id for item in talk.order]
    last = max((order.index(item) for item in talk.path if item in order), default=-1)
    for item in talk.order[last + 1 :]:
        if talk.lets_ask(item, values):
            return item.id
    return OPEN_LINE if talk.checkin.open_line else None


def _shown(
    talk: Talk, message: Message, *, moves: bool, manner: Manner = Manner.REPLY
) -> MessageDue:
    return MessageDue(
        message=phrases.one_a_row(message) if talk.reads_little else message,
        manner=manner,
        purpose=Purpose.QUESTION,
        checkin=talk.id,
        moves=moves,
    )
