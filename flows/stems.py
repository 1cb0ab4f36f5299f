"""Takes Indonesian affixes off a word, so that one root in a list stands for all its forms.

The other direction of `affixes`: that one grows the few forms of a sign, this one must miss none.
"""

from collections.abc import Iterator
from functools import lru_cache

SHORTEST = 3
"""A root has at least this many letters; shorter remains would match by accident."""

_FRONTS = (
    *("di", "ke", "ku", "kau", "se", "ber", "be", "bel", "ter", "te", "per", "pe", "pel"),
    *("me", "mem", "men", "meng", "menge", "meny", "pem", "pen", "peng", "penge", "peny"),
)
# These swallow the first letter of the root: perkosa -> memerkosa, korban -> pengorbanan.
_SWALLOWING = {
    **{"mem": "p", "men": "t", "meng": "k", "meny": "s"},
    **{"pem": "p", "pen": "t", "peng": "k", "peny": "s"},
}
# What may hang on a word, from the end inwards: -lah, then -nya, then -kan.
_PARTICLES = ("lah", "kah", "pun")
_OWNERS = ("nya", "ku", "mu")
_ENDINGS = ("kan", "an", "i")


@lru_cache(maxsize=4096)
def stems(word: str) -> frozenset[str]:
    """Everything `word` (in small letters) may be a form of, itself included."""
    fronts = {word} | set(_without_front(word))
    # Two prefixes may stand together: dipersidangkan, memperdagangkan.
    fronts |= {rest for front in tuple(fronts) for rest in _without_front(front)}
    return frozenset(
        stem for front in fronts for stem in _without_end(front) if len(stem) >= SHORTEST
    )


def _without_front(word: str) -> Iterator[str]:
    for front in _FRONTS:
        if word.startswith(front):
            rest = word[len(front) :]
            yield rest
            if front in _SWALLOWING:
                yield _SWALLOWING[front] + rest


def _without_end(word: str) -> set[str]:
    found = {word}
    for layer in (_PARTICLES, _OWNERS, _ENDINGS):
        found |= {stem.removesuffix(end) for stem in found for end in layer}
    return found
