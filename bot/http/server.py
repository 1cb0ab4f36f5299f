"""The port itself, and its three small pages: /health, /ready and /metrics."""

import errno
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from aiohttp import web

from bot.errors import PortTaken
from bot.http.metrics import CONTENT_TYPE, Figures, exposition

LARGEST_BODY = 1024 * 1024  # bytes; an update is a few thousand
SHUTDOWN_S = 2.0  # for requests that are being answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What the pages ask: does it still move, which parts are not there yet, and figures."""

    is_alive: Callable[[], bool]
    missing: Callable[[], tuple[str, ...]]
    figures: Callable[[], Awaitable[Figures]]


def make_app(condition: Condition, extra: Iterable[web.RouteDef] = ()) -> web.Application:
    """The pages, with the routes of webhook and clock where they are wanted."""

    async def health(_: web.Request) -> web.Response:
        is_alive = condition.is_alive()
        return web.json_response({"alive": is_alive}, status=200 if is_alive else 503)

    async def ready(_: web.Request) -> web.Response:
        missing = condition.missing()
        shown = {"ready": not missing, "missing": list(missing)}
        return web.json_response(shown, status=503 if missing else 200)

    async def metrics(_: web.Request) -> web.Response:
        body = exposition(await condition.figures()).encode()
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})

    app = web.Application(client_max_size=LARGEST_BODY)
    app.router.add_get("/health", health)
    app.router.add_get("/ready", ready)
    app.router.add_get("/metrics", metrics)
    app.router.add_routes(extra)
    return app


class Port:
    """One open port. `number` is the real one, also where 0 was asked for."""

    def __init__(self, app: web.Application, host: str, port: int) -> None:
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
        self._host = host
        self.number = port

    async def open(self) -> None:
        """Raises PortTaken."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self.number).start()
        except OSError as error:
            await self._runner.cleanup()
            is_taken = error.errno == errno.EADDRINUSE
            reason = "another program has it" if is_taken else error.strerror or str(error)
            raise PortTaken(self._host, self.number, reason) from None
        self.number = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Answer what is being answered, take nothing new."""
        await self._runner.cleanup()
