"""Named points on the road of one reply, where a test may let the program die.

In production nothing happens at them: what is done there is an argument of `app.run`, given down.
"""

from collections.abc import Callable
from enum import StrEnum


class Waypoint(StrEnum):
    """In the order in which a reply, and what it causes, comes by."""

    AFTER_FETCH = "after_fetch"  # Telegram has handed updates out, none is stored
    AFTER_INBOX_COMMIT = "after_inbox_commit"  # stored, but Telegram has no confirmation yet
    IN_HANDLER = "in_handler"  # read and understood, the transaction not begun
    AFTER_COMMIT = "after_commit"  # all of it recorded, nothing else done
    AFTER_CLAIM = "after_claim"  # a row is marked `sending`, Telegram was not called
    AFTER_SEND = "after_send"  # Telegram has answered, that is not recorded
    AFTER_SETTLE = "after_settle"


Pass = Callable[[Waypoint], None]


def nothing(_: Waypoint) -> None:
    """What is done at each point, save in a test."""
