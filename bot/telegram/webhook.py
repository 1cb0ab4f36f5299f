"""Receiving by webhook: Telegram delivers to our HTTP port and is answered once it is stored."""

import asyncio
import hmac
import json
import logging

from aiohttp import web

from bot.telegram.arrivals import ALLOWED, read_update
from bot.telegram.gap import DELIVERED, Watch
from bot.telegram.line import Line, learn_name
from bot.telegram.patience import Patience
from bot.waypoints import Waypoint
from storage import inbox
from storage.errors import StorageError
from storage.inbox import Arrived

log = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
AGAIN_S = 5  # when to deliver again what could not be stored
BEAT_S = 15.0


class WebhookReceiver:
    """The same as a Receiver, the other way round; `view` must be served where `url` leads."""

    def __init__(self, line: Line, *, url: str, secret: str) -> None:
        self._line = line
        self._clock = line.clock
        self._patience = Patience(line.clock)
        self._watch = Watch(line, DELIVERED)
        self._url = url
        self._secret = secret
        self._answered_at: float | None = None
        self._storing = 0
        self._stored = asyncio.Condition()

    @property
    def has_received(self) -> bool:
        return self._answered_at is not None

    @property
    def age_s(self) -> float | None:
        answered = self._answered_at
        return None if answered is None else self._clock.monotonic() - answered

    @property
    def is_live(self) -> bool:
        return self.has_received  # a quiet day and a dead line look the same from here

    @property
    def gap_s(self) -> float | None:
        return self._watch.gap_s

    async def run(self) -> None:
        """Set the webhook, then only live: deliveries come to `view`. Raises TokenUnknown.

        Whether Telegram could reach us all the time cannot be seen from here."""
        try:
            await self._patience.until_done(self._watch.open)
            await self._patience.until_done(lambda: learn_name(self._line))
            await self._patience.until_done(self._set_webhook)
            self._answered_at = self._clock.monotonic()
            while True:
                await self._patience.until_done(self._beat)
                await self._patience.wait(BEAT_S)
        finally:
            self._watch.close()

    async def one_round(self) -> None:
        """Return once what is being delivered now is stored; Telegram alone knows what follows."""
        async with self._stored:
            await self._stored.wait_for(lambda: self._storing == 0)

    async def view(self, request: web.Request) -> web.Response:
        """200 once it is stored, whatever comes of it: else one bad update would block its chat."""
        shown = request.headers.getall(SECRET_HEADER, [])
        first = (shown[0] if shown else "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(first, self._secret.encode()) or len(shown) != 1:
            log.warning("a delivery without the secret", extra={"action": "webhook_forged"})
            raise web.HTTPForbidden
        update = _update(await request.read())
        if update is None:
            log.error("an update without an id was dropped", extra={"action": "updates_without_id"})
            return web.Response()
        self._storing += 1
        try:
            await self._store(update)
        except StorageError as error:
            extra = {"action": "webhook_not_stored", "error": type(error).__name__}
            log.error("an update could not be stored", extra=extra)
            return web.Response(status=503, headers={"Retry-After": str(AGAIN_S)})
        finally:
            self._storing -= 1
            async with self._stored:
                self._stored.notify_all()
        return web.Response()

    async def _store(self, update: Arrived) -> None:
        line = self._line
        line.passing(Waypoint.AFTER_FETCH)
        new = await line.database.write(inbox.store, line.bot, (update,), now=line.clock.now())
        line.passing(Waypoint.AFTER_INBOX_COMMIT)
        self._answered_at = line.clock.monotonic()
        if new:
            line.on_stored()

    async def _beat(self) -> None:
        try:
            await self._watch.beat()
        except Exception:
            self._watch.failed()
            raise

    async def _set_webhook(self) -> None:
        await self._line.api.call(
            "setWebhook", url=self._url, secret_token=self._secret, allowed_updates=ALLOWED
        )


def _update(body: bytes) -> Arrived | None:
    """None where there is no update id. Raises 400 for half a body, which may yet come whole."""
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        raise web.HTTPBadRequest from None
    return read_update(raw)
