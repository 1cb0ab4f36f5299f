"""The program away for a while, as the database and Telegram see it: nobody waits for real."""

from datetime import datetime, timedelta
from typing import Any

from bot.clock import SystemClock
from storage import settings
from storage.transaction import Tx
from tests.e2e.conftest import Phone, World

MARKS = (settings.ALIVE_AT, settings.TICKED_AT)


async def does_unheard(phone: Phone, deed: str, **body: Any) -> None:
    """What a person does while the program is away: nothing settles it."""
    await phone.world.control("POST", f"people/{phone.id}/{deed}", body)


async def returns_after(world: World, **time: float) -> None:
    """The program is back; so long it was away, and Telegram has dropped what does not last."""
    length = timedelta(**time)
    await world.write(last_alive, SystemClock().wall() - length)
    await world.control("POST", "clock", {"advance_s": length.total_seconds()})
    await world.starts()
    await world.settles()


def last_alive(tx: Tx, moment: datetime) -> None:
    for mark in MARKS:
        settings.write(tx, mark, moment.isoformat())


def time_passes(tx: Tx, length: timedelta) -> None:
    """While the program is away, by the clock that people notice."""
    offset = float(settings.read(tx, settings.CLOCK_OFFSET) or 0)
    settings.write(tx, settings.CLOCK_OFFSET, repr(offset + length.total_seconds()))


async def was_away(world: World, **time: float) -> None:
    await world.stops()
    await returns_after(world, **time)
