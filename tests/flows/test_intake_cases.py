"""The cases that a psychologist can read: what a family does, and everything that must follow."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from flows.conversation_state import OPEN_LINE
from flows.events import (
    AlertFound,
    AnswerGiven,
    ButtonsGone,
    CheckinMoved,
    CheckinScored,
    ConsentGiven,
    ContactMoved,
    Event,
    MessageDue,
    PhoneHidden,
    TypedDeleted,
    WordsKept,
)
from flows.model import AlertKind
from flows.situation import Situation
from tests.flows.builders import CONTENT, only
from tests.flows.case_files import DOES, GIVEN, cases, situation_of, what_follows

KNOWN = {
    "given": GIVEN,
    "does": DOES,
    "then": {
        *("reads", "asks", "answer", "alert", "task", "kept", "state", "checkin", "total"),
        *("typed_deleted", "phone_hidden", "consent", "shows", "buttons", "buttons_gone"),
    },
}


@pytest.mark.parametrize("case", cases())
def test_what_follows_is_what_the_case_says(case: Mapping[str, Any]) -> None:
    for part, names in KNOWN.items():
        assert set(case[part]) <= names
    situation = situation_of(case["given"])

    events = what_follows(case["does"], situation)

    then = case["then"]
    assert _messages(events, situation) == _expected_messages(then, situation)
    assert {one.item: one.value for one in only(events, AnswerGiven)} == then.get("answer", {})
    assert _found(events, alerts=True) == then.get("alert", {})
    assert _found(events, alerts=False) == then.get("task", {})
    assert _kept(events) == then.get("kept")
    _check_states(events, then, situation)
    _check_screen(events, then)
    if "says" in case:
        assert [one.reasons[0].says for one in only(events, AlertFound)] == [case["says"]]


def _check_states(events: Sequence[Event], then: Mapping[str, Any], situation: Situation) -> None:
    states = [one.state.value for one in only(events, ContactMoved)]
    stays = situation.contact.state.value
    assert (states or [stays])[-1] == then.get("state", stays)
    if "checkin" in then:
        assert only(events, CheckinMoved)[-1].state.value == then["checkin"]
    assert [one.total for one in only(events, CheckinScored)] == (
        [then["total"]] if "total" in then else []
    )
    assert bool(only(events, TypedDeleted)) == then.get("typed_deleted", False)
    assert bool(only(events, PhoneHidden)) == then.get("phone_hidden", False)
    assert [one.agrees for one in only(events, ConsentGiven)] == (
        [then["consent"]] if "consent" in then else []
    )


def _check_screen(events: Sequence[Event], then: Mapping[str, Any]) -> None:
    """`shows` is a part of the last text, `buttons` are rows of labels."""
    shown = [due.message for due in only(events, MessageDue)]
    if "shows" in then:
        assert then["shows"] in shown[-1].text
    if "buttons" in then:
        rows = [[button.label for button in row] for row in shown[-1].buttons]
        assert rows == then["buttons"]
    assert bool(only(events, ButtonsGone)) == then.get("buttons_gone", False)


# Then ------------------------------------------------------------------------------------------


def _messages(events: Sequence[Event], situation: Situation) -> list[str]:
    """The names of the messages and questions that go out."""
    return [name for due in only(events, MessageDue) for name in _names(due, situation)]


def _names(due: MessageDue, situation: Situation) -> list[str]:
    text = due.message.text
    named = [
        name
        for name, content in CONTENT.messages.texts.items()
        if re.fullmatch(_pattern(content.text), text.split("\n\n")[0])
    ]
    question = _question(text, situation)
    found = [*named[:1], *([] if question is None else [f"? {question}"])]
    assert found, f"no message says {text!r}"
    return found


def _pattern(template: str) -> str:
    parts = re.split(r"\{[^}]*\}", template)
    return ".+".join(re.escape(part) for part in parts)


def _question(text: str, situation: Situation) -> str | None:
    talk = situation.talk
    if talk is None:
        return None
    if text.rpartition("\n\n")[2] == talk.checkin.open_line:
        return OPEN_LINE
    last = text.rpartition("\n")[2]
    for item in talk.checkin.items:
        for is_short in (False, True):
            if re.fullmatch(_pattern(item.text_for(talk.age, is_short=is_short)), last):
                return item.id
    return None


def _expected_messages(then: Mapping[str, Any], situation: Situation) -> list[str]:
    reads = then.get("reads")
    named = [] if reads in (None, "nothing") else [reads]
    return [*named, *([f"? {then['asks']}"] if "asks" in then else [])]


def _found(events: Sequence[Event], *, alerts: bool) -> dict[str, str]:
    """Rules of alerts, or kinds of tasks, with their urgency."""
    found = only(events, AlertFound)
    if alerts:
        listed = [one for one in found if one.kind is AlertKind.ALERT]
        return {reason.rule: reason.urgency.value for one in listed for reason in one.reasons}
    return {one.kind.value: one.urgency.value for one in found if one.kind is not AlertKind.ALERT}


def _kept(events: Sequence[Event]) -> str | None:
    for words in only(events, WordsKept):
        return "command" if words.is_command else "to_read"
    given = [one for one in only(events, AnswerGiven) if one.words is not None]
    return "answer" if given else None
