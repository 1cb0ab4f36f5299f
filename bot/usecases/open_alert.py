"""Lihat: why somebody is asked, with the words that fired; protected, and gone after a while."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.texts import Text
from bot.usecases import desk, offers, screens, silence
from bot.usecases.desk import DETAIL, Desk
from bot.usecases.incoming import Incoming
from bot.usecases.pass_on_files import pass_on_files
from bot.usecases.room import Room
from bot.usecases.screens import Detail
from bot.usecases.standing import standing_of
from bot.usecases.standing_words import explained, items_in_words
from bot.usecases.stop_clock import show_clocks
from flows.answers_back import clock_word
from flows.model import AlertKind, AlertState, ContactKind
from flows.permissions import Right
from flows.standing import Standing
from storage import cases, checkins, contacts, facts, words
from storage.alerts import Alert
from storage.errors import SubjectErased
from storage.facts import Fact
from storage.outbox import Payload
from storage.transaction import Tx

FILES = {
    "photo": Text("(a photo came)"),
    "voice": Text("(a voice note came)"),
    "video": Text("(a video came)"),
    "video_note": Text("(a video came)"),
    "location": Text("(a place came)"),
    "document": Text("(a file came)"),
}
WAITS = Text("It waits for True or Not so until {time}; then it rings for everybody.")
ERASED = Text("(erased)")
REFUSED = Text("This is not yours to open.")


def open_alert(tx: Tx, room: Room, seat: Desk, came: Incoming, now: datetime) -> Text | None:
    """Show the reasons, and pass on what came with them; the opening is noted."""
    if not desk.is_allowed(tx, seat, Right.READ_WORDS, now=now):
        return REFUSED
    pages = show(tx, room, seat.alert, zone=seat.person.timezone, now=now)
    last = replace(pages[-1], keys=offers.on_details(tx, seat.alert))
    for number, page in enumerate((*pages[:-1], last)):
        row = f"{came.id}:{DETAIL}:{number}"
        desk.send(tx, room, seat, row, page, kind=DETAIL, now=now)
        desk.delete(tx, room, seat, row, now=now, at=now + desk.GONE_AFTER)
    pass_on_files(tx, room, seat, came, now=now)
    show_clocks(tx, room, seat, came, now)
    return None


def show(tx: Tx, room: Room, alert: Alert, *, zone: str, now: datetime) -> tuple[Payload, ...]:
    """The detail screen of an alert, words of method masked."""
    reasons, standing = facts.of_alert(tx, alert), _standing(tx, room, alert, now=now)
    case = None if alert.case is None else cases.get(tx, alert.case)
    quiet = () if case is None else silence.of_alert(tx, room, alert, case, now=now)
    last = None if standing is None else standing.last
    written = dict.fromkeys(words_behind(tx, reasons))
    found = Detail(
        reasons=tuple(dict.fromkeys(fact.says for fact in reasons)),
        words=tuple(room.detector.mask(text) for text in written),
        fired=tuple(dict.fromkeys(_fired(room, reasons))),
        answers=items_in_words(last) if last is not None and alert.checkin is not None else (),
        standing=() if standing is None else (*explained(standing), *quiet),
        waits=_waits(room, alert, zone),
    )
    return screens.detail(alert, found)


def _waits(room: Room, alert: Alert, zone: str) -> tuple[str, ...]:
    """Until when unsure words wait for a verdict before they ring."""
    if alert.kind is not AlertKind.UNSURE_WORDS or alert.state is not AlertState.OPEN:
        return ()
    until = alert.opened_at + timedelta(minutes=alert.chain.steps[-1].after_minutes)
    return (WAITS.fill(time=clock_word(until, zone)),)


def words_behind(tx: Tx, reasons: tuple[Fact, ...]) -> tuple[str, ...]:
    """Every text that a reason rests on, and that something came with it: the file itself follows
    as a message of its own."""
    found: list[str] = []
    for words_id in dict.fromkeys(fact.words_id for fact in reasons if fact.words_id is not None):
        found += [FILES.get(kind, FILES["document"]).fill() for kind in words.files(tx, words_id)]
        found += [_text(tx, words_id)]
    return tuple(text for text in found if text)


def _text(tx: Tx, words_id: str) -> str:
    """The reasons stand under the key of the case: they can be read when the words cannot."""
    try:
        return words.text(tx, words_id) or ""
    except SubjectErased:
        return ERASED.fill()


def _fired(room: Room, reasons: tuple[Fact, ...]) -> list[str]:
    found = (one for fact in reasons for one in fact.evidence)
    return [room.detector.mask(one.text) for one in found]


def _standing(tx: Tx, room: Room, alert: Alert, *, now: datetime) -> Standing | None:
    """Of the check-in that the alert is about, else of this contact's last one; where a school has
    written, of the family's."""
    if alert.case is None:
        return None
    case, kept = cases.get(tx, alert.case), None
    if alert.checkin is not None and checkins.answers(tx, alert.checkin):
        kept = checkins.get(tx, alert.checkin)
    contact = None if alert.contact is None else contacts.get(tx, alert.contact)
    return standing_of(
        tx,
        case,
        timezone=room.timezone if contact is None else contact.hours.timezone,
        now=now,
        checkin=kept,
        contact=None if contact is None or contact.kind is ContactKind.SCHOOL else contact.id,
    )
