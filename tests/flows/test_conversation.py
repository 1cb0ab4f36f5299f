"""A check-in goes from question to question; no button, however old, leads it astray."""

from dataclasses import replace
from datetime import timedelta

import pytest

from flows import conversation, phrases
from flows.conversation_state import OPEN_LINE, Talk
from flows.definition import Approval, Press
from flows.events import AnswerGiven, CheckinMoved, Event, Manner, MessageDue
from flows.forms import ANY_AGE, Checkin, Choice, Item
from flows.model import CheckinState, Level
from tests.flows.builders import (
    CHECKIN,
    CONTENT,
    MONDAY_TEN,
    A,
    B,
    a_checkin,
    a_talk,
    labels,
    only,
    up_to,
)

MESSAGES = CONTENT.messages


def tap(
    talk: Talk,
    press: Press,
    item: str | None = None,
    value: int | None = None,
    words: str | None = None,
) -> tuple[Event, ...]:
    return conversation.press(MESSAGES, talk, press, item=item, value=value, words=words)


def place(events: tuple[Event, ...]) -> tuple[str, ...]:
    """The path after them."""
    return only(events, CheckinMoved)[-1].path


def shown(events: tuple[Event, ...]) -> MessageDue:
    (due,) = only(events, MessageDue)
    return due


def asks(talk: Talk) -> str:
    return phrases.screen(MESSAGES, talk).text


def with_branches(*, open_line: str | None = None) -> Checkin:
    """mood; if it is low, why; then call; if it is urgent, when; then end."""
    plain = (Choice(value=0, label="Tidak"), Choice(value=1, label="Ya"))

    def item(name: str, choices: tuple[Choice, ...] = plain, *, is_branch: bool = False) -> Item:
        return Item(
            id=name,
            texts={ANY_AGE: f"{name}?"},
            choices=choices,
            scale=None,
            is_branch=is_branch,
        )

    return Checkin(
        id="tiga",
        kind="check-in",
        level=Level.OPEN,
        approval=Approval(by=None, on=None),
        opening="Apa kabar, {waktu}? {jumlah}",
        items=(
            item("mood", (Choice(value=0, label="Baik"), Choice(value=1, label="?", then="why"))),
            item("why", is_branch=True),
            item("call", (Choice(value=0, label="Tidak"), Choice(value=1, label="!", then="when"))),
            item("when", is_branch=True),
            item("end"),
        ),
        open_line=open_line,
        total=None,
    )


# Forward ---------------------------------------------------------------------------------------


def test_mulai_asks_the_first_question_in_the_same_message() -> None:
    events = tap(a_talk(), Press.START)

    assert place(events) == ("sleep",)
    assert shown(events).moves
    assert shown(events).checkin == CHECKIN
    assert shown(events).message.text.startswith("1/8\n")


def test_an_answer_is_kept_and_the_next_question_comes() -> None:
    events = tap(a_talk("sleep"), Press.CHOOSE, "sleep", 3)

    assert events[0] == AnswerGiven(item="sleep", value=3, words=None, checkin=CHECKIN)
    assert place(events) == ("sleep", "eat")
    assert shown(events).message.text.startswith("2/8\n")


def test_after_typed_words_the_question_comes_below_them() -> None:
    events = conversation.answer(MESSAGES, a_talk("sleep"), 1, words="dua hari")

    assert only(events, AnswerGiven)[0].words == "dua hari"
    assert not shown(events).moves


def test_tidak_tahu_is_an_answer_without_a_value() -> None:
    events = tap(a_talk("sleep"), Press.SKIP, "sleep")

    assert only(events, AnswerGiven)[0].value is None
    assert place(events) == ("sleep", "eat")


def test_after_the_last_question_comes_the_open_line_and_then_the_end() -> None:
    last = tap(a_talk(*up_to("safety")), Press.CHOOSE, "safety", 0)
    end = tap(a_talk(*up_to(OPEN_LINE)), Press.FINISH, OPEN_LINE)

    assert place(last)[-1] == OPEN_LINE
    assert shown(last).message.text == a_checkin().open_line
    assert [moved.state for moved in only(end, CheckinMoved)] == [CheckinState.FINISHED]


