"""What the rest of the bot needs of the world outside: a clock, and somebody who delivers.

Whoever delivers answers with an outcome and does not raise: what Telegram says to a send is an
everyday answer, and what to do about it stands in `delivery/retry.py`.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from storage.deliveries import Instruction

__all__ = ["Clock", "Instruction", "Messenger", "Outcome"]


class Clock(Protocol):
    """Three clocks: one for what people notice, one for waits between machines, one for speed."""

    def now(self) -> datetime:
        """The system's time, moved under CLOCK=manual; aware, UTC."""
        ...

    def wall(self) -> datetime:
        """The system's time, never moved; aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that only grow, for pacing."""
        ...


class Refusal(StrEnum):
    """Why Telegram will never do this, however often it is asked."""

    BLOCKED = "blocked"
    DEACTIVATED = "deactivated"
    NOT_STARTED = "not_started"  # the person never pressed Start
    CHAT_GONE = "chat_gone"
    MESSAGE_GONE = "message_gone"  # it is not there, or too old, to be changed or deleted
    METHOD_UNKNOWN = "method_unknown"
    MARKUP = "markup"  # the buttons or the way the text is written
    FILE = "file"  # Telegram does not know it, or not as this kind; or the person takes none
    TOO_LONG = "too_long"
    OTHER = "other"  # none of those we know


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Done. `message_no` is the message that was sent or changed, where the answer told it.

    `moved_to`: the chat goes on under this number. `without`: what had to be left out because it
    was refused, so that the rest could arrive: `markup` (all buttons), `too_long` (the end), or why
    a file was not taken, in whose place words were sent."""

    message_no: int | None
    moved_to: int | None = field(default=None, repr=False)
    without: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """`code` as in HTTP; `reason` is Telegram's own, cut down to words that name no one."""

    kind: Refusal
    code: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryAfter:
    """Not done: too many messages; may be asked again after so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent:
    """It did not come as far as being done, so it is safe to try again."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """The answer was lost on the way: it may have been done, or not."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unauthorized:
    """Not done: the bot's token is not accepted any more."""


Outcome = Sent | Refused | RetryAfter | NotSent | Unknown | Unauthorized


class Messenger(Protocol):
    async def deliver(self, instruction: Instruction) -> Outcome:
        """Do it, once."""
        ...
