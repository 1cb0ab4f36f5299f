"""The shape of a check-in: items and answers, what is added up, what is asked only at times."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from flows.approval import Approval
from flows.model import Level

AGES: tuple[tuple[str, int], ...] = (("0-6", 6), ("7-12", 12), ("13-17", 17))
"""Age variants of an item with the last year of life they hold for."""

ANY_AGE = ""


class Kind(StrEnum):
    """What a form is for; only a check-in and a school form have several questions."""

    CHECKIN = "check-in"
    PULSE = "pulse"  # one question, which is the opening itself
    SCHOOL = "school"


class Season(StrEnum):
    """A part of the year in which an item would make no sense."""

    SCHOOL_HOLIDAYS = "school_holidays"


class About(StrEnum):
    """Whom or what an item is about, so that scores of the child are told apart from the rest."""

    CHILD = "child"
    STRENGTH = "strength"
    CAREGIVER = "caregiver"
    PRACTICAL = "practical"
    SCHOOL = "school"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer: `value` is what counts, `typed` are everyday forms that mean the same."""

    value: int
    label: str
    typed: tuple[str, ...] = ()
    then: str | None = None  # the item asked next instead of the following one
    short: str | None = None  # its button for those who read little
    promises: bool = False  # says at once when staff can call; see `soon` in messages.yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlyIf:
    """Asked only if the answer of an earlier item passes; exactly one bound is set.

    Who has not answered that item, or does not know, passes `at_most` and nothing else."""

    item: str
    equals: int | None = None
    at_least: int | None = None
    at_most: int | None = None

    def passes(self, values: Mapping[str, int]) -> bool:
        """Does the highest answer so far let the item be asked?"""
        value = values.get(self.item)
        if value is None:
            return self.at_most is not None
        if self.at_most is not None:
            return value <= self.at_most
        if self.at_least is not None:
            return value >= self.at_least
        return value == self.equals


Texts = Mapping[str, str]
"""By age variant, or under `ANY_AGE` alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question. `shorts` are its words for those who read little, where it has any; `skip`
    names its button for going on without an answer, where that is another than "Tidak tahu".

    `name` is what staff call it in a sentence. `same_as` of a school form's item is the family's
    item that asks after the same thing."""

    id: str
    texts: Texts
    choices: tuple[Choice, ...]
    scale: str | None
    is_branch: bool  # reached only by another choice's `then`
    about: About = About.CHILD
    only_if: OnlyIf | None = None
    not_in: frozenset[Season] = frozenset()
    shorts: Texts = field(default_factory=dict)
    skip: str | None = None
    name: str | None = None
    same_as: str | None = None

    def text_for(self, age: int, *, is_short: bool = False) -> str:
        """The wording for a child of `age` years; the oldest variant for anyone older."""
        texts = self.shorts if is_short and self.shorts else self.texts
        if ANY_AGE in texts:
            return texts[ANY_AGE]
        for name, last_year in AGES:
            if age <= last_year and name in texts:
                return texts[name]
        return next(texts[name] for name, _ in reversed(AGES) if name in texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """Which items are added up. `bands` are (name, least total), from low to high."""

    items: tuple[str, ...]
    least_answered: int
    bands: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """Items that take turns: from a family's check-in number `start` on, one of them each time."""

    start: int
    items: tuple[str, ...]

    def turn(self, number: int) -> str | None:
        """Whose turn it is at the family's check-in of that number (the first is 1)."""
        after = number - self.start
        return None if after < 0 else self.items[after % len(self.items)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkin:
    """One short set of questions."""

    id: str
    kind: Kind
    level: Level
    approval: Approval
    opening: str
    items: tuple[Item, ...]
    open_line: str | None
    total: Total | None
    opening_short: str | None = None
    rotation: Rotation | None = None

    @property
    def asked(self) -> tuple[Item, ...]:
        """The items everybody gets, in order."""
        return tuple(
            item for item in self.items if not item.is_branch and not self.is_extra(item.id)
        )

    @property
    def extras(self) -> tuple[Item, ...]:
        """The items that take turns; they follow the others and are never counted."""
        return tuple(item for item in self.items if self.is_extra(item.id))

    def is_extra(self, item_id: str) -> bool:
        """Does this item come only when it has its turn?"""
        return self.rotation is not None and item_id in self.rotation.items

    def item(self, item_id: str) -> Item:
        """The item of that id; KeyError if there is none."""
        for item in self.items:
            if item.id == item_id:
                return item
        raise KeyError(item_id)
