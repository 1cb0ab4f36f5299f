"""What comes in the year of an invented family: moments in a queue, taken in their order. Each may
put further ones into it."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Concatenate, ParamSpec

from flows.definition import Content
from flows.rehearsal.chance import Chance
from flows.rehearsal.rates import Messages, Rates

P = ParamSpec("P")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is the same for every family."""

    content: Content
    rates: Rates
    messages: Messages
    chance: Chance
    now: datetime
    weeks: int

    @property
    def until(self) -> datetime:
        return self.now + timedelta(weeks=self.weeks)


class Moments:
    """The queue of one family."""

    def __init__(self) -> None:
        self._waiting: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._put = 0

    def at(
        self,
        moment: datetime,
        happens: Callable[Concatenate[datetime, P], None],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        """Then, `happens(moment, ...)`."""

        def then(now: datetime) -> None:
            happens(now, *args, **kwargs)

        self._put += 1
        heapq.heappush(self._waiting, (moment, self._put, then))

    def pass_(self, until: datetime, *, after_each: Callable[[], None]) -> None:
        """Everything that comes before a moment."""
        while self._waiting and self._waiting[0][0] < until:
            moment, _, then = heapq.heappop(self._waiting)
            then(moment)
            after_each()
