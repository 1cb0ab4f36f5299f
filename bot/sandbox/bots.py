"""The bots of this Telegram: whoever calls with a token of the right shape is one."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from .chats import Chat
from .clock import Clock
from .errors import ApiError, ControlError
from .floods import FloodGate, Limits
from .people import Person
from .polling import Poller
from .updates import UpdateQueue
from .webhook import Webhook
from .wire import Json

_TOKEN = re.compile(r"([1-9][0-9]{0,15}):\S{1,64}")


@dataclass(slots=True, eq=False)
class Tap:
    """A pressed button that may still be answered."""

    chat: Chat
    message_id: int
    pressed_at: float  # on the sandbox's clock


@dataclass(slots=True, eq=False)
class Bot:
    id: int
    first_name: str
    username: str
    updates: UpdateQueue
    poller: Poller
    floods: FloodGate
    webhook: Webhook | None = None
    webhook_set_at: float = 0.0
    last_message_id: int = 0
    chats: dict[int, Chat] = field(default_factory=dict)
    taps: dict[str, Tap] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    user: Json = field(init=False)

    def __post_init__(self) -> None:
        self.user = {}
        self.rename(self.first_name, self.username)

    def rename(self, first_name: str, username: str) -> None:
        """Change the profile in place: chats hold the same User."""
        self.first_name, self.username = first_name, username
        self.user.update(
            {"id": self.id, "is_bot": True, "first_name": first_name, "username": username}
        )

    def all_commands(self) -> list[Json]:
        """Every list of commands it has set; the scope is JSON in a text."""
        return [
            {"scope": scope, "language_code": language, "commands": commands}
            for (scope, language), commands in self.commands.items()
        ]

    def chat_with(self, person: Person) -> Chat:
        """The conversation, made when it is first looked at; that alone starts nothing."""
        chat = self.chats.get(person.id)
        if chat is None:
            chat = self.chats[person.id] = Chat(person, self.user)
        return chat

    def next_message_id(self) -> int:
        """Private messages of a bot are numbered through all its chats, as on Telegram."""
        self.last_message_id += 1
        return self.last_message_id


class Bots:
    """Bots by their token; the tokens themselves are kept as fingerprints only."""

    def __init__(
        self, clock: Clock, limits: Limits, *, on_new: Callable[[Bot], None], after: int = 0
    ) -> None:
        """`after` is an update id that was given out before these bots."""
        self._clock = clock
        self._limits = limits
        self._on_new = on_new
        self._after = after
        self._by_token: dict[bytes, Bot] = {}

    @property
    def last_update(self) -> int:
        """The highest update id any bot may have been given."""
        return max([self._after, *(bot.updates.next_id - 1 for bot in self.all())])

    def by_token(self, token: str) -> Bot:
        """The bot of this token, made at its first call. Raises ApiError 401 for another shape."""
        fingerprint = hashlib.sha256(token.encode()).digest()
        bot = self._by_token.get(fingerprint)
        if bot is None:
            match = _TOKEN.fullmatch(token)
            if match is None:
                raise ApiError(401, "Unauthorized: invalid token specified")
            bot = self._by_token[fingerprint] = self.make(int(match[1]))
            self._on_new(bot)
        return bot

    def by_fingerprint(self) -> list[tuple[bytes, Bot]]:
        return list(self._by_token.items())

    def put(self, fingerprint: bytes, bot: Bot) -> None:
        self._by_token[fingerprint] = bot

    def all(self) -> list[Bot]:
        return list(self._by_token.values())

    def named(self, reference: str) -> Bot:
        """By id or by user name; of several tokens with one id the newest.

        Raises ControlError when there is none.
        """
        wanted = reference.removeprefix("@").lower()
        for bot in reversed(self._by_token.values()):
            if wanted in (str(bot.id), bot.username.lower()):
                return bot
        raise ControlError(404, f"No bot {reference!r} here; GET /control/bots lists them.")

    def make(self, bot_id: int) -> Bot:
        """A bot with everything it needs, known to nobody yet."""
        updates = UpdateQueue(first_id=max(int(self._clock.system()), self._after + 1))
        return Bot(
            id=bot_id,
            first_name="Kabar",
            username=f"kabar{bot_id}_bot" if self._by_token else "kabar_bot",
            updates=updates,
            poller=Poller(updates, self._clock, self._limits),
            floods=FloodGate(self._limits),
        )
