"""What somebody is going to do, and when: a diary that is worked off in order of time."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import count

Act = Callable[[datetime], None]
"""Does it; the argument is `now`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing done on a phone: a tap on `label` under `message`, or words that are written."""

    at: datetime
    person: int
    message: int | None = None
    label: str | None = None
    text: str | None = None


class Diary:
    """Acts by moment; those of one moment in the order in which they were written down."""

    def __init__(self) -> None:
        self._acts: list[tuple[datetime, int, Act]] = []
        self._number = count()

    @property
    def next_at(self) -> datetime | None:
        return self._acts[0][0] if self._acts else None

    def plan(self, at: datetime, act: Act) -> None:
        heapq.heappush(self._acts, (at, next(self._number), act))

    def take(self) -> Act:
        """The next one, which is then no longer here."""
        return heapq.heappop(self._acts)[2]
