"""The table of messages that a child wrote, and of those that a parent did."""

from pathlib import Path

import pytest
import yaml

from flows.warning_signs import build
from tests.flows.builders import CONTENT

TABLE = yaml.safe_load(
    (Path(__file__).parents[1] / "cases" / "child_writes.yaml").read_text(encoding="utf-8")
)
DETECTOR = build(CONTENT.signs)


@pytest.mark.parametrize("text", [*TABLE["found"], *TABLE["pleads"]])
def test_a_child_is_heard(text: str) -> None:
    assert DETECTOR.find(text).child_writes


@pytest.mark.parametrize("text", TABLE["pleads"])
def test_a_child_who_asks_for_help_is_heard_at_once(text: str) -> None:
    assert DETECTOR.find(text).child_pleads


@pytest.mark.parametrize("text", TABLE["missed"])
def test_a_known_gap_is_still_open(text: str) -> None:
    assert not DETECTOR.find(text).child_writes


@pytest.mark.parametrize("text", TABLE["left"])
def test_a_parent_is_no_child(text: str) -> None:
    assert not DETECTOR.find(text).child_writes


def test_without_such_phrases_nobody_is_a_child_and_no_sign_changes() -> None:
    without = build({name: part for name, part in CONTENT.signs.items() if name != "child_writes"})

    for text in (*TABLE["found"], *TABLE["pleads"], *TABLE["left"]):
        with_child, alone = DETECTOR.find(text), without.find(text)
        assert not alone.child_writes
        assert (with_child.level, with_child.labels) == (alone.level, alone.labels)
        assert with_child.evidence == alone.evidence
