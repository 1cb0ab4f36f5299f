"""What messages.yaml has to hold: every message with its levels, places and buttons.

The table is the agreement between those who write texts and the code that sends them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flows.definition import Press
from flows.model import Level

BOTH = frozenset({Level.OPEN, Level.DISCREET})
OPEN = frozenset({Level.OPEN})
DISCREET = frozenset({Level.DISCREET})

TYPED_ONLY = (Press.HIDE, Press.RETURN)
LABELLED = tuple(press for press in Press if press not in (Press.CHOOSE, *TYPED_ONLY))

CONTROL = (Press.STOP, Press.HELP, Press.CALL_ME, Press.HIDE, Press.UNSAFE)
"""Typed words that are heard at any time, so they may never mean another button."""

NEEDED = (*CONTROL, Press.SKIP, Press.RETURN)
"""Buttons that must be understood when they are typed."""

HEARD_FIRST = (
    *(Press.STOP, Press.HELP, Press.CALL_ME, Press.HIDE, Press.WRONG_PERSON, Press.NUMBERS),
    *(Press.MORNING, Press.NOON, Press.AFTERNOON, Press.NOT_NOW),
    *(Press.OTHER_HOUR, Press.SAME_HOUR, Press.SKIP, Press.BACK),
)
"""What a typed word means before it can be an answer. "Tidak aman" may be both: it rings."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Who may get a message, what is filled in, and the buttons the code listens to."""

    levels: frozenset[Level]
    places: tuple[str, ...] = ()
    presses: tuple[Press, ...] = ()


_DOOR = (Press.CALL_ME, Press.HELP)
_CONSENT = (Press.AGREE, Press.DECLINE)
_PULSE = (Press.PULSE_GOOD, Press.PULSE_BAD, Press.CALL_ME)
_SAFETY = (Press.SAFE, Press.UNSAFE, Press.UNCERTAIN, Press.HELP)
_HELP = (Press.CALL_ME, Press.NUMBERS, Press.STOP, Press.WRONG_PERSON, Press.CLOSE)
_SLOTS = (Press.MORNING, Press.NOON, Press.AFTERNOON, Press.NOT_NOW)

MESSAGES: Mapping[str, Expected] = {
    "greeting": Expected(BOTH, ("waktu",), (Press.GO_ON, Press.WRONG_PERSON)),
    "ask_number": Expected(BOTH),
    "pending": Expected(BOTH),
    "consent_1": Expected(OPEN, (), (Press.GO_ON,)),
    "consent_2": Expected(OPEN, (), (Press.GO_ON,)),
    "consent_3": Expected(OPEN, (), _CONSENT),
    "consent_b": Expected(DISCREET, (), _CONSENT),
    "consented": Expected(BOTH, ("hari", "jam")),
    "declined": Expected(BOTH),
    "greeting_school": Expected(DISCREET, ("waktu",), (Press.GO_ON, Press.WRONG_PERSON)),
    "consent_school": Expected(DISCREET, (), _CONSENT),
    "reminder_school": Expected(DISCREET, ("waktu", "kode"), (Press.START, Press.CALL_ME)),
    "thanks_school": Expected(DISCREET, (), (Press.CALL_ME,)),
    "resume": Expected(BOTH, (), (Press.RESUME,)),
    "again": Expected(OPEN),
    "thanks": Expected(OPEN, ("tips",), (Press.CALL_ME,)),
    "thanks_plain": Expected(OPEN, (), (Press.CALL_ME,)),
    "thanks_soon": Expected(OPEN, ("waktu",), _DOOR),
    "soon": Expected(OPEN, ("waktu",)),
    "read": Expected(OPEN),
    "child_reply": Expected(OPEN),
    "everything": Expected(DISCREET, (), _DOOR),
    "general": Expected(OPEN, (), _DOOR),
    "noted": Expected(OPEN),
    "noted_end": Expected(OPEN, (), (Press.FINISH,)),
    "media": Expected(OPEN),
    "hard_words": Expected(OPEN, ("waktu",), _SAFETY),
    "safety_again": Expected(OPEN, (), (Press.RESUME,)),
    "safety": Expected(OPEN, (), _SAFETY),
    "safe_yes": Expected(OPEN),
    "safe_unknown": Expected(OPEN, (), (Press.HELP,)),
    "danger": Expected(OPEN),
    "later": Expected(OPEN),
    "later_b": Expected(DISCREET),
    "reminder": Expected(BOTH, ("waktu",), _PULSE),
    "pulse_good": Expected(OPEN),
    "pulse_bad": Expected(OPEN, (), (Press.CALL_ME,)),
    "missed": Expected(OPEN, ("hari",), (Press.OTHER_HOUR, Press.SAME_HOUR)),
    "other_hour": Expected(OPEN),
    "same_hour": Expected(OPEN),
    "stop": Expected(BOTH),
    "wrong_person": Expected(BOTH),
    "hide": Expected(BOTH),
    "help": Expected(BOTH, (), _HELP),
    "numbers": Expected(BOTH),
    "call_when": Expected(BOTH, (), _SLOTS),
    "call_promised": Expected(BOTH, ("hari", "slot")),
    "call_not_now": Expected(BOTH),
    "return_asked": Expected(BOTH),
    "goodbye_soon": Expected(BOTH, (), (Press.CALL_ME,)),
    "goodbye": Expected(BOTH, (), (Press.HELP,)),
    "goodbye_school": Expected(DISCREET),
    "strangers": Expected(BOTH),
}

DAYS: Mapping[str, tuple[str, ...]] = {
    "today": (),
    "tomorrow": (),
    "weekday": ("hari",),
    "at": ("hari", "jam"),
}

REASONS: Mapping[str, tuple[str, ...]] = {
    "new_contact": (),
    "new_words": (),
    "unsure_words": (),
    "child_writes": (),
    "wants_call": (),
    "call": ("hari", "slot"),
    "wants_back": (),
    "stopped": (),
    "wrong_person": (),
    "blocked": (),
    "number_differs": (),
    "duress": (),
    "unsafe": (),
    "safe_yes": (),
    "safe_unknown": (),
    "pulse_bad": (),
    "other_hour": (),
    "stranger": (),
    "stranger_child": (),
    "stranger_critical": (),
    "programme_ends": ("tanggal",),
    "programme_over": ("tanggal",),
    "comes_of_age": ("tanggal",),
    "of_age": ("tanggal",),
    "same_nickname": (),
    "unreadable": (),
}
