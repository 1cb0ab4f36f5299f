"""What invented staff do about what they are told: how soon, whom they reach, and visits."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from flows import walking
from flows.hours import local
from flows.model import AlertKind, CheckinId, CheckinState, ContactId, Level, Urgency
from flows.rehearsal import lives
from flows.rehearsal.chance import Chance
from flows.rehearsal.household import Household, Raised
from flows.rehearsal.lives import ZONE, Life
from flows.rehearsal.moments import Moments, World
from flows.rehearsal.rates import Team
from flows.scoring import Given

TRIES = 4
AGAIN = timedelta(days=1)


def acts_at(raised: Raised, team: Team, *, chance: Chance) -> datetime | None:
    """When somebody calls about it; None where it only has to be read."""
    if raised.kind is AlertKind.READING:
        return None
    if raised.kind is AlertKind.UNSURE_WORDS:
        return raised.at + timedelta(minutes=chance.whole(5, 60, "reads", raised.alert))
    match raised.urgency:
        case Urgency.CRITICAL:
            least, most = team.kritis_hours
            return raised.at + timedelta(hours=chance.whole(least, most, "acts", raised.alert))
        case _ if raised.kind is not AlertKind.ALERT:
            span = team.task_days
        case Urgency.HIGH:
            span = team.tinggi_days
        case _:
            span = team.perhatian_days
    days = chance.whole(*span, "acts", raised.alert)
    return raised.at + timedelta(days=days, hours=2)


def is_reached(alert: str, tries: int, team: Team, *, chance: Chance) -> bool:
    """Does somebody answer? After several tries another way is found."""
    return tries >= TRIES or chance.happens(team.reached, "reached", alert, tries)


class Staff:
    """Whoever works for one family; `seen` are days on which they spoke with it unasked."""

    def __init__(
        self, world: World, life: Life, house: Household, moments: Moments, chance: Chance
    ) -> None:
        self._world, self._life, self._house = world, life, house
        self._moments, self._chance, self._rates = moments, chance, world.rates
        self._heard = 0
        self.seen: list[date] = []

    def hear(self) -> None:
        """Whatever was raised since the last moment is somebody's work now."""
        for raised in self._house.raised[self._heard :]:
            moment = acts_at(raised, self._rates.team, chance=self._chance)
            if moment is None:
                self._moments.at(raised.at + AGAIN, self._read, raised.alert)
            else:
                self._moments.at(moment, self._act, raised.alert, 1)
        self._heard = len(self._house.raised)

    def _read(self, now: datetime, alert: str) -> None:
        self._house.closes(alert, now)

    def _act(self, now: datetime, alert: str, tries: int) -> None:
        known = self._house.alerts.get(alert)
        if known is None:
            return
        is_read = known.kind is AlertKind.UNSURE_WORDS
        if not is_read and not is_reached(alert, tries, self._rates.team, chance=self._chance):
            self._moments.at(now + AGAIN, self._act, alert, tries + 1)
            return
        self._house.closes(alert, now)
        if not is_read:
            self._house.meets(self._life.contacts[0].id, now)

    def visit(self, now: datetime, its: Chance) -> None:
        """At home, or at the centre."""
        sees_child = its.happens(self._rates.team.sees_child, "sees-child")
        self._house.meets(self._life.contacts[0].id, now, sees_child=sees_child)
        self.seen.append(local(now, ZONE).date())
        if its.happens(self._rates.team.renews_interview, "interview"):
            for contact in self._life.contacts:
                if contact.level is Level.OPEN:
                    self._house.changes(contact.id, interviewed_on=local(now, ZONE).date())

    def calls(self, now: datetime, contact: ContactId, its: Chance) -> None:
        """At C, when a check-in would come: the form is filled in."""
        content = self._world.content
        checkin = content.checkins[content.programme.checkins[Level.OPEN]]
        answers = tuple(
            Given(item=item.id, value=value, at=now)
            for item in checkin.asked
            if (value := self._told_by_phone(item.id, its, now)) is not None
        )
        talk = replace(
            walking.a_talk(checkin),
            id=CheckinId(f"checkin:form:{contact}:{now:%Y%m%dT%H%M}"),
            state=CheckinState.FINISHED,
            answers=answers,
            is_by_staff=True,
        )
        self._house.filled_in(contact, talk, now)
        self._house.meets(contact, now)
        self.seen.append(local(now, ZONE).date())

    def _told_by_phone(self, item: str, its: Chance, now: datetime) -> int | None:
        if its.of(item).happens(self._rates.replies.dont_know, "dont-know"):
            return None
        return lives.answer(self._life, self._rates, item, now.date(), chance=its.of(item))
