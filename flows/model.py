"""The words of the domain as types: ids, closed sets, and the people and things of a case."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import NewType

CaseId = NewType("CaseId", str)
ContactId = NewType("ContactId", str)
StaffId = NewType("StaffId", str)
CheckinId = NewType("CheckinId", str)
AlertId = NewType("AlertId", str)
MessageId = NewType("MessageId", str)  # one message of a person, as stored

EVERY_DAY = frozenset(range(7))
"""Weekdays; Monday is 0."""


class Level(StrEnum):
    """What a contact's phone may show (safeguarding decision 1)."""

    OPEN = "A"
    DISCREET = "B"
    SILENT = "C"
    CUT = "D"


class Risk(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Role(StrEnum):
    SOCIAL_WORKER = "social_worker"
    SUPERVISOR = "supervisor"
    HEAD = "head"
    PSYCHOLOGIST = "psychologist"
    BROADCASTER = "broadcaster"
    ADMIN = "admin"


class Urgency(StrEnum):
    """How soon a human must look; kritis is the highest."""

    CRITICAL = "kritis"
    HIGH = "tinggi"
    ATTENTION = "perhatian"

    @property
    def rank(self) -> int:
        """0 for perhatian, 2 for kritis."""
        return (Urgency.ATTENTION, Urgency.HIGH, Urgency.CRITICAL).index(self)


class Certainty(StrEnum):
    SURE = "sure"
    UNSURE = "unsure"
    DENIED = "denied"


class ContactKind(StrEnum):
    CAREGIVER = "caregiver"
    SCHOOL = "school"  # one adult of a school, chosen in person


class ContactState(StrEnum):
    """Where a contact stands between the invitation and the goodbye."""

    INVITED = "invited"  # a link exists, nobody has opened it
    GREETED = "greeted"  # the link was opened, the greeting is shown
    NUMBER_ASKED = "number_asked"  # a phone number is on file and must be shared
    PENDING = "pending"  # a worker has to say that this is the right person
    CONSENTING = "consenting"  # the consent is being asked
    ACTIVE = "active"
    DECLINED = "declined"  # "Belum dulu"
    STOPPED = "stopped"
    WRONG_PERSON = "wrong_person"
    BLOCKED = "blocked"
    FAREWELL = "farewell"  # the programme has ended with a goodbye; MULAI still asks
    REJECTED = "rejected"  # the worker said "Bukan dia"


class CheckinState(StrEnum):
    DUE = "due"  # planned, not yet shown
    ASKED = "asked"  # the opening is on the phone, nothing answered
    OPEN = "open"  # questions are being answered
    PAUSED = "paused"  # "Belum selesai. Lanjutkan?"
    FINISHED = "finished"
    PULSED = "pulsed"  # answered by one tap on the reminder
    EXPIRED = "expired"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        """Is it on the phone, waiting for the person?"""
        return self in (CheckinState.ASKED, CheckinState.OPEN, CheckinState.PAUSED)


class CaseState(StrEnum):
    """Whether a family is written to at all; a human decides each of them."""

    ACTIVE = "active"
    PAUSED = "paused"
    CLOSED = "closed"  # the planned goodbye; the door stays open


class Slot(StrEnum):
    """What a place in the plan of a contact is."""

    REGULAR = "regular"  # by cadence
    PULSE = "pulse"  # one tap between two check-ins that lie far apart
    EXTRA = "extra"  # around a day of weight that staff entered
    SCHOOL = "school"  # the form for a school contact
    RESUME = "resume"  # a pause is over
    ENDING = "ending"  # staff decide: a longer programme, or a goodbye
    NOTICE = "notice"  # staff are told that the child comes of age
    PARTING = "parting"  # the goodbye is near
    GOODBYE = "goodbye"  # the planned goodbye
    OF_AGE = "of_age"  # the child is an adult: nobody is asked about them any more
    FORM = "form"  # not planned: staff filled it in

    @property
    def asks(self) -> bool:
        """Does a check-in go out?"""
        return self in (Slot.REGULAR, Slot.PULSE, Slot.EXTRA, Slot.SCHOOL)


class Way(StrEnum):
    """How something was learned."""

    MESSAGE = "message"  # the family tapped or typed
    CALL = "call"
    VISIT = "visit"
    HERE = "here"  # at the centre
    PAPER = "paper"  # copied from a sheet


class AlertKind(StrEnum):
    """Why a human is asked. An alert comes from rules or buttons; the rest are tasks."""

    ALERT = "alert"
    UNSURE_WORDS = "unsure_words"  # to be read within 60 minutes, Benar / Bukan
    READING = "reading"  # the reading list
    CALL = "call"  # "Telepon saya"
    ROUTE = "route"  # stopped, blocked or wrong person: reach the family another way
    RETURN = "return"  # MULAI
    NEW_CONTACT = "new_contact"  # somebody opened the link and waits
    SILENCE = "silence"  # family and staff have not spoken for too long
    PLAN = "plan"  # the plan needs a human: it ends, a child comes of age, two share a nickname


class AlertState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


class Outcome(StrEnum):
    """What came of it (safeguarding decision 5)."""

    NOT_REACHED = "not_reached"
    TALKED_SAFE = "talked_safe"
    TALKED_MORE = "talked_more"
    VISIT = "visit"
    REFER = "refer"
    READ = "read"  # reading list only
    RESUMED = "resumed"  # MULAI: the family takes part again
    CONFIRMED = "confirmed"  # unsure words: Benar
    DISMISSED = "dismissed"  # unsure words: Bukan
    SPOKE_AGAIN = "spoke_again"  # silence: the family has let hear of itself meanwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Hours of each day from `first` to `last` in which nobody is written to: those of fasting."""

    first: date
    last: date
    start: time
    end: time


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeHours:
    """When a family may get an unprompted message, in its own local time (end excluded).

    `quiet` are days, first and last, without any; `breaks` hours without any."""

    start: time
    end: time
    timezone: str  # an IANA name such as Asia/Jakarta
    weekdays: frozenset[int] = EVERY_DAY
    quiet: tuple[tuple[date, date], ...] = ()
    breaks: tuple[Break, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyDate:
    """A day of weight that staff entered, such as a release; no family ever reads of it."""

    kind: str
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Encounter:
    """Family and staff spoke, or the child was seen or spoken to alone."""

    case: CaseId
    contact: ContactId | None
    staff: StaffId | None
    checkin: CheckinId | None
    way: Way
    spoke: bool
    saw_child: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One child's after-care. `baseline` is the total of items 1-7 at termination, 0-21."""

    id: CaseId
    code: str
    nickname: str
    birth_date: date
    risk: Risk
    stage: str
    worker: StaffId
    home_risk: bool
    left_on: date | None
    baseline: int | None
    state: CaseState = CaseState.ACTIVE
    paused_until: date | None = None
    closes_on: date | None = None
    extra_weeks: int = 0  # by which staff have made the programme longer


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """An adult who may be written to for a case. `level` is the level on file, see `effective`.

    `code` is how a school knows the pupil; `ends_on` the last day of its school year."""

    id: ContactId
    case: CaseId
    state: ContactState
    level: Level
    interviewed_on: date | None
    hours: SafeHours
    language: str
    consented_at: datetime | None
    last_spoken_at: datetime | None
    duress_word: str | None
    has_phone: bool
    consent_part: int  # how many parts of the consent have been shown
    kind: ContactKind = ContactKind.CAREGIVER
    reads_little: bool = False
    code: str | None = None
    ends_on: date | None = None
    is_laid_out: bool = False  # are holidays and the fast in its hours?


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    id: StaffId
    role: Role
    timezone: str
    is_active: bool
    is_reachable: bool  # linked, and has not blocked the bot


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Words that fired: `start` and `end` are character offsets into the text as typed.

    `pattern` is the line of signs.yaml that found them, or `model`; rows that were kept before
    it was have none."""

    text: str
    start: int
    end: int
    category: str
    certainty: Certainty
    pattern: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What the detector found. `level` is none, watch or critical; denied words give no level."""

    level: str
    labels: tuple[str, ...]
    evidence: tuple[Evidence, ...]
