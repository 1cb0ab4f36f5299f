"""Does it sound as if the child were writing on the phone of the parent?

Phrases as in signs.yaml, in a machine of their own: what a psychologist adds here changes no sign,
no level and nothing that the model of words looks at. Precision first: where somebody is quoted,
the parent writes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from flows.negation import FILLER, FLAGS
from flows.patterns import Automaton, compile_phrases, parse
from flows.sign_content import SignContent, lexicon
from flows.spelling import Lexicon, Words, plain

PHRASE, PLEA, QUOTE = range(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildWriter:
    """Built once, never changed. `kinds` says of each phrase what it is."""

    lexicon: Lexicon
    automaton: Automaton
    kinds: tuple[int, ...]
    opening: re.Pattern[str]

    def listen(self, text: str, words: Words) -> tuple[bool, bool]:
        """Does a child write, and does it ask for help? `words` are those of the text, found
        already: only what they mean is looked up anew."""
        if not self.opening.search(text.lower()):
            return False, False
        places = zip(words.starts, words.ends, strict=True)
        typed = (plain(text[start:end].replace(" ", "")) for start, end in places)
        own = replace(words, meanings=tuple(map(self.lexicon.meaning, typed)))
        found = {self.kinds[hit.phrase] for hit in self.automaton.run(own)}
        writes = PHRASE in found and QUOTE not in found
        return writes, writes and PLEA in found


def build_child(signs: SignContent) -> ChildWriter | None:
    """None where the content has no such phrases. Raises ContentError for a broken one."""
    lines = _lines(signs)
    if not lines:
        return None
    rows = (parse(line, signs.groups, "signs.yaml: child_writes") for line, _ in lines)
    automaton, bits = compile_phrases(rows, first_bit=FLAGS, filler=FILLER)
    return ChildWriter(
        lexicon=lexicon(signs, bits),
        automaton=automaton,
        kinds=tuple(kind for _, kind in lines),
        opening=re.compile(rf"\b(?:{'|'.join(map(re.escape, signs.child.listens_for))})"),
    )


def _lines(signs: SignContent) -> list[tuple[str, int]]:
    child = signs.child
    kinds: Mapping[int, Iterable[str]] = {
        PHRASE: child.phrases,
        PLEA: child.pleas,
        QUOTE: child.quotes,
    }
    return [(line, kind) for kind, lines in kinds.items() for line in lines]
