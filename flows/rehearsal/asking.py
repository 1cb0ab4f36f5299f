"""Check-ins of one invented family: which form comes, whether it is answered, when and how."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from flows import walking
from flows.conversation_state import Talk
from flows.hours import ONE_DAY, at, local
from flows.model import CheckinId, CheckinState, ContactId, ContactState, Slot
from flows.plan import Planned
from flows.rehearsal import answering
from flows.rehearsal.answering import Answering
from flows.rehearsal.chance import Chance
from flows.rehearsal.household import Household
from flows.rehearsal.lives import ZONE, Life
from flows.rehearsal.moments import Moments, World
from flows.rehearsal.rates import Said

A_DAY, FIVE_DAYS, A_MONTH = timedelta(days=1), timedelta(days=5), 30
REMINDED_FOR = timedelta(hours=3)  # until the one tap on the reminder
DELAYS = (60, 25, 10, 5)
"""How often the answer comes on the same day, the next one, and so on; compared with each other."""


class Asking:
    """`asked` and `answered` count check-ins."""

    def __init__(
        self, world: World, life: Life, house: Household, moments: Moments, chance: Chance
    ) -> None:
        self._world, self._life, self._house = world, life, house
        self._moments, self._chance, self._rates = moments, chance, world.rates
        self._numbers: dict[ContactId, int] = {}
        self.asked = self.answered = 0

    def ask(self, now: datetime, contact: ContactId, planned: Planned) -> None:
        """A check-in is due."""
        if self._house.contacts[contact].state is not ContactState.ACTIVE:
            return
        answering.expire(self._house, contact, now)
        talk = self._opening(contact, planned, now)
        if talk is None:
            return
        self._house.talks[contact] = talk
        self.asked += 1
        its = self._chance.of(talk.id)
        self._moments.at(now + FIVE_DAYS, self._expire, contact, talk.id)
        if its.happens(self._reply_percent(contact, talk.is_pulse, now), "answers"):
            day = local(now, ZONE).date() + its.pick(DELAYS, "delay") * ONE_DAY
            moment = at(day, time(its.whole(10, 20, "hour"), its.whole(0, 59, "minute")), ZONE)
            self._moments.at(moment, self._answer, contact, talk.id)
        elif not talk.is_pulse and its.happens(self._rates.replies.one_tap, "one-tap"):
            self._moments.at(now + A_DAY + REMINDED_FOR, self._tap_once, contact, talk.id)

    def _opening(self, contact: ContactId, planned: Planned, now: datetime) -> Talk | None:
        content, programme = self._world.content, self._world.content.programme
        level = self._house.level(contact, now)
        name = programme.checkins.get(level)
        if planned.slot is Slot.PULSE:
            name = None if programme.pulse is None else programme.pulse.checkin
        if planned.slot is Slot.SCHOOL:
            name = None if programme.school is None else programme.school.checkin
        if name is None:
            return None
        number = self._numbers[contact] = self._numbers.get(contact, 0) + 1
        day = local(now, ZONE).date()
        talk = walking.a_talk(
            content.checkins[name],
            number=number,
            in_school_holidays=content.calendar.in_school_holidays(day),
        )
        return replace(talk, id=CheckinId(f"checkin:{contact}:{planned.at:%Y%m%dT%H%M}"))

    def _reply_percent(self, contact: ContactId, is_pulse: bool, now: datetime) -> int:
        replies = self._rates.replies
        month = (now - self._world.now).days // A_MONTH + 1
        usual = [percent for last, percent in replies.by_month if month <= last]
        percent = usual[0] if usual else replies.by_month[-1][1]
        if is_pulse:
            percent = max(percent, replies.pulses)
        if self._life.trouble(now.date()) is not None:
            percent -= replies.in_trouble
        return percent + self._life.reply_percent

    def _is_there(self, contact: ContactId, checkin: str) -> bool:
        talk = self._house.talks.get(contact)
        is_active = self._house.contacts[contact].state is ContactState.ACTIVE
        return is_active and talk is not None and talk.id == checkin

    def _answer(self, now: datetime, contact: ContactId, checkin: str) -> None:
        if not self._is_there(contact, checkin):
            return
        self.answered += 1
        its = self._chance.of(checkin)
        its_own = Answering(self._house, self._life, self._rates, contact, its)
        if self._house.talks[contact].is_pulse:
            its_own.one_tap(now)
            return
        stops = its.happens(self._rates.replies.half_done, "half-done")
        adds = self._added(its)
        its_own.answers(now, stops=stops, adds=adds)
        if stops:
            self._moments.at(now + A_DAY, self._half_done, contact)

    def _added(self, its: Chance) -> Said | None:
        if not its.happens(self._rates.texts.after_checkin, "adds"):
            return None
        said = self._world.messages
        group = said.tricky if its.happens(self._rates.texts.tricky, "tricky") else said.chat
        return group[its.whole(0, len(group) - 1, "which")]

    def _tap_once(self, now: datetime, contact: ContactId, checkin: str) -> None:
        if self._is_there(contact, checkin):
            talk = self._house.talks[contact]
            if talk.state is CheckinState.ASKED:
                self._house.talks[contact] = replace(talk, is_reminded=True)
                its = self._chance.of(checkin)
                Answering(self._house, self._life, self._rates, contact, its).one_tap(now)

    def _expire(self, now: datetime, contact: ContactId, checkin: str) -> None:
        if self._is_there(contact, checkin):
            answering.expire(self._house, contact, now)

    def _half_done(self, now: datetime, contact: ContactId) -> None:
        answering.half_done(self._house, contact, now)
