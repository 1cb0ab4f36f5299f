"""Draws that fall the same way each time: a hash of a seed and of what is drawn for.

What is drawn for one family never moves what is drawn for another, nor for another rule file."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

_WHOLE = 1 << 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """`about` is whom the draws are for."""

    seed: int
    about: str = ""

    def of(self, about: object) -> "Chance":
        """Draws for somebody or something of its own."""
        return Chance(seed=self.seed, about=f"{self.about}/{about}")

    def share(self, *names: object) -> float:
        """From 0 up to, but not, 1."""
        drawn = f"{self.seed}|{self.about}|{names}".encode()
        return int.from_bytes(blake2b(drawn, digest_size=8).digest(), "big") / _WHOLE

    def happens(self, percent: int, *names: object) -> bool:
        """So often in a hundred."""
        return self.share(*names) * 100 < percent

    def whole(self, least: int, most: int, *names: object) -> int:
        """A whole number, both ends included."""
        return least + int(self.share(*names) * (most - least + 1))

    def pick(self, weights: Sequence[int], *names: object) -> int:
        """The index of a weight, as often as it weighs."""
        left = self.share(*names) * sum(weights)
        for index, weight in enumerate(weights):
            left -= weight
            if left < 0:
                return index
        return len(weights) - 1
