"""What the model of words looks at in a message: words in one spelling, pairs near each other, the
groups of signs.yaml that they belong to, their bones (a root without its vowels), what stands
behind a denial or a turn, stretches of letters, and what the phrases have found."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from flows.model import Evidence
from flows.sign_content import SignContent
from flows.spelling import Gap, Words, squeeze

NEAR = 3  # words from one to the other of a pair
REACH = 4  # words behind a denial that it may be about
STEM = 3  # letters that are left when an ending is taken off
LONGEST = 300  # words of a message that the model reads; the phrases read all of it
FIGURE = "0"  # any number
STRETCH = "~"  # before letters that are no word of their own
SHORT, LONG = 3, 5  # letters of a stretch, the edges of the word counted
LONGEST_WORD = 30  # letters of a word that are looked at in stretches
ENDINGS = ("nya", "nye", "nyo", "lah", "ku", "mu")
BONES = "%"  # before consonants that several forms of a root share
LEAST_ROOT = 4  # letters that are left when a prefix or suffix is taken off
LEAST_BONES = 3  # consonants without which the vowels are kept
PREFIXES = ("menge", "nge", "menye", "meny", "meng", "mem", "men", "me", "di", "ter", "ber", "ke")
SUFFIXES = ("keun", "kan", "in", "an", "na", "ne", "i", "e")
MERGED = {"menye": "s", "meny": "s"}  # what these prefixes have swallowed
NO_VOWELS = str.maketrans("", "", "aiueo")
# Roots begin otherwise after a nasal (pukul, mukul; kunci, ngunci): one letter for both.
FIRST = {"p": "M", "m": "M", "f": "M", "t": "N", "n": "N", "s": "S", "c": "S", "k": "K"}

Group = tuple[str, ...]


class Trait(NamedTuple):
    """One thing that was seen, and the numbers of the first and last of its words."""

    name: str
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """How words are read for the model; built once from signs.yaml.

    - `same`: spellings and words of other languages, each with the word it counts as.
    - `groups`: words with the groups that hold them. `denials`, `turns`: words that change what
      follows (tidak; ternyata).
    """

    same: Mapping[str, str]
    groups: Mapping[str, Group]
    endings: tuple[str, ...]
    denials: frozenset[str]
    turns: frozenset[str]

    def spell(self, text: str, words: Words) -> tuple[str, ...]:
        """Each word in its one spelling, as far as the model reads."""
        places = zip(words.starts[:LONGEST], words.ends[:LONGEST], strict=True)
        typed = (squeeze(text[start:end].replace(" ", "")) for start, end in places)
        return tuple(self._spelled(word) for word in typed)

    def _spelled(self, word: str) -> str:
        known = self.same.get(word)
        if known is not None:
            return known
        if word[:1].isdigit():
            return FIGURE
        if word.endswith(self.endings):
            for ending in self.endings:
                if word.endswith(ending) and len(word) - len(ending) > STEM:
                    stem = word.removesuffix(ending)
                    return self.same.get(stem, stem)
        return word

    def traits(self, spelled: Sequence[str], words: Words) -> Iterator[Trait]:
        """Everything seen in the words themselves; nothing reaches across the end of a sentence."""
        groups = [self.groups.get(word, ()) for word in spelled]
        first, denied, turned = 0, 0, False
        for place, word in enumerate(spelled):
            gap = words.gaps[place]
            if gap is Gap.SENTENCE:
                first, turned = place, False
            if gap is not Gap.SPACE:
                denied = place
            yield Trait(word, place, place)
            yield Trait(BONES + bones(word), place, place)
            yield from (Trait(f"<{name}", place, place) for name in groups[place])
            yield from _pairs(spelled, groups, max(first, place - NEAR), place)
            if place < denied:
                yield Trait(f"!{word}", place, place)
                yield from (Trait(f"!<{name}", place, place) for name in groups[place])
            if turned:
                yield Trait(f">{word}", place, place)
            if word in self.denials:
                denied = place + 1 + REACH
            turned = turned or word in self.turns


def _pairs(
    spelled: Sequence[str], groups: Sequence[Group], first: int, place: int
) -> Iterator[Trait]:
    """The word at `place` with each of those from `first` on, as words and as groups."""
    word, own = spelled[place], groups[place]
    for before in range(first, place):
        other, joint = spelled[before], " " if before == place - 1 else " . "
        yield Trait(f"{other}{joint}{word}", before, place)
        for name in own:
            yield Trait(f"{other} <{name}", before, place)
        for name in groups[before]:
            yield Trait(f"<{name} {word}", before, place)
            for following in own:
                yield Trait(f"<{name} <{following}", before, place)


@lru_cache(maxsize=4096)  # families use the same words over and over
def bones(word: str) -> str:
    """What dipukul, mukulin and pkul share: the root without prefix, suffix and vowels."""
    root = word
    if len(root) > LEAST_ROOT and root.startswith(PREFIXES):
        root = _without_prefix(root)
    if len(root) > LEAST_ROOT and root.endswith(SUFFIXES):
        for ending in SUFFIXES:
            if root.endswith(ending) and len(root) - len(ending) >= LEAST_ROOT:
                root = root[: -len(ending)]
                break
    root = _from_nasal(root)
    bare = root[:1] + root[1:].translate(NO_VOWELS)
    return bare if len(bare) >= LEAST_BONES else root


def _without_prefix(word: str) -> str:
    for prefix in PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) >= LEAST_ROOT:
            return MERGED.get(prefix, "") + word[len(prefix) :]
    return word


def _from_nasal(root: str) -> str:
    """A root with the letter that stands for both of its beginnings."""
    if root[:2] == "ny":
        return "S" + root[2:]
    if root[:2] == "ng":
        return "K" + root[2:]
    if root[:1] in "aiueo":
        return "K" + root
    return FIRST.get(root[:1], root[:1]) + root[1:]


def stretches(word: str) -> Iterator[str]:
    """Each stretch of a word, with its edges marked: ^ma, mat, ati, ti$ ..."""
    edged = f"^{word[:LONGEST_WORD]}$"
    for size in range(SHORT, LONG + 1):
        for first in range(len(edged) - size + 1):
            yield STRETCH + edged[first : first + size]


def of_phrases(
    evidence: Iterable[Evidence], *, level: str, fitting: Collection[str]
) -> frozenset[str]:
    """What the phrases say, as names of traits: judged signs, and whatever line fitted."""
    judged = (f"={one.category} {one.certainty}" for one in evidence)
    return frozenset((*judged, f"#{level}", *fitting))


def reader(signs: SignContent) -> Reader:
    """How signs.yaml lets the model read."""
    same: dict[str, str] = {}
    for lists in (signs.same, signs.everyday):
        for word, others in lists.items():
            own = same.get(squeeze(word), squeeze(word))
            for other in (word, *others):
                same.setdefault(squeeze(other), own)
    held: dict[str, set[str]] = {}
    for name, members in signs.groups.items():
        for member in members:
            if " " not in member:
                word = squeeze(member)
                held.setdefault(word, set()).add(name)
                held.setdefault(same.get(word, word), set()).add(name)
    return Reader(
        same=same,
        groups={word: tuple(sorted(names)) for word, names in held.items()},
        endings=ENDINGS,
        denials=frozenset(same.get(squeeze(one), squeeze(one)) for one in signs.flags["not"]),
        turns=frozenset(same.get(squeeze(one), squeeze(one)) for one in signs.turns),
    )
