"""Receiving: raw updates are in the inbox before Telegram may forget them.

Long polling of our own. aiogram's loop confirms a page before its handlers have finished, so a
crash loses it. Here a page is stored in one transaction, and only then the offset moves; what was
stored but not confirmed comes again and meets a unique key.
"""

import asyncio
import logging
from datetime import datetime

from bot.errors import ApiFailure, ApiUnreachable
from bot.telegram.arrivals import ALLOWED, Page, read_page
from bot.telegram.gap import POLLED, Watch
from bot.telegram.line import Line, learn_name
from bot.telegram.patience import Patience
from bot.waypoints import Waypoint

log = logging.getLogger(__name__)

LIMIT = 100  # updates a page, Telegram's most
LONGEST_POLL_S = 50  # Telegram's cap
GRACE_S = 15  # on top of it, before the connection counts as dead
DELETE_WEBHOOK_S = 5.0
DEAF_S = 3.0 * LONGEST_POLL_S
PAUSE_S = 0.3  # after an empty page that came at once, in spite of the long poll
AT_ONCE_S = 0.3
PAGES_OF_A_ROUND = 100
OFFSET_LASTS_S = 86_400.0
"""After a silent week Telegram draws the next id anew, so an old offset could hide it. Without an
offset everything unconfirmed comes, and that is never more than what is missing."""


class Receiver:
    """Receives by long polling."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._clock = line.clock
        self._patience = Patience(line.clock)
        self._watch = Watch(line, POLLED)
        self._offset: int | None = None  # in memory only: Telegram keeps the true one
        self._offset_moved_at = line.clock.monotonic()
        self._answered_at: float | None = None
        self._poll: asyncio.Timeout | None = None  # around a waiting long poll
        self._asked: list[asyncio.Future[None]] = []  # who waits for a round, in order
        self._pages = 0  # quick pages since the last finished round

    @property
    def has_received(self) -> bool:
        return self._answered_at is not None

    @property
    def age_s(self) -> float | None:
        answered = self._answered_at
        return None if answered is None else self._clock.monotonic() - answered

    @property
    def is_live(self) -> bool:
        age_s = self.age_s
        return age_s is not None and age_s < DEAF_S

    @property
    def gap_s(self) -> float | None:
        return self._watch.gap_s

    async def run(self) -> None:
        try:
            await self._patience.until_done(self._watch.open)
            await self._patience.until_done(lambda: learn_name(self._line))
            await self._delete_webhook()
            while True:
                await self._patience.until_done(self._round)
        finally:
            self._watch.close()

    async def one_round(self) -> None:
        """A waiting long poll is given up: what it would have brought comes with the next one."""
        finished = asyncio.get_running_loop().create_future()
        self._asked.append(finished)
        self._patience.wake()
        if self._poll is not None and not self._poll.expired():
            self._poll.reschedule(asyncio.get_running_loop().time())
        try:
            await finished
        finally:
            if finished in self._asked:
                self._asked.remove(finished)

    async def _round(self) -> None:
        try:
            await self._one_page()
        except Exception:
            self._watch.failed()
            raise

    async def _one_page(self) -> None:
        asked = tuple(self._asked)  # later ones wait for the next round
        # The first proves that Telegram answers; after a gap all that waited is wanted soon.
        is_quick = bool(asked) or not self.has_received or self._watch.is_behind
        began, began_at = self._clock.wall(), self._clock.monotonic()
        raw = await (self._get_updates(timeout_s=0) if is_quick else self._long_page())
        if raw is None:
            return
        page = read_page(raw)
        timeout_s = 0 if is_quick else LONGEST_POLL_S
        new = await self._store(page, began=began, timeout_s=timeout_s, is_all=not raw)
        self._answered_at = self._clock.monotonic()
        self._confirm(page)
        if asked:
            self._finish(asked, is_empty=not raw)
        elif not new and not is_quick and self._answered_at - began_at < AT_ONCE_S:
            await self._patience.wait(PAUSE_S)

    async def _long_page(self) -> list[object] | None:
        """None if it was given up because somebody waits for a round."""
        try:
            async with asyncio.timeout(None) as self._poll:
                return await self._get_updates(timeout_s=LONGEST_POLL_S)
        except TimeoutError:
            return None
        finally:
            self._poll = None

    async def _get_updates(self, *, timeout_s: int) -> list[object]:
        if self._clock.monotonic() - self._offset_moved_at > OFFSET_LASTS_S:
            self._offset = None
        offset = {} if self._offset is None else {"offset": self._offset}
        raw = await self._line.api.call(
            "getUpdates",
            timeout_s=timeout_s + GRACE_S,
            timeout=timeout_s,
            limit=LIMIT,
            allowed_updates=ALLOWED,
            **offset,
        )
        if not isinstance(raw, list):
            raise ApiUnreachable("getUpdates", "the result is no list")
        return raw

    async def _store(self, page: Page, *, began: datetime, timeout_s: int, is_all: bool) -> int:
        """How many updates were new? Raises what the database raises; nothing is confirmed then."""
        if page.without_id:
            extra = {"action": "updates_without_id", "count": page.without_id}
            log.error("updates without an id were dropped", extra=extra)
            if not page.updates:
                raise ApiUnreachable("getUpdates", "no update has an id")
        self._pass(Waypoint.AFTER_FETCH, page)
        new = await self._watch.polled(
            page.updates, began=began, timeout_s=timeout_s, is_all=is_all
        )
        self._pass(Waypoint.AFTER_INBOX_COMMIT, page)
        if new:
            log.info("received", extra={"action": "received", "new": new})
            self._line.on_stored()
        return new

    def _pass(self, point: Waypoint, page: Page) -> None:
        if page.updates:
            self._line.passing(point)

    def _confirm(self, page: Page) -> None:
        if page.last is not None:
            self._offset = page.last + 1
            self._offset_moved_at = self._clock.monotonic()

    def _finish(self, asked: tuple[asyncio.Future[None], ...], *, is_empty: bool) -> None:
        self._pages += 1
        if not is_empty and self._pages < PAGES_OF_A_ROUND:
            return
        self._pages = 0
        for finished in asked:
            if not finished.done():
                finished.set_result(None)

    async def _delete_webhook(self) -> None:
        """Only so that Telegram does not refuse to be polled; another server need not know it."""
        try:
            await self._line.api.call("deleteWebhook", timeout_s=DELETE_WEBHOOK_S)
        except ApiFailure as failure:
            extra = {"action": "webhook_kept", "reason": failure.reason}
            log.info("deleteWebhook was not taken", extra=extra)
