"""How an invented family answers a check-in that is on its phone: tap by tap, as real ones do."""

from datetime import datetime, timedelta

from flows import lapses
from flows.conversation_state import OPEN_LINE
from flows.definition import Press
from flows.model import CheckinState, ContactId, MessageId, Signs
from flows.rehearsal import lives
from flows.rehearsal.chance import Chance
from flows.rehearsal.household import Household
from flows.rehearsal.lives import Life
from flows.rehearsal.rates import Rates, Said
from flows.situation import Pressed, Reply

NO_SIGNS = Signs(level="none", labels=(), evidence=())
SLOWEST, QUICKEST = (4, 25), (0, 0)  # seconds from one tap to the next
TAPS = 40  # more than any check-in has
NOT_ALL = 3  # items at least, of a check-in that is left half done


class Answering:
    """One check-in being answered by one contact; `chance` is its own."""

    def __init__(
        self, house: Household, life: Life, rates: Rates, contact: ContactId, chance: Chance
    ) -> None:
        self._house, self._life, self._rates = house, life, rates
        self._contact, self._chance = contact, chance
        self._taps = 0

    def answers(self, now: datetime, *, stops: bool, adds: Said | None) -> datetime:
        """Everything to the end, or only a part where it `stops`; when the last tap was."""
        self._tap(now, Press.START)
        stop = self._chance.whole(NOT_ALL, 6, "stops") if stops else TAPS
        while (talk := self._house.talks.get(self._contact)) is not None and self._taps < TAPS:
            now += self._pause()
            asked = talk.asked
            if asked is None or len(talk.path) > stop:
                break
            if asked == OPEN_LINE:
                self._ends(now, adds)
                break
            self._answer(asked, now)
        return now

    def one_tap(self, now: datetime) -> None:
        """The pulse: a form of one question, or Baik and Kurang baik under the reminder."""
        talk = self._house.talks.get(self._contact)
        if talk is None:
            return
        is_good = self._life.trouble(now.date()) is None or self._life.is_all_zero
        if talk.is_pulse:
            self._choose(talk.checkin.items[0].id, 0 if is_good else 1, now)
        else:
            self._tap(now, Press.PULSE_GOOD if is_good else Press.PULSE_BAD)

    def _answer(self, item: str, now: datetime) -> None:
        replies, its = self._rates.replies, self._chance.of(item)
        if its.happens(replies.dont_know, "dont-know"):
            self._tap(now, Press.SKIP, item=item)
            return
        talk = self._house.talks[self._contact]
        known = {choice.value for choice in talk.checkin.item(item).choices}
        value = lives.answer(self._life, self._rates, item, now.date(), chance=its)
        if item in ("safety", "call") and its.happens(replies.slips, "slips"):
            value = max(known)
        value = min(value, max(known))
        if value and self._chance.of("lowers").happens(replies.lowered, item):
            self._choose(item, value, now)
            self._tap(now, Press.BACK, item=self._asked())
            value = 0
        self._choose(item, value, now)

    def _asked(self) -> str | None:
        talk = self._house.talks.get(self._contact)
        return None if talk is None else talk.asked

    def _ends(self, now: datetime, adds: Said | None) -> None:
        if adds is not None:
            writes(self._house, self._contact, adds, now)
        self._tap(now, Press.FINISH, item=OPEN_LINE)

    def _pause(self) -> timedelta:
        least, most = QUICKEST if self._life.is_hasty else SLOWEST
        return timedelta(seconds=self._chance.whole(least, most, "pause", self._taps))

    def _choose(self, item: str, value: int, now: datetime) -> None:
        self._tap(now, Press.CHOOSE, item=item, value=value)

    def _tap(
        self, now: datetime, press: Press, *, item: str | None = None, value: int | None = None
    ) -> None:
        self._taps += 1
        talk = self._house.talks.get(self._contact)
        if talk is None:
            return
        pressed = Pressed(press=press, item=item, value=value, checkin=talk.id)
        name = MessageId(f"{talk.id}:tap-{self._taps}")
        reply = Reply(id=name, at=now, signs=NO_SIGNS, pressed=pressed)
        self._house.receives(self._contact, reply)


def writes(house: Household, contact: ContactId, said: Said, now: datetime) -> None:
    """Words of a contact's own."""
    name = MessageId(f"{contact}:words:{now:%Y%m%dT%H%M%S}")
    house.receives(contact, Reply(id=name, at=now, signs=said.signs, text=said.text))


def half_done(house: Household, contact: ContactId, now: datetime) -> None:
    """A day after the first answer."""
    talk = house.talks.get(contact)
    if talk is not None and talk.answers:
        cause = MessageId(f"{talk.id}:half-done")
        house.keeps(
            contact, lapses.half_done(house.situation(contact, talk, now), talk, cause), now
        )


def expire(house: Household, contact: ContactId, now: datetime) -> bool:
    """Five days after the opening, or when the next one comes; was it missed?"""
    talk = house.talks.get(contact)
    if talk is None:
        return False
    cause = MessageId(f"{talk.id}:expired")
    situation = house.situation(contact, talk, now)
    house.keeps(contact, lapses.expire(situation, talk, cause, next_day=None), now)
    return not talk.answers and talk.state is not CheckinState.PULSED
