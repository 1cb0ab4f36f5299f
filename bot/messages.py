"""Gathers the phrases of the code and the words of content into `locales/` (`make messages`).

Two catalogues: `bot` has the phrases in code with English msgids, `content` the flow texts with
Indonesian msgids, ready for Javanese or Sundanese. Translations that are there stay as they are.
"""

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from bot.texts import INDONESIAN, LOCALES
from flows import loader
from flows.definition import Content
from flows.forms import Checkin

SOURCES = Path(__file__).parent
KEYWORDS = {"Text": None}
ROOT = SOURCES.parent


def phrases() -> Catalog:
    """Every `Text("...")` in the code, with the files it stands in."""
    catalog = Catalog(project="kabar", fuzzy=False)
    found = extract_from_dir(str(SOURCES), [("**.py", "python")], keywords=KEYWORDS)
    for name, _, message, _, _ in found:
        catalog.add(message, locations=[(f"bot/{name}", 0)])
    return catalog


def flow_texts() -> Catalog:
    """Every text of the shipped content that a family may read."""
    catalog = Catalog(project="kabar", locale=INDONESIAN, fuzzy=False)
    for where, message in _texts(loader.load()):
        catalog.add(message, locations=[(where, 0)])
    return catalog


def _texts(content: Content) -> Iterator[tuple[str, str]]:
    for checkin in content.checkins.values():
        yield from ((checkin.id, message) for message in _of_checkin(checkin))
    messages = content.messages
    yield from ((name, message.text) for name, message in messages.texts.items())
    yield from ((press, label) for press, label in messages.labels.items())
    yield from (("tips", tip) for tip in messages.tips)
    yield from (("siblings", name) for name in messages.siblings)
    yield from (("contacts", line.label) for line in content.help_numbers)


def _of_checkin(checkin: Checkin) -> Iterator[str]:
    yield checkin.opening
    if checkin.opening_short:
        yield checkin.opening_short
    for item in checkin.items:
        yield from item.texts.values()
        yield from item.shorts.values()
        yield from (choice.label for choice in item.choices)
        yield from (choice.short for choice in item.choices if choice.short)
    if checkin.open_line:
        yield checkin.open_line


def template(catalog: Catalog, path: Path) -> None:
    """Write a catalogue without dates, so that it changes only when its words do."""
    with path.open("wb") as target:
        write_po(
            target, catalog, width=100, omit_header=True, include_lineno=False, sort_output=True
        )


def main() -> None:
    """Write both templates, and bring the Indonesian phrases up to date."""
    found = phrases()
    template(found, LOCALES / "bot.pot")
    template(flow_texts(), LOCALES / "content.pot")
    path = LOCALES / INDONESIAN / "LC_MESSAGES" / "bot.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = Catalog(locale=INDONESIAN)
    if path.exists():
        with path.open("rb") as source:
            kept = read_po(source, locale=INDONESIAN)
    kept.update(found, no_fuzzy_matching=True)
    kept.obsolete.clear()
    written = Catalog(locale=INDONESIAN, project="kabar", fuzzy=False)
    for message in kept:
        if message.id:
            written[message.id] = message
    template(written, path)


if __name__ == "__main__":
    main()
