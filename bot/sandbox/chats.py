"""One conversation of a bot and a person: the messages as they stand and what happened."""

from collections import deque
from dataclasses import dataclass, field

from . import keyboards
from .people import Person
from .wire import Json

_PREVIEW = 120  # characters of a message that a lock screen shows
_PREVIEWS = {
    "photo": "Photo",
    "voice": "Voice message",
    "video": "Video",
    "video_note": "Video message",
    "audio": "Music",
    "animation": "GIF",
    "sticker": "Sticker",
    "location": "Location",
}
REMEMBERED = 2000  # events and pushes of a chat: a played year must not fill the memory


@dataclass(slots=True, eq=False)
class Message:
    id: int
    by_bot: bool
    date: int  # what the bot reads
    created_at: float  # on the sandbox's clock: the 48 hours of deleting count from here
    content: Json  # text, entities, caption, photo, ...: Telegram's own field names
    markup: Json | None = None
    edit_date: int | None = None
    edited_at: float | None = None  # on the sandbox's clock
    is_silent: bool = False
    is_protected: bool = False
    reply_to: int | None = None

    def on_phone(self) -> Json:
        """What a person sees; `buttons` are under the message, `keyboard` is the reply keyboard."""
        shown: Json = {
            "message_id": self.id,
            "from": "bot" if self.by_bot else "person",
            "date": self.date,
            "at": int(self.created_at),
            **self.content,
            "silent": self.is_silent,
            "protected": self.is_protected,
        }
        if self.edit_date is not None:
            shown["edit_date"] = self.edit_date
        if self.edited_at is not None:
            shown["edited_at"] = int(self.edited_at)
        if self.reply_to is not None:
            shown["reply_to"] = self.reply_to
        if self.markup is not None:
            if keyboards.is_inline(self.markup):
                shown["buttons"] = self.markup["inline_keyboard"]
            else:
                shown["keyboard"] = self.markup
        return shown

    def preview(self) -> str:
        """The words on a lock screen."""
        words = self.content.get("text") or self.content.get("caption")
        if words is None:
            document = self.content.get("document", {})
            name = next((name for kind, name in _PREVIEWS.items() if kind in self.content), "File")
            words = document.get("file_name", name)
        return str(words)[:_PREVIEW]


@dataclass(slots=True, eq=False)
class Chat:
    """`messages` stand there now; `history` and `lock_screen` are the newest of what was."""

    person: Person
    bot_user: Json
    is_started: bool = False
    is_blocked: bool = False
    messages: dict[int, Message] = field(default_factory=dict)
    keyboard: Json | None = None  # the reply keyboard that stands open
    history: deque[Json] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    lock_screen: deque[Json] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def add(self, message: Message) -> None:
        self.messages[message.id] = message
        markup = message.markup
        if markup is not None and "keyboard" in markup:
            self.keyboard = markup
        elif markup is not None and markup.get("remove_keyboard"):
            self.keyboard = None
        if message.by_bot:
            self.lock_screen.append(
                {
                    "message_id": message.id,
                    "date": message.date,
                    "at": int(message.created_at),
                    "text": message.preview(),
                    "silent": message.is_silent,
                }
            )

    def pushes(self) -> list[Json]:
        """The lock screen, each push with `deleted`: is its message gone by now?"""
        return [
            {**push, "deleted": push["message_id"] not in self.messages}
            for push in self.lock_screen
        ]

    def telegram(self, message: Message) -> Json:
        """Telegram's Message."""
        shown: Json = {
            "message_id": message.id,
            "from": self.bot_user if message.by_bot else self.person.user(),
            "chat": self.person.chat(),
            "date": message.date,
        }
        if message.edit_date is not None:
            shown["edit_date"] = message.edit_date
        if message.is_protected:
            shown["has_protected_content"] = True
        replied = self.messages.get(message.reply_to or 0)
        if replied is not None and replied is not message:
            shown["reply_to_message"] = {
                "message_id": replied.id,
                "from": self.bot_user if replied.by_bot else self.person.user(),
                "chat": shown["chat"],
                "date": replied.date,
                **replied.content,
            }
        shown.update(message.content)
        if keyboards.is_inline(message.markup):
            shown["reply_markup"] = message.markup
        return shown

    def maybe_inaccessible(self, message_id: int) -> Json:
        """Telegram's MaybeInaccessibleMessage: a deleted one keeps its number and date 0."""
        message = self.messages.get(message_id)
        if message is None:
            return {"chat": self.person.chat(), "message_id": message_id, "date": 0}
        return self.telegram(message)

    def newest_with(self, label: str) -> tuple[Message, Json] | None:
        """The newest message with an inline button of that label, and the button."""
        for message in reversed(self.messages.values()):
            if keyboards.is_inline(message.markup):
                for button in keyboards.buttons(message.markup):
                    if button["text"] == label:
                        return message, button
        return None
