"""Is a text plain enough for a tired reader? Hints for whoever writes, not a judgement of words."""

import re
from collections.abc import Iterator

LONGEST_SENTENCE = 14
"""Words that a reader with six years of school takes in at once (domain research 7.1)."""

LONGEST_WORD = 5
"""Syllables; Indonesian words with more are those of offices."""

QUESTION = 160
"""Characters of a question that fit a small phone beside its buttons."""

BUTTON = 24
"""Characters of a button that does not break on a small phone."""

_SENTENCE_END = re.compile(r"[.?!:;]+(?:\s+|$)|\n+")
_WORD = re.compile(r"\{[^}]*\}|[^\W_]+(?:['’][^\W_]+)?")
_DIPHTHONG = re.compile(r"(?:ai|au|oi)$")
_VOWEL = re.compile(r"[aeiou]")


def hard_parts(text: str) -> Iterator[str]:
    """What makes a text hard to read, each with what to do about it."""
    for sentence in _SENTENCE_END.split(text):
        words = sentence.split()
        if len(words) > LONGEST_SENTENCE:
            yield f"has {len(words)} words in one sentence; make two of it"
    for word in _WORD.findall(text):
        if not word.startswith("{") and syllables(word) > LONGEST_WORD:
            yield f'says "{word}", a long word; use a shorter one'


def syllables(word: str) -> int:
    """About how many: each vowel is one, and ai, au, oi at the end are one together."""
    return len(_VOWEL.findall(_DIPHTHONG.sub("a", word.casefold())))
