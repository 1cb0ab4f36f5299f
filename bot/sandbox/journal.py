"""Numbered entries that can be read from any point on and waited for: events and calls."""

from .clock import Bell
from .wire import Json


class Journal:
    """The newest entries, each with its own rising `seq`; the oldest go when there are too many.

    `also` is rung at each entry, besides the bell of those who wait here.
    """

    def __init__(self, *, keep: int = 100_000, also: Bell | None = None) -> None:
        self._entries: list[Json] = []
        self._gone = 0
        self._keep = keep
        self._bell = Bell()
        self._also = also or Bell()

    @property
    def last(self) -> int:
        """The `seq` of the newest entry, 0 before the first."""
        return self._gone + len(self._entries)

    def append(self, entry: Json) -> Json:
        entry["seq"] = self.last + 1
        self._entries.append(entry)
        if len(self._entries) >= 2 * self._keep:  # in one cut, so that appending stays cheap
            self._gone += self._keep
            del self._entries[: self._keep]
        self._ring()
        return entry

    def after(self, seq: int) -> list[Json]:
        """All kept entries with a higher `seq`."""
        return self._entries[max(seq - self._gone, 0) :]

    def forget(self, *, last: int = 0) -> None:
        """Throw the entries away. Numbers never come twice: the next is above `last` as well."""
        self._gone = max(self.last, last)
        self._entries.clear()
        self._ring()

    def reaches(self, seq: int) -> bool:
        """Is everything after `seq` still here, and `seq` itself no promise of the future?"""
        return self._gone <= seq <= self.last

    async def wait(self, timeout_s: float) -> bool:
        """True when an entry was added within `timeout_s` seconds."""
        return await self._bell.wait(timeout_s)

    def _ring(self) -> None:
        self._bell.ring()
        self._also.ring()
