"""After Lihat: the files behind the reasons, each as its own message on the phone that has asked.

Nothing is downloaded: the bot that was sent a file may send the same one by its id."""

from datetime import datetime

from bot.texts import Text
from bot.usecases import desk, screens
from bot.usecases.desk import DETAIL, Desk
from bot.usecases.incoming import Incoming
from bot.usecases.room import Room
from flows.permissions import Right
from storage import facts, words
from storage.outbox import Attachment, Key, Payload
from storage.transaction import Tx
from storage.words import File

AT_ONCE = 10  # a reading list of strangers may hold any number
NAMES = {
    "photo": Text("a photo"),
    "voice": Text("a voice note"),
    "video": Text("a video"),
    "video_note": Text("a video"),
    "location": Text("a place"),
    "document": Text("a file"),
}
REFUSED = Text("This is not yours to open.")
NOT_PASSED_ON = Text(
    "{code}. This could not be passed on: {what}. Please ask about it when you meet, or when you"
    " call within safe hours."
)
MORE_WAIT = Text("{code}. There are {count} more files.")


def more_files(tx: Tx, room: Room, seat: Desk, came: Incoming, now: datetime) -> Text | None:
    """The next ones, by the button under the last."""
    if not desk.is_allowed(tx, seat, Right.READ_WORDS, now=now):
        return REFUSED
    pass_on_files(tx, room, seat, came, first=int(seat.button.act["first"] or 0), now=now)
    return None


def pass_on_files(
    tx: Tx, room: Room, seat: Desk, came: Incoming, *, first: int = 0, now: datetime
) -> None:
    """Send up to ten, from the `first` on, and a button for the rest; noted by their number."""
    found = _behind(tx, seat)
    sent = found[first : first + AT_ONCE]
    if not sent:
        return
    for number, file in enumerate(sent, start=first):
        _show(tx, room, seat, f"{came.id}:{DETAIL}:file:{number}", _passed_on(seat, file), now=now)
    last = first + len(sent)
    if last < len(found):
        payload = _more(seat, first=last, count=len(found) - last)
        _show(tx, room, seat, f"{came.id}:{DETAIL}:more", payload, now=now)
    desk.note(tx, seat, "files_passed_on", now=now, files=len(sent))


def _behind(tx: Tx, seat: Desk) -> tuple[File, ...]:
    """Each once, in the order of the reasons: a corrected caption comes with its picture again."""
    reasons = facts.of_alert(tx, seat.alert)
    texts = dict.fromkeys(fact.words_id for fact in reasons if fact.words_id is not None)
    return tuple(dict.fromkeys(file for text in texts for file in words.attached(tx, text)))


def _show(tx: Tx, room: Room, seat: Desk, row: str, payload: Payload, *, now: datetime) -> None:
    """Like a page of the detail, and gone with it."""
    desk.send(tx, room, seat, row, payload, kind=DETAIL, now=now)
    desk.delete(tx, room, seat, row, now=now, at=now + desk.GONE_AFTER)


def _passed_on(seat: Desk, file: File) -> Payload:
    """A caption is the family's words, which the detail has shown; here it is not said again."""
    what = NAMES.get(file.kind, NAMES["document"]).fill()
    attachment = Attachment(kind=file.kind, file=file.file_id) if file.file_id else None
    return Payload(
        text=NOT_PASSED_ON.fill(code=seat.alert.code, what=what),
        attachment=attachment,
        is_protected=True,
    )


def _more(seat: Desk, *, first: int, count: int) -> Payload:
    key = Key(label=Text("Show more").fill(), act={"deed": screens.Deed.MORE_FILES, "first": first})
    text = MORE_WAIT.fill(code=seat.alert.code, count=count)
    return Payload(text=text, keys=((key,),), is_protected=True)
