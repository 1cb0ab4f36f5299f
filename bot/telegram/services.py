"""What handlers are given, wired once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Concatenate, ParamSpec, TypeVar

from aiogram import Bot

from bot.ports import Clock
from bot.usecases.room import Room
from bot.waypoints import Pass, Waypoint, nothing
from storage.database import Database, Tx

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    database: Database
    room: Room
    clock: Clock
    bot: Bot
    passing: Pass = nothing
    done: list[str] = field(default_factory=list)
    """Names of the use cases that this update has come to; each marks its row as handled."""

    async def write(
        self, fn: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """One use case; returns once it is committed."""
        self.passing(Waypoint.IN_HANDLER)
        done = await self.database.write(fn, *args, **kwargs)
        self.done.append(fn.__name__)
        self.passing(Waypoint.AFTER_COMMIT)
        return done
