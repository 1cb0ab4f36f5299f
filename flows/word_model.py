"""A small linear model beside the phrases of signs.yaml. It has seen thousands of invented
messages, so it knows turns of phrase that nobody has listed, and can show what weighed most.

Each trait has a weight in each lane: a category, or `critical` and `sign` for whole levels; so has
each stretch of letters, by which a strange spelling of a word is known. The weights of a trait
stand side by side in one integer, so that adding up all lanes of a message is one addition a trait.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from struct import unpack
from typing import Self

from flows.errors import ContentError
from flows.traits import Trait, stretches

FIRST_LINE = "kabar words 1"
CRITICAL, SIGN = "critical", "sign"
OPEN = "null"  # in the place of a name: nobody has approved it
SCALE = 32  # packed units that make a weight of 1
ZERO = 1 << 9  # added to each packed weight, so that none is negative
BITS = 32  # of a lane; more traits than any message has fit
MASK = (1 << BITS) - 1
SHOWN = 6  # words, at most, of the part of a message that is shown
SHARE = 0.5  # of the weight of a pair, for each of its two words
OF_SIGN = 0.5  # what the lane of any sign adds to the alarm


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From which scores on something counts.

    - `critical`: of the alarm, for a message without a critical phrase. `sure`: of the alarm, no
      human need look first. `doubted`, `denied`: of the alarm, below them a critical phrase is
      unsure, or is not meant.
    - `sign`: the message has a sign of watch. `category`: it has this label.
    """

    critical: float
    sure: float
    doubted: float
    denied: float
    sign: float
    category: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """The scores of a message by lane, 0 where the model cannot tell; `heavy` are the traits of
    its words that the model knows, with their packed weights. `alarm` is how critical it is: the
    lane of all critical signs, the likeliest critical category, and half of any sign."""

    scores: Mapping[str, float]
    alarm: float
    heavy: Sequence[tuple[Trait, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WordModel:
    """Read once, never changed: any number of threads may use it.

    - `alarming`: the lanes of critical categories; `careful`: those of them whose
      phrases it never doubts.
    - `letters`: for each word the model knows, its stretches added up, and how many they are.
    - `approved_by`: None until somebody stands behind what the model finds.
    """

    lanes: Sequence[str]
    alarming: frozenset[str]
    careful: frozenset[str]
    bias: Sequence[float]
    limits: Limits
    weights: Mapping[str, int]
    letters: Mapping[str, tuple[int, int]]
    approved_by: str | None

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
        head = _head(lines[1:end])
        lanes, bias = tuple(head["lanes"].split()), tuple(map(float, head["bias"].split()))
        if len(lanes) != len(bias) or not {CRITICAL, SIGN} <= set(lanes):
            raise ValueError("lanes and bias do not fit")
        alarming = frozenset(head["alarming"].split())
        if not alarming or not alarming <= set(lanes) - {CRITICAL, SIGN}:
            raise ValueError("what is alarming is no lane")
        careful = frozenset(head["careful"].split())
        if not careful <= alarming:
            raise ValueError("what is careful is not alarming")
        limits = (part.split("=") for part in head["limits"].split())
        rows = (line.split("\t") for line in lines[end + 1 :])
        weights = {name: packed(sparse, len(lanes)) for name, sparse in rows}
        return cls(
            lanes=lanes,
            alarming=alarming,
            careful=careful,
            bias=bias,
            limits=Limits(**{name: float(value) for name, value in limits}),
            weights=weights,
            letters={name: _letters(name, weights) for name in weights if name.isalnum()},
            approved_by=_name(head["approved_by"]),
        )

    def weigh(
        self, seen: Collection[Trait], found: Collection[str], spelled: Iterable[str]
    ) -> Weighed:
        """Add up what speaks for each lane: the letters of the words, the words as traits, and
        what the phrases have found."""
        weights = self.weights
        heavy = [(trait, weights[trait.name]) for trait in seen if trait.name in weights]
        known = {trait.name: weight for trait, weight in heavy}
        known.update((name, weights[name]) for name in found if name in weights)
        by_trait = self._spread(sum(known.values()), len(known))
        by_letter = self._spread(*self._letters_of(frozenset(spelled)))
        values = map(sum, zip(by_trait, by_letter, self.bias, strict=True))
        scores = dict(zip(self.lanes, values, strict=True))
        likeliest = max(scores[name] for name in self.alarming)
        alarm = scores[CRITICAL] + likeliest + OF_SIGN * scores[SIGN]
        return Weighed(scores=scores, alarm=alarm, heavy=heavy)

    def _letters_of(self, spelled: Iterable[str]) -> tuple[int, int]:
        total, count = 0, 0
        for word in spelled:
            own = self.letters.get(word) or _letters(word, self.weights)
            total += own[0]
            count += own[1]
        return total, count

    def _spread(self, total: int, count: int) -> tuple[float, ...]:
        """The lanes of weights that were added up, by the square root of how many they were."""
        zero, size = ZERO * count, SCALE * sqrt(count or 1)
        lanes = len(self.lanes)
        sums = unpack(f"<{lanes}I", total.to_bytes(lanes * BITS // 8, "little"))
        return tuple((one - zero) / size for one in sums)

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


def approver(body: str) -> str | None:
    """Who stands behind the model of a file, without reading all of it; None where nobody does."""
    head = _head(body.partition("\n\n")[0].splitlines()[1:])
    return _name(head.get("approved_by", OPEN))


def _head(lines: Iterable[str]) -> dict[str, str]:
    return dict(line.split(" ", 1) for line in lines)


def _name(written: str) -> str | None:
    return None if written == OPEN else written


def _letters(word: str, weights: Mapping[str, int]) -> tuple[int, int]:
    """The weights of the stretches of a word, added up, and how many they are."""
    known = [weights[name] for name in stretches(word) if name in weights]
    return sum(known), len(known)


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
    together = _zeros(lanes)
    for part in sparse.split():
        number, value = map(int, part.split(":"))
        if not -ZERO < value < ZERO or not 0 <= number < lanes:
            raise ValueError(f"the weight {part} does not fit")
        together += value << BITS * number
    return together


@lru_cache(maxsize=4)
def _zeros(lanes: int) -> int:
    """The weights of a trait that says nothing in any lane."""
    return sum(ZERO << BITS * number for number in range(lanes))
