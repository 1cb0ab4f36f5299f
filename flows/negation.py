"""Says how certain a found sign is: meant, doubtful, or denied, ended, supposed or told of others.

A negation reaches a sign through small words only ("tidak pernah bilang mau mati"), or stands right
behind it ("mimpi buruk juga tidak"). Where it may reach but need not, a human decides.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from flows.model import Certainty
from flows.patterns import Hit
from flows.spelling import Gap, Words

# What a word is besides its places in phrases, as bits of its meaning.
FILLER, NOT, THROUGH, CLOSER, LINK = (1 << bit for bit in range(5))
FLAGS = 5

NEAR = 3  # words between a sign and a mark that speaks of it
FARTHEST = 8  # words between a sign and a negation that reaches it through small words
DOUBTFUL = 4  # words, strange ones among them, that a negation may reach across


class Role(StrEnum):
    """What a phrase of `context` in signs.yaml does to a sign in its sentence."""

    THOUGHT = "thought"  # right before: only believed (kirain hilang)
    OVER = "over"  # right before or after: has ended (sudah berhenti)
    LONG_AGO = "long_ago"  # before: of another time of life; ended if `now` follows
    ONCE = "once"  # before: it happened; ended if `now` follows
    NOW = "now"
    STILL = "still"  # right after `now`: it goes on all the same
    RECENT = "recent"  # `once` was only just now
    TAG = "tag"  # a denial that only asks (boleh gak mati)
    HEDGE = "hedge"  # near: not sure
    SUPPOSED = "supposed"  # before: what would be if
    ASKED = "asked"  # anywhere: a question in general; ends a watch sign
    MILD = "mild"  # anywhere: as all children do (a watch sign only)
    STORY = "story"  # anywhere: a film, the news, the bot's own question


@dataclass(frozen=True, slots=True)
class Span:
    """The numbers of the first and of the last word of a mark."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A message with its marks; `sentences` holds the number of the sentence of each word."""

    words: Words
    marks: Mapping[Role, Sequence[Span]]  # sorted by their starts
    sentences: Sequence[int]

    @classmethod
    def of(cls, words: Words, marks: Mapping[Role, Sequence[Span]]) -> Self:
        asking = {mark.end for mark in marks.get(Role.TAG, ())}
        if asking:
            meanings = enumerate(words.meanings)
            without = (
                meaning & ~NOT if place in asking else meaning for place, meaning in meanings
            )
            words = replace(words, meanings=tuple(without))
        by_start = {role: sorted(spans, key=_start) for role, spans in marks.items()}
        return cls(words=words, marks=by_start, sentences=_sentence_numbers(words))

    def last_before(self, role: Role, hit: Hit) -> Span | None:
        """The nearest mark that begins before a sign or inside its gaps, in its sentence."""
        marks = self.marks.get(role, ())
        index = bisect_left(marks, hit.places[-1], key=_start) - 1
        while index >= 0 and marks[index].start in hit.places:
            index -= 1
        return marks[index] if index >= 0 and self._are_together(marks[index], hit) else None

    def first_after(self, role: Role, place: int) -> Span | None:
        """The nearest mark that begins behind a word, in whatever sentence."""
        marks = self.marks.get(role, ())
        index = bisect_right(marks, place, key=_start)
        return marks[index] if index < len(marks) else None

    def follows(self, role: Role, hit: Hit) -> Span | None:
        """The nearest mark behind a sign in its sentence."""
        mark = self.first_after(role, hit.places[-1])
        return mark if mark and self._are_together(mark, hit) else None

    def _are_together(self, mark: Span, hit: Hit) -> bool:
        return self.sentences[mark.start] == self.sentences[hit.places[-1]]

    def has(self, role: Role, hit: Hit) -> bool:
        """Is there such a mark anywhere in the sentence of a sign?"""
        return self.last_before(role, hit) is not None or self.follows(role, hit) is not None


def _start(mark: Span) -> int:
    return mark.start


def _sentence_numbers(words: Words) -> tuple[int, ...]:
    """The number of the sentence of each word."""
    number, numbers = 0, []
    for gap in words.gaps:
        number += gap is Gap.SENTENCE
        numbers.append(number)
    return tuple(numbers)


def certainty(hit: Hit, reading: Reading, denied: Set[int], *, only_present: bool) -> Certainty:
    """How certain a sign is.

    - `denied`: the last words of negated signs, for "tidak nangis atau takut".
    - `only_present`: a sign that does not count when it is old.
    """
    if (
        is_negated(hit, reading.words, denied)
        or _has_ended(hit, reading, only_present)
        or _is_not_meant(hit, reading)
    ):
        return Certainty.DENIED
    doubtful = (
        _may_be_negated(hit, reading.words)
        or _is_near(Role.HEDGE, hit, reading)
        or _is_told_of(Role.LONG_AGO, hit, reading)
        or reading.has(Role.ASKED, hit)
    )
    return Certainty.UNSURE if doubtful else Certainty.SURE


