"""Reads a message as words: many spellings, one meaning, and the place of each word as typed."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

NUMBER = "0"  # how a phrase writes "any number"

_WORD = re.compile(r"[^\W_]+(?:[-'’‑][^\W_]+)*")
_DOUBLED = re.compile(r"([^\W\d_])\1+")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1\1+")
_TWICE = re.compile(r"([^\W\d_]{2,})2([^\W\d_]*)")  # anak2, jalan2an
_SENTENCE_END = re.compile(r"[!?;\n]|(?<!\.)\.(?!\.)")
# Regular sound changes of everyday speech: what is written, what is heard.
_SOUNDS = (
    (re.compile(r"(?<=a)h(?=u)|(?<=li)h(?=at)"), ""),  # ketahuan, ketauan; lihat, liat
    (re.compile(r"ai$"), "e"),  # sampai, sampe
    (re.compile(r"au$"), "o"),  # kalau, kalo
    (re.compile(r"a(?=(ng|[bdgklmnprst])$)"), "e"),  # teman, temen
    (re.compile(r"i(?=[hkr]$)"), "e"),  # balik, balek
    (re.compile(r"u(?=(ng|[hklrt])$)"), "o"),  # jatuh, jatoh
)
_DASHES = str.maketrans({"’": None, "'": None, "‑": "-"})
_DIGITS_AS_LETTERS = str.maketrans("013456789", "oieasgtbg")


class Gap(IntEnum):
    """What stands between a word and the one before."""

    SPACE = 0
    PAUSE = 1  # a comma, a dash, dots, an emoji
    SENTENCE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A message as words, in order: `meanings` are bit sets of the lexicon, 0 for a strange word.

    `starts` and `ends` are character offsets into the text as typed.
    """

    meanings: tuple[int, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    gaps: tuple[Gap, ...]

    def __len__(self) -> int:
        return len(self.meanings)


def plain(word: str) -> str:
    """One form for any case, drawn-out letters, look-alike characters: `Nangiiis` is `nangis`."""
    if word.isascii():
        same = word.lower().replace("'", "")
    else:
        same = unicodedata.normalize("NFKC", word).casefold().translate(_DASHES)
    return _DRAWN_OUT.sub(r"\1", same) if _DOUBLED.search(same) else same


def squeeze(word: str) -> str:
    """The plain form with doubled letters once, as many type: `tunggu` is `tungu`."""
    return _without_doubles(plain(word))


def _without_doubles(word: str) -> str:
    return _DOUBLED.sub(r"\1", word) if _DOUBLED.search(word) else word


def spoken(word: str) -> frozenset[str]:
    """How a word is also said and then typed: temen, dateng, ketauan, sampe, kalo, jatoh."""
    said = {word}
    for written, heard in _SOUNDS:
        said |= {written.sub(heard, form) for form in said}
    return frozenset(said) - {word}


@dataclass(frozen=True, slots=True)
class Glue:
    """Small words, and the words that they are often written together with: gabisa, udahgak."""

    firsts: tuple[str, ...]
    seconds: frozenset[str]

    def cut(self, raw: str) -> int:
        """How many characters of a strange word are a small word glued to the rest, or 0."""
        word = raw.lower()
        if not word.startswith(self.firsts) or len(word) != len(raw):
            return 0
        for first in self.firsts:
            if word.startswith(first) and squeeze(word[len(first) :]) in self.seconds:
                return len(first)
        return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """Every word that means something here, squeezed, with its bit set.

    `endings` are what may hang on a word (anaknya, bocahe), longest first.
    """

    meanings: Mapping[str, int]
    endings: tuple[str, ...]
    glue: Glue

    def read(self, text: str) -> Words:
        """The words of a text; time grows with its length and with nothing else."""
        meanings: list[int] = []
        starts: list[int] = []
        ends: list[int] = []
        gaps: list[Gap] = []
        last = ""
        for word, start, end in self._pieces(text):
            gap = _gap(text[ends[-1] : start], word) if ends else Gap.SENTENCE
            joined = self.meanings.get(_without_doubles("di" + word)) if last == "di" else None
            if joined is not None and gap is Gap.SPACE:
                # "di pukul" is dipukul, and a pukul all the same
                meanings[-1], ends[-1] = joined | self.meaning(word), end
                last = ""
                continue
            last = word
            meanings.append(self.meaning(word))
            starts.append(start)
            ends.append(end)
            gaps.append(gap)
        return Words(
            meanings=tuple(meanings), starts=tuple(starts), ends=tuple(ends), gaps=tuple(gaps)
        )

    def meaning(self, word: str) -> int:
        """The bit set of a plain word: as it stands, else of the forms that it may hide."""
        known = self.meanings.get(_without_doubles(word))
        if known is not None:
            return known
        found = 0
        for forms in self._hidden_forms(word):
            for form in forms:
                found |= self.meanings.get(_without_doubles(form), 0)
            if found:
                break
        return found

    def _hidden_forms(self, word: str) -> Iterator[tuple[str, ...]]:
        """Readings of a strange word, likeliest first."""
        yield self._stems(word)
        twice = None if word.isalpha() else _TWICE.fullmatch(word)
        if twice:
            base, rest = twice[1], twice[2]
            yield (f"{base}-{base}{rest}",)
            yield (base, base + rest)
        if "-" in word:
            parts = word.split("-", 4)[:4]
            yield ("".join(parts),)
            yield (*parts, *(stem for part in parts for stem in self._stems(part)))
        if not word.isalpha() and any(letter.isdigit() for letter in word):
            yield self._with_digits(word)

    def _stems(self, word: str) -> tuple[str, ...]:
        """A word without what hangs on it."""
        if not word.endswith(self.endings):
            return ()
        return tuple(
            word[: -len(ending)]
            for ending in self.endings
            if word.endswith(ending) and len(word) - len(ending) >= 3
        )

    def _with_digits(self, word: str) -> tuple[str, ...]:
        if word[0].isdigit():
            return (NUMBER,)  # 5, 5jt, 3hari
        return (word.translate(_DIGITS_AS_LETTERS),)

    def _pieces(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Plain words with their offsets; `gabisa` comes as `ga` and `bisa`."""
        for found in _WORD.finditer(text):
            raw, start, end = found[0], found.start(), found.end()
            word = plain(raw)
            cut = 0 if word in self.meanings else self.glue.cut(raw)
            if cut:
                yield plain(raw[:cut]), start, start + cut
                yield plain(raw[cut:]), start + cut, end
            else:
                yield word, start, end


def _gap(between: str, following: str) -> Gap:
    if between == " ":
        return Gap.SPACE
    if between.isspace():
        return Gap.SENTENCE if "\n" in between else Gap.SPACE
    if between == "." and following[:1].isdigit():
        return Gap.PAUSE  # 19.30
    return Gap.SENTENCE if _SENTENCE_END.search(between) else Gap.PAUSE
