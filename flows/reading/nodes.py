"""YAML that knows its lines: every getter checks one thing and notes what to write instead.

A wrong value is noted on the sheet and replaced by an empty one, so that one reading of a file
finds all that is wrong with it. What comes out is used only if nothing was noted.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from difflib import get_close_matches
from typing import cast

import yaml

from flows.definition import Approval
from flows.errors import ContentError
from flows.wording import has_loose_brace, places

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
FAMILY_TEXT = 300
"""Characters of one message that a tired reader still takes in (domain research 7.1)."""
LABEL = 40
"""Characters of a button that a small phone shows in one line."""
LISTED = 12
"""How many known names an error lists."""

_WHOLE = re.compile(r"-?[0-9]{1,9}")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_EMPTY = "tag:yaml.org,2002:null"
_STRING = "tag:yaml.org,2002:str"
_NO_NODE = yaml.ScalarNode(_EMPTY, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What is noted while one file is read; `family_texts` are (where, text) for later proofs,
    `discreet_texts` those of them that a phone at B may show. `hints` stop nothing."""

    name: str
    problems: list[ContentError] = field(default_factory=list)
    hints: list[ContentError] = field(default_factory=list)
    family_texts: list[tuple[str, str]] = field(default_factory=list)
    discreet_texts: list[tuple[str, str]] = field(default_factory=list)

    def wrong(self, line: int, problem: str) -> None:
        self.problems.append(ContentError(f"{self.name}:{line}", problem))


