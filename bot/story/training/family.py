"""A family at its phone: what it does with what it sees, as its life has it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from bot.story.training.deeds import Deed
from bot.story.training.deliveries import Shown
from bot.story.training.errors import WrongRehearsal
from bot.story.training.lives import Care, Life, Turn
from flows.definition import Press
from storage.outbox import Key

READS = timedelta(seconds=30)  # something new, before the tap
ANSWERS = timedelta(seconds=7)
REPLIES = timedelta(minutes=4)
REMINDED = timedelta(hours=24)


class Family:
    """`person` is the phone's owner in the emulator."""

    def __init__(self, life: Life, person: int) -> None:
        self.life = life
        self.person = person
        self.turns_left = list(life.turns)
        self._turn: Turn | None = None
        self._given: list[str] = []
        self._lowered: set[str] = set()
        self._has_added = self._has_called = False
        self._ways: tuple[tuple[Press, Callable[[Shown, datetime], Iterator[Deed]]], ...] = (
            (Press.GO_ON, self._goes_on),
            (Press.AGREE, self._agrees),
            (Press.START, self._is_asked),
            (Press.CHOOSE, self._answers),
            (Press.FINISH, self._finishes),
            (Press.PULSE_GOOD, self._is_reminded),
            (Press.SAFE, self._says_if_safe),
            (Press.MORNING, self._chooses_slot),
            (Press.CALL_ME, self._asks_for_call),
        )

    @property
    def care(self) -> Care:
        """What staff make of what comes of the latest check-in."""
        return Care() if self._turn is None else self._turn.care

    def sees(self, shown: Shown, now: datetime) -> Iterator[Deed]:
        """What it is going to do about this message; often nothing."""
        there = {key.act.get("press") for key in shown.keys}
        if {Press.CHOOSE, Press.CALL_ME} <= there:
            return self._feels(shown, now)
        way = next((way for press, way in self._ways if press in there), None)
        return iter(()) if way is None else way(shown, now)

    def _goes_on(self, shown: Shown, now: datetime) -> Iterator[Deed]:
        yield self._tap(shown, Press.GO_ON, now + READS)

    def _agrees(self, shown: Shown, now: datetime) -> Iterator[Deed]:
        yield self._tap(shown, Press.AGREE, now + READS)

    def _is_asked(self, shown: Shown, now: datetime) -> Iterator[Deed]:
        """A new check-in: the next turn begins."""
        if not self.turns_left:
            raise WrongRehearsal(f"{self.life.code}: one check-in more than is written at {now}")
        turn = self._turn = self.turns_left.pop(0)
        self._given, self._lowered = [], set()
        self._has_added = self._has_called = False
        if turn.answers and turn.after < REMINDED:
            yield self._tap(shown, Press.START, now + turn.after)
        elif turn.answers:  # the reminder has taken the button away; the word still counts
            label = _key(shown, Press.START).label
            yield Deed(at=now + turn.after, person=self.person, text=label)
        for written in turn.writes:
            yield Deed(at=now + written.after, person=self.person, text=written.text)

    def _feels(self, shown: Shown, now: datetime) -> Iterator[Deed]:
        """A pulse between two check-ins: one tap, unless the family has fallen silent."""
        if self._turn is not None and (self._turn.answers or self._turn.pulse is not None):
            yield self._tap(shown, Press.CHOOSE, now + REPLIES, value=0)

    def _answers(self, shown: Shown, now: datetime) -> Iterator[Deed]:
        turn, item = self._now(), str(_key(shown, Press.CHOOSE).act["item"])
        last = self._given[-1] if self._given else None
        if item == turn.stops_at:
            return
        if last in turn.lowers and last not in self._lowered and item != last:
            yield self._tap(shown, Press.BACK, now + ANSWERS)
            return
        if item in self._given and item in turn.lowers:
            self._lowered.add(item)
            value: int | None = turn.lowers[item]
        else:
            self._given.append(item)
            value = turn.answers.get(item)  # an item that takes turns is skipped
        press = Press.SKIP if value is None else Press.CHOOSE
        yield self._tap(shown, press, now + ANSWERS, value=value)

    def _finishes(self, shown: Shown, now: datetime) -> Iterator[Deed]:
        adds = self._now().adds
        if adds is None or self._has_added:
            yield self._tap(shown, Press.FINISH, now + ANSWERS)
            return
        self._has_added = True
        yield Deed(at=now + READS, person=self.person, text=adds)

    def _is_reminded(self, shown: Shown, now: datetime) -> Iterator[Deed]:
        pulse = self._now().pulse
        if pulse is not None:
            yield self._tap(shown, pulse, now + REPLIES)

    def _says_if_safe(self, shown: Shown, now: datetime) -> Iterator[Deed]:
        safe = self._now().safe
        if safe is not None:
            yield self._tap(shown, safe, now + READS)

    def _asks_for_call(self, shown: Shown, now: datetime) -> Iterator[Deed]:
        if self._turn is not None and self._turn.calls is not None and not self._has_called:
            self._has_called = True
            yield self._tap(shown, Press.CALL_ME, now + READS)

    def _chooses_slot(self, shown: Shown, now: datetime) -> Iterator[Deed]:
        calls = self._now().calls
        if calls is not None:
            yield self._tap(shown, calls, now + READS)

    def _now(self) -> Turn:
        if self._turn is None:
            raise WrongRehearsal(f"{self.life.code}: asked before the first check-in")
        return self._turn

    def _tap(self, shown: Shown, press: Press, at: datetime, *, value: int | None = None) -> Deed:
        key = _key(shown, press, value)
        return Deed(at=at, person=self.person, message=shown.message, label=key.label)


def _key(shown: Shown, press: Press, value: int | None = None) -> Key:
    """The button of this kind, and of this value where one is given."""
    for key in shown.keys:
        if key.act.get("press") == press and value in (None, key.act.get("value")):
            return key
    raise WrongRehearsal(f"no button {press} {value} under {shown.row}")
