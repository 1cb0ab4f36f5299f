"""Grows the everyday forms of an Indonesian verb from its root, so that signs.yaml can list roots.

Three voices matter, because they say who did it: passive (`dipukul`), active (`memukul`, `mukulin`,
`ngegebuk`) and the speaker's own (`kupukul`); the root itself (`pukul`) is the speaker's too.
"""

PASSIVE = "di"
ACTIVE = "me"
OWN = "ku"
BARE = "root"

_VOWELS = "aeiou"
# The nasal swallows these first letters: pukul -> memukul, mukul.
_SWALLOWED = {"p": "m", "t": "n", "k": "ng", "s": "ny"}
# Before these it only stands in front: banting -> membanting, mbanting.
_IN_FRONT = {
    "b": "m",
    "f": "m",
    "v": "m",
    "c": "n",
    "d": "n",
    "j": "n",
    "z": "n",
    "g": "ng",
    "h": "ng",
}
# Endings of everyday speech: standard, Jakarta (-in), Javanese (-ake, -ne), Sundanese (-an, -keun).
_ENDINGS = ("", "i", "in", "kan")
_PASSIVE_ENDINGS = (*_ENDINGS, "ake", "ne", "an", "keun")


def forms(root: str) -> dict[str, frozenset[str]]:
    """All forms of a root by voice: PASSIVE, ACTIVE, OWN and BARE."""
    return {
        PASSIVE: frozenset("di" + root + ending for ending in _PASSIVE_ENDINGS),
        ACTIVE: frozenset(stem + ending for stem in _active(root) for ending in _ENDINGS),
        OWN: frozenset(me + root + ending for me in ("ku", "tak") for ending in _ENDINGS),
        BARE: frozenset(root + ending for ending in _ENDINGS),
    }


def _active(root: str) -> set[str]:
    """The root behind me-, the bare nasal, Jakarta's nge-, Sunda's nga- and Minang's ma-."""
    return {"nga" + root, "ma" + root} | _nasal(root)


def _nasal(root: str) -> set[str]:
    first, rest = root[0], root[1:]
    if first in _SWALLOWED:
        nasal = _SWALLOWED[first] + rest
        return {"me" + nasal, nasal} | ({"mem" + root} if first == "p" else set())  # memperkosa
    if first == "c":  # cubit: mencubit, nyubit, nyekik
        return {"men" + root, "n" + root, "ny" + rest, "nge" + root}
    if first in _IN_FRONT:
        nasal = _IN_FRONT[first] + root
        return {"me" + nasal, nasal, "nge" + root}
    if first in _VOWELS:
        return {"meng" + root, "ng" + root}
    return {"me" + root, "nge" + root}
