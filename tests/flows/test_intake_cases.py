"""The cases that a psychologist can read: what a family does, and everything that must follow."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows import intake, phrases
from flows.conversation_state import OPEN_LINE, Talk
from flows.events import (
    AlertFound,
    AnswerGiven,
    Button,
    CheckinMoved,
    CheckinScored,
    ConsentGiven,
    ContactMoved,
    Event,
    Message,
    MessageDue,
    PhoneHidden,
    TypedDeleted,
    WordsKept,
)
from flows.model import AlertKind, CheckinState, ContactState, Level, Urgency
from flows.situation import Pressed, Reply, Situation
from flows.wording import places
from tests.flows.builders import (
    CHECKIN,
    CONTENT,
    a_case,
    a_checkin,
    a_contact,
    a_reply,
    a_situation,
    a_talk,
    an_alert,
    only,
    up_to,
)

FILES = sorted((Path(__file__).parents[1] / "cases" / "intake").glob("*.yaml"))
KNOWN = {
    "given": {
        *("level", "state", "part", "asks", "break", "answered", "alert", "reminded", "put_off"),
        *("checkin_of", "baseline", "last_total", "home_risk", "duress_word", "asked_safety"),
        "waits_for_call",
    },
    "does": {"taps", "writes", "sends", "caption", "under", "of"},
    "then": {
        *("reads", "asks", "answer", "alert", "task", "kept", "state", "checkin", "total"),
        *("typed_deleted", "phone_hidden", "consent"),
    },
}


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}: {case['case']}")
        for path in FILES
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize("case", cases())
def test_what_follows_is_what_the_case_says(case: Mapping[str, Any]) -> None:
    for part, names in KNOWN.items():
        assert set(case[part]) <= names
    situation = _given(case["given"])

    events = intake.receive(situation, _done(case["does"], situation))

    then = case["then"]
    assert _messages(events, situation) == _expected_messages(then, situation)
    assert {one.item: one.value for one in only(events, AnswerGiven)} == then.get("answer", {})
    assert _found(events, alerts=True) == then.get("alert", {})
    assert _found(events, alerts=False) == then.get("task", {})
    assert _kept(events) == then.get("kept")
    _check_states(events, then, situation)
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


# Given -----------------------------------------------------------------------------------------


def _given(given: Mapping[str, Any]) -> Situation:
    level = Level(given.get("level", "A"))
    known = [
        an_alert(urgency=Urgency(urgency)) for urgency in list(given.get("alert", {}).values())[:1]
    ]
    if given.get("waits_for_call"):
        known.append(an_alert(id="call:1", kind=AlertKind.CALL, checkin=None))
    contact = a_contact(
        level=level,
        state=ContactState(given.get("state", "active")),
        consent_part=given.get("part", 0),
        duress_word=given.get("duress_word"),
    )
    return a_situation(
        _talk(given, level),
        level=level,
        contact=contact,
        case=a_case(home_risk=given.get("home_risk", False)),
        alerts=tuple(known),
        told=frozenset(f"fact:{CHECKIN}:{rule}:1" for rule in given.get("alert", {})),
        baseline=given.get("baseline"),
        last_total=given.get("last_total"),
        is_safety_asked=given.get("asked_safety", False),
    )


def _talk(given: Mapping[str, Any], level: Level) -> Talk | None:
    asks = given.get("asks")
    if asks is None:
        return None
    shape = a_checkin(Level(given.get("checkin_of", level)))
    path = () if asks == "opening" else up_to(asks, shape)
    talk = a_talk(
        *path,
        checkin=shape,
        answers=given.get("answered"),
        is_reminded=given.get("reminded", False),
        is_put_off=given.get("put_off", False),
    )
    return replace(talk, state=CheckinState.PAUSED) if given.get("break") else talk


# Does ------------------------------------------------------------------------------------------


def _done(does: Mapping[str, Any], situation: Situation) -> Reply:
    if "writes" in does:
        return a_reply(does["writes"])
    if "sends" in does:
        return a_reply(does.get("caption"), media=does["sends"])
    button = _button(does["taps"], situation, does.get("under"))
    checkin = does.get("of", button.checkin)
    pressed = Pressed(press=button.press, item=button.item, value=button.value, checkin=checkin)
    return a_reply(pressed=pressed)


def _button(label: str, situation: Situation, under: str | None) -> Button:
    """The button on the phone, or under an earlier question, or in any message of the content."""
    for button in _buttons(situation, under):
        if button.label == label:
            return button
    raise AssertionError(f"there is no button {label!r}")


def _buttons(situation: Situation, under: str | None) -> list[Button]:
    shown = [_shown(situation.talk, under)]
    part, names = situation.contact.consent_part, list(CONTENT.messages.texts)
    if situation.contact.state is ContactState.CONSENTING:
        names.sort(key=lambda name: not name.startswith("consent_"))
    for name in names:
        filled = dict.fromkeys(places(CONTENT.messages.texts[name].text), "...")
        value = part if name.startswith("consent_") else None
        shown.append(phrases.say(CONTENT.messages, name, filled, value=value))
    return [button for message in shown for row in message.buttons for button in row]


def _shown(talk: Talk | None, under: str | None) -> Message:
    """What the check-in shows; where there is none, an old opening."""
    if talk is None or (talk.state is CheckinState.ASKED and not talk.is_reminded):
        return phrases.opening(CONTENT.messages, talk or a_talk(), greeting="pagi")
    if talk.state is CheckinState.ASKED:
        return phrases.say(CONTENT.messages, "reminder", {"waktu": "pagi"}, checkin=talk.id)
    if talk.state is CheckinState.PAUSED:
        return phrases.say(CONTENT.messages, "resume", checkin=talk.id)
    seen = talk if under is None else replace(talk, path=up_to(under, talk.checkin))
    return phrases.screen(CONTENT.messages, seen)


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
    if text == talk.checkin.open_line:
        return OPEN_LINE
    last = text.rpartition("\n")[2]
    for item in talk.checkin.items:
        if re.fullmatch(_pattern(item.text_for(talk.age)), last):
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
