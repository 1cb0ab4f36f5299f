"""What is known when a reply comes in: gathered by a use case, judged by `intake`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flows.conversation_state import Talk
from flows.definition import Content, FactValue, Press
from flows.history import Beside, Past
from flows.model import (
    AlertKind,
    AlertState,
    Case,
    CheckinId,
    Contact,
    ContactId,
    Level,
    MessageId,
    Signs,
    Urgency,
)
from flows.rules import Spoken


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAlert:
    """An alert or task of this case that is not closed, or that belongs to the open check-in."""

    id: str
    kind: AlertKind
    urgency: Urgency
    state: AlertState
    checkin: CheckinId | None
    contact: ContactId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One contact at one moment. `level` is the effective level, `call_at` the next moment when
    staff could call, `last_total` the total of the check-in before this one.

    `talk` is the open check-in, or the one whose answer a corrected message had given. `told` are
    the ids of all reasons (`Reason.id`) that this case already has. `is_safety_last`: the safety
    question is also the last thing that this phone was asked. `staff_zone` is where the worker
    lives; empty: where the family does.

    `history` are the earlier check-ins of this contact that count, newest last; `beside` is what
    others say about the same child, `of_day` what rules may name about the case and the day.
    """

    content: Content
    case: Case
    contact: Contact
    level: Level
    talk: Talk | None
    alerts: tuple[KnownAlert, ...]
    spoken: tuple[Spoken, ...]
    baseline: int | None
    last_total: int | None
    is_safety_asked: bool
    call_at: datetime
    now: datetime
    told: frozenset[str] = frozenset()
    is_safety_last: bool = False
    staff_zone: str = ""
    history: tuple[Past, ...] = ()
    beside: Beside = field(default_factory=Beside)
    of_day: Mapping[str, FactValue] = field(default_factory=dict)

    @property
    def open_checkin(self) -> CheckinId | None:
        """The check-in that is on the phone now."""
        return self.talk.id if self.talk is not None and self.talk.state.is_open else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A button, found again by its token: what it does and what it belongs to."""

    press: Press
    item: str | None
    value: int | None
    checkin: CheckinId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One act of a person: typed words, a tap, something sent, or a shared number.

    `at` is when the person did it. `edits` is the id of the first version of the message that this
    one corrects, and `edits_item` the item that the earlier one had answered.
    """

    id: MessageId
    at: datetime
    signs: Signs
    text: str | None = None
    pressed: Pressed | None = None
    media: str | None = None
    number_matches: bool | None = None
    edits: MessageId | None = None
    edits_item: str | None = None
