"""Who holds a phone in the sandbox, and which one-time link still waits for whom."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from bot.story.errors import CannotOpen
from bot.story.words import Said

FRESH = timedelta(hours=36)
"""A link is good for 72 hours; in the sandbox it is made anew long before, since time runs fast."""


@dataclass(slots=True, kw_only=True)
class Persona:
    """One person with a phone. `person` is their id in the emulator; `key` the script's name."""

    person: int
    key: str | None
    name: str
    part: Said
    group: str  # cast, training, added
    shown: bool
    token: str | None = None  # of a one-time link that was not opened yet
    case: str | None = None
    level: str | None = None
    owner: str | None = None  # id of the member of staff or the contact
    invited_at: str | None = None  # when the link was made

    def json(self) -> dict[str, Any]:
        return asdict(self)


class Troupe:
    """Everybody, in the order in which their phones stand."""

    def __init__(self, everybody: Iterable[Persona] = ()) -> None:
        self.everybody = list(everybody)

    @classmethod
    def of(cls, kept: Iterable[dict[str, Any]]) -> Self:
        """From what `json` gave."""
        try:
            return cls([Persona(**one) for one in kept])
        except TypeError:
            raise CannotOpen("stage.json cannot be understood.") from None

    def json(self) -> list[dict[str, Any]]:
        return [one.json() for one in self.everybody]

    def ids(self) -> dict[str, int]:
        """Emulator ids by the script's names."""
        return {one.key: one.person for one in self.everybody if one.key is not None}

    def links(self) -> dict[int, str]:
        """Unopened links by person."""
        return {one.person: one.token for one in self.everybody if one.token is not None}

    def owner_of(self, key: str) -> str:
        """The id of the member of staff who plays this part."""
        return next(one.owner for one in self.everybody if one.key == key) or ""

    def stale_links(self, now: datetime) -> tuple[Persona, ...]:
        """Whose link has lain unopened for so long that it will soon be dead."""
        return tuple(
            one
            for one in self.everybody
            if one.token is not None
            and (one.invited_at is None or datetime.fromisoformat(one.invited_at) < now - FRESH)
        )

    def opened(self, person: int, words: str) -> bool:
        """Somebody wrote this; True if it was the link that waited for them."""
        for one in self.everybody:
            if one.person == person and one.token is not None and one.token in words:
                one.token = None
                return True
        return False

    def show(self, keys: Iterable[str]) -> None:
        """The phones a step happens on come into view."""
        wanted = set(keys)
        for one in self.everybody:
            one.shown = one.shown or one.key in wanted
