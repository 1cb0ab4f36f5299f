"""Lihat: why somebody is asked, with the words that fired; protected, and gone after a while."""

from datetime import datetime

from bot.texts import Text
from bot.usecases import desk, screens
from bot.usecases.desk import DETAIL, Desk
from bot.usecases.incoming import Incoming
from bot.usecases.pass_on_files import pass_on_files
from bot.usecases.room import Room, kept_checkin
from bot.usecases.screens import Detail
from flows.forms import Item
from flows.permissions import Right
from flows.scoring import score, shown
from flows.wording import fill
from storage import checkins, facts, words
from storage.alerts import Alert
from storage.errors import SubjectErased
from storage.facts import Fact
from storage.outbox import Payload
from storage.transaction import Tx

ANY_CHILD, UNNAMED = 12, "anak"  # a screen about a case says neither age nor nickname
FILES = {
    "photo": Text("(a photo came)"),
    "voice": Text("(a voice note came)"),
    "video": Text("(a video came)"),
    "video_note": Text("(a video came)"),
    "location": Text("(a place came)"),
    "document": Text("(a file came)"),
}
ERASED = Text("(erased)")
REFUSED = Text("This is not yours to open.")


def open_alert(tx: Tx, room: Room, seat: Desk, came: Incoming, now: datetime) -> Text | None:
    """Show the reasons, and pass on what came with them; the opening is noted."""
    if not desk.is_allowed(tx, seat, Right.READ_WORDS, now=now):
        return REFUSED
    for number, page in enumerate(show(tx, room, seat.alert)):
        row = f"{came.id}:{DETAIL}:{number}"
        desk.send(tx, room, seat, row, page, kind=DETAIL, now=now)
        desk.delete(tx, room, seat, row, now=now, at=now + desk.GONE_AFTER)
    pass_on_files(tx, room, seat, came, now=now)
    return None


def show(tx: Tx, room: Room, alert: Alert) -> tuple[Payload, ...]:
    """The detail screen of an alert, words of method masked."""
    reasons = facts.of_alert(tx, alert)
    written = dict.fromkeys(words_behind(tx, reasons))
    found = Detail(
        reasons=tuple(dict.fromkeys(fact.says for fact in reasons)),
        words=tuple(room.detector.mask(text) for text in written),
        fired=tuple(dict.fromkeys(_fired(room, reasons))),
        answers=_answers(tx, alert),
    )
    return screens.detail(alert, found)


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


def _answers(tx: Tx, alert: Alert) -> tuple[str, ...]:
    kept = None if alert.checkin is None else checkins.get(tx, alert.checkin)
    if kept is None:
        return ()
    checkin = kept_checkin(tx, kept.content_version)
    given = checkins.answers(tx, kept.id)
    known = {one.id: one for one in checkin.items}
    lines = [_line(known[item], value) for item, value in shown(given).items() if item in known]
    total = score(checkin, given, is_closed=kept.ended_at is not None).total
    # A reason keeps the figure with which it fired; the check-in may have gone on since.
    return (*lines, *([] if total is None else [Text("Total now: {total}").fill(total=total)]))


def _line(item: Item, value: int | None) -> str:
    """One question and what was answered, the child unnamed."""
    unknown = Text("not known").fill()
    label = next((one.label for one in item.choices if one.value == value), unknown)
    question = fill(item.text_for(ANY_CHILD), panggilan=UNNAMED)
    return f"- {question} {label}"
