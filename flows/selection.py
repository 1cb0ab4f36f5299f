"""What one check-in leaves out: items that make no sense in this season, and whose turn it is not.

Decided once, as it is asked, and kept with it: its numbers must not change under somebody's hand.
"""

from flows.forms import Checkin, Season


def left_out(checkin: Checkin, *, number: int, in_school_holidays: bool) -> frozenset[str]:
    """The ids of items that the check-in `number` of a family (the first is 1) does not ask."""
    seasons = {Season.SCHOOL_HOLIDAYS} if in_school_holidays else set()
    hidden = {item.id for item in checkin.items if item.not_in & seasons}
    if checkin.rotation is None:
        return frozenset(hidden)
    turn = checkin.rotation.turn(number)
    waiting = {item.id for item in checkin.extras if item.id != turn}
    return frozenset(hidden | waiting)
