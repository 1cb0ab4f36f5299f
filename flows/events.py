"""What follows from a decision: plain facts that `record` turns into rows, in the order given."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flows.definition import Press
from flows.model import (
    AlertKind,
    CheckinId,
    CheckinState,
    ContactState,
    Evidence,
    MessageId,
    Urgency,
)


class Manner(StrEnum):
    """How a message reaches a family's phone."""

    REPLY = "reply"  # to the person's own act: at once within 3 minutes, else in safe hours
    UNPROMPTED = "unprompted"  # only inside safe hours
    AGAIN = "again"  # the same after an outage, when much else goes out: after all of that
    NOW = "now"  # the worker has the person in front of them
    QUIET_EDIT = "quiet_edit"  # changes a message that is already there; makes no notice


class Purpose(StrEnum):
    """What a message is for; decides lane, protection and what an unknown outcome means."""

    QUESTION = "question"
    ANSWER = "answer"
    CONSENT = "consent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One button. What it does is kept with us; the phone only gets a token."""

    label: str
    press: Press
    item: str | None = None
    value: int | None = None
    checkin: CheckinId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Final words for one phone. `shares_number` labels a button that shares the person's own
    number; `ends_sharing` takes that button away again."""

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    shares_number: str | None = None
    ends_sharing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDue:
    """Send `message`. With `checkin`, it becomes the message that shows this check-in:
    `moves` edits the one that is there, otherwise a new one is sent and the old keyboard removed.
    `in_place` edits the message whose button was pressed."""

    message: Message
    manner: Manner
    purpose: Purpose
    checkin: CheckinId | None = None
    moves: bool = False
    in_place: bool = False
    is_fleeting: bool = False  # consent: deleted after the answer


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerGiven:
    """`value` None is "Tidak tahu"; `words` as typed; no check-in for the safety question."""

    item: str
    value: int | None
    words: str | None
    checkin: CheckinId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckinMoved:
    """Where a check-in stands now; `due_at` only where it is put off."""

    checkin: CheckinId
    state: CheckinState
    path: tuple[str, ...]
    floor: int
    is_put_off: bool
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckinScored:
    """A closed or half-done check-in in figures; `total` None where too little was answered."""

    checkin: CheckinId
    total: int | None
    is_estimated: bool
    band: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsKept:
    """A free text, word for word. Commands are kept too, but on no list."""

    text: str
    signs_level: str
    is_command: bool
    checkin: CheckinId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a human is asked: a rule in its version, what it says, the words that fired.

    `source` is the check-in or message that it is about, of a corrected message the first version;
    `words` the message to read, where that is another one than the source.
    """

    rule: str
    version: int
    urgency: Urgency
    says: str
    source: str
    evidence: tuple[Evidence, ...] = ()
    total: int | None = None
    words: MessageId | None = None

    @property
    def id(self) -> str:
        """A rule speaks once about one check-in or message."""
        return f"fact:{self.source}:{self.rule}:{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFound:
    """Open the alert `id`, or join its reasons to it; a higher urgency rings again."""

    id: str
    kind: AlertKind
    urgency: Urgency
    reasons: tuple[Reason, ...]
    checkin: CheckinId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactMoved:
    state: ContactState
    consent_part: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven:
    agrees: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SendsStopped:
    """Everything still unsent to this contact is cancelled; open check-ins end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneHidden:
    """CUKUP: the bot deletes its own recent messages and the person's own word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedDeleted:
    """The person's typed message leaves the phone once it is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetingDeleted:
    """Consent and /start messages leave the phone after the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageClosed:
    """Tutup: the message whose button was pressed is deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonsGone:
    """The message that shows this check-in keeps its words and loses its buttons."""

    checkin: CheckinId


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoke:
    """Family and staff have spoken: silence is counted from here."""


Event = (
    MessageDue
    | AnswerGiven
    | CheckinMoved
    | CheckinScored
    | WordsKept
    | AlertFound
    | ContactMoved
    | ConsentGiven
    | SendsStopped
    | PhoneHidden
    | TypedDeleted
    | FleetingDeleted
    | MessageClosed
    | ButtonsGone
    | Spoke
)
