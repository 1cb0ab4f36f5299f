"""What staff see: notices without words, details behind a tap, outcomes as buttons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.texts import Text
from flows.hours import local
from flows.model import AlertKind, Outcome, Role, Urgency
from storage.alerts import Alert
from storage.outbox import Act, Key, Payload


class Deed(StrEnum):
    """What a staff button does. Its alert is the one of the row that it stands in."""

    LOOK = "look"
    MORE_FILES = "more_files"
    TAKE = "take"
    OUTCOME = "outcome"
    SKIP_NOTE = "skip_note"
    IN_FRONT = "in_front"  # "Orangnya di depan saya"
    MATCHES = "matches"  # "Katanya cocok"
    NOT_THEM = "not_them"  # "Bukan dia"
    TRUE_SIGN = "true_sign"  # unsure words: Benar
    FALSE_SIGN = "false_sign"  # unsure words: Bukan
    CHILD_WROTE = "child_wrote"  # "Anak yang menulis"
    CLOCK = "clock"  # the 3x24 hours: show them
    ASK_WHY = "ask_why"  # stop them: why?
    KEEP_CLOCK = "keep_clock"  # Kembali
    WHY = "why"  # stopped, for this reason
    RUN_AGAIN = "run_again"  # Jalankan lagi
    FILL = "fill"  # Isi kabar: a form about the same family
    FORM = "form"  # a button of a form, whose row has no alert; see form_screens


ROLES = {
    Role.SOCIAL_WORKER: Text("social worker"),
    Role.SUPERVISOR: Text("supervisor"),
    Role.HEAD: Text("head"),
    Role.PSYCHOLOGIST: Text("psychologist"),
    Role.BROADCASTER: Text("broadcaster"),
    Role.ADMIN: Text("admin"),
}

URGENCIES = {
    Urgency.CRITICAL: Text("Critical"),
    Urgency.HIGH: Text("High"),
    Urgency.ATTENTION: Text("Attention"),
}

OUTCOMES = {
    Outcome.NOT_REACHED: Text("Not reached"),
    Outcome.TALKED_SAFE: Text("Talked, safe"),
    Outcome.TALKED_MORE: Text("Talked, more to do"),
    Outcome.VISIT: Text("Visit"),
    Outcome.REFER: Text("Refer"),
    Outcome.READ: Text("Read"),
    Outcome.RESUMED: Text("Takes part again"),
    Outcome.CONFIRMED: Text("True"),
    Outcome.DISMISSED: Text("Not so"),
    Outcome.SPOKE_AGAIN: Text("They have spoken since"),
}

ALWAYS = (
    (Outcome.NOT_REACHED,),
    (Outcome.TALKED_SAFE, Outcome.TALKED_MORE),
    (Outcome.VISIT, Outcome.REFER),
)

LATER = timedelta(hours=1)
"""Until it is tried again where nobody at all could be told."""

AGAIN = Text("Not reached again, by another route")


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """What "Lihat" shows: reasons, the words behind them, the answers so far, and what they come
    to."""

    reasons: Sequence[str]
    words: Sequence[str]
    fired: Sequence[str]
    answers: Sequence[str]
    standing: Sequence[str]
    waits: Sequence[str] = ()


def notice(alert: Alert) -> Payload:
    """Urgency and code, nothing else; sound only where the chain has it."""
    keys: tuple[tuple[Key, ...], ...]
    if alert.kind is AlertKind.NEW_CONTACT:
        text = Text("Task. A new contact is waiting. {code}").fill(code=alert.code)
        keys = (
            (_key(Text("The person is in front of me"), Deed.IN_FRONT),),
            (_key(Text("The words match"), Deed.MATCHES),),
            (_key(Text("Not this person"), Deed.NOT_THEM),),
        )
    elif alert.kind is AlertKind.UNSURE_WORDS:
        text = _needs_a_look(Text("Task").fill(), alert.code)
        keys = (
            (_look(),),
            verdict_keys(),
        )
    else:
        is_alert = alert.kind is AlertKind.ALERT
        first = URGENCIES[alert.urgency] if is_alert else Text("Task")
        text = _needs_a_look(first.fill(), alert.code)
        keys = ((_look(), _key(Text("I take it"), Deed.TAKE)),)
    return Payload(text=text, keys=keys, is_silent=not alert.chain.makes_sound, is_protected=True)


def verdict_keys() -> tuple[Key, ...]:
    """Benar and Bukan: what unsure words wait for."""
    return _key(Text("True"), Deed.TRUE_SIGN), _key(Text("Not so"), Deed.FALSE_SIGN)


def reminder(code: str) -> Payload:
    """Something about a family waits, and Lihat says what. Without sound."""
    text = _needs_a_look(Text("Task").fill(), code)
    return Payload(text=text, keys=((_look(),),), is_silent=True, is_protected=True)


def day_of(moment: datetime, timezone: str) -> str:
    """31-12-2026, on the reader's calendar."""
    return f"{local(moment, timezone):%d-%m-%Y}"


