"""What one screen of a check-in says: the greeting, the wording for an age, the rows of buttons."""

import pytest

from flows import conversation, phrases
from flows.conversation_state import Talk
from flows.events import MessageDue
from flows.model import CheckinState
from tests.flows.builders import CONTENT, B, a_checkin, a_talk, only, up_to

MESSAGES = CONTENT.messages


def opening(talk: Talk, greeting: str) -> MessageDue:
    (due,) = only(conversation.open_(MESSAGES, talk, greeting=greeting), MessageDue)
    return due


def asks(talk: Talk) -> str:
    return phrases.screen(MESSAGES, talk).text


def test_the_opening_greets_by_the_hour_and_says_how_many_questions_there_are() -> None:
    due = opening(a_talk(state=CheckinState.DUE), "sore")

    assert due.message.text.startswith("Selamat sore, Bapak/Ibu. Apa kabar minggu ini? Ada 8 ")


@pytest.mark.parametrize(
    ("age", "asked"),
    [
        (3, "bangun malam sambil menangis"),
        (6, "bangun malam sambil menangis"),
        (7, "susah tidur"),
        (12, "susah tidur"),
        (13, "kurang tidur"),
        (18, "kurang tidur"),
    ],
)
def test_a_question_is_worded_for_the_age_of_the_child(age: int, asked: str) -> None:
    assert asked in asks(a_talk("sleep", age=age))


def test_days_stand_two_in_a_row_and_long_answers_one_below_the_other() -> None:
    days = phrases.screen(MESSAGES, a_talk("sleep"))
    safety = phrases.screen(MESSAGES, a_talk(*up_to("safety")))

    assert [len(row) for row in days.buttons] == [2, 2, 1]
    assert [len(row) for row in safety.buttons] == [1, 1, 1, 1, 1]
    assert [button.label for button in safety.buttons[-1]] == ["Kembali"]


def test_at_b_the_child_is_anak() -> None:
    assert "anak susah tidur" in asks(a_talk("sleep", checkin=a_checkin(B)))
