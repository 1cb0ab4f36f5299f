"""After a gap the safety question stands behind a line that anybody may read."""

from dataclasses import replace

import pytest

from flows import intake
from flows.definition import Press
from flows.events import MessageDue
from flows.model import Level
from tests.flows.builders import A, B, a_reply, a_situation, a_tap, labels, only, texts


def test_behind_the_line_stands_the_question_in_its_place() -> None:
    asked = replace(a_situation(), is_safety_asked=True)

    (due,) = only(intake.receive(asked, a_tap(Press.RESUME, of=None)), MessageDue)

    assert (due.message.text, due.in_place) == ("Apakah saat ini aman?", True)
    assert labels(due) == ("Aman", "Tidak aman", "Belum tahu", "Bantuan")


@pytest.mark.parametrize(("level", "is_asked"), [(A, False), (B, True)])
def test_behind_the_line_stands_a_door_where_the_question_may_not_be_shown(
    level: Level, *, is_asked: bool
) -> None:
    situation = replace(a_situation(level=level), is_safety_asked=is_asked)

    (due,) = only(intake.receive(situation, a_tap(Press.RESUME, of=None)), MessageDue)

    assert labels(due) == ("Telepon saya", "Bantuan")
    assert due.in_place


def test_lanjut_typed_below_the_line_brings_the_question_too() -> None:
    asked = replace(a_situation(), is_safety_asked=True)

    assert texts(intake.receive(asked, a_reply("lanjut"))) == ("Apakah saat ini aman?",)
