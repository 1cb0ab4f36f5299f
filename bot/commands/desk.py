"""What commands share: a clear line on stderr, JSON alone on stdout, the database of the settings.

Exit codes: 0 done, 1 refused or failed, 2 usage."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import NoReturn

import typer
from rich.console import Console

from bot import clock, config
from bot.errors import BotError
from bot.usecases.errors import UseCaseError
from bot.usecases.room import Room
from flows import loader
from flows.errors import FlowError
from storage import migrate, sealing
from storage.database import Database
from storage.errors import StorageError
from storage.keyring import KeyRing
from storage.transaction import Tx

PATIENCE_S = 30  # a command waits this long for `kabar run` to let it in
KNOWN = (BotError, FlowError, StorageError, UseCaseError)

errors = Console(stderr=True, soft_wrap=True, highlight=False, markup=False, emoji=False)
answers = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)


@contextmanager
def refusing() -> Iterator[None]:
    """Any error that has a text for the operator becomes that text and exit code 1."""
    try:
        yield
    except KNOWN as error:
        fail(str(error))


@contextmanager
def database() -> Iterator[Database]:
    """The migrated database of the settings, for as long as the command lasts."""
    with refusing():
        settings = config.load()
        migrate.require_current(settings.database_url)
        keys = KeyRing.load(settings.key_file)
        with Database(settings.database_url, vault_keys=keys, patience_s=PATIENCE_S) as opened:
            opened.read_now(sealing.require_done)
            yield opened


def moment(tx: Tx) -> datetime:
    """What time it is in the world of this database, moved or not."""
    return clock.clock_for_command(tx, config.load()).now()


def room() -> Room:
    """The content in force."""
    settings = config.load()
    content = loader.load(settings.content_dir)
    detector = loader.detector(content)
    return Room(content=content, detector=detector, timezone=settings.timezone)


def fail(text: str) -> NoReturn:
    """Say what is wrong and what to do; exit code 1."""
    errors.print(text)
    raise typer.Exit(1)


def show(answer: object, *, as_json: bool, text: str) -> None:
    """The answer alone on stdout: JSON, or lines for a person."""
    answers.print(json.dumps(answer, ensure_ascii=False) if as_json else text)


def as_date(value: str | None) -> date | None:
    """YYYY-MM-DD, for typer."""
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise typer.BadParameter(f"{value!r} is not a date; write it as 2026-11-24.") from None


def day(value: str) -> date:
    """The same where one must be given."""
    found = as_date(value)
    if found is None:
        raise typer.BadParameter("a day is missing; write it as 2026-11-24.")
    return found


def as_birth_date(value: str) -> date:
    """YYYY-MM-DD, or YYYY where only the year is known: then the first of July."""
    if len(value) == 4 and value.isdecimal():
        return date(int(value), 7, 1)
    found = as_date(value)
    if found is None:
        raise typer.BadParameter("write it as 2015-04-02, or 2015 where only the year is known.")
    return found


def as_time(value: str) -> time:
    """HH:MM, for typer."""
    try:
        return time.fromisoformat(value)
    except ValueError:
        raise typer.BadParameter(f"{value!r} is not a time; write it as 09:00.") from None
