"""Where one check-in stands: what `conversation` advances and `phrases` shows."""

from dataclasses import dataclass

from flows.definition import Checkin
from flows.model import CheckinId, CheckinState, Level
from flows.scoring import Given

OPEN_LINE = "open_line"
"""The last place of a path: the invitation to add a few words. No item may have this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """One check-in of one contact. `path` holds the items visited, the last one is being asked;
    `floor` is the place in it behind which nobody can go back, because a break lies there.
    """

    id: CheckinId
    checkin: Checkin
    level: Level
    state: CheckinState
    path: tuple[str, ...]
    floor: int
    is_put_off: bool
    is_reminded: bool
    answers: tuple[Given, ...]
    called: str  # how the child is called here
    age: int

    @property
    def asked(self) -> str | None:
        """The item being asked, or None while no question is on the phone."""
        return self.path[-1] if self.state is CheckinState.OPEN and self.path else None

    @property
    def answerable(self) -> str | None:
        """The item that a tap may answer: the one being asked, also when the break came while the
        tap was on its way. The open line is answered by words alone."""
        is_under_way = self.state in (CheckinState.OPEN, CheckinState.PAUSED)
        return self.path[-1] if is_under_way and self.path and not self.is_all_asked else None

    @property
    def may_go_back(self) -> bool:
        return len(self.path) - 1 > self.floor

    @property
    def is_all_asked(self) -> bool:
        """Is only the open line left?"""
        return bool(self.path) and self.path[-1] == OPEN_LINE
