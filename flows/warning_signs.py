"""Finds signs of regression in what a family writes, with the words that fired.

A detector decides how fast a human reads, never whether: every message is kept and read.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from enum import Enum, auto

from flows import traits
from flows.child_writes import ChildWriter, build_child
from flows.model import Certainty, Evidence, Signs
from flows.model_signs import with_model
from flows.negation import FILLER, FLAGS, Reading, Role, Span, certainty
from flows.patterns import Automaton, Hit, compile_phrases, parse
from flows.sign_content import Category, SignContent, lexicon, read
from flows.spelling import Lexicon, Words
from flows.traits import Reader
from flows.word_model import CRITICAL, SIGN, WordModel

MASK = "•••"
MODEL = "model"
"""Where `build` looks for the model of words, beside what stands in signs.yaml."""


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

    @property
    def name(self) -> str:
        """What it stands for, as the model of words is told."""
        return f"?{self.of.name}" if isinstance(self.of, Category) else f"@{self.of.name.lower()}"


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase of a category in a text."""

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
    critical: frozenset[str]
    rivals: Sequence[str]
    reader: Reader
    model: WordModel | None = None
    child: ChildWriter | None = None

    def find(self, text: str) -> Signs:
        """The signs in a text, and whether a child writes it. Critical signs that are denied or
        over come as evidence only."""
        words = self.lexicon.read(text)
        found = self._find(text, words)
        if self.child is None:
            return found
        writes, pleads = self.child.listen(text, words)
        return replace(found, child_writes=writes, child_pleads=pleads) if writes else found

    def _find(self, text: str, words: Words) -> Signs:
        hits = tuple(self.automaton.run(words))
        judged = self._judged(text, words, hits)
        if self.model is None or not len(words):
            return self._signs(judged)
        spelled = self.reader.spell(text, words)
        seen = tuple(self.reader.traits(spelled, words))
        weighed = self.model.weigh(seen, self._said(judged, hits), spelled)
        return self._signs(with_model(self.model, weighed, text, words, judged))

    def names_of_traits(self, text: str) -> tuple[frozenset[str], frozenset[str]]:
        """What the model of words looks at in a text, for those who train it: traits, and the
        words whose letters it reads."""
        words = self.lexicon.read(text)
        hits = tuple(self.automaton.run(words))
        spelled = self.reader.spell(text, words)
        seen = frozenset(trait.name for trait in self.reader.traits(spelled, words))
        return seen | self._said(self._judged(text, words, hits), hits), frozenset(spelled)

    def _said(self, judged: Sequence[Evidence], hits: Iterable[Hit]) -> frozenset[str]:
        """What the phrases say of a text, judged and not, as names of traits."""
        return traits.of_phrases(
            judged,
            level=self._signs(judged).level,
            fitting={self.meanings[hit.phrase].name for hit in hits},
        )

    def _signs(self, evidence: Sequence[Evidence]) -> Signs:
        labels = {row.category for row in evidence if row.certainty is not Certainty.DENIED}
        level = "critical" if labels & self.critical else "watch" if labels else "none"
        return Signs(
            level=level,
            labels=tuple(name for name in self.categories if name in labels),
            evidence=tuple(evidence),
        )

    def phrases(self, text: str) -> tuple[Meaning, ...]:
        """Every line of signs.yaml that fits somewhere in a text, before anything is judged."""
        hits = self.automaton.run(self.lexicon.read(text))
        return tuple(self.meanings[hit.phrase] for hit in hits)

    def mask(self, text: str) -> str:
        """The text with the words of a method replaced, for screens of staff."""
        words = self.lexicon.read(text)
        hits = self.automaton.run(words)
        methods = (hit for hit in hits if self.meanings[hit.phrase].of is Kind.METHOD)
        parts: list[str] = []
        done = 0
        for place in sorted({place for hit in methods for place in hit.places}):
            between = text[done : words.starts[place]]
            if between.strip() or not parts:
                parts += (between, MASK)
            done = words.ends[place]
        return "".join((*parts, text[done:]))

    def _judged(self, text: str, words: Words, hits: Iterable[Hit]) -> tuple[Evidence, ...]:
        """Signs in the order of the text; those of watch that are not meant are left out."""
        signs, marks, idle = self._sorted(hits)
        if not signs:
            return ()
        reading = Reading.of(words, marks)
        judged: list[tuple[Found, Evidence]] = []
        denied: set[int] = set()
        for found in self._strongest(one for one in signs if idle.isdisjoint(one.hit.places)):
            sure = _certainty(found, reading, denied)
            if sure is Certainty.DENIED:
                denied.add(found.hit.places[-1])
            if sure is not Certainty.DENIED or found.category.level == "critical":
                judged.append((found, _evidence(text, reading, found, sure)))
        return tuple(row for _, row in _without_replaced(judged, reading))

    def _sorted(
        self, hits: Iterable[Hit]
    ) -> tuple[list[Found], Mapping[Role, list[Span]], set[int]]:
        """Hits as signs, as marks by role, and the places of words inside idioms."""
        signs: list[Found] = []
        marks: defaultdict[Role, list[Span]] = defaultdict(list)
        idle: set[int] = set()
        for hit in hits:
            meaning = self.meanings[hit.phrase]
            if isinstance(meaning.of, Category):
                signs.append(Found(hit, meaning.of, meaning.is_unsure, meaning.line))
            elif isinstance(meaning.of, Role):
                marks[meaning.of].append(Span(hit.places[0], hit.places[-1]))
            elif meaning.of is Kind.IDIOM:
                idle.update(hit.places)
        return signs, marks, idle

    def _strongest(self, signs: Iterable[Found]) -> list[Found]:
        """One sign for the same words, of a category and of rivals, in the order of the text."""
        kept: list[Found] = []
        taken: set[tuple[str, int]] = set()
        for found in sorted(signs, key=self._weakness):
            name = found.category.name
            claim = "rivals" if name in self.rivals else name
            claims = {(claim, place) for place in found.hit.places}
            if taken.isdisjoint(claims):
                taken |= claims
                kept.append(found)
        return sorted(kept, key=self._order)

    def _weakness(self, found: Found) -> tuple[int, bool, int, tuple[int, ...]]:
        """The most words first, then sure before unsure, then the order of the rivals."""
        name = found.category.name
        rank = self.rivals.index(name) if name in self.rivals else len(self.rivals)
        return -len(found.hit.places), found.is_unsure, rank, found.hit.places

    def _order(self, found: Found) -> tuple[int, int, int]:
        places = found.hit.places
        return places[0], places[-1], self.categories.index(found.category.name)


