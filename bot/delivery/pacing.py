"""How fast: when the bot's next call may start, and when a chat may get its next message.

Telegram allows a bot about 30 messages a second over all chats and one a second in a chat, and
answers 429 with the seconds to wait past that. Calls are spread evenly rather than sent in bursts,
so that an alert never waits long behind a broadcast. A loop that comes late makes up for a few
slots, and no more: Telegram forgives short bursts. All moments are monotonic seconds, given by
the caller.
"""

import heapq
from dataclasses import dataclass

HORIZON_S = 0.1  # how far ahead calls are taken in hand
TOGETHER_S = 1.0  # two chats refused within this time: it is the bot that is too fast
CATCH_UP_S, CATCH_UP_CALLS = 0.25, 6
"""A slot may be used so much later, and no more than so many of them at once. Telegram's own bucket
is believed to hold 30."""


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
        self._lag = min(CATCH_UP_S, CATCH_UP_CALLS / rates.total)
        self._slot = float("-inf")  # the next slot that nobody has taken; it may have passed
        self._resting = Until()
        self._paused = Until()
        self._refused = Until()

    def room(self, at: float) -> int:
        """How many calls may be taken in hand at this moment."""
        ahead = at + HORIZON_S - self._next(at)
        return 0 if ahead < 0 else 1 + int(ahead * self._rates.total)

    def take(self, at: float) -> float:
        """When the next call may start; from then on the slot is taken."""
        slot = self._next(at)
        self._slot = slot + 1 / self._rates.total
        return max(at, slot)

    def messaged(self, chat: str, at: float) -> None:
        """A new message to this chat has ended, well or not. Counted from its end and not from its
        start: a slow connection must not bring two of them close together at Telegram's side."""
        self._resting.put(chat, at + 1 / self._rates.chat)

    def refused(self, chat: str, at: float, seconds: float) -> None:
        """429: leave the chat alone for so long; all chats when a second one was refused too.

        Telegram does not say whom it means; the rule is ours (a cautious guess)."""
        self._paused.put(chat, at + seconds)
        self._refused.put(chat, at + TOGETHER_S)
        if len(self._refused.after(at)) > 1:
            self._slot = max(self._slot, at + seconds)

    def resting(self, at: float) -> frozenset[str]:
        """Chats that may not get a new message yet."""
        return self._resting.after(at)

    def paused(self, at: float) -> frozenset[str]:
        """Chats that Telegram has asked to leave alone."""
        return self._paused.after(at)

    def wake_at(self, at: float) -> float | None:
        """The next moment at which more may be sent than now; None if nothing is held back. A slot
        is looked at in the middle of its horizon, so that a look finds room for several calls."""
        moments = [self._slot - HORIZON_S / 2, self._resting.next(at), self._paused.next(at)]
        return min((moment for moment in moments if moment and moment > at), default=None)

    def _next(self, at: float) -> float:
        return max(at - self._lag, self._slot)


class Until:
    """Chats, each with a moment until which something holds for it. What is over is forgotten, and
    that costs as much as there is to forget."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._soonest: list[tuple[float, str]] = []

    def put(self, chat: str, moment: float) -> None:
        """It holds until then; a longer time stands."""
        if moment > self._until.get(chat, float("-inf")):
            self._until[chat] = moment
            heapq.heappush(self._soonest, (moment, chat))

    def after(self, at: float) -> frozenset[str]:
        """The chats for which it still holds."""
        self._forget(at)
        return frozenset(self._until)

    def next(self, at: float) -> float | None:
        """When it ends for the next chat."""
        self._forget(at)
        return self._soonest[0][0] if self._soonest else None

    def _forget(self, at: float) -> None:
        while self._soonest:
            moment, chat = self._soonest[0]
            is_latest = self._until.get(chat) == moment
            if is_latest and moment > at:
                return
            heapq.heappop(self._soonest)
            if is_latest:
                del self._until[chat]
