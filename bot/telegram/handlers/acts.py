"""From aiogram's types to one act of a person."""

from datetime import UTC, datetime, timedelta

from aiogram.types import CallbackQuery, Message

from bot.telegram.services import Services
from bot.usecases.incoming import NO_SIGNS, Incoming
from storage.inbox import Unhandled
from storage.words import File

MEDIA = ("photo", "voice", "video", "video_note", "audio", "document", "sticker", "animation")


def from_message(services: Services, row: Unhandled, message: Message) -> Incoming:
    """A message or its edit; the signs are found here, before any transaction opens."""
    text = _readable(message.text or message.caption)
    own = message.contact is not None and message.from_user is not None
    return Incoming(
        id=row.id,
        chat=message.chat.id,
        at=_acted_at(services, message),
        signs=services.room.detector.find(text) if text else NO_SIGNS,
        message_no=message.message_id,
        text=text,
        files=_files(message),
        shared_number=message.contact.phone_number if message.contact else None,
        is_own_number=bool(
            own
            and message.contact
            and message.from_user
            and message.contact.user_id == message.from_user.id
        ),
        is_edit=message.edit_date is not None,
    )


def from_tap(row: Unhandled, query: CallbackQuery) -> Incoming:
    """A tap: it happened when it was received. Only the tapper's own chat counts."""
    return Incoming(
        id=row.id,
        chat=query.from_user.id,
        at=row.received_at,
        signs=NO_SIGNS,
        message_no=query.message.message_id if query.message else None,
        pressed=query.data or "",
    )


def _readable(text: str | None) -> str | None:
    """Half of a broken emoji is no UTF-8: it could be stored, but never shown to staff."""
    return None if text is None else text.encode("utf-8", "replace").decode("utf-8")


def _acted_at(services: Services, message: Message) -> datetime:
    """The message's own date on the moved clock, never after now.

    The two looks at the clock lie a few microseconds apart: rounded away, so that messages of one
    second keep their order and none of nine o'clock sharp counts as before it."""
    now, wall = services.clock.now(), services.clock.wall()
    offset = timedelta(seconds=round((now - wall).total_seconds(), 2))
    edited = message.edit_date
    acted = message.date if edited is None else datetime.fromtimestamp(edited, UTC)
    return min(acted + offset, now)


def _files(message: Message) -> tuple[File, ...]:
    """What came with it, by id; nothing is downloaded. A place has no file: its point is kept."""
    found = []
    for kind in MEDIA:
        sent = getattr(message, kind)
        if sent:
            one = sent[-1] if isinstance(sent, list) else sent
            duration = getattr(one, "duration", None)
            found.append(File(kind=kind, file_id=one.file_id, duration_s=duration))
    if message.location is not None:
        point = f"{message.location.latitude},{message.location.longitude}"
        found.append(File(kind="location", file_id=point, duration_s=None))
    return tuple(found[:1])  # an animation comes as a document too
