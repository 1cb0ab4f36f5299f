"""Every way through a check-in, walked with the code that asks it: what `kabar check` proves.

The ways are many and most of them the same: two are told apart only by the question that is asked,
how far down the list they have come, and the answers on which a later question depends.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from flows import conversation, selection
from flows.conversation_state import OPEN_LINE, Talk
from flows.definition import Messages, Press
from flows.events import AnswerGiven, CheckinMoved, Event
from flows.forms import Checkin
from flows.model import CheckinId, CheckinState
from flows.scoring import Given, counted

MOST_PLACES = 50_000
"""More different places than this cannot be walked in a moment."""

SOME_TIME = datetime(2000, 1, 1, tzinfo=UTC)

_Place = tuple[str, int, tuple[tuple[str, int], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """`asked` are the items that somebody may be asked, `longest` the most questions in a row, the
    open line among them; `endless` is an item from which no end is reached, None if there is none.
    """

    asked: frozenset[str]
    longest: int
    endless: str | None

    @property
    def all_end(self) -> bool:
        return self.endless is None


def ways_through(checkin: Checkin, messages: Messages) -> Ways:
    """All ways, in and out of holidays, whoever has the turn."""
    found = [
        _walk(a_talk(checkin, number=number, in_school_holidays=holidays), messages)
        for number in numbers_to_try(checkin)
        for holidays in (False, True)
    ]
    return Ways(
        asked=frozenset().union(*(one.asked for one in found)),
        longest=max(one.longest for one in found),
        endless=next((one.endless for one in found if one.endless is not None), None),
    )


def numbers_to_try(checkin: Checkin) -> tuple[int, ...]:
    """The first check-in, and one for each turn."""
    if checkin.rotation is None:
        return (1,)
    start = checkin.rotation.start
    return tuple(sorted({1, *range(start, start + len(checkin.rotation.items))}))


def a_talk(
    checkin: Checkin,
    *,
    number: int = 1,
    in_school_holidays: bool = False,
    age: int = 9,
    reads_little: bool = False,
    called: str = "anak",
    code: str = "S-01",
) -> Talk:
    """The check-in as it stands when its opening is shown."""
    left_out = selection.left_out(checkin, number=number, in_school_holidays=in_school_holidays)
    return Talk(
        id=CheckinId("checkin"),
        checkin=checkin,
        level=checkin.level,
        state=CheckinState.ASKED,
        path=(),
        floor=0,
        is_put_off=False,
        is_reminded=False,
        answers=(),
        called=called,
        age=age,
        left_out=left_out,
        reads_little=reads_little,
        code=code,
    )


def after(talk: Talk, events: tuple[Event, ...]) -> Talk:
    """The check-in as it stands once these have been kept."""
    for event in events:
        match event:
            case AnswerGiven() if event.checkin == talk.id:
                given = Given(item=event.item, value=event.value, at=SOME_TIME)
                talk = replace(talk, answers=(*talk.answers, given))
            case CheckinMoved():
                talk = replace(
                    talk,
                    state=event.state,
                    path=event.path,
                    floor=event.floor,
                    is_put_off=event.is_put_off,
                )
            case _:
                pass
    return talk


def next_places(talk: Talk, messages: Messages) -> tuple[Talk, ...]:
    """Where each answer leads that may be given here, "Tidak tahu" among them."""
    if talk.is_all_asked:
        return (after(talk, conversation.finish(talk)),)
    item = talk.answerable
    if item is None:
        return (
            after(talk, conversation.press(messages, talk, Press.START, item=None, value=None)),
        )
    values: list[int | None] = [choice.value for choice in talk.checkin.item(item).choices]
    if not talk.is_pulse:
        values.append(None)
    return tuple(
        after(talk, conversation.answer(messages, talk, value, words=None)) for value in values
    )


def _walk(start: Talk, messages: Messages) -> Ways:
    """Depth first; `longest` of a place is known once all that follows is."""
    walker = _Walker(messages, frozenset(_deciders(start.checkin)))
    longest = walker.longest_from(start)
    return Ways(asked=frozenset(walker.asked), longest=longest, endless=walker.endless)


def _deciders(checkin: Checkin) -> set[str]:
    return {item.only_if.item for item in checkin.items if item.only_if is not None}


class _Walker:
    def __init__(self, messages: Messages, deciders: frozenset[str]) -> None:
        self._messages = messages
        self._deciders = deciders
        self._known: dict[_Place, int] = {}
        self.asked: set[str] = set()
        self.endless: str | None = None

    def longest_from(self, talk: Talk) -> int:
        """Questions from here to the end."""
        if not talk.state.is_open or self.endless is not None:
            return 0
        place = self._place(talk)
        if place in self._known:
            return self._known[place]
        if len(talk.path) > len(talk.checkin.items) + 1 or len(self._known) > MOST_PLACES:
            self.endless = talk.path[-1]
            return 0
        is_question = talk.asked is not None
        if talk.asked is not None and talk.asked != OPEN_LINE:
            self.asked.add(talk.asked)
        further = max(self.longest_from(one) for one in next_places(talk, self._messages))
        self._known[place] = further + is_question
        return self._known[place]

    def _place(self, talk: Talk) -> _Place:
        order = [item.id for item in talk.order]
        reached = max((order.index(item) for item in talk.path if item in order), default=-1)
        values = counted(talk.answers)
        decisive = tuple(sorted((k, v) for k, v in values.items() if k in self._deciders))
        return (talk.path[-1] if talk.path else "", reached, decisive)