def test_without_an_open_line_the_last_answer_is_the_end() -> None:
    talk = a_talk(*up_to("call", a_checkin(B)), checkin=a_checkin(B))

    events = tap(talk, Press.CHOOSE, "call", 0)

    assert only(events, CheckinMoved)[0].state is CheckinState.FINISHED
    assert only(events, MessageDue) == ()


# Branches and numbering ------------------------------------------------------------------------


def test_a_choice_may_lead_to_a_question_of_its_own_under_the_same_number() -> None:
    events = tap(a_talk(*up_to("safety")), Press.CHOOSE, "safety", 2)

    assert place(events)[-2:] == ("safety", "topic")
    assert shown(events).message.text == "8/8\nTentang apa, Bapak/Ibu?"


def test_after_a_branch_the_questions_go_on_where_everybody_goes_on() -> None:
    assert place(tap(a_talk(*up_to("safety"), "topic"), Press.CHOOSE, "topic", 2))[-1] == OPEN_LINE


def test_branches_in_the_middle_and_the_end_are_numbered_like_the_question_they_come_from() -> None:
    shape = with_branches()
    screens = [
        asks(a_talk("mood", checkin=shape)),
        asks(a_talk("mood", "why", checkin=shape)),
        asks(a_talk("mood", "why", "call", checkin=shape)),
        asks(a_talk("mood", "why", "call", "when", checkin=shape)),
        asks(a_talk("mood", "call", "end", checkin=shape)),
    ]

    assert screens == ["1/3\nMood?", "1/3\nWhy?", "2/3\nCall?", "2/3\nWhen?", "3/3\nEnd?"]


@pytest.mark.parametrize(
    ("path", "value", "following"),
    [
        (("mood",), 0, "call"),
        (("mood",), 1, "why"),
        (("mood", "why"), 0, "call"),
        (("mood", "why", "call"), 1, "when"),
        (("mood", "call", "when"), 0, "end"),
    ],
)
def test_each_answer_leads_further_down(path: tuple[str, ...], value: int, following: str) -> None:
    events = tap(a_talk(*path, checkin=with_branches()), Press.CHOOSE, path[-1], value)

    assert place(events) == (*path, following)


# Back ------------------------------------------------------------------------------------------


def test_kembali_asks_the_question_before_once_more() -> None:
    assert place(tap(a_talk("sleep", "eat"), Press.BACK, "eat")) == ("sleep",)


def test_kembali_leads_from_a_branch_to_the_question_it_came_from() -> None:
    talk = a_talk(*up_to("safety"), "topic")

    assert place(tap(talk, Press.BACK, "topic"))[-1] == "safety"


def test_kembali_leads_from_the_open_line_to_the_last_question() -> None:
    talk = a_talk(*up_to(OPEN_LINE))

    assert place(tap(talk, Press.BACK, OPEN_LINE)) == up_to("safety")


def test_the_first_question_offers_no_way_back_and_typed_it_comes_again_below() -> None:
    events = tap(a_talk("sleep"), Press.BACK, "sleep", words="kembali")

    assert "Kembali" not in labels(shown(events))
    assert only(events, CheckinMoved) == ()
    assert not shown(events).moves


def test_nobody_goes_back_past_a_break() -> None:
    broken = a_talk("sleep", "eat", "fear", state=CheckinState.PAUSED)
    resumed = tap(broken, Press.RESUME)
    moved = only(resumed, CheckinMoved)[0]
    talk = replace(broken, state=moved.state, path=moved.path, floor=moved.floor)

    back = tap(talk, Press.BACK, "fear")

    assert "Kembali" not in labels(shown(resumed))
    assert only(back, CheckinMoved) == ()


def test_behind_a_break_one_may_go_back_as_far_as_the_break() -> None:
    talk = a_talk("sleep", "eat", "fear", "withdraw", floor=2)

    back = tap(talk, Press.BACK, "withdraw")

    assert place(back) == ("sleep", "eat", "fear")
    assert "Kembali" not in labels(shown(back))


# The break -------------------------------------------------------------------------------------


