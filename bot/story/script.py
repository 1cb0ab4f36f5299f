"""The story as data: chapters and steps of `story.yaml`, with what each step does and waits for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.story.words import Said, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing of a step. `kind` is one of KINDS; `what` its value in the file."""

    who: str | None
    kind: str
    what: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A phone shows words: how a step is known to be done, whoever did it."""

    who: str
    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One button of the story."""

    id: str
    chapter: str
    title: Said
    why: Said
    button: Said
    deeds: tuple[Deed, ...]
    done: Sight

    @property
    def people(self) -> tuple[str, ...]:
        """Whose phones it happens on, in order."""
        found = [deed.who for deed in self.deeds if deed.who is not None]
        return tuple(dict.fromkeys([*found, self.done.who]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    id: str
    title: Said
    why: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    chapters: tuple[Chapter, ...]
    steps: tuple[Step, ...]


KINDS = ("opens", "taps", "answers", "writes", "sends", "sees", "waits", "until")
"""
- opens: the one-time link. taps: the newest button of that label. answers: the items of a check-in.
- writes: a text. sends: a photo.
- sees: waits for these words on the phone.
- waits: so many minutes pass. until: time passes until the phone shows these words.
"""


def load() -> Script:
    """The story that comes along."""
    found = read("story.yaml")
    chapters = tuple(Chapter(**one) for one in found["chapters"])
    return Script(chapters=chapters, steps=tuple(_step(one) for one in found["steps"]))


def _step(one: Mapping[str, Any]) -> Step:
    return Step(
        id=one["id"],
        chapter=one["chapter"],
        title=one["title"],
        why=one["why"],
        button=one["button"],
        deeds=tuple(_deed(deed) for deed in one["do"]),
        done=Sight(who=one["done"]["who"], part=one["done"]["sees"]),
    )


def _deed(one: Mapping[str, Any]) -> Deed:
    kind = next(name for name in one if name in KINDS)
    return Deed(who=one.get("who"), kind=kind, what=one[kind])
