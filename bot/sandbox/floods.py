"""Telegram's flood limits: so many messages a second in all and in one chat, then 429."""

import math
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Limits:
    """What may be switched and set while the sandbox runs.

    Telegram names about 30 messages a second over all chats and one a second in a chat, with short
    bursts, and keeps the exact numbers to itself. Here both are leaky buckets that refill at the
    rate and hold the burst. Only messages sent count; edits, deletions and answers to taps do not.
    """

    enabled: bool = True
    total_per_s: float = 30.0
    total_burst: int = 30
    chat_per_s: float = 1.0
    chat_burst: int = 3
    poll_throttle: bool = True  # the same offset polled again and again is slowed down


@dataclass(slots=True)
class FloodGate:
    """What one bot has used up; moments are those of the sandbox's clock."""

    limits: Limits
    _total_at: float = 0.0  # when the bucket of all chats will be empty again
    _chat_at: dict[int, float] = field(default_factory=dict)

    def take(self, chat_id: int, *, now: float) -> int:
        """Count one message and return 0, or count nothing and return the seconds to wait."""
        limits = self.limits
        if not limits.enabled:
            return 0
        total_at = max(self._total_at, now)
        chat_at = max(self._chat_at.get(chat_id, 0.0), now)
        wait = max(
            _overflow(total_at - now, limits.total_per_s, limits.total_burst),
            _overflow(chat_at - now, limits.chat_per_s, limits.chat_burst),
        )
        if wait > 0:
            return math.ceil(wait)
        self._total_at = total_at + 1 / limits.total_per_s
        self._chat_at[chat_id] = chat_at + 1 / limits.chat_per_s
        return 0


def _overflow(filled_s: float, per_s: float, burst: int) -> float:
    # A millionth of a second forgives the rounding of unix times held in a float.
    return max(filled_s - (burst - 1) / per_s - 1e-6, 0.0)
