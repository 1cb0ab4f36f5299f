"""What rules may name, and what each fact is about: a check-in, words, a case, or a day.

Facts of a day are known at every answer too; a rule that names nothing else is looked at by the
day and not by the answer."""

import re
from collections.abc import Iterable
from enum import StrEnum

from flows.model import Level, Risk

SCORES = (
    "total",
    "baseline",
    "last_total",
    "change_from_baseline",
    "change_from_last",
    "change_before_last",
)
COMPARED = ("contacts_differ", "school_differs")
"""Points between what two people say about the same child."""
WHOLE = ("half_done",)
OF_ITEM = ("answer", "lowered", "skipped", "unanswered")
"""In front of an item: what was answered, points taken back, "Tidak tahu", nothing at all."""

LOWEST, HIGHEST = "lowest", "highest"
TOTAL, PACE = "total", "pace_ms"
MEASURES = (TOTAL, PACE)
"""What a window looks at besides items: the sum, and milliseconds an item."""
SHORTEST_WINDOW, LONGEST_WINDOW = 2, 8  # check-ins in a row
_WINDOW = re.compile(rf"({LOWEST}|{HIGHEST})\.([A-Za-z0-9_-]+)\.([0-9]{{1,4}})")

WORDS = "words"
"""In front of a category of signs."""
CERTAINTIES = ("sure", "unsure")

OF_DAY = (
    "home_risk",
    "weeks_since_leaving",
    "days_since_child_seen",
    "days_since_spoken",
    "silence_limit",
    "days_over_silence",
    "silence",
    "missed_in_a_row",
    "open_alerts",
    "call_overdue_days",
)
DAYS_TO = "days_to"
"""In front of a kind of day that the programme names: how far away the next one is."""

SILENCES = ("late", "blocked", "gone", "paused")

CLOSED = {
    "level": tuple(level.value for level in Level),
    "risk": tuple(risk.value for risk in Risk),
    "silence": SILENCES,
}
"""Facts that are a word, and all words that each may be; `checkin_kind` has those of forms."""


class About(StrEnum):
    """What a fact is about, and so when it can be looked at."""

    CHECKIN = "check-in"
    WORDS = "words"
    CASE = "case"
    DAY = "day"


def about(fact: str) -> About:
    """What this fact is about; a name that nobody knows is taken for one of a check-in."""
    head = fact.partition(".")[0]
    if head == WORDS:
        return About.WORDS
    if fact in OF_DAY or head == DAYS_TO:
        return About.DAY
    return About.CASE if fact in ("level", "risk") else About.CHECKIN


def is_of_day(facts: Iterable[str]) -> bool:
    """Is a rule that names these looked at by the day, and not at answers and words?"""
    kinds = {about(fact) for fact in facts}
    return About.DAY in kinds and not kinds & {About.CHECKIN, About.WORDS}


def window(fact: str) -> tuple[str, str, int] | None:
    """(lowest or highest, what, over how many check-ins), where the fact is one of a window."""
    found = _WINDOW.fullmatch(fact)
    return None if found is None else (found[1], found[2], int(found[3]))


def item_of(fact: str) -> str | None:
    """The item that a fact looks at."""
    head, _, item = fact.partition(".")
    if head in OF_ITEM and item:
        return item
    seen = window(fact)
    return seen[1] if seen is not None and seen[1] not in MEASURES else None


def is_of_answers_alone(fact: str) -> bool:
    """Can it be told again at any time from the answers of one check-in? What it was compared with
    then, and what day it was, cannot."""
    alone = ("checkin_kind", "total", "level", "risk")
    return fact in alone or fact.partition(".")[0] in ("answer", "lowered")


ASKS_FOR_HELP = ("safety", "call")
"""Items whose answer is a call for help: whoever gives it is heard every time."""


def always_speaks(fact: str) -> bool:
    """Is it said by words, by item 8 or by the wish for a call? Then no repeat policy binds it."""
    return about(fact) is About.WORDS or item_of(fact) in ASKS_FOR_HELP
