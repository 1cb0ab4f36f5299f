"""The sandbox as an aiohttp application, as an object for tests, and as a program."""

import asyncio
import errno
import signal
import sys
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from . import (
    botapi,
    control_files,
    control_people,
    control_record,
    control_snapshot,
    control_world,
    page,
    phones,
    stream,
)
from .errors import SandboxError
from .files import UPLOAD_LIMIT
from .floods import Limits
from .guard import is_loopback, plain_errors, this_machine_only
from .keeping import Keeper
from .world import World

_PARTS = (
    control_files,
    control_people,
    control_record,
    control_snapshot,
    control_world,
    page,
    phones,
    stream,
)


def create_app(limits: Limits | None = None, extra: Iterable[web.RouteDef] = ()) -> web.Application:
    """A fresh Telegram: nobody in it, clock without offset. `extra` routes are served beside it."""
    app = web.Application(
        middlewares=[this_machine_only, plain_errors],
        client_max_size=UPLOAD_LIMIT + 1024 * 1024,  # the parts around the file
    )
    app[botapi.WORLD] = World(limits)
    app.router.add_route("*", "/bot{token}/{method}", botapi.call)
    app.router.add_get("/file/bot{token}/{path:.+}", botapi.download)
    for part in _PARTS:
        app.router.add_routes(part.routes())
    app.router.add_routes(extra)
    app.on_shutdown.append(_close)
    return app


async def _close(app: web.Application) -> None:
    app[botapi.WORLD].shut()
    await app[botapi.WORLD].close()


class Sandbox:
    """A running sandbox: `async with Sandbox() as sandbox: ... sandbox.url`."""

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        limits: Limits | None = None,
        keep: Path | None = None,
        extra: Iterable[web.RouteDef] = (),
    ) -> None:
        """Port 0 takes a free one; everything is kept in the file `keep`, or in memory only.

        `extra` routes are served beside its own. Raises ValueError for a host that is not loopback.
        """
        if not is_loopback(f"[{host}]" if ":" in host else host):
            raise ValueError(f"{host} is not a loopback address; the sandbox serves only those.")
        self.app = create_app(limits, extra)
        self._keeper = None if keep is None else Keeper(self.app[botapi.WORLD], keep)
        self._host = host
        self._port = port
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=0.5)

    @property
    def url(self) -> str:
        """The base of both sides, without a slash at the end."""
        name = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{name}:{self._port}"

    async def start(self) -> None:
        """Raises OSError when the port is taken, SandboxError when the file cannot be read."""
        await self._runner.setup()
        try:
            if self._keeper is not None:
                await self._keeper.load()
            await web.TCPSite(self._runner, self._host, self._port).start()
        except (OSError, SandboxError):
            await self._runner.cleanup()
            raise
        if self._keeper is not None:
            self._keeper.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        await self._runner.cleanup()
        if self._keeper is not None:
            await self._keeper.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()


def run(host: str = "127.0.0.1", port: int = 8080) -> int:
    """Serve until interrupted; the exit code of a program: 1 when it could not start."""
    return asyncio.run(_serve(host, port))


async def _serve(host: str, port: int) -> int:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopped.set)
    try:
        sandbox = Sandbox(host=host, port=port)
        await sandbox.start()
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        reason = "is taken; choose another with --port" if taken else f"cannot be used: {error}"
        sys.stderr.write(f"Port {port} on {host} {reason}.\n")
        return 1
    sys.stdout.write(f"Sandbox at {sandbox.url} (bots: /bot<token>/METHOD, people: /control/)\n")
    sys.stdout.flush()
    await stopped.wait()
    await sandbox.stop()
    return 0
