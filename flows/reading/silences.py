"""Limits of silence as a file: days by risk."""

from collections.abc import Mapping

from flows.model import Risk
from flows.reading.nodes import APPROVAL, Node, read_approval
from flows.rhythm import SilenceLimits

LONGEST = 30
"""Safeguarding decision 4: whatever the risk and the rhythm, nobody waits longer."""


def read_silence(root: Node) -> SilenceLimits:
    """The limits of a file."""
    names = ("limits", "margin_days", "most_days", "calls", "not_reached_again_days", "again_days")
    fields = root.fields(names, APPROVAL)
    return SilenceLimits(
        limits=_by_risk(fields["limits"]),
        margin_days=fields["margin_days"].whole(most=LONGEST),
        most_days=_days(fields["most_days"]),
        calls=_by_risk(fields["calls"]),
        not_reached_again_days=_days(fields["not_reached_again_days"]),
        again_days=fields["again_days"].whole(least=1),
        approval=read_approval(fields),
    )


def _by_risk(node: Node) -> Mapping[Risk, int]:
    return {Risk(name): _days(field) for name, field in node.fields(tuple(Risk)).items()}


def _days(node: Node) -> int:
    days = node.whole(least=1)
    if days > LONGEST:
        node.wrong(f"{LONGEST} days are the most; write {LONGEST} or less")
    return min(max(days, 1), LONGEST)
