"""The tables that a psychologist can read: every phrase of signs.yaml has words to prove it."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
import yaml

from flows.model import Certainty
from flows.negation import Role
from flows.sign_content import Category
from flows.warning_signs import Kind, Meaning, build
from tests.flows.builders import CONTENT, PHRASES

FOLDER = Path(__file__).parents[1] / "cases" / "signs"
QUIET = "none"
TABLES: Mapping[str, Mapping[str, list[str]]] = {
    file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in FOLDER.glob("*.yaml")
}
LEVELS = {
    meaning.of.name: meaning.of.level
    for meaning in PHRASES.meanings
    if isinstance(meaning.of, Category)
}


def _rows(*kinds: str) -> list[tuple[str, str]]:
    """Category and message of every row of these kinds, `none` for messages without a sign."""
    return [
        (name, text)
        for name, table in sorted(TABLES.items())
        for kind in kinds
        for text in table.get(kind, ())
    ]


@cache
def _fitting(text: str) -> frozenset[Meaning]:
    return frozenset(PHRASES.phrases(text))


def test_every_category_has_its_table() -> None:
    assert set(TABLES) == {*LEVELS, QUIET}


@pytest.mark.parametrize(("category", "text"), _rows("found"))
def test_sign_is_found_at_its_level(category: str, text: str) -> None:
    signs = PHRASES.find(text)

    assert category in signs.labels
    assert signs.level == "critical" if LEVELS[category] == "critical" else signs.level != "none"


@pytest.mark.parametrize(("category", "text"), _rows("denied"))
def test_denied_words_are_evidence_and_no_sign(category: str, text: str) -> None:
    signs = PHRASES.find(text)

    assert (signs.level, signs.labels) == ("none", ())
    assert (category, Certainty.DENIED) in {(row.category, row.certainty) for row in signs.evidence}


@pytest.mark.parametrize(("name", "text"), _rows("everyday", "near", "idioms"))
def test_harmless_message_stays_quiet(name: str, text: str) -> None:
    signs = PHRASES.find(text)

    assert (signs.level, signs.labels) == ("none", ())


@pytest.mark.parametrize(("category", "text"), _rows("missed"))
def test_known_gap_is_still_open(category: str, text: str) -> None:
    """A gap that closes moves up to `found`, so that the list stays honest."""
    assert category not in PHRASES.find(text).labels


@pytest.mark.parametrize(("name", "text"), _rows("false_alarms"))
def test_known_false_alarm_still_rings(name: str, text: str) -> None:
    assert PHRASES.find(text).level != "none"


def _lines(*kinds: object) -> list[Meaning]:
    return [
        meaning
        for meaning in PHRASES.meanings
        if meaning.of in kinds or (isinstance(meaning.of, Category) and Category in kinds)
    ]


def test_every_phrase_of_a_sign_is_found_in_a_message() -> None:
    proven = {
        meaning
        for category, text in _rows("found")
        for meaning in _fitting(text)
        if isinstance(meaning.of, Category) and meaning.of.name == category
    }

    assert [meaning.line for meaning in _lines(Category) if meaning not in proven] == []


def test_every_phrase_of_a_sign_has_a_near_message_without_the_sign() -> None:
    slots = _slots()
    texts = [text for _, text in _rows("found", "denied", "everyday", "near", "idioms")]
    near: set[Meaning] = set()
    for text in texts:
        labels = PHRASES.find(text).labels
        words = 0
        for meaning in PHRASES.lexicon.read(text).meanings:
            words |= meaning
        near |= {
            line
            for line, rows in slots.items()
            if isinstance(line.of, Category)
            and line.of.name not in labels
            and any(2 * sum(bool(words & slot) for slot in row) >= len(row) for row in rows)
        }

    assert [meaning.line for meaning in _lines(Category) if meaning not in near] == []


def _slots() -> dict[Meaning, list[list[int]]]:
    """For each phrase the bits of the words that it must have, a list for each way to say it."""
    machine = PHRASES.automaton
    slots: dict[Meaning, list[list[int]]] = {}
    row: list[int] = []
    for bit in (1 << number for number in range(machine.last.bit_length())):
        if machine.first & bit:
            row = []
        if not (machine.free | machine.optional) & bit:
            row.append(bit)
        if machine.last & bit:
            slots.setdefault(PHRASES.meanings[machine.phrases[bit]], []).append(row)
    return slots


def test_every_idiom_keeps_a_message_quiet() -> None:
    loud = build({**CONTENT.signs, "idioms": []})
    needed = set()
    for _, text in _rows("everyday", "near", "idioms"):
        idioms = {meaning for meaning in _fitting(text) if meaning.of is Kind.IDIOM}
        if len(idioms) == 1 and loud.find(text) != PHRASES.find(text):
            needed |= idioms

    assert [meaning.line for meaning in _lines(Kind.IDIOM) if meaning not in needed] == []


def test_every_phrase_of_the_context_and_every_method_is_in_a_message() -> None:
    seen = {meaning for _, text in _all() for meaning in _fitting(text)}

    assert [line.line for line in _lines(*Role, Kind.METHOD) if line not in seen] == []


def _all() -> Iterator[tuple[str, str]]:
    for name, table in TABLES.items():
        for texts in table.values():
            yield from ((name, text) for text in texts)


def test_no_message_stands_in_two_tables_with_different_verdicts() -> None:
    quiet = {text for _, text in _rows("everyday", "near", "idioms", "false_alarms", "denied")}
    loud = {text for _, text in _rows("found", "missed")}

    assert quiet & loud == set()


def test_every_group_and_verb_of_the_file_is_used() -> None:
    lines = " ".join(meaning.line for meaning in PHRASES.meanings)
    groups = CONTENT.signs["groups"]
    assert isinstance(groups, Mapping)
    members = " ".join(member for names in groups.values() for member in names)

    unused = [name for name in groups if f"<{name}>" not in f"{lines} {members}"]

    assert unused == []