def is_negated(hit: Hit, words: Words, denied: Set[int]) -> bool:
    """Is there a negation right before one of the words of a sign, or right behind the sign?"""
    return _is_closed_by_negation(hit, words) or any(
        _is_word_negated(place, hit, words, denied) for place in hit.places
    )


def _is_word_negated(place: int, hit: Hit, words: Words, denied: Set[int]) -> bool:
    is_linked = False
    for before in range(place - 1, max(-1, place - 1 - FARTHEST), -1):
        meaning = words.meanings[before]
        is_linked = is_linked or bool(meaning & LINK)
        if before in hit.places or (words.gaps[before + 1] is not Gap.SPACE and not is_linked):
            return False
        if meaning & NOT or (is_linked and before in denied):
            return True
        if not meaning & (THROUGH | FILLER | LINK):
            return False
    return False


def _is_closed_by_negation(hit: Hit, words: Words) -> bool:
    """`ngompol juga tidak`: a negation with nothing behind it that it could deny instead."""
    is_closed = False
    for place in range(hit.places[-1] + 1, min(len(words), hit.places[-1] + 1 + FARTHEST)):
        meaning = words.meanings[place]
        if words.gaps[place] is not Gap.SPACE:
            return is_closed
        if meaning & NOT:
            is_closed = True
        elif not meaning & (CLOSER | FILLER):
            return False
    return is_closed


def _may_be_negated(hit: Hit, words: Words) -> bool:
    """Is there a negation before a sign, with only strange and small words in between?"""
    first = hit.places[0]
    for place in range(first - 1, max(-1, first - 2 - DOUBTFUL), -1):
        meaning = words.meanings[place]
        if words.gaps[place + 1] is not Gap.SPACE:
            return False
        if meaning & NOT:
            return True
        if meaning and not meaning & (THROUGH | FILLER):
            return False
    return False


def _has_ended(hit: Hit, reading: Reading, only_present: bool) -> bool:
    if _touches(Role.OVER, hit, reading):
        return True
    if _is_told_of(Role.LONG_AGO, hit, reading):
        is_different = _is_different_now(hit, reading)
        return only_present if is_different is None else is_different
    return _is_told_of(Role.ONCE, hit, reading) and bool(_is_different_now(hit, reading))


def _is_told_of(role: Role, hit: Hit, reading: Reading) -> bool:
    """Is it told of another time, with no word between that leads back to the present?"""
    then = reading.last_before(role, hit)
    if then is None or reading.has(Role.RECENT, hit):
        return False
    now = reading.last_before(Role.NOW, hit)
    return now is None or now.start < then.start


def _is_different_now(hit: Hit, reading: Reading) -> bool | None:
    """What `now` says in this or the next sentence: over, or still going on; None if nothing."""
    now = reading.first_after(Role.NOW, hit.places[-1])
    if now is None or reading.sentences[now.start] - reading.sentences[hit.places[-1]] > 1:
        return None
    still = reading.first_after(Role.STILL, now.start)
    return still is None or still.start - now.end > NEAR


def _is_not_meant(hit: Hit, reading: Reading) -> bool:
    thought = reading.last_before(Role.THOUGHT, hit)
    return (
        (thought is not None and hit.places[0] - thought.end <= NEAR + 1)
        or reading.last_before(Role.SUPPOSED, hit) is not None
        or reading.has(Role.STORY, hit)
    )


def _is_near(role: Role, hit: Hit, reading: Reading) -> bool:
    before, after = reading.last_before(role, hit), reading.follows(role, hit)
    return (before is not None and hit.places[0] - before.end <= NEAR + 1) or (
        after is not None and after.start - hit.places[-1] <= NEAR
    )


def _touches(role: Role, hit: Hit, reading: Reading) -> bool:
    """Does a mark stand in the same breath as a sign, before or after it?"""
    before, after = reading.last_before(role, hit), reading.follows(role, hit)
    return (before is not None and _in_one_breath(before.end, hit.places[0], reading.words)) or (
        after is not None and _in_one_breath(hit.places[-1], after.start, reading.words)
    )


def _in_one_breath(left: int, right: int, words: Words) -> bool:
    return 0 < right - left <= NEAR and all(
        gap is Gap.SPACE for gap in words.gaps[left + 1 : right + 1]
    )
