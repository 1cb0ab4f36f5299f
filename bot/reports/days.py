"""From which day to which, as the centre counts days."""

from datetime import date, time, timedelta

from bot.errors import ExportRefused
from flows.hours import at
from storage.replies import Wanted

FIRST, LAST = date(1970, 1, 1), date(9998, 12, 31)


def between(since: date | None, until: date | None, timezone: str) -> Wanted:
    """The replies of these days, both of them inside; None is no limit. Raises ExportRefused."""
    if any(day is not None and not FIRST <= day <= LAST for day in (since, until)):
        raise ExportRefused(f"--since and --until are days from {FIRST} to {LAST}.")
    if since is not None and until is not None and until < since:
        raise ExportRefused("--until is before --since; nothing could be in between.")
    return Wanted(
        since=None if since is None else at(since, time(), timezone),
        until=None if until is None else at(until + timedelta(days=1), time(), timezone),
    )
