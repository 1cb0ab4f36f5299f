"""Who may have how many calls on their way: nothing that hangs can take the place of an alert.

A call hangs for seconds where a connection is bad. Each group of lanes therefore has places that
only it and the groups before it may use; whatever is free beyond these is anybody's. Between the
groups there is no share of the pace: what waits in an earlier one takes the very next slot, and
the last one has the whole pace while nothing does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum


class Group(IntEnum):
    """Lanes that share places, the most urgent first."""

    ALERTS = 0
    ANSWERS = 1
    REST = 2


LANES: Mapping[Group, tuple[int, int]] = {
    Group.ALERTS: (0, 0),
    Group.ANSWERS: (1, 1),
    Group.REST: (2, 4),
}
"""First and last lane of each group."""


def group_of(lane: int) -> Group:
    """The group whose places a row of this lane takes."""
    return Group(min(lane, Group.REST))


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """`total` calls at once; of these `alerts` only for alerts, `answers` for them and answers.

    At 30 a second, calls of one second need 30 places and more, calls of 150 ms five.
    """

    total: int = 52
    alerts: int = 8
    answers: int = 4

    def free(self, flying: Iterable[Group]) -> Mapping[Group, int]:
        """How many more calls each group may start, if the others start none."""
        used = list(flying)
        left = self.total - len(used)
        kept_for_alerts = max(0, self.alerts - used.count(Group.ALERTS))
        kept_for_answers = max(0, self.answers - used.count(Group.ANSWERS))
        return {
            Group.ALERTS: max(0, left),
            Group.ANSWERS: max(0, left - kept_for_alerts),
            Group.REST: max(0, left - kept_for_alerts - kept_for_answers),
        }
