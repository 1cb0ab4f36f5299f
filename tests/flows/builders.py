"""One moment of a family in a few words: its case, contact, check-in and reply."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from flows import loader, warning_signs
from flows.conversation_state import OPEN_LINE, Talk
from flows.definition import Press
from flows.events import AlertFound, Event, MessageDue
from flows.forms import Checkin
from flows.model import (
    AlertKind,
    AlertState,
    Case,
    CaseId,
    CheckinId,
    CheckinState,
    Contact,
    ContactId,
    ContactState,
    Level,
    MessageId,
    Risk,
    SafeHours,
    StaffId,
    Urgency,
)
from flows.scoring import Given
from flows.selection import left_out
from flows.situation import KnownAlert, Pressed, Reply, Situation

CONTENT = loader.load()
DETECTOR = warning_signs.build(CONTENT.signs)
PHRASES = warning_signs.build(
    {key: value for key, value in CONTENT.signs.items() if key != warning_signs.MODEL}
)
"""The detector without the model of words: what the lines of signs.yaml say by themselves."""

TEXTS = CONTENT.messages.texts

MONDAY_TEN = datetime(2026, 3, 2, 3, tzinfo=UTC)  # 10.00 in Jakarta
CHECKIN = CheckinId("checkin:1")

A, B, C, D = Level.OPEN, Level.DISCREET, Level.SILENT, Level.CUT


def a_case(**changes: Any) -> Case:
    """A boy of ten, called Kakak; nobody at home is a risk."""
    case = Case(
        id=CaseId("case-1"),
        code="K-0142",
        nickname="Kakak",
        birth_date=date(2015, 4, 2),
        risk=Risk.MEDIUM,
        stage="follow_up",
        worker=StaffId("ratna"),
        home_risk=False,
        left_on=date(2026, 2, 2),
        baseline=None,
    )
    return replace(case, **changes)


def a_contact(**changes: Any) -> Contact:
    """His mother, who takes part and may be written to from nine to five."""
    contact = Contact(
        id=ContactId("sari"),
        case=CaseId("case-1"),
        state=ContactState.ACTIVE,
        level=Level.OPEN,
        interviewed_on=date(2026, 2, 20),
        hours=SafeHours(start=time(9), end=time(17), timezone="Asia/Jakarta"),
        language="id",
        consented_at=MONDAY_TEN - timedelta(days=7),
        last_spoken_at=None,
        duress_word=None,
        has_phone=False,
        consent_part=0,
    )
    return replace(contact, **changes)


def a_checkin(level: Level = A) -> Checkin:
    """The shipped check-in of a level."""
    return CONTENT.checkins[CONTENT.programme.checkins[level]]


def a_talk(
    *path: str,
    checkin: Checkin | None = None,
    state: CheckinState | None = None,
    answers: Mapping[str, int | None] | None = None,
    **changes: Any,
) -> Talk:
    """The first check-in of a family, come to the last item of `path`; without one, its opening."""
    shape = checkin or a_checkin()
    talk = Talk(
        id=CHECKIN,
        checkin=shape,
        level=shape.level,
        state=state or (CheckinState.OPEN if path else CheckinState.ASKED),
        path=path,
        floor=0,
        is_put_off=False,
        is_reminded=False,
        answers=some_answers(answers or {}),
        called="Kakak" if shape.level is A else "anak",
        age=10,
        left_out=left_out(shape, number=1, in_school_holidays=False),
    )
    return replace(talk, **changes)


def up_to(item: str, checkin: Checkin | None = None) -> tuple[str, ...]:
    """The path on which `item` is being asked, straight on from the first."""
    asked = [one.id for one in (checkin or a_checkin()).asked]
    return (*asked, OPEN_LINE) if item == OPEN_LINE else tuple(asked[: asked.index(item) + 1])


def some_answers(values: Mapping[str, int | None]) -> tuple[Given, ...]:
    return tuple(
        Given(item=item, value=value, at=MONDAY_TEN + timedelta(seconds=number))
        for number, (item, value) in enumerate(values.items())
    )


def a_situation(
    talk: Talk | None = None, *, level: Level = A, state: ContactState = ContactState.ACTIVE,
    contact: Contact | None = None, **changes: Any,
) -> Situation:  # fmt: skip
    """One moment of Monday morning."""
    situation = Situation(
        content=CONTENT,
        case=a_case(),
        contact=contact or a_contact(level=level, state=state),
        level=level,
        talk=talk,
        alerts=(),
        spoken=(),
        baseline=None,
        last_total=None,
        is_safety_asked=False,
        call_at=MONDAY_TEN + timedelta(hours=2),
        now=MONDAY_TEN,
    )
    return replace(situation, **changes)


def a_reply(text: str | None = None, **changes: Any) -> Reply:
    """Words, with the signs that the shipped detector finds in them."""
    reply = Reply(
        id=MessageId("message-1"), at=MONDAY_TEN, signs=DETECTOR.find(text or ""), text=text
    )
    return replace(reply, **changes)


def a_tap(
    press: Press, *, item: str | None = None, value: int | None = None, of: str | None = CHECKIN
) -> Reply:
    """A tap on a button of the check-in `of`."""
    checkin = None if of is None else CheckinId(of)
    return a_reply(pressed=Pressed(press=press, item=item, value=value, checkin=checkin))


def an_alert(**changes: Any) -> KnownAlert:
    alert = KnownAlert(
        id=f"alert:{CHECKIN}",
        kind=AlertKind.ALERT,
        urgency=Urgency.HIGH,
        state=AlertState.OPEN,
        checkin=CHECKIN,
        contact=ContactId("sari"),
    )
    return replace(alert, **changes)


Kind = TypeVar("Kind", bound=Event)


def only(events: Sequence[Event], kind: type[Kind]) -> tuple[Kind, ...]:
    """Those of one kind."""
    return tuple(event for event in events if isinstance(event, kind))


def texts(events: Sequence[Event]) -> tuple[str, ...]:
    """What the family reads."""
    return tuple(due.message.text for due in only(events, MessageDue))


def labels(due: MessageDue) -> tuple[str, ...]:
    return tuple(button.label for row in due.message.buttons for button in row)


def reasons(events: Sequence[Event]) -> dict[str, Urgency]:
    """Every rule that speaks, with its urgency."""
    found = only(events, AlertFound)
    return {reason.rule: reason.urgency for one in found for reason in one.reasons}
