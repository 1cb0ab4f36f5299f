"""The sandbox for people: the real bot on a stage, with a clock, a story, faults and a year behind.

The Telegram it plays against is opened by the caller, so that nothing here depends on how it is
made: `OpenTelegram` is given the routes of the stage and the file in which the phones are kept.
"""

import asyncio
import errno
import signal
import socket
import webbrowser
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from aiohttp import web

from bot.commands import desk
from bot.nursery import Nursery
from bot.story import actor as acting
from bot.story import centre
from bot.story.errors import CannotOpen, StageError
from bot.story.folder import Folder
from bot.story.line import Line
from bot.story.routes import routes
from bot.story.script import load
from bot.story.stage import Stage
from bot.story.words import said

__all__ = ["FOLDER", "run"]

FOLDER = Path("var/sandbox")
HOST = "127.0.0.1"


class Telegram(Protocol):
    """A running emulator."""

    @property
    def url(self) -> str: ...


OpenTelegram = Callable[[Iterable[web.RouteDef], Path], AbstractAsyncContextManager[Telegram]]


def run(open_telegram: OpenTelegram, *, port: int, reset: bool, opens_page: bool) -> int:
    """Open the sandbox and stay until Ctrl+C; the exit code of the program."""
    folder = Folder(FOLDER)
    try:
        folder.take()
        _check_port(port)
        if reset or not folder.is_prepared:
            folder.empty()
        acting.warm_up()
        return asyncio.run(_run(open_telegram, folder, port=port, opens_page=opens_page))
    except CannotOpen as error:
        desk.fail(str(error))
    except KeyboardInterrupt:
        return 0


async def _run(open_telegram: OpenTelegram, folder: Folder, *, port: int, opens_page: bool) -> int:
    stages: list[Stage] = []
    nursery = Nursery()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, nursery.over.set)
    async with open_telegram(routes(stages), folder.phones) as telegram:
        bot_port = _free_port()
        async with Line(telegram.url, f"http://{HOST}:{bot_port}") as line:
            stage = _stage(folder, line, telegram.url, bot_port, nursery)
            stages.append(stage)
            _greet(telegram.url, opens_page=opens_page)
            return await _play(stage, nursery)


async def _play(stage: Stage, nursery: Nursery) -> int:
    """Until somebody stops it. A stage that cannot be opened stays up to say so on the page."""
    nursery.start("opening", _open(stage))
    nursery.start("watching", stage.watch())
    try:
        await nursery.over.wait()
    finally:
        await nursery.stop(patience_s=1)
        await stage.close()
    if nursery.failure is not None:
        raise nursery.failure
    return 0 if stage.state != "failed" else 1


async def _open(stage: Stage) -> None:
    try:
        await stage.open()
    except (*desk.KNOWN, StageError) as error:
        desk.errors.print(f"The sandbox cannot be opened: {error}")
        desk.errors.print("Try again with --reset, which begins with an empty centre.")
        stage.state, stage.says = "failed", said("failed")


def _stage(folder: Folder, line: Line, url: str, bot_port: int, nursery: Nursery) -> Stage:
    environment = centre.environment(
        sandbox=url,
        bot_port=bot_port,
        database_url=folder.database_url,
        key_file=str(folder.key.absolute()),
    )
    return Stage(folder, line, acting.Actor(environment, folder.log), load(), nursery)


def _greet(url: str, *, opens_page: bool) -> None:
    desk.answers.print(f"Kabar sandbox: {url}   (training only, no real data)")
    desk.answers.print("Ctrl+C ends it; phones and centre are kept for the next start.")
    if opens_page and not webbrowser.open(url):
        desk.answers.print("Open this address in a browser.")


def _check_port(port: int) -> None:
    """Before anything is thrown away. Raises CannotOpen."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen()
        except OSError as error:
            raise CannotOpen(_no_port(port, error)) from None


def _no_port(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {HOST} is taken. Choose another with --port."
    return f"Port {port} on {HOST} cannot be used: {error.strerror or error}."


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
