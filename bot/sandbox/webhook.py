"""Delivery to a webhook: one update in flight per lane, repeated until its lifetime ends."""

import asyncio
from collections import deque

import aiohttp

from .clock import Clock
from .updates import Update, UpdateQueue
from .wire import Json

ANSWER_LIMIT_S = 60  # then the connection is closed and the update sent again
LONGEST_DELAY_S = 60.0
LONGEST_RETRY_AFTER_S = 3600
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


class Webhook:
    """The first failure is repeated at once, then after 2, 4, ... 60 s, or as Retry-After says.

    (WebhookActor::on_update_error.) The waits follow the sandbox's clock: advancing it repeats
    sooner.
    """

    def __init__(
        self,
        *,
        url: str,
        secret: str,
        max_connections: int,
        queue: UpdateQueue,
        clock: Clock,
    ) -> None:
        self.url = url
        self.max_connections = max_connections
        self.last_error: tuple[int, str] | None = None  # unix seconds and text
        self._headers = {SECRET_HEADER: secret} if secret else {}
        self._queue = queue
        self._clock = clock
        self._lanes: dict[int, deque[Update]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(max_connections)
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=ANSWER_LIMIT_S),
            connector=aiohttp.TCPConnector(limit=max_connections),
        )

    def open(self) -> None:
        """Deliver what waits already and everything that comes."""
        self._queue.on_added = self._put
        for update in self._queue.alive(self._clock.now()):
            self._put(update)

    async def close(self) -> None:
        """Stop; what was not delivered stays in the queue."""
        self._queue.on_added = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()

    def _put(self, update: Update) -> None:
        lane = self._lanes.get(update.lane)
        if lane is not None:
            lane.append(update)
            return
        self._lanes[update.lane] = deque((update,))
        task = asyncio.create_task(self._drain(update.lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drain(self, key: int) -> None:
        lane = self._lanes[key]
        while lane:
            await self._deliver(lane[0])
            lane.popleft()
        del self._lanes[key]

    async def _deliver(self, update: Update) -> None:
        delay = 1.0
        failures = 0
        while self._clock.now() <= update.expires_at:
            retry_after = await self._attempt(update)
            if retry_after is None:
                self._queue.delivered(update)
                self._queue.settled(update, "confirmed")
                return
            wait = float(retry_after)
            if retry_after == 0 and failures > 0:
                delay = wait = min(delay * 2, LONGEST_DELAY_S)
            failures += 1
            if self._clock.now() + wait > update.expires_at:
                break
            await self._clock.sleep(wait)
        self._queue.settled(update, "expired")

    async def _attempt(self, update: Update) -> int | None:
        """None when it was taken, else the seconds of Retry-After (0 without one)."""
        try:
            async with (
                self._slots,
                self._session.post(
                    self.url, json=update.json(), headers=self._headers, allow_redirects=False
                ) as reply,
            ):
                await reply.read()
                if 200 <= reply.status <= 299:
                    return None
                self._failed(
                    f"Wrong response from the webhook: {reply.status} {reply.reason or ''}"
                )
                return _retry_after(reply.headers.get("Retry-After", ""))
        except TimeoutError:
            self._failed("Read timeout expired")
        except (aiohttp.ClientError, OSError):
            self._failed("Connection refused")
        return 0

    def _failed(self, text: str) -> None:
        self.last_error = (int(self._clock.system()), text.strip())

    def info(self) -> Json:
        """The part of Telegram's WebhookInfo that only an active webhook has."""
        shown: Json = {"max_connections": self.max_connections}
        if self.last_error is not None:
            shown["last_error_date"], shown["last_error_message"] = self.last_error
        return shown


def _retry_after(header: str) -> int:
    return min(int(header), LONGEST_RETRY_AFTER_S) if header.isdecimal() else 0
