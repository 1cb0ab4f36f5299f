"""A small linear model beside the phrases of signs.yaml. It has seen thousands of invented
messages, so it knows turns of phrase that nobody has listed, and can show what weighed most.

Each trait has a weight in each lane: a category, or `critical` and `sign` for whole levels. The
weights of a trait stand side by side in one integer, so that adding up all lanes of a message is
one addition a trait.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Self

from flows.errors import ContentError
from flows.traits import Trait

FIRST_LINE = "kabar words 1"
CRITICAL, SIGN = "critical", "sign"
SCALE = 16  # packed units that make a weight of 1
ZERO = 1 << 8  # added to each packed weight, so that none is negative
BITS = 32  # of a lane; more traits than any message has fit
MASK = (1 << BITS) - 1
SHOWN = 6  # words, at most, of the part of a message that is shown
SHARE = 0.5  # of the weight of a pair, for each of its two words


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From which scores on something counts.

    - `critical`, `sign`: the message is of this level. `sure`: no human need look first.
    - `category`: the message has this label. `denied`: below it, a critical phrase is not meant.
    """

    critical: float
    sign: float
    sure: float
    category: float
    denied: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """The scores of a message by lane, 0 where the model cannot tell; `heavy` are the traits of
    its words that the model knows, with their packed weights."""

    scores: Mapping[str, float]
    heavy: Sequence[tuple[Trait, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WordModel:
    """Read once, never changed: any number of threads may use it."""

    lanes: Sequence[str]
    bias: Sequence[float]
    limits: Limits
    weights: Mapping[str, int]

    @classmethod
    def read(cls, body: str) -> Self:
        """From the file that the training command writes; ContentError where it is broken."""
        try:
            return cls._read(body)
        except (ValueError, KeyError, IndexError, TypeError) as error:
            problem = f"cannot be read ({error}); train it anew, or restore the shipped file"
            raise ContentError("signs.words:1", problem) from error

    @classmethod
    def _read(cls, body: str) -> Self:
        lines = body.splitlines()
        if lines[0] != FIRST_LINE:
            raise ValueError(f"it does not begin with {FIRST_LINE!r}")
        end = lines.index("")
        head = dict(line.split(" ", 1) for line in lines[1:end])
        lanes, bias = tuple(head["lanes"].split()), tuple(map(float, head["bias"].split()))
        if len(lanes) != len(bias) or not {CRITICAL, SIGN} <= set(lanes):
            raise ValueError("lanes and bias do not fit")
        limits = (part.split("=") for part in head["limits"].split())
        rows = (line.split("\t") for line in lines[end + 1 :])
        return cls(
            lanes=lanes,
            bias=bias,
            limits=Limits(**{name: float(value) for name, value in limits}),
            weights={name: packed(sparse, len(lanes)) for name, sparse in rows},
        )

    def weigh(self, seen: Collection[Trait], found: Collection[str]) -> Weighed:
        """Add up what speaks for each lane: traits of the words, and those of the phrases."""
        weights = self.weights
        heavy = [(trait, weights[trait.name]) for trait in seen if trait.name in weights]
        known = {trait.name: weight for trait, weight in heavy}
        known.update((name, weights[name]) for name in found if name in weights)
        total, zero = sum(known.values()), ZERO * len(known)
        size = SCALE * sqrt(len(known) or 1)
        return Weighed(
            scores={
                lane: ((total >> BITS * number & MASK) - zero) / size + self.bias[number]
                for number, lane in enumerate(self.lanes)
            },
            heavy=heavy,
        )

    def shown(self, weighed: Weighed, lane: str, words: int) -> tuple[int, int]:
        """The numbers of the first and last word of the part that weighs most for a lane."""
        shift = BITS * self.lanes.index(lane)
        by_word = [0.0] * words
        for trait, weight in weighed.heavy:
            value = (weight >> shift & MASK) - ZERO
            if trait.first == trait.last:
                by_word[trait.first] += value
            else:
                by_word[trait.first] += value * SHARE
                by_word[trait.last] += value * SHARE
        return _heaviest(by_word)


def _heaviest(by_word: Sequence[float]) -> tuple[int, int]:
    """The stretch of at most `SHOWN` words with the greatest sum."""
    best, place = float("-inf"), (0, 0)
    for first in range(len(by_word)):
        total = 0.0
        for last in range(first, min(first + SHOWN, len(by_word))):
            total += by_word[last]
            if total > best:
                best, place = total, (first, last)
    return place


def packed(sparse: str, lanes: int) -> int:
    """`3:-12 7:40` as one integer with `BITS` for each lane; ValueError for anything else."""
    together = sum(ZERO << BITS * number for number in range(lanes))
    for part in sparse.split():
        number, value = map(int, part.split(":"))
        if not -ZERO < value < ZERO or not 0 <= number < lanes:
            raise ValueError(f"the weight {part} does not fit")
        together += value << BITS * number
    return together
