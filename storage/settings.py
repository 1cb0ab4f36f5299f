"""Small things the centre's database knows about itself: the moved clock, the bot's name."""

from sqlalchemy import select

from storage import tables
from storage.rows import put
from storage.transaction import Tx

CLOCK_OFFSET = "clock_offset_s"
BOT_USERNAME = "bot_username"
ALIVE_AT = "receiving_alive_at"  # when receiving was last seen to work, by the system's clock
WRAPPING_KEY = "wrapping_key"  # id of the key of the ring that new data keys are wrapped by
PRUNE_AT = "prune_at"  # when what is kept for a time only is looked through again
PRUNED_TO = "pruned_to"  # number of the last row of the inbox that has been looked through


def read(tx: Tx, name: str) -> str | None:
    """The value under `name`, or None if it was never written."""
    found: str | None = tx.execute(
        select(tables.settings.c.value).where(tables.settings.c.name == name)
    ).scalar_one_or_none()
    return found


def write(tx: Tx, name: str, value: str) -> None:
    """Write the value under `name`."""
    put(tx, tables.settings, {"name": name}, value=value)