def suggest(name: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown name: the nearest one known, else the first few."""
    names = list(known)
    near = get_close_matches(name, names, n=1, cutoff=0.6)
    if near:
        return f"; did you mean `{near[0]}`?"
    shown = [f"`{one}`" for one in names[:LISTED]] + ["..."] * (len(names) > LISTED)
    return f"; known here: {', '.join(shown)}" if shown else ""


class Node:
    """One value of a content file with its place. An absent one gives empty values silently."""

    __slots__ = ("_sheet", "_yaml", "is_absent")

    def __init__(self, sheet: Sheet, source: yaml.Node | None) -> None:
        self._sheet = sheet
        self._yaml = _NO_NODE if source is None else source
        self.is_absent = source is None

    @property
    def is_given(self) -> bool:
        """Is there a value, and not null?"""
        return not self.is_absent and self._yaml.tag != _EMPTY

    @property
    def is_mapping(self) -> bool:
        return isinstance(self._yaml, yaml.MappingNode)

    @property
    def line(self) -> int:
        return 1 if self.is_absent else self._yaml.start_mark.line + 1

    @property
    def where(self) -> str:
        return f"{self._sheet.name}:{self.line}"

    def wrong(self, problem: str) -> None:
        """Note a problem at this line; an absent value has been noted already or may be absent."""
        if not self.is_absent:
            self._sheet.wrong(self.line, problem)

    def hint(self, problem: str) -> None:
        """Note at this line what could be better; the content is sound all the same."""
        if not self.is_absent:
            self._sheet.hints.append(ContentError(self.where, problem))

    def seen_by_anybody(self) -> None:
        """This text, or every one of this file, may stand on a phone that others read."""
        if self.is_mapping:
            self._sheet.discreet_texts.extend(self._sheet.family_texts)
        else:
            self._sheet.discreet_texts.append((self.where, self.raw()))

    def fields(self, required: Iterable[str], optional: Iterable[str] = ()) -> dict[str, "Node"]:
        """The values of these keys, absent ones included; other keys and missing ones are noted."""
        known = (*required, *optional)
        found: dict[str, Node] = {}
        for key, value in self.entries():
            if key.raw() in known:
                found[key.raw()] = value
            else:
                key.wrong(f"`{key.raw()}` is no key here{suggest(key.raw(), known)}")
        if self.is_mapping:
            for name in required:
                if name not in found:
                    self.wrong(f"`{name}` is missing; add `{name}: ...`")
        return {name: found.get(name, Node(self._sheet, None)) for name in known}

    def entries(self) -> Iterator[tuple["Node", "Node"]]:
        """Keys and values of a mapping in order, each key once."""
        if self.is_absent:
            return
        if not isinstance(self._yaml, yaml.MappingNode):
            self.wrong("has to be `key: value` lines")
            return
        lines: dict[str, int] = {}
        for key, value in self._yaml.value:
            name = Node(self._sheet, key)
            if name.raw() in lines:
                name.wrong(f"`{name.raw()}` already stands in line {lines[name.raw()]}; keep one")
                continue
            lines[name.raw()] = name.line
            yield name, Node(self._sheet, value)

    def items(self, least: int = 0) -> tuple["Node", ...]:
        """The members of a list that has at least `least` of them."""
        if self.is_absent:
            return ()
        if not isinstance(self._yaml, yaml.SequenceNode):
            self.wrong("has to be a list: `- ...` lines or [..., ...]")
            return ()
        if len(self._yaml.value) < least:
            self.wrong(f"needs at least {least} entries")
        return tuple(Node(self._sheet, value) for value in self._yaml.value)

    def raw(self) -> str:
        """A single value as it is written, whatever YAML takes it for (`no`, `08:00`, `129`)."""
        if self.is_absent:
            return ""
        if not isinstance(self._yaml, yaml.ScalarNode):
            self.wrong("has to be one value, not a list or further lines")
            return ""
        said = "" if self._yaml.tag == _EMPTY else cast(str, self._yaml.value).strip()
        if not said:
            self.wrong("is empty; write a value")
        return said

    def text(self, most: int = FAMILY_TEXT) -> str:
        """A string of 1 to `most` characters."""
        said = self.raw()
        if said and self._yaml.tag != _STRING:
            self.wrong(f'is no text for YAML; put it in quotes: "{said}"')
        if len(said) > most:
            self.wrong(f"has {len(said)} characters; at most {most} fit, so write it shorter")
        return said

    def template(self, known: Iterable[str] = (), most: int = FAMILY_TEXT) -> str:
        """A text whose {places} are all among `known`."""
        said = self.text(most)
        allowed = tuple(known)
        for place in places(said):
            if place not in allowed:
                self.wrong(f"{{{place}}} is no place of this text{suggest(place, allowed)}")
        if has_loose_brace(said):
            self.wrong("has a brace that belongs to no place; write {name} or leave braces out")
        return said

    def family_text(self, known: Iterable[str] = (), most: int = FAMILY_TEXT) -> str:
        """A template that a family or a school may read: its words are proven later."""
        said = self.template(known, most)
        self._sheet.family_texts.append((self.where, said))
        return said

    def name(self) -> str:
        """An id: letters, digits, - and _, at most 40."""
        said = self.raw()
        if said and not ID.fullmatch(said):
            self.wrong(f"`{said}` cannot be an id; use at most 40 letters, digits, - and _")
        return said

    def one_of(self, known: Iterable[str]) -> str:
        """One of the known names; the first of them where it is another."""
        names = tuple(known)
        said = self.raw()
        if said in names:
            return said
        if said:
            self.wrong(f"`{said}` cannot stand here{suggest(said, names)}")
        return names[0]

    def whole(self, least: int = 0, most: int = 100_000) -> int:
        """A whole number from `least` to `most`."""
        said = self.raw()
        if not said:
            return least
        number = int(said) if _WHOLE.fullmatch(said) else None
        if number is None or not least <= number <= most:
            self.wrong(f"`{said}` cannot stand here; write a whole number from {least} to {most}")
            return least
        return number

    def flag(self) -> bool:
        """true or false."""
        return not self.is_absent and self.one_of(("false", "true")) == "true"

    def day(self) -> date:
        """A date as YYYY-MM-DD."""
        said = self.raw()
        try:
            return date.fromisoformat(said)
        except ValueError:
            if said:
                self.wrong(f"`{said}` is no date; write it as 2026-01-31")
            return date.min

    def clock(self) -> time:
        """A time of day as HH:MM."""
        said = self.raw()
        clock = _CLOCK.fullmatch(said)
        if clock is not None:
            return time(int(clock[1]), int(clock[2]))
        if said:
            self.wrong(f'`{said}` is no time; write it as "08:00"')
        return time.min

    def plain(self) -> object:
        """The value as plain Python, for files whose shape somebody else checks."""
        if isinstance(self._yaml, yaml.MappingNode):
            return {key.raw(): value.plain() for key, value in self.entries()}
        if isinstance(self._yaml, yaml.SequenceNode):
            return [value.plain() for value in self.items()]
        if isinstance(self._yaml, yaml.ScalarNode) and self._yaml.tag == _STRING:
            return self._yaml.value  # most are; a loader for each takes ten times as long
        try:
            return yaml.SafeLoader("").construct_object(self._yaml)
        except (yaml.YAMLError, ValueError):  # an unknown !tag, or a 31st of February
            self.wrong("cannot be read as it stands; put it in quotes")
            return None


def read_approval(fields: Mapping[str, Node]) -> Approval:
    """Who approved it and when: both, or neither."""
    by, on = fields["approved_by"], fields["approved_on"]
    if by.is_given != on.is_given:
        (by if by.is_given else on).wrong(
            "approved_by and approved_on belong together; give both or write null for both"
        )
    return Approval(by=by.text() if by.is_given else None, on=on.day() if on.is_given else None)


APPROVAL = ("approved_by", "approved_on")
