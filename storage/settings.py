"""Small things the centre's database knows about itself: the moved clock, the bot's name."""

from sqlalchemy import select

from storage import tables
from storage.rows import put
from storage.transaction import Tx

CLOCK_OFFSET = "clock_offset_s"
BOT_USERNAME = "bot_username"
ALIVE_AT = "receiving_alive_at"
"""Until when Telegram's updates were surely being taken, by the system's time; see gaps.py."""
TICKED_AT = "ticking_alive_at"
MISSED = "receiving_gap"  # a gap in which taps may be lost, until open questions are asked again
OUTAGE = "outage"  # a long one, until supervisors have been told


def read(tx: Tx, name: str) -> str | None:
    """The value under `name`, or None if it was never written."""
    found: str | None = tx.execute(
        select(tables.settings.c.value).where(tables.settings.c.name == name)
    ).scalar_one_or_none()
    return found


def write(tx: Tx, name: str, value: str) -> None:
    """Write the value under `name`."""
    put(tx, tables.settings, {"name": name}, value=value)
