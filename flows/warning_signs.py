"""Finds signs of regression in what a family writes, with the words that fired.

A detector decides how fast a human reads, never whether: every message is kept and read.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from flows.model import Certainty, Evidence, Signs
from flows.negation import FILLER, FLAGS, Marks, Reading, Role, certainty, sentence_numbers
from flows.patterns import Automaton, Hit, compile_phrases, parse
from flows.sign_content import FLAG_NAMES, Category, SignContent, read
from flows.spelling import Lexicon, Words, spoken, squeeze

MASK = "•••"


class Kind(Enum):
    """Phrases that are neither a sign nor a mark."""

    IDIOM = auto()  # words inside it are no sign (mati lampu)
    METHOD = auto()  # never shown on a staff screen (safeguarding 5)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one phrase line of signs.yaml stands for."""

    line: str
    of: Category | Role | Kind
    is_unsure: bool = False


@dataclass(frozen=True, slots=True)
class _Sign:
    """A phrase of a category, found."""

    hit: Hit
    category: Category
    is_unsure: bool
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """Built once from signs.yaml, never changed: any number of threads may use it."""

    lexicon: Lexicon
    automaton: Automaton
    meanings: Sequence[Meaning]
    categories: Sequence[str]
    rivals: Sequence[str]

    def find(self, text: str) -> Signs:
        """The signs in a text. Critical signs that are denied or over come as evidence only."""
        rows = [(sign.category, evidence) for sign, evidence in self._judged(text)]
        meant = [(of, row) for of, row in rows if row.certainty is not Certainty.DENIED]
        labels = {row.category for _, row in meant}
        levels = {of.level for of, _ in meant}
        return Signs(
            level="critical" if "critical" in levels else "watch" if levels else "none",
            labels=tuple(name for name in self.categories if name in labels),
            evidence=tuple(row for _, row in rows),
        )

    def explain(self, text: str) -> tuple[tuple[str, Evidence], ...]:
        """The evidence of `find`, each with the line of signs.yaml that fired."""
        return tuple((sign.line, evidence) for sign, evidence in self._judged(text))

    def mask(self, text: str) -> str:
        """The text with every word of a method replaced, for screens of staff."""
        words = self.lexicon.read(text)
        hidden = sorted(
            {
                place
                for hit in self.automaton.run(words)
                if self.meanings[hit.phrase].of is Kind.METHOD
                for place in hit.places
            }
        )
        parts: list[str] = []
        done = 0
        for place in hidden:
            between = text[done : words.starts[place]]
            if between.strip() or not parts:
                parts += (between, MASK)
            done = words.ends[place]
        return "".join((*parts, text[done:]))

    def _judged(self, text: str) -> list[tuple[_Sign, Evidence]]:
        """Signs in the order of the text; those of watch that are not meant are left out."""
        words = self.lexicon.read(text)
        found, marks, idioms = self._sorted(self.automaton.run(words))
        if not found:
            return []
        reading = Reading(words=words, marks=marks, sentences=sentence_numbers(words))
        kept = self._strongest(sign for sign in found if not _is_idiom(sign.hit, idioms))
        judged: list[tuple[_Sign, Evidence]] = []
        denied: set[int] = set()
        for sign in sorted(kept, key=lambda one: (one.hit.places, self._rank(one))):
            sure = certainty(sign.hit, reading, denied, only_present=sign.category.only_present)
            if sure is Certainty.DENIED:
                denied.add(sign.hit.places[-1])
                if sign.category.level != "critical":
                    continue
            elif sign.category.level != "critical" and reading.has(Role.MILD, sign.hit):
                continue
            elif sign.is_unsure:
                sure = Certainty.UNSURE
            judged.append((sign, _evidence(text, words, sign, sure)))
        return _without_replaced(judged, reading)

    def _sorted(self, hits: Iterable[Hit]) -> tuple[list[_Sign], dict[Role, Marks], dict[int, int]]:
        """Hits as signs, as marks by role, and for each place inside an idiom its length."""
        found: list[_Sign] = []
        marks: defaultdict[Role, list[tuple[int, int]]] = defaultdict(list)
        idioms: dict[int, int] = {}
        for hit in hits:
            meaning = self.meanings[hit.phrase]
            if isinstance(meaning.of, Category):
                found.append(_Sign(hit, meaning.of, meaning.is_unsure, meaning.line))
            elif isinstance(meaning.of, Role):
                marks[meaning.of].append((hit.places[0], hit.places[-1]))
            elif meaning.of is Kind.IDIOM:
                length = len(hit.places)
                idioms |= {place: max(length, idioms.get(place, 0)) for place in hit.places}
        return found, {role: _marks(spans) for role, spans in marks.items()}, idioms

    def _strongest(self, signs: Iterable[_Sign]) -> list[_Sign]:
        """One sign for the same words: of a category, and of categories that are rivals."""
        kept: list[_Sign] = []
        taken: set[tuple[str, int]] = set()
        for sign in sorted(
            signs, key=lambda one: (-len(one.hit.places), one.is_unsure, self._strength(one))
        ):
            name = sign.category.name
            claim = "rivals" if name in self.rivals else name
            claims = {(claim, place) for place in sign.hit.places}
            if taken.isdisjoint(claims):
                taken |= claims
                kept.append(sign)
        return kept

    def _strength(self, sign: _Sign) -> int:
        name = sign.category.name
        return self.rivals.index(name) if name in self.rivals else len(self.rivals)

    def _rank(self, sign: _Sign) -> int:
        return self.categories.index(sign.category.name)


