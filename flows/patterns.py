"""Phrases as content writes them, and one machine that finds all of them in a single pass.

The notation of a phrase (described for its readers at the top of signs.yaml):

    word            the word in any of its spellings
    a|b|<group>     one of these
    <di-hurt>       a form of the verbs `hurt`: di- passive, me- active, ku- the speaker's own;
                    <hurt> the root itself
    0               any number, in digits or as a word
    (word)          may be missing
    ..  ...         at most three, at most six words in between
    one + other     both, in any order, at most six words apart
    one / other     either of two phrases

The machine is the bit-parallel automaton of Navarro and Raffinot ("Flexible Pattern Matching in
Strings", 2002, extended Shift-And): one bit for each place of each phrase, a handful of integer
operations for each word of the text, however many phrases there are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations, product

from flows.errors import ContentError
from flows.spelling import Gap, Words

GAPS = {"..": 3, "...": 6}
MOST_FILLERS = 3  # in a row; more would let a text make the way back long


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of a phrase: the words that fit it; any word fits where `words` is None."""

    words: frozenset[str] | None
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """Phrase number `phrase` was found; `places` are the numbers of its words in the text."""

    phrase: int
    places: tuple[int, ...]


def parse(
    line: str, groups: Mapping[str, frozenset[str]], where: str
) -> tuple[tuple[Slot, ...], ...]:
    """A phrase as rows of slots; several rows where a group holds members of several words.

    Raises ContentError where the notation is broken or names a group that does not exist.
    """
    line = line.replace("| ", "|")  # a long row of alternatives may be broken behind a bar
    rows = tuple(row for phrase in line.split(" / ") for row in _rows(phrase, groups, where))
    for row in rows:
        if not row or row[0].is_optional or row[-1].is_optional:
            raise ContentError(
                where, f"{line!r} must begin and end with a word that has to be there"
            )
    return rows


def _rows(
    phrase: str, groups: Mapping[str, frozenset[str]], where: str
) -> Iterator[tuple[Slot, ...]]:
    for order in permutations(phrase.split(" + ")):
        pieces = " ... ".join(order).split()
        for row in product(*(_choices(piece, groups, where) for piece in pieces)):
            yield tuple(slot for part in row for slot in part)


def _choices(
    piece: str, groups: Mapping[str, frozenset[str]], where: str
) -> list[tuple[Slot, ...]]:
    """What one piece stands for: usually one slot, more for members of several words."""
    if piece in GAPS:
        return [(Slot(None, is_optional=True),) * GAPS[piece]]
    is_optional = piece.startswith("(") and piece.endswith(")")
    members: set[str] = set()
    for part in (piece[1:-1] if is_optional else piece).split("|"):
        members |= _members(part, groups, where)
    single = frozenset(member for member in members if " " not in member)
    rows: list[tuple[Slot, ...]] = [(Slot(single, is_optional),)] if single else []
    several = (member.split() for member in sorted(members - single))
    rows.extend(tuple(Slot(frozenset({word}), is_optional) for word in row) for row in several)
    return rows


def _members(part: str, groups: Mapping[str, frozenset[str]], where: str) -> frozenset[str]:
    if not part.startswith("<"):
        if not part or set(part) & set("<>()|"):
            raise ContentError(
                where, f"{part!r} is no word; see the notation at the top of the file"
            )
        return frozenset({part})
    name = part[1:-1] if part.endswith(">") else ""
    if name not in groups:
        raise ContentError(where, f"there is no group or verb called {part}")
    return groups[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Automaton:
    """All phrases side by side as bits of one integer; see `compile_phrases`.

    - `first`, `last`: the first and the last slot of each phrase.
    - `optional`: slots that may be missing. `free`: slots that any word fits.
    - `filler`: the bit of words that may stand anywhere inside a phrase (aja, sih, kok).
    """

    first: int
    last: int
    optional: int
    free: int
    filler: int
    phrases: Mapping[int, int]

    def run(self, words: Words) -> Iterator[Hit]:
        """Every phrase found, by the place of its last word; no phrase crosses a sentence."""
        entering: list[int] = []
        after: list[int] = []
        state = fillers = 0
        for place, meaning in enumerate(words.meanings):
            before = 0 if words.gaps[place] is Gap.SENTENCE else state
            fillers = fillers + 1 if meaning & self.filler else 0
            state = self._step(before, meaning)
            if 0 < fillers <= MOST_FILLERS:
                state |= before & ~self.last  # what was reached so far stays reached
            entering.append(before)
            after.append(state)
            found = state & self.last
            while found:
                bit = found & -found
                found ^= bit
                yield Hit(self.phrases[bit], self._places(bit, place, words, entering, after))

    def _step(self, before: int, meaning: int) -> int:
        """What is reached after one more word, slots that may be missing included."""
        state = (before << 1 | self.first) & (meaning | self.free)
        while True:
            further = state | (state << 1 & self.optional)
            if further == state:
                return state
            state = further

    def _places(
        self, bit: int, place: int, words: Words, entering: Sequence[int], after: Sequence[int]
    ) -> tuple[int, ...]:
        """Walk back from the last word of a phrase to its first, by the shortest way."""
        places: list[int] = []
        while True:
            came_from = bit >> 1
            if words.meanings[place] & bit and not self.free & bit:
                if bit & self.first:
                    return (place, *reversed(places))
                if entering[place] & came_from:
                    places.append(place)
                    bit, place = came_from, place - 1
                    continue
            if self.optional & bit and after[place] & came_from:
                bit = came_from
            elif self.free & bit and entering[place] & came_from:
                bit, place = came_from, place - 1
            else:
                place -= 1


def compile_phrases(
    phrases: Iterable[Sequence[Sequence[Slot]]], first_bit: int, filler: int
) -> tuple[Automaton, dict[str, int]]:
    """The machine for phrases (each a sequence of rows of slots), and the bits of each word."""
    meanings: dict[str, int] = {}
    first = last = optional = free = 0
    owners: dict[int, int] = {}
    bit = 1 << first_bit
    for number, rows in enumerate(phrases):
        for row in rows:
            first |= bit
            for slot in row:
                if slot.words is None:
                    free |= bit
                for word in slot.words or ():
                    meanings[word] = meanings.get(word, 0) | bit
                optional |= bit if slot.is_optional else 0
                bit <<= 1
            last |= bit >> 1
            owners[bit >> 1] = number
    machine = Automaton(
        first=first, last=last, optional=optional, free=free, filler=filler, phrases=owners
    )
    return machine, meanings