def test_a_break_takes_the_question_from_the_phone_without_a_sound() -> None:
    events = conversation.pause(MESSAGES, a_talk("sleep", "eat"))

    assert only(events, CheckinMoved)[0].state is CheckinState.PAUSED
    assert shown(events).message.text == "Belum selesai. Lanjutkan?"
    assert shown(events).manner is Manner.QUIET_EDIT
    assert shown(events).moves


def test_where_only_the_open_line_was_left_the_break_is_the_end() -> None:
    (moved,) = conversation.pause(MESSAGES, a_talk(*up_to(OPEN_LINE)))

    assert isinstance(moved, CheckinMoved)
    assert moved.state is CheckinState.FINISHED


def test_a_tap_that_the_break_overtook_is_still_an_answer() -> None:
    paused = a_talk("sleep", "eat", state=CheckinState.PAUSED)

    events = tap(paused, Press.CHOOSE, "eat", 3)

    assert only(events, AnswerGiven)[0].value == 3
    assert place(events) == ("sleep", "eat", "fear")
    assert only(events, CheckinMoved)[0].floor == 1


@pytest.mark.parametrize("item", ["sleep", "fear"])
def test_during_a_break_no_other_question_is_answered(item: str) -> None:
    paused = a_talk("sleep", "eat", state=CheckinState.PAUSED)

    assert tap(paused, Press.CHOOSE, item, 3) == ()


# Old and forged buttons ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("press", "item", "value"),
    [
        (Press.CHOOSE, "sleep", 3),  # answered before
        (Press.CHOOSE, "fear", 3),  # not asked yet
        (Press.CHOOSE, "eat", 9),  # no such choice
        (Press.CHOOSE, "eat", None),
        (Press.CHOOSE, None, 1),
        (Press.SKIP, "sleep", None),
        (Press.BACK, "sleep", None),
        (Press.START, None, None),
        (Press.RESUME, None, None),
        (Press.FINISH, OPEN_LINE, None),
    ],
)
def test_a_button_that_does_not_fit_shows_the_question_again_and_nothing_else(
    press: Press, item: str | None, value: int | None
) -> None:
    talk = a_talk("sleep", "eat", answers={"sleep": 1})

    events = tap(talk, press, item, value)

    assert [type(event) for event in events] == [MessageDue]
    assert shown(events).message.text == asks(talk)
    assert shown(events).moves


def test_before_the_first_question_an_old_button_does_nothing() -> None:
    assert tap(a_talk(), Press.CHOOSE, "sleep", 3) == ()
    assert tap(a_talk(), Press.BACK) == ()


# Nanti -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "said"),
    [
        (A, "Baik, Bapak/Ibu. Nanti saya tanya lagi."),
        (B, "Baik, Bapak/Ibu. Lain waktu saja."),
    ],
)
def test_nanti_puts_the_check_in_off_in_words_of_the_level(level: Level, said: str) -> None:
    due_at = MONDAY_TEN + timedelta(hours=3)

    events = conversation.put_off(MESSAGES, a_talk(), due_at=due_at, level=level, typed=False)

    (moved,) = only(events, CheckinMoved)
    assert (moved.state, moved.due_at, moved.is_put_off) == (CheckinState.DUE, due_at, True)
    assert shown(events).message.text == said
    assert shown(events).moves


@pytest.mark.parametrize("talk", [a_talk("sleep"), a_talk(is_put_off=True)])
def test_nanti_counts_once_and_only_before_the_first_question(talk: Talk) -> None:
    assert conversation.put_off(MESSAGES, talk, due_at=MONDAY_TEN, level=A, typed=False) == ()


def test_asked_again_the_opening_offers_no_second_nanti() -> None:
    first = conversation.open_(MESSAGES, a_talk(state=CheckinState.DUE), greeting="pagi")
    later = a_talk(state=CheckinState.DUE, is_put_off=True)
    second = conversation.open_(MESSAGES, later, greeting="siang")

    assert labels(shown(first)) == ("Mulai", "Nanti", "Telepon saya")
    assert labels(shown(second)) == ("Mulai", "Telepon saya")
    assert shown(first).manner is Manner.UNPROMPTED
