"""docs/rules.md says what the rules are, and what the command prints about them."""

import pytest

from benchmarks import rules
from benchmarks.words.corpus import FOLDER
from bot.rehearsal.reading import MESSAGES, read_messages
from tests.flows.builders import CONTENT, DETECTOR

ANEW = "run `python -m benchmarks.rules`, and read what has changed"
PAGE = rules.PAGE.read_text()


def test_every_rule_stands_in_the_table_as_it_is() -> None:
    assert rules.part(PAGE, "rules") == rules.table(CONTENT.rules), ANEW


def test_every_rule_has_a_source_and_no_source_a_missing_rule() -> None:
    for rule in CONTENT.rules:
        assert rules.source_of(rule), rule.id
    assert set(rules.SOURCES) <= {rule.id for rule in CONTENT.rules}


def test_the_figures_rest_on_the_files_as_they_are() -> None:
    assert f"Inputs: `{rules.inputs(CONTENT)}`" in rules.part(PAGE, "figures"), ANEW


@pytest.mark.soak
def test_the_figures_are_what_the_command_prints() -> None:
    assert rules.figures(CONTENT) in rules.part(PAGE, "figures"), ANEW


def test_no_message_of_the_simulation_teaches_the_detector() -> None:
    taught = {
        line.partition("|")[2].strip().casefold()
        for path in FOLDER.glob("*.txt")
        for line in path.read_text().splitlines()
    }
    found = read_messages(DETECTOR.find)
    ours = [one.text for name in ("chat", "tricky", "setback", "danger")
            for one in getattr(found, name)]  # fmt: skip

    assert len(ours) == len(set(ours)) > 200, MESSAGES
    assert [text for text in ours if text.casefold() in taught] == []
