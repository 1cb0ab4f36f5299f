"""Every phrase in code has its Indonesian words, and the catalogues are those of today's code."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from bot import messages
from bot.texts import INDONESIAN, LOCALES

ROOT = Path(__file__).parents[2]
CATALOGUE = LOCALES / INDONESIAN / "LC_MESSAGES" / "bot.po"


def calls_of_text() -> Iterator[tuple[str, ast.Call]]:
    """Every `Text(...)` of bot.texts, with where it stands."""
    for path in sorted((ROOT / "bot").rglob("*.py")):
        tree = ast.parse(path.read_text())
        if not any(isinstance(node, ast.ImportFrom) and is_ours(node) for node in tree.body):
            continue  # rich has a Text too
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "Text":
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def is_ours(node: ast.ImportFrom) -> bool:
    return node.module == "bot.texts" and any(alias.name == "Text" for alias in node.names)


def said() -> dict[str, str]:
    """Every phrase in code, and where it stands last."""
    return {
        call.args[0].value: where
        for where, call in calls_of_text()
        if isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
    }


@pytest.fixture(scope="module")
def indonesian() -> Catalog:
    with CATALOGUE.open("rb") as source:
        return read_po(source, locale=INDONESIAN)


def places(text: str) -> list[str]:
    return sorted(re.findall(r"\{(\w+)\}", text))


def test_every_phrase_is_written_out_where_it_is_marked() -> None:
    built = [
        where
        for where, call in calls_of_text()
        if len(call.args) != 1 or not isinstance(call.args[0], ast.Constant)
    ]

    assert built == [], "a phrase that is put together cannot be gathered for translation"


def test_every_phrase_has_its_indonesian_words(indonesian: Catalog) -> None:
    phrases = said()

    missing = {where: phrase for phrase, where in phrases.items() if not words(indonesian, phrase)}

    assert phrases
    assert missing == {}


def test_a_translation_has_the_places_of_its_phrase(indonesian: Catalog) -> None:
    differing = {
        phrase: words(indonesian, phrase)
        for phrase in said()
        if places(phrase) != places(words(indonesian, phrase))
    }

    assert differing == {}


def test_no_translation_is_doubted_or_left_over(indonesian: Catalog) -> None:
    kept = {str(message.id) for message in indonesian if message.id}

    assert [str(message.id) for message in indonesian if message.id and message.fuzzy] == []
    assert kept - set(said()) == set()
    assert indonesian.obsolete == {}


def words(catalogue: Catalog, phrase: str) -> str:
    found = catalogue.get(phrase)
    return "" if found is None else str(found.string)


@pytest.mark.parametrize(
    ("name", "gather"),
    [("bot.pot", messages.phrases), ("content.pot", messages.flow_texts)],
    ids=["phrases in code", "flow texts"],
)
def test_a_template_is_the_one_that_make_messages_writes(
    name: str, gather: Callable[[], Catalog], tmp_path: Path
) -> None:
    fresh = tmp_path / name

    messages.template(gather(), fresh)

    assert fresh.read_bytes() == (LOCALES / name).read_bytes(), "run `make messages`"
