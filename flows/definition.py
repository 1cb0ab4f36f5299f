"""The shape of content: check-ins, rules, programme, urgencies, messages, help numbers, wording."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum

from flows.approval import Approval as Approval
from flows.forms import Checkin
from flows.model import Level, Urgency
from flows.rhythm import Calendar, Programme, SilenceLimits


class Press(StrEnum):
    """What a button on a family's phone does; labels are content."""

    GO_ON = "go_on"
    WRONG_PERSON = "wrong_person"
    AGREE = "agree"
    DECLINE = "decline"
    START = "start"
    LATER = "later"
    CALL_ME = "call_me"
    HELP = "help"
    NUMBERS = "numbers"
    STOP = "stop"
    CLOSE = "close"
    BACK = "back"
    SKIP = "skip"
    FINISH = "finish"
    RESUME = "resume"
    CHOOSE = "choose"  # a choice of an item; its label is the choice's own
    PULSE_GOOD = "pulse_good"
    PULSE_BAD = "pulse_bad"
    MORNING = "morning"
    NOON = "noon"
    AFTERNOON = "afternoon"
    NOT_NOW = "not_now"
    SAFE = "safe"
    UNSAFE = "unsafe"
    UNCERTAIN = "uncertain"
    OTHER_HOUR = "other_hour"
    SAME_HOUR = "same_hour"
    HIDE = "hide"  # typed only: CUKUP
    RETURN = "return"  # typed only: MULAI


FactValue = int | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare:
    """Holds if the named fact is known and passes; exactly one of the three bounds is set."""

    fact: str
    equals: FactValue | None = None
    at_least: int | None = None
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Condition"


Condition = Compare | All | AnyOf | Not


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """Speak again only `rise` points above the last alert of this rule, or after `days`."""

    rise: int
    days: int


class Opens(StrEnum):
    """What a rule opens when it speaks: an alert, or one of the tasks of a day."""

    ALERT = "alert"
    SILENCE = "silence"  # nobody has spoken with this family for too long
    PLAN = "plan"  # the plan needs a human


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`starts_clock`: what it speaks of may have to be reported within 3x24 hours."""

    id: str
    version: int
    when: Condition
    urgency: Urgency
    says: str  # Indonesian, with {fact} places
    repeat: Repeat | None
    approval: Approval
    opens: Opens = Opens.ALERT
    starts_clock: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`after_minutes` since the start (working minutes where the urgency keeps hours).

    `tell` names worker, duty, supervisor or head. A step with `every_minutes` is repeated.
    """

    after_minutes: int
    tell: tuple[str, ...]
    every_minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """How an urgency reaches people: `steps[0]` is told at once."""

    urgency: Urgency
    in_working_hours: bool
    makes_sound: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHours:
    start: time
    end: time
    weekdays: frozenset[int]  # Monday is 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Urgencies:
    chains: Mapping[Urgency, Chain]
    working: WorkingHours
    unsure_words_minutes: int  # how long unsure words may wait for Benar / Bukan
    approval: Approval


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageText:
    """What a family reads. `buttons` are rows of presses; `levels` may receive it."""

    id: str
    levels: frozenset[Level]
    text: str
    buttons: tuple[tuple[Press, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyWords:
    """How "Apakah saat ini aman?" is answered by typing, beside the words that equal its buttons.
    All are folded.

    `around` may stand around an answer and change nothing. `about` are words for safe, `denied`
    turn them round, also over words `between`; `not_so` before these takes that back. `alone` are
    a bare no.
    """

    around: frozenset[str] = frozenset()
    about: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    between: frozenset[str] = frozenset()
    not_so: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """`greetings` are (first hour it holds from, word), `weekdays` begin with Monday."""

    texts: Mapping[str, MessageText]
    labels: Mapping[Press, str]
    tips: tuple[str, ...]
    greetings: tuple[tuple[int, str], ...]
    weekdays: tuple[str, ...]
    days: Mapping[str, str]  # today, tomorrow, weekday (with a {hari} place)
    reasons: Mapping[str, str]  # what staff read about things that stand in no rule file
    siblings: tuple[str, ...]  # at B, where one phone answers for several: the oldest first
    share_number: str  # label of Telegram's own button that shares the phone number
    typed: Mapping[Press, tuple[str, ...]]  # words that equal a button and its label, folded
    short_forms: Mapping[str, str] = field(default_factory=dict)  # gak -> tidak, one word each
    safety: SafetyWords = field(default_factory=SafetyWords)
    day_forms: tuple[tuple[str, ...], ...] = ()  # at index n: what may be typed for n days, folded
    approval: Approval


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpNumber:
    """A line a family may call. `in_danger` ones are shown with the danger text."""

    label: str
    number: str
    in_danger: bool
    source: str
    checked_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Words that may never leave, words that only look like them, and nicknames allowed.

    `not_at_b` are words that a phone may not show which others read."""

    forbidden: tuple[str, ...]
    exceptions: tuple[str, ...]
    nicknames: tuple[str, ...]
    not_at_b: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparing:
    """For how many days what one person said is set beside what another says of the same child."""

    contacts_days: int = 14
    school_days: int = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Everything a centre may change, as loaded. `files` is (kind, name, body) of each file."""

    checkins: Mapping[str, Checkin]
    rules: tuple[Rule, ...]
    programme: Programme
    urgencies: Urgencies
    messages: Messages
    help_numbers: tuple[HelpNumber, ...]
    wording: Wording
    calendar: Calendar
    silence: SilenceLimits
    signs: Mapping[str, object]  # built by warning_signs.build
    files: tuple["ContentFile", ...]
    comparing: Comparing = field(default_factory=Comparing)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentFile:
    """One file as read; `sha256` is its version, kept in `content_versions`."""

    kind: str  # checkin, rules, programme, urgencies, messages, contacts, wording, signs
    name: str  # path relative to the content folder
    sha256: str
    body: str
