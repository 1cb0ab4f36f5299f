"""The two Markdown parse modes, as far as a bot with short messages needs them.

Block quotes and custom emoji of MarkdownV2 are not read.
"""

import re
from dataclasses import dataclass, field

from .entities import Formatted, byte_offset, unparsable
from .wire import Json

_RESERVED = frozenset("_*[]()~`>#+-=|{}.!")
_MARKS = {"__": "underline", "||": "spoiler", "*": "bold", "_": "italic", "~": "strikethrough"}
_LEGACY = {"*": "bold", "_": "italic"}
_LEGACY_LINK = re.compile(r"\[([^\]]*)\](?:\(([^)]*)\))?")
_NAMES = {"text_link": "TextUrl", "pre": "Pre"}


@dataclass(slots=True)
class _Reader:
    source: str
    done: Formatted = field(default_factory=Formatted)
    at: int = 0
    opened: list[tuple[str, int, int]] = field(default_factory=list)  # mark, units, position

    def unended(self, kind: str, position: int) -> Exception:
        name = _NAMES.get(kind, kind.capitalize())
        offset = byte_offset(self.source, position)
        return unparsable(f"Can't find end of {name} entity at byte offset {offset}")

    def verbatim(self) -> None:
        """A stretch of code: nothing inside it means anything."""
        mark = "```" if self.source.startswith("```", self.at) else "`"
        kind = "pre" if mark == "```" else "code"
        end = self.source.find(mark, self.at + len(mark))
        if end < 0:
            raise self.unended(kind, self.at)
        inner = self.source[self.at + len(mark) : end]
        entity: Json = {"type": kind}
        if kind == "pre" and "\n" in inner:
            language, body = inner.split("\n", 1)
            if not language.strip() or re.fullmatch(r"[\w+-]+", language):
                inner = body
                if language.strip():
                    entity["language"] = language
        since = self.done.length
        self.done.add(inner)
        self.done.close(entity, since)
        self.at = end + len(mark)


def from_markdown_v2(source: str) -> tuple[str, list[Json]]:
    """MarkdownV2. Raises ApiError for a reserved character left bare or a mark left open."""
    reader = _Reader(source)
    while reader.at < len(source):
        char = source[reader.at]
        if char == "\\" and reader.at + 1 < len(source):
            reader.done.add(source[reader.at + 1])
            reader.at += 2
        elif char == "`":
            reader.verbatim()
        elif char in "[]":
            _bracket(reader, char)
        elif char in _RESERVED:
            _mark(reader)
        else:
            reader.done.add(char)
            reader.at += 1
    if reader.opened:
        mark, _, position = reader.opened[-1]
        raise reader.unended(_MARKS.get(mark, "text_link"), position)
    return reader.done.result()


def _mark(reader: _Reader) -> None:
    source, at = reader.source, reader.at
    mark = source[at : at + 2] if source[at : at + 2] in _MARKS else source[at]
    if mark not in _MARKS:
        raise unparsable(
            f"Character '{mark}' is reserved and must be escaped with the preceding '\\'"
        )
    if reader.opened and reader.opened[-1][0] == mark:
        _, since, _ = reader.opened.pop()
        reader.done.close({"type": _MARKS[mark]}, since)
    else:
        reader.opened.append((mark, reader.done.length, at))
    reader.at += len(mark)


def _bracket(reader: _Reader, char: str) -> None:
    if char == "[":
        reader.opened.append(("[", reader.done.length, reader.at))
        reader.at += 1
        return
    if not reader.opened or reader.opened[-1][0] != "[":
        raise unparsable("Character ']' is reserved and must be escaped with the preceding '\\'")
    _, since, position = reader.opened.pop()
    match = re.compile(r"\]\(([^)]*)\)").match(reader.source, reader.at)
    if match is None:
        raise reader.unended("text_link", position)
    reader.done.close({"type": "text_link", "url": match[1]}, since)
    reader.at = match.end()


def from_markdown(source: str) -> tuple[str, list[Json]]:
    """The old Markdown: no nesting. Raises ApiError for a mark left open."""
    reader = _Reader(source)
    while reader.at < len(source):
        char = source[reader.at]
        link = _LEGACY_LINK.match(source, reader.at) if char == "[" else None
        if char == "\\" and source[reader.at + 1 : reader.at + 2] in tuple("_*`["):
            reader.done.add(source[reader.at + 1])
            reader.at += 2
        elif char == "`":
            reader.verbatim()
        elif char in _LEGACY:
            _legacy_mark(reader, char)
        elif link is not None:
            since = reader.done.length
            reader.done.add(link[1])
            if link[2]:
                reader.done.close({"type": "text_link", "url": link[2]}, since)
            reader.at = link.end()
        else:
            reader.done.add(char)
            reader.at += 1
    return reader.done.result()


def _legacy_mark(reader: _Reader, char: str) -> None:
    end = reader.source.find(char, reader.at + 1)
    if end < 0:
        raise reader.unended(_LEGACY[char], reader.at)
    since = reader.done.length
    reader.done.add(reader.source[reader.at + 1 : end])
    reader.done.close({"type": _LEGACY[char]}, since)
    reader.at = end + 1
