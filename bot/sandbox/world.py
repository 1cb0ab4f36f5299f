"""Everything the sandbox knows, in memory, and how it is thrown away."""

import secrets

from .bots import Bot, Bots, Tap
from .chats import Chat, Message
from .clock import Bell, Clock
from .errors import ControlError
from .faults import Faults
from .files import FileStore
from .floods import Limits
from .journal import Journal
from .people import People, Person
from .updates import CALLBACK_LIFETIME_S, Update, lane_of
from .wire import Json


class World:
    """One Telegram: its people, bots, conversations, files, faults and the record of it all."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.clock = Clock()
        self.limits = limits or Limits()
        self._limits_at_start = {
            name: getattr(self.limits, name) for name in Limits.__dataclass_fields__
        }
        self.changed = Bell()  # rung at all that may have changed something here
        self.events = Journal(also=self.changed)
        self.calls = Journal(also=self.changed)
        self.last_query = int(self.clock.system()) << 20  # no id comes twice after a restart
        self.is_closed = False
        self._empty()

    def _empty(self, *, after: int = 0) -> None:
        self.people = People()
        self.bots = Bots(self.clock, self.limits, on_new=self.met, after=after)
        self.files = FileStore()
        self.faults = Faults()
        self.begin_epoch()

    def begin_epoch(self, *, last_event: int = 0, last_call: int = 0) -> None:
        """From here on nothing that a reader of events knows holds any more."""
        self.epoch = secrets.token_hex(4)
        self.events.forget(last=last_event)
        self.calls.forget(last=last_call)

    async def reset(self, *, begins_at: float | None = None) -> None:
        """Nobody here, limits as at the start, clock without offset or at `begins_at`."""
        await self.close()
        for name, value in self._limits_at_start.items():
            setattr(self.limits, name, value)
        self.clock.offset_s = 0.0
        self.clock.moves_dates = False
        if begins_at is not None:
            self.clock.begin_at(begins_at)
        self._empty(after=self.bots.last_update)

    async def close(self) -> None:
        """End every waiting poll and every webhook."""
        for bot in self.bots.all():
            bot.poller.interrupt()
            if bot.webhook is not None:
                await bot.webhook.close()
                bot.webhook = None

    def shut(self) -> None:
        """Everyone who listens shall stop."""
        self.is_closed = True
        self.changed.ring()

    def person(self, person_id: int) -> Person:
        person = self.people.find(person_id)
        if person is None:
            raise ControlError(404, f"No person {person_id}; POST /control/people makes one.")
        return person

    def bot(self, reference: str, person: Person | None = None) -> Bot:
        """The bot a control request means: the one named, the only one, or the one of a person.

        Raises ControlError when that is nobody or not one.
        """
        if reference:
            return self.bots.named(reference)
        known = self.bots.all()
        if not known:
            raise ControlError(409, "No bot has called yet; POST /control/bots makes one known.")
        talked_to = [bot for bot in known if person is not None and person.id in bot.chats]
        for candidates in (known, talked_to):
            if len(candidates) == 1:
                return candidates[0]
        raise ControlError(409, "Several bots are here; say which with `bot` (id or user name).")

    def happened(self, kind: str, bot: Bot, chat: Chat, **facts: object) -> Json:
        """Write an event into the journal and the chat's history."""
        event = self.noted(kind, bot=bot.id, person=chat.person.id, **facts)
        chat.history.append(event)
        return event

    def noted(
        self, kind: str, *, bot: int | None = None, person: int | None = None, **facts: object
    ) -> Json:
        """Write an event that stands in no chat."""
        return self.events.append(
            {
                "kind": kind,
                "at": self.clock.now(),
                "system_at": self.clock.system(),
                "bot": bot,
                "person": person,
                **facts,
            }
        )

    def met(self, bot: Bot) -> None:
        """A bot has called for the first time, or has another name."""
        self.noted("bot", bot=bot.id, profile=bot.user.copy())

    def tell_faults(self) -> None:
        """Faults have changed, or one has struck."""
        self.noted("faults", faults=[fault.json() for fault in self.faults.all()])

    def announce(self, bot: Bot, chat: Chat, kind: str, body: Json) -> Update | None:
        """Create an update about this chat; None when the bot has not asked for its kind."""
        return bot.updates.add(kind, body, lane=lane_of(kind, chat.person.id), now=self.clock.now())

    def post(self, bot: Bot, chat: Chat, message: Message) -> None:
        """Put a new message into the chat and the record."""
        chat.add(message)
        self.happened("sent", bot, chat, message_id=message.id, message=message.on_phone())

    def erase(self, bot: Bot, chat: Chat, message_id: int, *, by: str) -> None:
        message = chat.messages.pop(message_id)
        self.happened(
            "deleted", bot, chat, message_id=message_id, by=by, message=message.on_phone()
        )

    def tapped(self, bot: Bot, chat: Chat, message_id: int) -> str:
        """Remember a press of a button under a new query id."""
        self.last_query += 1
        query_id = str(self.last_query)
        bot.taps[query_id] = Tap(chat, message_id, self.clock.now())
        return query_id

    def tap_to_answer(self, bot: Bot, query_id: str) -> Tap | None:
        """The press behind a query id, None when it is unknown or older than 150 seconds."""
        tap = bot.taps.get(query_id)
        if tap is None or self.clock.now() - tap.pressed_at > CALLBACK_LIFETIME_S:
            return None
        return tap
