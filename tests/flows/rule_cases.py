"""Cases of rules that a psychologist can read: what a family answered before, what it answers now,
and which rules speak. Answers are tapped one by one, as a phone would.

A number alone stands for a check-in with that sum; what a case does not name was answered with 0.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from flows import intake, lapses, trial
from flows.conversation_state import OPEN_LINE, Talk
from flows.definition import Content, Press, Rule
from flows.events import AlertFound, Button, Event, Reason
from flows.forms import Checkin
from flows.history import Beside, Past, past_of
from flows.model import AlertKind, Certainty, ContactKind, Evidence, Level, MessageId, Risk, Signs
from flows.rules import Spoken
from flows.scoring import Given
from flows.selection import left_out
from flows.situation import Situation
from flows.trial import Trial
from tests.flows.builders import (
    CHECKIN,
    CONTENT,
    MONDAY_TEN,
    a_case,
    a_checkin,
    a_contact,
    a_reply,
    a_situation,
    a_talk,
)

FOLDER = Path(__file__).parents[1] / "cases" / "rules"
NO_SIGNS = Signs(level="none", labels=(), evidence=())

GIVEN = {
    *("case", "about", "level", "form", "age", "number", "holidays", "risk", "staff", "seconds"),
    *("before", "baseline", "beside", "day", "again", "told"),
}
DOES = {"answers", "changes", "stops_before", "ends", "signs", "signs_before"}
EXPECTED = {"speaks", "says", "tasks"}
OF_PAST = {"form", "number", "seconds", "staff", "without", "sum", "holidays"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One line of a file; `about` is the rule it was written for."""

    name: str
    file: str
    about: str
    found: Mapping[str, Any]

    @property
    def speaks(self) -> Mapping[str, str]:
        """Rule and urgency of everything that must be said, and nothing else may be."""
        return self.found.get("speaks") or {}


def all_cases() -> tuple[Case, ...]:
    return tuple(
        case
        for path in sorted(FOLDER.glob("*.yaml"))
        for found in yaml.safe_load(path.read_text(encoding="utf-8"))
        for case in _cases(path.stem, found)
    )


def _cases(file: str, found: Mapping[str, Any]) -> Iterator[Case]:
    """One case; or, with `again`, one for each time after the rule has spoken."""
    unknown = set(found) - GIVEN - DOES - EXPECTED
    assert not unknown, f"{file}: {unknown} in {found['case']}"
    about, again = found["about"], found.get("again")
    if again is None:
        yield Case(name=found["case"], file=file, about=about, found=found)
        return
    for once in again:
        how = "berbicara" if once["speaks"] else "diam"
        words = f"{found['case']}: {once['days']} hari sesudahnya, dulu {once.get('total')}: {how}"
        speaks = dict(found["speaks"])
        if not once["speaks"]:
            del speaks[about]
        tasks = found.get("tasks") if once["speaks"] else None
        case = {**found, "again": once, "speaks": speaks, "tasks": tasks}
        yield Case(name=words, file=file, about=about, found=case)


# What is said ----------------------------------------------------------------------------------


def said(case: Case, rules: Sequence[Rule] = CONTENT.rules) -> tuple[Reason, ...]:
    """Every reason that a human is asked for, in the order in which they came."""
    return tuple(reason for found in asked(case, rules) for reason in found.reasons)


def asked(case: Case, rules: Sequence[Rule] = CONTENT.rules) -> tuple[AlertFound, ...]:
    """Alerts and tasks that rules open: plain buttons and reading lists left out."""
    content = replace(CONTENT, rules=tuple(rules))
    events = _wrote(case, content) if "signs" in case.found else _answered(case, content)
    found = (one for one in events if isinstance(one, AlertFound))
    return tuple(one for one in found if any(reason.version for reason in one.reasons))


def _wrote(case: Case, content: Content) -> tuple[Event, ...]:
    situation = _situation(case.found, None, content)
    text = "kata-kata keluarga"
    evidence = tuple(
        Evidence(text=text, start=0, end=4, category=category, certainty=Certainty(certainty))
        for category, certainty in case.found["signs"].items()
    )
    signs = Signs(level="critical", labels=tuple(case.found["signs"]), evidence=evidence)
    return intake.receive(situation, replace(a_reply(text), signs=signs))


def _answered(case: Case, content: Content) -> tuple[Event, ...]:
    found = case.found
    talk = _talk(found)
    start, events = trial.opened(_situation(found, talk, content), talk)
    phone = _Phone(start, seconds=found.get("seconds", 5), events=list(events))
    if not talk.is_pulse:
        phone.taps(Press.START)
    phone.answers(found.get("answers", 0), found.get("changes") or {}, found.get("stops_before"))
    phone.ends(found.get("ends", "finished"))
    return tuple(phone.events)


