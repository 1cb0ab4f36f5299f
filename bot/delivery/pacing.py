"""How fast: when the bot's next call may start, and when a chat may get its next message.

Telegram allows a bot about 30 messages a second over all chats and one a second in a chat, and
answers 429 with the seconds to wait past that. Calls are spread evenly rather than sent in bursts,
so that an alert never waits for more than one slot behind a broadcast. All moments are monotonic
seconds, given by the caller.
"""

from collections.abc import Iterable
from dataclasses import dataclass

HORIZON_S = 0.05  # how far ahead calls are taken in hand
TOGETHER_S = 1.0  # two chats refused within this time: it is the bot that is too fast


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Calls a second over all chats, and new messages a second in one chat."""

    total: float
    chat: float


class Pacing:
    """Remembers when calls started and ended. It holds no more than the chats of the last second
    and those that Telegram has asked to leave alone."""

    def __init__(self, rates: Rates) -> None:
        self._rates = rates
        self._slot = float("-inf")  # when the next call of the bot may start
        self._rest_until: dict[str, float] = {}
        self._paused_until: dict[str, float] = {}
        self._refused_at: dict[str, float] = {}

    def room(self, at: float) -> int:
        """How many calls may be taken in hand at this moment."""
        ahead = at + HORIZON_S - max(at, self._slot)
        return 0 if ahead < 0 else 1 + int(ahead * self._rates.total)

    def take(self, at: float) -> float:
        """When the next call may start; from then on the slot is taken."""
        start = max(at, self._slot)
        self._slot = start + 1 / self._rates.total
        return start

    def messaged(self, chat: str, at: float) -> None:
        """A new message to this chat has ended, well or not. Counted from its end and not from its
        start: a slow connection must not bring two of them close together at Telegram's side."""
        self._rest_until[chat] = at + 1 / self._rates.chat

    def refused(self, chat: str, at: float, seconds: float) -> None:
        """429: leave the chat alone for so long; all chats when a second one was refused too.

        Telegram does not say whom it means; the rule is ours (a cautious guess)."""
        self._paused_until[chat] = max(self._paused_until.get(chat, at), at + seconds)
        self._refused_at[chat] = at
        if any(other != chat for other in _after(self._refused_at, at - TOGETHER_S)):
            self._slot = max(self._slot, at + seconds)

    def resting(self, at: float) -> frozenset[str]:
        """Chats that may not get a new message yet."""
        self._forget(at)
        return frozenset(_after(self._rest_until, at))

    def paused(self, at: float) -> frozenset[str]:
        """Chats that Telegram has asked to leave alone."""
        self._forget(at)
        return frozenset(_after(self._paused_until, at))

    def wake_at(self, at: float) -> float | None:
        """The next moment at which more may be sent than now; None if nothing is held back."""
        moments = (self._slot, *self._rest_until.values(), *self._paused_until.values())
        return min((moment for moment in moments if moment > at), default=None)

    def _forget(self, at: float) -> None:
        self._rest_until = {c: m for c, m in self._rest_until.items() if m > at}
        self._paused_until = {c: m for c, m in self._paused_until.items() if m > at}
        self._refused_at = {c: m for c, m in self._refused_at.items() if m > at - TOGETHER_S}


def _after(moments: dict[str, float], at: float) -> Iterable[str]:
    return (chat for chat, moment in moments.items() if moment > at)
