"""`kabar rules simulate`: many invented families, one after the other, and their figures."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.rehearsal.reading import read_messages
from flows.definition import Content
from flows.rehearsal.chance import Chance
from flows.rehearsal.figures import Figures, add_up
from flows.rehearsal.moments import World
from flows.rehearsal.rates import Rates
from flows.rehearsal.year import play
from flows.warning_signs import Detector

BEGINS = datetime(2026, 1, 5, 3, tzinfo=UTC)
"""A Monday at ten in Jakarta: the invented year never moves with the real one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How much is played, and with which draws."""

    families: int
    weeks: int
    seed: int


def simulate(
    content: Content,
    detector: Detector,
    rates: Rates,
    wanted: Wanted,
    *,
    heard: Callable[[int], None] = lambda _: None,
) -> Figures:
    """The figures of so many families; `heard` is told after each of them. Raises ContentError."""
    world = World(
        content=content,
        rates=rates,
        messages=read_messages(detector.find),
        chance=Chance(seed=wanted.seed),
        now=BEGINS,
        weeks=wanted.weeks,
    )
    played = []
    for number in range(1, wanted.families + 1):
        played.append(play(world, number))
        heard(number)
    return add_up(played, weeks=wanted.weeks, now=BEGINS)
