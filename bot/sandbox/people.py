"""The people who hold a phone, as Telegram shows them to a bot."""

from dataclasses import dataclass, field

from .errors import ControlError
from .wire import Json

FIRST_ID = 700_000_001  # ids of people stay apart from those of bots and messages


@dataclass(slots=True, kw_only=True)
class Gap:
    """A time without network: the phone as it was, and the texts that wait for its end."""

    views: dict[int, Json] = field(default_factory=dict)  # what it showed, by the bot's id
    waiting: list[Json] = field(default_factory=list)  # {text, bot, start?}


@dataclass(slots=True, kw_only=True)
class Person:
    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None
    phone: str | None = None
    is_deactivated: bool = False
    gap: Gap | None = None  # while the phone is offline

    def names(self) -> Json:
        """The id and the names, which User and Chat share."""
        shown: Json = {"id": self.id, "first_name": self.first_name}
        if self.last_name:
            shown["last_name"] = self.last_name
        if self.username:
            shown["username"] = self.username
        return shown

    def user(self) -> Json:
        """Telegram's User."""
        shown = {**self.names(), "is_bot": False}
        if self.language_code:
            shown["language_code"] = self.language_code
        return shown

    def chat(self) -> Json:
        """Telegram's Chat of a private conversation: its id is the person's."""
        return {**self.names(), "type": "private"}


class People:
    def __init__(self) -> None:
        self._by_id: dict[int, Person] = {}
        self._next = FIRST_ID

    def add(self, person: Person) -> None:
        if person.id in self._by_id:
            raise ControlError(409, f"Person {person.id} exists already.")
        self._by_id[person.id] = person

    def next_id(self) -> int:
        while self._next in self._by_id:
            self._next += 1
        return self._next

    def find(self, person_id: int) -> Person | None:
        return self._by_id.get(person_id)

    def known(self, person_id: int) -> Person:
        """Raises KeyError when there is none."""
        return self._by_id[person_id]

    def all(self) -> list[Person]:
        return list(self._by_id.values())