def build(content: Mapping[str, object]) -> Detector:
    """A detector from the parsed signs.yaml; raises ContentError where the file is wrong."""
    signs = read(content)
    meanings = tuple(_meanings(signs))
    rows = [
        parse(meaning.line, signs.groups, f"signs.yaml: {_name(meaning)}") for meaning in meanings
    ]
    automaton, bits = compile_phrases(rows, first_bit=FLAGS, filler=FILLER)
    return Detector(
        lexicon=Lexicon(
            meanings=_lexicon(signs, bits),
            endings=tuple(sorted(signs.endings, key=len, reverse=True)),
            glue=signs.glue,
        ),
        automaton=automaton,
        meanings=meanings,
        categories=tuple(category.name for category in signs.categories),
        rivals=signs.rivals,
    )


def _meanings(signs: SignContent) -> Iterable[Meaning]:
    for category in signs.categories:
        yield from (Meaning(line, category) for line in category.phrases)
        yield from (Meaning(line, category, is_unsure=True) for line in category.unsure)
    for role, lines in signs.context.items():
        yield from (Meaning(line, role) for line in lines)
    yield from (Meaning(line, Kind.IDIOM) for line in signs.idioms)
    yield from (Meaning(line, Kind.METHOD) for line in signs.methods)


def _name(meaning: Meaning) -> str:
    return meaning.of.name.lower()


def _lexicon(signs: SignContent, bits: Mapping[str, int]) -> dict[str, int]:
    """The meaning of every squeezed word: places in phrases, flags, those of its synonyms."""
    lexicon: defaultdict[str, int] = defaultdict(int)
    for word, meaning in bits.items():
        lexicon[squeeze(word)] |= meaning
    for place, name in enumerate(FLAG_NAMES):
        for word in signs.flags[name]:
            lexicon[squeeze(word)] |= 1 << place
    for word, other in _equal_words(signs, tuple(lexicon)):
        lexicon[squeeze(other)] |= lexicon[squeeze(word)]
    said = {heard: meaning for word, meaning in lexicon.items() for heard in spoken(word)}
    return said | lexicon


def _equal_words(signs: SignContent, known: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Pairs of a word and another that means the same as well, in the order in which to apply."""
    for place in signs.places:
        yield from ((place, prefix + place) for prefix in ("di", "ke"))
    for word, others in signs.same.items():
        yield from ((word, other) for other in others)
    for word in known:
        if word.endswith("nya"):  # bapaknya is listed for the husband, and is a bapak all the same
            yield word.removesuffix("nya"), word
        first, _, second = word.partition("-")
        if first == second:
            yield first, word


def _is_idiom(hit: Hit, idioms: Mapping[int, int]) -> bool:
    """Does an idiom of at least as many words hold one of its words (mau mati lampu)?"""
    return any(place in idioms for place in hit.places)


def _marks(spans: Sequence[tuple[int, int]]) -> Marks:
    return Marks(sorted(start for start, _ in spans), sorted(end for _, end in spans))


def _evidence(text: str, words: Words, sign: _Sign, sure: Certainty) -> Evidence:
    start, end = words.starts[sign.hit.places[0]], words.ends[sign.hit.places[-1]]
    return Evidence(
        text=text[start:end], start=start, end=end, category=sign.category.name, certainty=sure
    )


def _without_replaced(
    judged: list[tuple[_Sign, Evidence]], reading: Reading
) -> list[tuple[_Sign, Evidence]]:
    """Leave out signs whose place another of the same sentence takes (serious harm for anger)."""
    replaced = {
        (reading.sentences[sign.hit.places[0]], name)
        for sign, row in judged
        if row.certainty is not Certainty.DENIED
        for name in sign.category.instead_of
    }
    return [
        (sign, row)
        for sign, row in judged
        if (reading.sentences[sign.hit.places[0]], sign.category.name) not in replaced
    ]
