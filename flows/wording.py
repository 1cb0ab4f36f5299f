"""Words on their way out and in: what may never leave, places to fill, and what a typed word means.

Everything here compares words; which words they are is content (wording.yaml, messages.yaml).
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

from flows.definition import Messages, Press, Wording
from flows.errors import ContentError
from flows.forms import Choice, Item
from flows.stems import stems

DAYS = "days"
"""The scale whose items ask for days, so that a typed number is days and not a choice."""

DAY_VALUES = (0, 1, 1, 2, 2, 3, 3, 3)
"""The value of 0 to 7 days: none, 1-2, 3-4, 5-7."""

LONGEST_TYPED = 80
"""A longer message, in characters, is a story and never a button."""

_LETTERS = re.compile(r"[^\W\d_]+")
_PLACE = re.compile(r"\{([A-Za-z_][\w.-]*)\}")
_DASH = re.compile(r"[‐‑‒–—]")
_RANGE = re.compile(r"(?<=\d) *- *(?=\d)")  # 1 - 2 hari
_NOT_SAID = re.compile(r"[^\w'/-]+|_+")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")  # stoppp
_TO_OUR_BOT = re.compile(r"^(/\w+)@\w+")
_DAY_COUNT = re.compile(r"([0-7])(?:(?:-| sampai | atau )([0-7]))?(?: hari)?")


def forbidden_words(text: str, wording: Wording) -> tuple[str, ...]:
    """The words in `text` that may never leave, as they stand there, each once.

    A listed word is found in all its affixed forms (kasusnya, dicabuli, persidangan); one of
    several words only with all of them side by side. What `exceptions` cover is left out.
    """
    words = _LETTERS.findall(_plain(text))
    forms = [stems(word.casefold()) for word in words]
    excused = _excused([word.casefold() for word in words], wording.exceptions)
    singles, phrases = _sorted_by_length(wording.forbidden)
    spans = [(at, at + 1) for at, form in enumerate(forms) if not singles.isdisjoint(form)]
    said = frozenset().union(*forms)
    for phrase in (one for one in phrases if said.issuperset(one)):
        spans += [(at, at + len(phrase)) for at in _where(phrase, forms)]
    found = [
        " ".join(words[start:end])
        for start, end in sorted(spans)
        if not excused.issuperset(range(start, end))
    ]
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=8)
def _sorted_by_length(
    listed: tuple[str, ...],
) -> tuple[frozenset[str], tuple[tuple[str, ...], ...]]:
    """Single words, and those of several words."""
    split = [tuple(_LETTERS.findall(entry.casefold())) for entry in listed]
    singles = frozenset(words[0] for words in split if len(words) == 1)
    return singles, tuple(words for words in split if len(words) > 1)


def _where(phrase: tuple[str, ...], forms: Sequence[frozenset[str]]) -> list[int]:
    return [
        at
        for at in range(len(forms) - len(phrase) + 1)
        if all(word in forms[at + step] for step, word in enumerate(phrase))
    ]


def _excused(words: Sequence[str], exceptions: tuple[str, ...]) -> set[int]:
    """The places of words that an exception covers: exactly as listed, or with -nya."""
    singles, phrases = _sorted_by_length(exceptions)
    forms = [frozenset({word, word.removesuffix("nya")}) for word in words]
    covered = {at for at, form in enumerate(forms) if not singles.isdisjoint(form)}
    said = frozenset().union(*forms)
    for phrase in (one for one in phrases if said.issuperset(one)):
        for at in _where(phrase, forms):
            covered.update(range(at, at + len(phrase)))
    return covered


def places(template: str) -> tuple[str, ...]:
    """The names in braces, in order; `has_loose_brace` tells whether other braces are left."""
    return tuple(_PLACE.findall(template))


def has_loose_brace(template: str) -> bool:
    """Is there a brace that belongs to no place?"""
    return any(brace in _PLACE.sub("", template) for brace in "{}")


def fill(template: str, /, **values: str) -> str:
    """The template with every `{place}` replaced once; nothing inside a value is replaced again.

    Raises ContentError naming the place that has no value.
    """

    def value(place: re.Match[str]) -> str:
        name = place[1]
        if name not in values:
            known = ", ".join(f"{{{other}}}" for other in values) or "none"
            raise ContentError(
                f'"{template}"', f"{{{name}}} is no place here; places that are known: {known}"
            )
        return values[name]

    return _PLACE.sub(value, template)


def greeting(hour: int, messages: Messages) -> str:
    """pagi, siang, sore or malam at a local hour of 0-23; the small hours belong to the night."""
    begun = [word for first_hour, word in messages.greetings if first_hour <= hour]
    return begun[-1] if begun else messages.greetings[-1][1]


def normalise(text: str) -> str:
    """What was typed without case, marks, emoji and drawn-out letters: "STOPPP!!" is "stop"."""
    plain = _TO_OUR_BOT.sub(r"\1", _plain(text).casefold().strip())
    said = _NOT_SAID.sub(" ", _RANGE.sub("-", _DASH.sub("-", plain)))
    words = (word.strip("'-") for word in _DRAWN_OUT.sub(r"\1", said).split())
    return " ".join(word for word in words if word)


def spell_out(text: str, short_forms: Mapping[str, str]) -> str:
    """`normalise`, and each short form in full: "Gak ada" is "tidak ada"."""
    return " ".join(short_forms.get(word, word) for word in normalise(text).split())


def typed_presses(text: str, messages: Messages) -> tuple[Press, ...]:
    """The buttons that the whole message equals; which of them is meant depends on the state."""
    said = _said(text, messages)
    return tuple(press for press in Press if said and said in messages.typed.get(press, ()))


def typed_choice(text: str, item: Item, messages: Messages) -> Choice | None:
    """The choice that the whole message equals: its label, an everyday form, or a number.

    Where days are asked a number is days (0-7), elsewhere the number of the choice from 0. A
    longer sentence that holds a number is none.
    """
    said = _said(text, messages)
    if not said:
        return None
    for choice in item.choices:
        forms = (choice.label, *filter(None, [choice.short]), *choice.typed)
        if any(said == spell_out(form, messages.short_forms) for form in forms):
            return choice
    if item.scale == DAYS:
        value = _day_value(said, messages.day_forms)
        return next((choice for choice in item.choices if choice.value == value), None)
    return item.choices[int(said)] if said in _numbers(item) else None


def _numbers(item: Item) -> tuple[str, ...]:
    return tuple(str(number) for number in range(len(item.choices)))


def _day_value(said: str, day_forms: Sequence[Sequence[str]]) -> int | None:
    """The value of so many days; "2-3 hari" lies between two choices and is asked again."""
    for count, forms in enumerate(day_forms):
        if said in forms:
            return DAY_VALUES[count]
    counted = _DAY_COUNT.fullmatch(said)
    if counted is None:
        return None
    least, most = (DAY_VALUES[int(count or counted[1])] for count in counted.groups())
    return least if least == most else None


def _said(text: str, messages: Messages) -> str:
    return spell_out(text, messages.short_forms) if len(text) <= LONGEST_TYPED else ""


def _plain(text: str) -> str:
    """One form for letters that look alike; characters that cannot be seen are gone."""
    if text.isascii():
        return text
    shown = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    return unicodedata.normalize("NFKC", shown)
