"""What is assumed about invented families, and what they write, read from YAML: every slip is named
with its line, as with any other content."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from flows.errors import ContentError
from flows.model import Level, Risk, Signs
from flows.reading.documents import open_sheet
from flows.reading.nodes import APPROVAL, Node, Sheet, read_approval
from flows.rehearsal.rates import (
    Centre,
    Messages,
    Rates,
    Replies,
    Said,
    Scores,
    Team,
    Texts,
    Trouble,
    Weights,
)

SHIPPED = Path(__file__).parent
RATES, MESSAGES = SHIPPED / "rates.yaml", SHIPPED / "messages.yaml"
PERCENT, YEAR, CHOICES = 100, 366, 4

Name = TypeVar("Name", bound=StrEnum)
Found = TypeVar("Found")


def read_rates(path: Path = RATES) -> Rates:
    """The rates of a file. Raises ContentError, the first of what is wrong."""
    return _read(path, _rates)


def read_messages(find: Callable[[str], Signs], path: Path = MESSAGES) -> Messages:
    """The messages of a file, each with what the detector finds in it. Raises ContentError."""
    said = _read(path, _messages)
    as_said = {
        name: tuple(Said(text=text, signs=find(text)) for text in texts)
        for name, texts in said.items()
    }
    return Messages(**as_said)


def _read(path: Path, read: Callable[[Node], Found]) -> Found:
    sheet = Sheet(name=path.name)
    try:
        body = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(str(path), f"cannot be read ({type(error).__name__})") from None
    found = read(open_sheet(sheet, body))
    for problem in sheet.problems:
        raise problem
    return found


def _rates(root: Node) -> Rates:
    parts = ("centre", "replies", "scores", "setback", "danger", "texts", "team")
    fields = root.fields((*parts, *APPROVAL))
    return Rates(
        centre=_centre(fields["centre"]),
        replies=_replies(fields["replies"]),
        scores=_scores(fields["scores"]),
        setback=_trouble(fields["setback"]),
        danger=_trouble(fields["danger"]),
        texts=Texts(**_percents(fields["texts"], ("a_week", "tricky", "after_checkin"))),
        team=_team(fields["team"]),
        approval=read_approval(fields),
    )


def _centre(node: Node) -> Centre:
    percents = ("home_risk", "second_caregiver", "school", "release")
    fields = node.fields(("families_a_worker", "levels", "risks", *percents))
    return Centre(
        families_a_worker=fields["families_a_worker"].whole(least=1),
        levels=_by(fields["levels"], (Level.OPEN, Level.DISCREET, Level.SILENT)),
        risks=_by(fields["risks"], tuple(Risk)),
        **{name: _percent(fields[name]) for name in percents},
    )


def _replies(node: Node) -> Replies:
    percents = (
        "spread", "in_trouble", "one_tap", "pulses", "half_done", "dont_know", "lowered",
        "slips", "hasty", "all_zero", "blocked_a_year", "stopped_a_year",
    )  # fmt: skip
    fields = node.fields(("by_month", *percents))
    months = (pair.items(least=2) for pair in fields["by_month"].items(least=1))
    return Replies(
        by_month=tuple((pair[0].whole(least=1), _percent(pair[1])) for pair in months if pair[1:]),
        **{name: _percent(fields[name]) for name in percents},
    )


def _scores(node: Node) -> Scores:
    spans = ("good_weeks", "bad_weeks")
    weights = ("good", "bad", "worry", "call", "strength", "caregiver", "practical", "school")
    fields = node.fields((*spans, *weights))
    return Scores(
        good_weeks=_span(fields["good_weeks"], least=1),
        bad_weeks=_span(fields["bad_weeks"], least=1),
        **{name: _weights(fields[name]) for name in weights},
    )


def _trouble(node: Node) -> Trouble:
    percents = ("percent_a_year", "hidden", "writes")
    spans = ("lasts_days", "shows_after_days", "items", "writes_after_days")
    weights = ("values", "worry", "call", "caregiver", "school")
    fields = node.fields((*percents, *spans, *weights))
    whole: dict[str, Any] = {name: _percent(fields[name]) for name in percents}
    pairs: dict[str, Any] = {name: _span(fields[name]) for name in spans}
    weighed: dict[str, Any] = {name: _weights(fields[name]) for name in weights}
    return Trouble(**whole, **pairs, **weighed)


def _team(node: Node) -> Team:
    percents = ("reached", "visit_held", "sees_child", "renews_interview", "calls_at_c_held")
    spans = ("kritis_hours", "tinggi_days", "perhatian_days", "task_days")
    fields = node.fields((*percents, *spans, "visit_every_days"))
    whole: dict[str, Any] = {name: _percent(fields[name]) for name in percents}
    pairs: dict[str, Any] = {name: _span(fields[name]) for name in spans}
    every = _by(fields["visit_every_days"], tuple(Risk), least=1, most=YEAR)
    return Team(**whole, **pairs, visit_every_days=every)


def _messages(root: Node) -> dict[str, tuple[str, ...]]:
    groups = ("chat", "tricky", "setback", "danger")
    fields = root.fields((*groups, *APPROVAL))
    read_approval(fields)
    return {name: tuple(one.text() for one in fields[name].items(least=1)) for name in groups}


def _by(
    node: Node, names: tuple[Name, ...], *, least: int = 0, most: int = PERCENT
) -> Mapping[Name, int]:
    fields = node.fields(tuple(name.value for name in names))
    return {name: fields[name.value].whole(least=least, most=most) for name in names}


def _percents(node: Node, names: tuple[str, ...]) -> dict[str, int]:
    fields = node.fields(names)
    return {name: _percent(fields[name]) for name in names}


def _percent(node: Node) -> int:
    return node.whole(most=PERCENT)


def _span(node: Node, least: int = 0) -> tuple[int, int]:
    found = [one.whole(least=least, most=YEAR) for one in node.items(least=2)]
    if len(found) != 2 or found[0] > found[1]:
        node.wrong("has to be [from, to], the smaller number first")
        return (least, least)
    return (found[0], found[1])


def _weights(node: Node) -> Weights:
    found = tuple(one.whole(most=PERCENT) for one in node.items(least=CHOICES))
    if len(found) != CHOICES or not sum(found):
        node.wrong("has to be four weights, of the answers 0 to 3, and not all of them 0")
        return (1, 0, 0, 0)
    return found
