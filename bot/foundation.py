"""What is opened first and closed last: lock, database, clock, and the line to Telegram."""

import asyncio
import secrets
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

import aiohttp
from aiohttp import web

from bot.clock import SystemClock, open_clock
from bot.config import Settings
from bot.instance import only_one
from bot.telegram.line import Line, Receiving
from bot.telegram.raw import RawApi, bot_id
from bot.telegram.updates import Receiver
from bot.telegram.webhook import WebhookReceiver
from bot.waypoints import Pass
from storage import migrate, sealing
from storage.database import Database
from storage.engine import database_file
from storage.keyring import KeyRing
from storage.leases import Process


@dataclass(frozen=True, slots=True, kw_only=True)
class Foundation:
    """`changed` is set by each commit, and by whoever finishes some work; `process` is the name
    under which this run of the program holds what only one may hold."""

    settings: Settings
    database: Database
    clock: SystemClock
    session: aiohttp.ClientSession
    changed: asyncio.Event
    process: Process
    passing: Pass


async def open_foundation(settings: Settings, stack: AsyncExitStack, passing: Pass) -> Foundation:
    """Raises what storage says of a database or key file that cannot be used, AlreadyRunning and
    ClockMismatch."""
    migrate.require_current(settings.database_url)
    keys = KeyRing.load(settings.key_file)
    if file := database_file(settings.database_url):  # on PostgreSQL several may run
        stack.enter_context(only_one(file))
    database = Database(settings.database_url, vault_keys=keys)
    stack.push_async_callback(asyncio.to_thread, database.close)
    await database.read(sealing.require_done)
    changed = asyncio.Event()
    loop = asyncio.get_running_loop()

    database.on_commit(lambda: _ring(loop, changed))
    process = Process(id=secrets.token_hex(8))
    if database.is_shared:
        await _show_life(settings, process, stack)
    clock = await database.read(partial(open_clock, settings))
    session = await stack.enter_async_context(aiohttp.ClientSession())
    return Foundation(
        settings=settings,
        database=database,
        clock=clock,
        session=session,
        changed=changed,
        process=process,
        passing=passing,
    )


def _ring(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    loop.call_soon_threadsafe(event.set)


async def _show_life(settings: Settings, process: Process, stack: AsyncExitStack) -> None:
    from storage.presence import Presence  # loads PostgreSQL's driver

    presence = Presence(settings.database_url, process)
    await asyncio.to_thread(presence.begin)
    stack.push_async_callback(asyncio.to_thread, presence.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """How updates come in, and the routes they need on our port; `stored` rings for the worker."""

    line: Line
    receiving: Receiving
    routes: tuple[web.RouteDef, ...]
    stored: asyncio.Event


def open_entrance(base: Foundation) -> Entrance:
    """By webhook where one is set, else by long polling."""
    settings, token = base.settings, base.settings.require_token()
    stored = asyncio.Event()
    if base.database.is_shared:  # another process may be the one that receives
        loop = asyncio.get_running_loop()
        base.database.on_commit(lambda: _ring(loop, stored))
    line = Line(
        api=RawApi(base.session, settings.api_url, token),
        bot=bot_id(token),
        database=base.database,
        clock=base.clock,
        on_stored=stored.set,
        passing=base.passing,
    )
    if settings.webhook_url is None or settings.webhook_secret is None:
        return Entrance(line=line, receiving=Receiver(line), routes=(), stored=stored)
    secret = settings.webhook_secret.get_secret_value()
    webhook = WebhookReceiver(line, url=settings.webhook_url, secret=secret)
    route = web.post(settings.webhook_path, webhook.view)
    return Entrance(line=line, receiving=webhook, routes=(route,), stored=stored)
