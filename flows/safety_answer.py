""" "Apakah saat ini aman?", answered in a family's own words.

A typed "tidak aman" is never read as "aman" and never lost: what says both, or asks back, is
"Belum tahu". "Ya" alone is no answer, because it often means "I have read it" (domain.md 7.2).
"""

import re
from dataclasses import dataclass
from itertools import islice

from flows.definition import Messages, Press, SafetyWords
from flows.wording import LONGEST_TYPED, spell_out

MOST_BETWEEN = 2  # words: tidak (dalam keadaan) aman
MARKS = re.compile(r"[?？]")


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyAnswer:
    """What was meant. `is_whole`: the message says nothing else, so it is kept as an answer; else
    it is a text as well, for a human to read."""

    press: Press
    is_whole: bool


def read_safety(
    text: str, messages: Messages, *, is_asked: bool, is_last: bool
) -> SafetyAnswer | None:
    """The answer that the text gives; None if it gives none.

    Danger is heard whether the question was asked or not. "Aman" and "belum tahu" answer only a
    question that stands (`is_asked`), and a bare "tidak" only one that nothing else was asked after
    (`is_last`)."""
    said = spell_out(text, messages.short_forms).split()
    is_short = len(text) <= LONGEST_TYPED
    if not said:
        return None
    if is_short:
        found = _whole(said, messages, is_asked=is_asked, is_last=is_last)
        if found is not None:
            is_question = found is Press.SAFE and MARKS.search(text) is not None
            press = Press.UNCERTAIN if is_question else found
            return SafetyAnswer(press=press, is_whole=not is_question)
    if not is_asked or not _speaks_of_it(said, messages.safety):
        return None
    if _denies(said, messages.safety):
        return SafetyAnswer(press=Press.UNSAFE, is_whole=False)
    return SafetyAnswer(press=Press.UNCERTAIN, is_whole=False) if is_short else None


def _whole(said: list[str], messages: Messages, *, is_asked: bool, is_last: bool) -> Press | None:
    """The button that the message equals, once words that change nothing are left out."""
    core = [word for word in said if word not in messages.safety.around]
    forms = {" ".join(said), " ".join(core)}
    if forms & set(messages.typed.get(Press.UNSAFE, ())):
        return Press.UNSAFE
    if is_last and forms & set(messages.safety.alone):
        return Press.UNSAFE
    if is_last and forms & set(messages.typed.get(Press.UNCERTAIN, ())):
        return Press.UNCERTAIN
    if is_asked and forms & set(messages.typed.get(Press.SAFE, ())):
        return Press.SAFE
    return None


def _speaks_of_it(said: list[str], words: SafetyWords) -> bool:
    return any(word in words.about for word in said)


def _denies(said: list[str], words: SafetyWords) -> bool:
    """Not safe, with little between: "tidak terlalu aman", but not "tidak tahu aman atau tidak",
    nor "bukan tidak aman"."""
    return any(
        word in words.denied and _reaches(said, at, words)
        for at, word in enumerate(said)
        if at == 0 or said[at - 1] not in words.not_so
    )


def _reaches(said: list[str], at: int, words: SafetyWords) -> bool:
    for word in islice(said, at + 1, at + 2 + MOST_BETWEEN):
        if word in words.about:
            return True
        if word not in words.between:
            return False
    return False
