"""Twelve invented families as data: who they are, and what they did in each check-in so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.story.training.errors import WrongLives
from bot.story.words import read
from flows.definition import Content, Press
from flows.forms import Checkin
from flows.model import Level, Outcome, Risk

FILE = "training/lives.yaml"
DAYS_BEFORE = {"tue": 6, "wed": 5, "thu": 4, "fri": 3, "sat": 2, "sun": 1}
"""The day on which a child went home, counted back from the Monday of the story."""
UNKNOWN = "-"
SLOTS = {"pagi": Press.MORNING, "siang": Press.NOON, "sore": Press.AFTERNOON}
SAFE = {"aman": Press.SAFE, "belum tahu": Press.UNCERTAIN}
PULSES = {"baik": Press.PULSE_GOOD, "kurang baik": Press.PULSE_BAD}
MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """What staff make of an alert or a task. `takes` after its notice and `settles` after that;
    None is not yet. `tries` says that nobody was reached at first."""

    takes: timedelta | None = timedelta(minutes=10)
    settles: timedelta | None = timedelta(minutes=40)
    outcome: Outcome = Outcome.TALKED_SAFE
    tries: bool = False
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A text that a family writes `after` its check-in has come."""

    after: timedelta
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a family did with one check-in; `after` counts from its opening.

    `answers` are values by item, None for "Tidak tahu"; no answers and no `pulse`: missed.
    `lowers` are items that were answered once more, lower. `stops_at` is the item at which the
    phone was put away. `adds` is typed at the end, `calls` chosen after "Telepon saya"."""

    after: timedelta
    answers: Mapping[str, int | None]
    lowers: Mapping[str, int]
    stops_at: str | None
    adds: str | None
    pulse: Press | None
    calls: Press | None
    safe: Press | None
    writes: tuple[Written, ...]
    care: Care


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One family. The child went home `left` before the story begins; what follows counts from
    then. Until it `joins` the family is at level C, whatever `level` is set in the interview."""

    code: str
    name: str
    called: str
    relation: str
    nickname: str
    age: int
    risk: Risk
    level: Level
    worker: str
    baseline: int
    left: timedelta
    joins: timedelta
    interviews: tuple[timedelta, ...]
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lives:
    """`staff` are the social workers who are not in the story."""

    staff: tuple[str, ...]
    families: tuple[Life, ...]


def load(content: Content) -> Lives:
    """The families that come along. Raises WrongLives."""
    return read_lives(read(FILE), content)


def read_lives(found: Mapping[str, Any], content: Content) -> Lives:
    """Families as the file has them, checked against the content in force. Raises WrongLives."""
    families = []
    for code, one in found["families"].items():
        try:
            families.append(_life(code, one, content))
        except (KeyError, TypeError, ValueError) as error:
            raise WrongLives(f"{FILE}, {code}: {error!r}") from error
    return Lives(staff=tuple(found["staff"]), families=tuple(families))


def _life(code: str, one: Mapping[str, Any], content: Content) -> Life:
    given = dict(one)
    level = Level(given.pop("level"))
    name = content.programme.checkins.get(level)
    checkin = None if name is None else content.checkins[name]
    turns = [_turn(turn, number, checkin) for number, turn in enumerate(given.pop("checkins", ()))]
    if given["nickname"] not in content.wording.nicknames:
        raise ValueError(f"{given['nickname']} is on no list of nicknames")
    return Life(
        code=code,
        level=level,
        risk=Risk(given.pop("risk")),
        left=_left(given.pop("week"), given.pop("left")),
        joins=timedelta(weeks=given.pop("joins", 0)),
        interviews=tuple(timedelta(weeks=week) for week in given.pop("interviews", ())),
        turns=tuple(turns),
        **given,
    )


def _left(week: int, weekday: str) -> timedelta:
    """So long ago that the story begins in week `week` at home."""
    return timedelta(weeks=week - 1, days=DAYS_BEFORE[weekday])


def _turn(one: Mapping[str, Any] | str, number: int, checkin: Checkin | None) -> Turn:
    if checkin is None:
        raise ValueError("nobody is asked at this level")
    if isinstance(one, str) and one != MISSED:
        raise ValueError(f"{one!r} is no way to answer")
    given: dict[str, Any] = {} if isinstance(one, str) else dict(one)
    return Turn(
        after=timedelta(minutes=given.pop("after", 20 + 37 * number % 240)),
        answers=_answers(given.pop("says", ""), given.pop("topic", None), checkin),
        lowers=given.pop("lowers", {}),
        stops_at=given.pop("stops_at", None),
        adds=given.pop("adds", None),
        pulse=_of(PULSES, given.pop("pulse", None)),
        calls=_of(SLOTS, given.pop("calls", None)),
        safe=_of(SAFE, given.pop("safe", None)),
        writes=tuple(
            Written(after=timedelta(minutes=text["after"]), text=text["text"])
            for text in given.pop("writes", ())
        ),
        care=_care(given.pop("care", {})),
        **given,
    )


def _answers(says: str, topic: int | None, checkin: Checkin) -> Mapping[str, int | None]:
    """`says` has a digit an item, in the order in which they are asked, spaces apart."""
    digits = says.replace(" ", "")
    if not digits:
        return {}
    found = {
        item.id: None if digit == UNKNOWN else int(digit)
        for item, digit in zip(checkin.asked, digits, strict=True)
    }
    for item, value in found.items():
        if value is not None and value not in {one.value for one in checkin.item(item).choices}:
            raise ValueError(f"{item} has no choice {value}")
    return found if topic is None else {**found, "topic": topic}


def _care(given: Mapping[str, Any]) -> Care:
    wanted = dict(given)
    for field in ("takes", "settles"):
        if wanted.get(field) is not None:
            wanted[field] = timedelta(minutes=wanted[field])
    if "outcome" in wanted:
        wanted["outcome"] = Outcome(wanted["outcome"])
    return Care(**wanted)


def _of(known: Mapping[str, Press], name: str | None) -> Press | None:
    return None if name is None else known[name]