class _Phone:
    """Taps in their order, each some seconds after the one before."""

    def __init__(self, start: Trial, *, seconds: float, events: list[Event]) -> None:
        self._trial, self._pause, self.events = start, timedelta(seconds=seconds), events

    def taps(self, press: Press, value: int | None = None) -> None:
        talk = self._trial.talk
        button = Button(label="", press=press, item=talk.asked, value=value, checkin=talk.id)
        later = replace(self._trial.situation, now=self._trial.situation.now + self._pause)
        now, events = trial.tapped(replace(self._trial, situation=later), button, NO_SIGNS)
        self._trial = _timed(now, after=len(talk.answers))
        self.events += events

    def corrects(self, item: str, value: int) -> None:
        """Where a check-in is over with its last answer: a message is edited afterwards."""
        talk = self._trial.talk
        label = next(one.label for one in talk.checkin.item(item).choices if one.value == value)
        reply = a_reply(label, edits=MessageId("message-0"), edits_item=item)
        over = replace(self._trial.situation, talk=talk)
        self.events += intake.receive(over, replace(reply, signs=NO_SIGNS))

    def answers(self, given: Any, changes: Mapping[str, int], stops_before: str | None) -> None:
        values, changed = _values(given, self._trial.talk.checkin), dict[str, int]()
        while (item := self._trial.talk.asked) not in (None, OPEN_LINE, stops_before):
            assert item is not None
            self._choose({**values, **changed}.get(item, 0))
            if item in changes and item not in changed:
                changed[item] = changes[item]
                if self._trial.talk.state.is_open:
                    self.taps(Press.BACK)
                else:
                    self.corrects(item, changes[item])

    def _choose(self, value: int | None) -> None:
        if value is None:
            self.taps(Press.SKIP)
        else:
            self.taps(Press.CHOOSE, value)

    def ends(self, how: str) -> None:
        now = self._trial
        match how:
            case "open":
                return
            case "finished" if now.talk.asked == OPEN_LINE:
                self.taps(Press.FINISH)
            case "half_done":
                self.events += lapses.half_done(now.situation, now.talk, MessageId("half"))
            case "expired":
                ended = lapses.expire(now.situation, now.talk, MessageId("end"), next_day=None)
                self.events += ended


def _timed(now: Trial, *, after: int) -> Trial:
    """The answers that came with this tap, at the moment of the tap."""
    answers = now.talk.answers
    fresh = (replace(one, at=now.situation.now) for one in answers[after:])
    talk = replace(now.talk, answers=(*answers[:after], *fresh))
    held = None if now.situation.talk is None else talk
    return replace(now, talk=talk, situation=replace(now.situation, talk=held))


# What is known ---------------------------------------------------------------------------------


def _talk(found: Mapping[str, Any]) -> Talk:
    shape = _form(found)
    return a_talk(
        checkin=shape,
        age=found.get("age", 10),
        is_by_staff=found.get("staff", False),
        left_out=_left_out(found, shape),
        code="S-07",
    )


def _form(found: Mapping[str, Any]) -> Checkin:
    if "form" in found:
        return CONTENT.checkins[found["form"]]
    return a_checkin(Level(found.get("level", "A")))


def _left_out(found: Mapping[str, Any], shape: Checkin) -> frozenset[str]:
    return left_out(
        shape, number=found.get("number", 1), in_school_holidays=found.get("holidays", False)
    )


def _situation(found: Mapping[str, Any], talk: Talk | None, content: Content) -> Situation:
    history = tuple(
        _past(one, number, found) for number, one in enumerate(found.get("before") or ())
    )
    totals = [past.total for past in history if past.total is not None]
    beside, again = found.get("beside") or {}, found.get("again")
    spoken = () if again is None else (_spoken(found["about"], again),)
    is_school = found.get("form") == "sekolah"
    level = Level(found.get("level", "B" if is_school else "A"))
    kind = ContactKind.SCHOOL if is_school else ContactKind.CAREGIVER
    return a_situation(
        talk,
        level=level,
        contact=a_contact(level=level, kind=kind),
        case=a_case(risk=Risk(found.get("risk", "medium"))),
        content=content,
        baseline=found.get("baseline"),
        last_total=totals[-1] if totals else None,
        history=history,
        beside=Beside(total=beside.get("total"), answers=beside.get("answers") or {}),
        of_day=found.get("day") or {},
        spoken=spoken,
        told=frozenset(f"fact:{CHECKIN}:{rule}:1" for rule in found.get("told", ())),
    )


def _spoken(rule: str, once: Mapping[str, Any]) -> Spoken:
    at = MONDAY_TEN - timedelta(days=once["days"])
    return Spoken(rule=rule, at=at, total=once.get("total"))


def _past(one: Any, number: int, found: Mapping[str, Any]) -> Past:
    """An earlier check-in: a sum alone, or items with some words about it."""
    given = {"sum": one} if isinstance(one, int) else dict(one)
    about = {key: given.pop(key) for key in OF_PAST & set(given)}
    shape = _form({**found, **about})
    values = _spread(about["sum"], shape, number) if "sum" in about else given
    hidden = _left_out({"number": 1, **about}, shape)
    items = [
        item.id
        for item in shape.items
        if not item.is_branch and item.id not in {*hidden, *about.get("without", ())}
    ]
    pause = timedelta(seconds=about.get("seconds", 5))
    answers = [
        Given(item=item, value=values.get(item, 0), at=MONDAY_TEN + pause * place)
        for place, item in enumerate(items)
    ]
    return past_of(shape, answers, left_out=hidden, by_staff=about.get("staff", False))


def _values(given: Any, shape: Checkin) -> Mapping[str, int | None]:
    return _spread(given, shape, 0) if isinstance(given, int) else given


def _spread(points: int, shape: Checkin, number: int) -> Mapping[str, int]:
    """A sum as answers: as even as can be, the odd points in other places each time."""
    items = () if shape.total is None else shape.total.items
    assert items or points == 0
    each, more = divmod(points, len(items)) if items else (0, 0)
    turned = [items[(place + 3 * number) % len(items)] for place in range(len(items))]
    return {item: each + (place < more) for place, item in enumerate(turned)}


@lru_cache
def rule_named(name: str) -> Rule:
    return next(rule for rule in CONTENT.rules if rule.id == name)


def is_task(found: AlertFound) -> bool:
    return found.kind is not AlertKind.ALERT
