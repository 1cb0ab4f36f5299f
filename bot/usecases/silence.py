"""How quiet it is around a family, in words that staff read, and whether it still is."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from bot.texts import Text
from bot.usecases import case_day
from bot.usecases.room import Room
from flows.days import Silence, facts_of_day
from flows.definition import FactValue
from flows.model import AlertKind, Case
from storage import days, standings
from storage.alerts import Alert
from storage.transaction import Tx

HOW = {
    Silence.BLOCKED: Text("The family has blocked the bot."),
    Silence.GONE: Text("Their account is no more."),
    Silence.PAUSED: Text("Silence is not counted: the case is paused."),
}
LATE = Text("Check-ins in a row left unanswered: {count}.")
LIMIT = Text("Silence: {days} days, the limit is {limit}.")
CALLS = Text("Nobody takes part by message: staff call every {limit} days.")
OVERDUE = Text("The call is overdue by {days} days.")
AGAIN = Text("They have let hear of themselves since this task began.")


def facts_of_silence(tx: Tx, room: Room, case: Case, *, now: datetime) -> Mapping[str, FactValue]:
    """The facts of this day."""
    people = days.caregivers(tx, case.id)
    return facts_of_day(case_day.whole_day(tx, room, case, people, now=now))


def in_words(facts: Mapping[str, FactValue]) -> tuple[str, ...]:
    """How long it has been quiet, the limit, and how it is quiet."""
    return tuple(_words(facts))


def _words(facts: Mapping[str, FactValue]) -> Iterator[str]:
    if "days_over_silence" in facts:
        yield LIMIT.fill(days=facts["days_since_spoken"], limit=facts["silence_limit"])
    elif "call_overdue_days" in facts:
        yield CALLS.fill(limit=facts["silence_limit"])
        overdue = int(facts["call_overdue_days"])
        if overdue > 0:
            yield OVERDUE.fill(days=overdue)
    if "silence" not in facts:
        return
    how = Silence(str(facts["silence"]))
    if how is Silence.LATE:
        yield LATE.fill(count=facts["missed_in_a_row"])
    else:
        yield HOW[how].fill()


def of_alert(tx: Tx, room: Room, alert: Alert, case: Case, *, now: datetime) -> tuple[str, ...]:
    """The same behind Lihat; a task about silence says whether it is over meanwhile."""
    words = in_words(facts_of_silence(tx, room, case, now=now))
    is_moot = alert.kind is AlertKind.SILENCE and is_over(tx, alert)
    return (*words, AGAIN.fill()) if is_moot else words


def is_over(tx: Tx, alert: Alert) -> bool:
    """Has anybody of the family spoken since this task began?"""
    spoken = None if alert.case is None else standings.spoken_at(tx, alert.case)
    return spoken is not None and spoken > alert.opened_at
