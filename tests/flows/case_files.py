"""Cases that a psychologist can read: what is given, and what a family or the time then does."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows import intake, lapses, phrases
from flows.conversation_state import Talk
from flows.events import Button, Event, Message
from flows.forms import Checkin
from flows.model import AlertKind, CheckinState, ContactKind, ContactState, Level, Urgency
from flows.selection import left_out
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
)

FILES = sorted((Path(__file__).parents[1] / "cases" / "intake").glob("*.yaml"))

GIVEN = {
    *("level", "state", "part", "asks", "break", "answered", "alert", "reminded", "put_off"),
    *("checkin_of", "baseline", "last_total", "home_risk", "duress_word", "asked_safety"),
    *(
        "waits_for_call",
        "unsure_words",
        "form",
        "number",
        "holidays",
        "age",
        "reads_little",
        "school",
    ),
}
DOES = {"taps", "writes", "sends", "caption", "under", "of", "waits"}


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}: {case['case']}")
        for path in FILES
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


# Given -----------------------------------------------------------------------------------------


def situation_of(given: Mapping[str, Any]) -> Situation:
    level = Level(given.get("level", "A"))
    known = [
        an_alert(urgency=Urgency(urgency)) for urgency in list(given.get("alert", {}).values())[:1]
    ]
    if given.get("waits_for_call"):
        known.append(an_alert(id="call:1", kind=AlertKind.CALL, checkin=None))
    if given.get("unsure_words"):
        known.append(an_alert(id="unsure:1", kind=AlertKind.UNSURE_WORDS, checkin=None))
    contact = a_contact(
        level=level,
        state=ContactState(given.get("state", "active")),
        consent_part=given.get("part", 0),
        duress_word=given.get("duress_word"),
        kind=ContactKind.SCHOOL if given.get("school") else ContactKind.CAREGIVER,
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
        is_safety_asked=bool(given.get("asked_safety", False)),
        is_safety_last=given.get("asked_safety") == "terakhir",
    )


def _talk(given: Mapping[str, Any], level: Level) -> Talk | None:
    asks = given.get("asks")
    if asks is None:
        return None
    shape = a_checkin(Level(given.get("checkin_of", level)))
    if "form" in given:
        shape = CONTENT.checkins[given["form"]]
    hidden = left_out(
        shape,
        number=given.get("number", 1),
        in_school_holidays=given.get("holidays", False),
    )
    path = () if asks == "opening" else tuple(i for i in way_to(asks, shape) if i not in hidden)
    talk = a_talk(
        *path,
        checkin=shape,
        answers=given.get("answered"),
        is_reminded=given.get("reminded", False),
        is_put_off=given.get("put_off", False),
        age=given.get("age", 10),
        reads_little=given.get("reads_little", False),
        left_out=hidden,
        code="S-07",
    )
    return replace(talk, state=CheckinState.PAUSED) if given.get("break") else talk


def way_to(item: str, shape: Checkin) -> tuple[str, ...]:
    """The path on which `item` is being asked, straight on from the first."""
    asked = [one.id for one in shape.asked]
    if item in asked:
        return tuple(asked[: asked.index(item) + 1])
    return (*asked, item)


# Does ------------------------------------------------------------------------------------------


def what_follows(does: Mapping[str, Any], situation: Situation) -> tuple[Event, ...]:
    """All events, whether the family or the time does it."""
    if "waits" in does:
        return _waited(does["waits"], situation)
    return intake.receive(situation, _done(does, situation))


def _waited(time: str, situation: Situation) -> tuple[Event, ...]:
    talk, cause = situation.talk, "due"
    assert talk is not None
    match time:
        case "setengah jam":
            return lapses.idle(situation, talk, cause)
        case "sehari":
            return lapses.remind(situation, talk)
        case "lima hari":
            return lapses.expire(situation, talk, cause, next_day="hari Senin")
        case _:
            raise AssertionError(f"nothing happens after {time!r}")


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
        return phrases.reminder(CONTENT.messages, talk, greeting="pagi")
    if talk.state is CheckinState.PAUSED:
        return phrases.say(CONTENT.messages, "resume", checkin=talk.id)
    seen = talk if under is None else replace(talk, path=way_to(under, talk.checkin))
    return phrases.screen(CONTENT.messages, seen)
