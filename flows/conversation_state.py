"""Where one check-in stands: what `conversation` advances and `phrases` shows."""

from collections.abc import Mapping
from dataclasses import dataclass

from flows.forms import Checkin, Item, Kind
from flows.model import CheckinId, CheckinState, Level
from flows.scoring import Given, counted

OPEN_LINE = "open_line"
"""The last place of a path: the invitation to add a few words. No item may have this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """One check-in of one contact. `path` holds the items visited, the last one is being asked;
    `floor` is the place in it behind which nobody can go back, because a break lies there.

    `left_out` are items that this check-in never asks, see `flows.selection`.
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
    left_out: frozenset[str] = frozenset()
    reads_little: bool = False
    code: str = ""  # how a school knows the pupil
    is_by_staff: bool = False  # a form that staff fill in

    @property
    def is_pulse(self) -> bool:
        """Is the one question the opening itself?"""
        return self.checkin.kind == Kind.PULSE

    @property
    def is_school(self) -> bool:
        """Is it asked of a school? Then nothing in it speaks of a family, and no tap ends it."""
        return self.checkin.kind == Kind.SCHOOL

    @property
    def asked(self) -> str | None:
        """The item being asked, or None while no question is on the phone."""
        if self.is_pulse:
            return self.checkin.items[0].id if self.state is CheckinState.ASKED else None
        return self.path[-1] if self.state is CheckinState.OPEN and self.path else None

    @property
    def answerable(self) -> str | None:
        """The item that a tap may answer: the one being asked, also when the break came while the
        tap was on its way. The open line is answered by words alone."""
        if self.is_pulse:
            return self.asked
        is_under_way = self.state in (CheckinState.OPEN, CheckinState.PAUSED)
        return self.path[-1] if is_under_way and self.path and not self.is_all_asked else None

    @property
    def may_go_back(self) -> bool:
        return len(self.path) - 1 > self.floor

    @property
    def is_all_asked(self) -> bool:
        """Is only the open line left?"""
        return bool(self.path) and self.path[-1] == OPEN_LINE

    @property
    def asked_items(self) -> tuple[Item, ...]:
        """The ordinary items that are really asked, as far as the answers tell by now: what the
        opening and each question count. What takes turns is no part of it."""
        values = counted(self.answers)
        return tuple(
            item
            for item in self.checkin.asked
            if item.id in self.path or self.lets_ask(item, values)
        )

    @property
    def order(self) -> tuple[Item, ...]:
        """Everything that may come without a branch: the ordinary items, then whose turn it is."""
        return (*self.checkin.asked, *self.checkin.extras)

    def lets_ask(self, item: Item, values: Mapping[str, int]) -> bool:
        """May the item be asked in this check-in, with these answers given?"""
        if item.id in self.left_out:
            return False
        return item.only_if is None or item.only_if.passes(values)
