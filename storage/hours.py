"""Safe hours as one column of a row: "09:00|16:00|Asia/Jakarta", and behind it, where there is any,
what narrows them, as JSON."""

import json
from datetime import date, time

from flows.model import EVERY_DAY, Break, SafeHours


def as_text(hours: SafeHours | None) -> str | None:
    """How a row keeps them."""
    if hours is None:
        return None
    plain = f"{hours.start:%H:%M}|{hours.end:%H:%M}|{hours.timezone}"
    narrows: dict[str, object] = {}
    if hours.weekdays != EVERY_DAY:
        narrows["weekdays"] = sorted(hours.weekdays)
    if hours.quiet:
        narrows["quiet"] = [[str(first), str(last)] for first, last in hours.quiet]
    if hours.breaks:
        narrows["breaks"] = [
            [str(one.first), str(one.last), f"{one.start:%H:%M}", f"{one.end:%H:%M}"]
            for one in hours.breaks
        ]
    return f"{plain}|{json.dumps(narrows, separators=(',', ':'))}" if narrows else plain


def from_text(text: str) -> SafeHours:
    """The same back."""
    start, end, timezone, *rest = text.split("|", 3)
    narrows = json.loads(rest[0]) if rest else {}
    return SafeHours(
        start=time.fromisoformat(start),
        end=time.fromisoformat(end),
        timezone=timezone,
        weekdays=frozenset(narrows.get("weekdays", EVERY_DAY)),
        quiet=tuple(
            (date.fromisoformat(first), date.fromisoformat(last))
            for first, last in narrows.get("quiet", ())
        ),
        breaks=tuple(
            Break(
                first=date.fromisoformat(first),
                last=date.fromisoformat(last),
                start=time.fromisoformat(begins),
                end=time.fromisoformat(ends),
            )
            for first, last, begins, ends in narrows.get("breaks", ())
        ),
    )