def taken(code: str, role: Role) -> str:
    """What the others, and a second tapper, read."""
    return Text("{code} is being handled ({role})").fill(code=code, role=ROLES[role].fill())


def outcomes(alert: Alert) -> Payload:
    """After "Saya tangani": what came of it?"""
    rows = list(ALWAYS)
    if alert.kind is AlertKind.READING:
        rows.insert(0, (Outcome.READ,))
    if alert.kind is AlertKind.RETURN:
        rows.insert(0, (Outcome.RESUMED,))
    if alert.kind is AlertKind.SILENCE:
        rows.insert(0, (Outcome.SPOKE_AGAIN,))
    settling = (tuple(_outcome(alert, outcome) for outcome in row) for row in rows)
    keys = ((_look(),), *settling)
    text = Text("{code}. You are handling it. What came of it?").fill(code=alert.code)
    return Payload(text=text, keys=keys, is_protected=True)


def tried(alert: Alert) -> Payload:
    """Not reached: it stays open until somebody is reached, or another route was tried too."""
    text = Text("{code}. Noted: not reached. Please try another route, then choose.")
    return Payload(text=text.fill(code=alert.code), keys=outcomes(alert).keys, is_protected=True)


def note_asked(alert: Alert, outcome: Outcome, *, offers_form: bool = False) -> Payload:
    """The outcome is kept; a note may follow, and after a talk the form about it."""
    text = Text("{code}. Outcome: {outcome}. Note?")
    form = ((_key(Text("Fill in the check-in"), Deed.FILL),),) if offers_form else ()
    return Payload(
        text=text.fill(code=alert.code, outcome=OUTCOMES[outcome].fill()),
        keys=((_key(Text("Skip the note"), Deed.SKIP_NOTE),), *form),
        is_protected=True,
    )


def done(code: str) -> Payload:
    """Everything about it is kept."""
    return Payload(text=Text("{code}. Done, kept.").fill(code=code), is_protected=True)


def dismissed(code: str) -> Payload:
    """Bukan is kept, and whoever tapped it by mistake can still ring."""
    keys = ((_key(Text("It was true after all"), Deed.TRUE_SIGN),),)
    return Payload(text=done(code).text, keys=keys, is_protected=True)


def plain(text: Text, **places: str) -> Payload:
    """A phrase and nothing else."""
    return Payload(text=text.fill(**places))


def detail(alert: Alert, found: Detail) -> tuple[Payload, ...]:
    """Why, with the words that fired, on as many pages as it takes. Protected, and gone at the
    outcome or after 10 minutes."""
    parts = [f"{alert.code}. {URGENCIES[alert.urgency].fill()}", Text("Why:").fill()]
    parts += [f"- {reason}" for reason in found.reasons]
    parts += found.waits
    if found.words:
        parts += ["", Text("Written:").fill(), *(f"“{words}”" for words in found.words)]
    if found.fired:
        parts += [Text("Words noticed: {words}").fill(words=", ".join(found.fired))]
    if found.answers:
        parts += ["", Text("Answers:").fill(), *found.answers]
    if found.standing:
        parts += ["", *found.standing]
    return tuple(Payload(text=page, is_protected=True) for page in pages("\n".join(parts)))


PAGE = 1800
"""Characters of a page. Telegram takes 4096 UTF-16 units, and an emoji is two of them."""


def pages(text: str) -> tuple[str, ...]:
    """`text` cut into pages at the ends of lines, or in the middle of a line that is too long."""
    found, page = [], ""
    for line in text.split("\n"):
        for part in [line[at : at + PAGE] for at in range(0, len(line), PAGE)] or [""]:
            if page and len(page) + len(part) >= PAGE:
                found.append(page)
                page = part
            else:
                page = f"{page}\n{part}" if page else part
    return (*found, page)


def _needs_a_look(first: str, code: str) -> str:
    return Text("{first}. 1 thing needs a look. {code}").fill(first=first, code=code)


def _look() -> Key:
    return _key(Text("Look"), Deed.LOOK)


def _outcome(alert: Alert, outcome: Outcome) -> Key:
    is_second_try = outcome is Outcome.NOT_REACHED and alert.tries > 0
    label = AGAIN if is_second_try else OUTCOMES[outcome]
    act: Act = {"deed": Deed.OUTCOME, "outcome": outcome, "tries": alert.tries}
    return Key(label=label.fill(), act=act)


def _key(label: Text, deed: Deed) -> Key:
    return Key(label=label.fill(), act={"deed": deed})