def build(content: Mapping[str, object]) -> Detector:
    """A detector from the parsed signs.yaml and, under `MODEL`, the text of the model of words;
    raises ContentError where one of them is wrong. Without a model the phrases judge alone."""
    signs = read(content)
    meanings = tuple(_meanings(signs))
    # One phrase at a time: all of their rows at once would take twice the memory.
    rows = (
        parse(meaning.line, signs.groups, f"signs.yaml: {meaning.of.name.lower()}")
        for meaning in meanings
    )
    automaton, bits = compile_phrases(rows, first_bit=FLAGS, filler=FILLER)
    return Detector(
        lexicon=lexicon(signs, bits),
        automaton=automaton,
        meanings=meanings,
        categories=tuple(category.name for category in signs.categories),
        critical=_critical(signs),
        rivals=signs.rivals,
        reader=traits.reader(signs),
        child=build_child(signs),
        model=_model(content.get(MODEL), signs),
    )


def _model(body: object, signs: SignContent) -> WordModel | None:
    """The model, unless there is none, or it was trained for other categories: then the phrases
    judge alone, and `unfit` says so."""
    if not isinstance(body, str) or not body.strip():
        return None
    model = WordModel.read(body)
    return None if _strange_to(model, signs) else model


def unfit(content: Mapping[str, object]) -> tuple[str, ...]:
    """The categories for which the model of words is left out, for those who check content."""
    body = content.get(MODEL)
    if not isinstance(body, str) or not body.strip():
        return ()
    return _strange_to(WordModel.read(body), read(content))


def _strange_to(model: WordModel, signs: SignContent) -> tuple[str, ...]:
    """Categories that the model knows, and that signs.yaml has not, or at the other level."""
    names, critical = {one.name for one in signs.categories}, _critical(signs)
    known = (lane for lane in model.lanes if lane not in (CRITICAL, SIGN))
    return tuple(
        name
        for name in known
        if name not in names or (name in critical) != (name in model.alarming)
    )


def _critical(signs: SignContent) -> frozenset[str]:
    return frozenset(one.name for one in signs.categories if one.level == "critical")


def _meanings(signs: SignContent) -> Iterator[Meaning]:
    for category in signs.categories:
        yield from (Meaning(line, category) for line in category.phrases)
        yield from (Meaning(line, category, is_unsure=True) for line in category.unsure)
    for role, lines in signs.context.items():
        yield from (Meaning(line, role) for line in lines)
    yield from (Meaning(line, Kind.IDIOM) for line in signs.idioms)
    yield from (Meaning(line, Kind.METHOD) for line in signs.methods)


def _certainty(found: Found, reading: Reading, denied: Set[int]) -> Certainty:
    is_watch = found.category.level == "watch"
    if is_watch and any(reading.has(role, found.hit) for role in (Role.MILD, Role.ASKED)):
        return Certainty.DENIED
    only_present = is_watch or found.category.only_present
    sure = certainty(found.hit, reading, denied, only_present=only_present)
    return Certainty.UNSURE if found.is_unsure and sure is Certainty.SURE else sure


def _evidence(text: str, reading: Reading, found: Found, sure: Certainty) -> Evidence:
    start = reading.words.starts[found.hit.places[0]]
    end = reading.words.ends[found.hit.places[-1]]
    return Evidence(
        text=text[start:end],
        start=start,
        end=end,
        category=found.category.name,
        certainty=sure,
        pattern=found.line,
    )


def _without_replaced(
    judged: list[tuple[Found, Evidence]], reading: Reading
) -> list[tuple[Found, Evidence]]:
    """Leave out signs whose place another of the same sentence takes (serious harm for anger)."""
    replaced = {
        (reading.sentences[found.hit.places[0]], name)
        for found, row in judged
        if row.certainty is not Certainty.DENIED
        for name in found.category.instead_of
    }
    return [
        (found, row)
        for found, row in judged
        if (reading.sentences[found.hit.places[0]], found.category.name) not in replaced
    ]
