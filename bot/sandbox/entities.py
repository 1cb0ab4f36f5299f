"""Formatted text: what a parse mode leaves of it, with entities counted in UTF-16 units."""

import html
import re
from dataclasses import dataclass, field

from .errors import ApiError, bad_request
from .wire import Json

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_TAG = re.compile(r"<(/?)([A-Za-z0-9-]*)([^<>]*)>")
_ATTRIBUTE = re.compile(r"""([A-Za-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|(\S+))""")
_FOUND = re.compile(
    r"(?P<bot_command>(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)"
    r"|(?P<url>https?://\S+)"
    r"|(?P<mention>(?<!\w)@[A-Za-z][A-Za-z0-9_]{3,31})"
)


def units(text: str) -> int:
    """The length in UTF-16 units, which is how Telegram counts offsets."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def unparsable(reason: str) -> ApiError:
    return bad_request(f"can't parse entities: {reason}")


def byte_offset(source: str, position: int) -> int:
    return len(source[:position].encode())


@dataclass(slots=True)
class Formatted:
    """Plain text growing from left to right, with the entities found on the way."""

    parts: list[str] = field(default_factory=list)
    length: int = 0  # UTF-16 units
    entities: list[Json] = field(default_factory=list)

    def add(self, text: str) -> None:
        self.parts.append(text)
        self.length += units(text)

    def close(self, entity: Json, since: int) -> None:
        """Note an entity that began at `since` and ends here; empty ones are dropped."""
        if self.length > since and "" not in entity.values():  # a link without an address is text
            self.entities.append({"offset": since, "length": self.length - since, **entity})

    def result(self) -> tuple[str, list[Json]]:
        """Trimmed at both ends, as Telegram does, with the entities in order."""
        text = "".join(self.parts)
        lead = units(text[: len(text) - len(text.lstrip())])
        text = text.strip()
        end = units(text)
        kept = []
        for entity in self.entities:
            start = max(entity["offset"] - lead, 0)
            stop = min(entity["offset"] + entity["length"] - lead, end)
            if stop > start:
                kept.append({**entity, "offset": start, "length": stop - start})
        kept.sort(key=lambda entity: (entity["offset"], -entity["length"]))
        return text, kept


def from_html(source: str) -> tuple[str, list[Json]]:
    """Telegram's HTML subset. Raises ApiError for other tags and for tags that do not match."""
    done = Formatted()
    opened: list[tuple[str, int, Json]] = []
    position = 0
    while position < len(source):
        start = source.find("<", position)
        if start < 0:
            break
        done.add(html.unescape(source[position:start]))
        position = _tag(source, start, done, opened)
    done.add(html.unescape(source[position:]))
    if opened:
        raise unparsable(f'Can\'t find end tag corresponding to start tag "{opened[-1][0]}"')
    return done.result()


def _tag(source: str, start: int, done: Formatted, opened: list[tuple[str, int, Json]]) -> int:
    """Take one tag at `start` and return where the text goes on."""
    at = byte_offset(source, start)
    match = _TAG.match(source, start)
    if match is None:
        if source.find(">", start) < 0:
            raise unparsable(f"Unclosed start tag at byte offset {at}")
        raise unparsable(f'Unsupported start tag "" at byte offset {at}')
    name = match[2].lower()
    if match[1]:
        _end_tag(name, at, done, opened)
    else:
        opened.append((name, done.length, _entity(name, match[3], at)))
    return match.end()


def _end_tag(name: str, at: int, done: Formatted, opened: list[tuple[str, int, Json]]) -> None:
    if not opened:
        raise unparsable(f"Unexpected end tag at byte offset {at}")
    expected, since, entity = opened.pop()
    if name and name != expected:
        raise unparsable(
            f'Unmatched end tag at byte offset {at}, expected "</{expected}>", found "</{name}>"'
        )
    done.close(entity, since)


def _entity(name: str, attributes: str, at: int) -> Json:
    if name not in _TAGS:
        raise unparsable(f'Unsupported start tag "{name}" at byte offset {at}')
    given = {
        match[1].lower(): html.unescape(match[2] or match[3] or match[4] or "")
        for match in _ATTRIBUTE.finditer(attributes)
    }
    entity: Json = {"type": _TAGS[name]}
    if name == "a":
        entity["url"] = given.get("href", "")
    elif name == "span" and given.get("class") != "tg-spoiler":
        raise unparsable(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
    elif name == "tg-emoji":
        entity["custom_emoji_id"] = given.get("emoji-id", "")
    return entity


def found_in(text: str) -> list[Json]:
    """What Telegram marks by itself: commands, addresses and mentions."""
    if "/" not in text and "@" not in text:
        return []
    return [
        {
            "type": str(match.lastgroup),
            "offset": units(text[: match.start()]),
            "length": units(match[0]),
        }
        for match in _FOUND.finditer(text)
    ]
