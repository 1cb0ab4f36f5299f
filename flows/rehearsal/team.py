"""What invented staff do about what they are told: how soon, whom they reach, and visits."""

from datetime import datetime, timedelta

from flows.model import AlertKind, Urgency
from flows.rehearsal.chance import Chance
from flows.rehearsal.household import Raised
from flows.rehearsal.rates import Team

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
