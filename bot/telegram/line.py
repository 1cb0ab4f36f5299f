"""The line to Telegram on which updates come in, whichever way they do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bot.ports import Clock
from bot.telegram.raw import RawApi
from bot.waypoints import Pass, nothing
from storage import settings
from storage.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`bot` stands in the ids of the rows; `on_stored` is called when something new was stored."""

    api: RawApi
    bot: str
    database: Database
    clock: Clock
    on_stored: Callable[[], None]
    passing: Pass = nothing


class Receiving(Protocol):
    """What the rest of the program sees of receiving."""

    @property
    def has_received(self) -> bool:
        """Has one getUpdates come back, or was the webhook set?"""
        ...

    @property
    def age_s(self) -> float | None:
        """Seconds since Telegram last answered or delivered, None before the first time."""
        ...

    @property
    def is_live(self) -> bool:
        """Would a message that is sent now arrive, as far as one can tell from here?"""
        ...

    @property
    def gap_s(self) -> float | None:
        """Seconds for which updates were last not taken, of the present gap while there is one;
        None if there never was one worth naming."""
        ...

    async def run(self) -> None:
        """Receive until cancelled. Raises TokenUnknown or ReceivingConflict."""

    async def one_round(self) -> None:
        """Return once a round that began after this call has found nothing more to store."""


async def learn_name(line: Line) -> None:
    """Ask for the bot's user name and keep it, because invitation links need it."""
    me = await line.api.call("getMe")
    username = me.get("username") if isinstance(me, dict) else None
    if isinstance(username, str) and username:
        await line.database.write(settings.write, settings.BOT_USERNAME, username)
