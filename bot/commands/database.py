"""kabar db: make, migrate, back up and restore the database."""

from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bot import clock, config
from bot.commands import desk
from bot.instance import only_one
from storage import backup as backups
from storage import ledger as ledgers
from storage import migrate, sealing
from storage import restore as restoring
from storage.database import Database
from storage.engine import database_file
from storage.errors import RestoreRefused
from storage.keyring import KeyRing
from storage.predecessor import Family
from storage.restore import Restored, Wish
from storage.transaction import Tx

app = typer.Typer(no_args_is_help=True, help="The database.")

Json = Annotated[bool, typer.Option("--json", help="The answer alone, as JSON.")]


@app.command()
def upgrade() -> None:
    """Make the database, or bring it up to this version; the key file too, where both are new."""
    with desk.refusing():
        settings = config.load()
        keys = migrate.prepare_key_file(settings.database_url, settings.key_file)
        migrate.upgrade(settings.database_url)
        with Database(settings.database_url, vault_keys=keys, patience_s=desk.PATIENCE_S) as opened:
            sealing.seal_older(opened)
        found = migrate.status(settings.database_url)
    desk.answers.print(f"The database is at step {found.current}.")


@app.command()
def status(as_json: Json = False) -> None:
    """Is the database up to date? Exit code 1 if it is not."""
    with desk.refusing():
        found = migrate.status(config.load().database_url)
    answer = {"current": found.current, "head": found.head, "is_current": found.is_current}
    there = f"at step {found.current} of {found.head}" if found.current else "without tables yet"
    told = "up to date" if found.is_current else "not up to date: run `kabar db upgrade`"
    desk.show(answer, as_json=as_json, text=f"The database is {there}, {told}.")
    if not found.is_current:
        raise typer.Exit(1)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="A new file; none is ever written over.")],
    as_json: Json = False,
) -> None:
    """Write everything into one sealed file, while `kabar run` works, and read it back."""
    with desk.database() as database:
        ring = KeyRing.load(config.load().key_file)
        saved = backups.save(database, file, ring, _moments)
    rows = sum(saved.rows.values())
    answer = {
        "file": str(file),
        "at": saved.header.at.isoformat(),
        "step": saved.header.step,
        "key_id": saved.header.key_id,
        "rows": rows,
        "bytes": saved.size,
    }
    text = (
        f"{file}: {rows} rows as of {saved.header.at:%Y-%m-%d %H:%M:%S} UTC, {saved.size} bytes,"
        f" read back. Key {saved.header.key_id} of the key file opens it; the file is not in it."
    )
    desk.show(answer, as_json=as_json, text=text)


@app.command()
def ledger() -> None:
    """Everybody who was erased, by id, one JSON object a line: a restore erases them again."""
    with desk.database() as database:
        lines = database.read_now(ledgers.lines)
    for line in lines:
        typer.echo(line)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `kabar db backup` has written.")],
    ledger: Annotated[
        Path | None, typer.Option(help="What `kabar db ledger` has written last.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put it in the place of a database that holds rows.")
    ] = False,
    without_ledger: Annotated[
        bool, typer.Option("--without-ledger", help="Nobody can tell who was erased since.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Put a backup in the database's place. `kabar run` must not be at work."""
    with desk.refusing():
        settings = config.load()
        ring = KeyRing.load(settings.key_file)
        erased = None if ledger is None else ledgers.parsed(_read(ledger))
        wish = Wish(replace=replace, ledger=erased, without_ledger=without_ledger)
        database = database_file(settings.database_url)
        with only_one(_with_folder(database)) if database else nullcontext():
            done = restoring.restore(settings.database_url, file, ring, wish, _moments)
    desk.show(_answer(done), as_json=as_json, text=_told(done))


def _moments(tx: Tx) -> tuple[datetime, datetime]:
    there = clock.clock_for_command(tx, config.load())
    return there.now(), there.wall()


def _with_folder(database: Path) -> Path:
    """A restore is often the first thing on a new machine."""
    try:
        database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise RestoreRefused(f"{database.parent} cannot be made ({error.strerror}).") from error
    return database


def _read(file: Path) -> list[str]:
    try:
        return file.read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        raise RestoreRefused(f"{file} cannot be read. Nothing was changed.") from None


def _answer(done: Restored) -> dict[str, object]:
    families = [
        {
            "code": one.code,
            "words": one.words if done.is_known else None,
            "newest": None if one.newest is None else one.newest.isoformat(),
            "is_missing": one.is_missing,
            "is_relinked": one.is_relinked,
        }
        for one in done.aftermath.families
    ]
    return {
        "at": done.header.at.isoformat(),
        "rows": sum(done.rows.values()),
        "erased": done.aftermath.erased,
        "kept": done.aftermath.kept,
        "cancelled": done.aftermath.cancelled,
        "quieted": done.aftermath.quieted,
        "left_out": done.aftermath.left_out,
        "families_are_known": done.is_known,
        "families": families,
        "old_file": None if done.old_file is None else str(done.old_file),
    }


def _told(done: Restored) -> str:
    after, at = done.aftermath, f"{done.header.at:%Y-%m-%d %H:%M:%S} UTC"
    lines = [
        f"Restored: {sum(done.rows.values())} rows as of {at}.",
        f"Erased again: {after.erased}. Notices that go out again: {after.kept}. Messages that may"
        f" have been sent since and are not sent again: {after.cancelled}. Contacts who are written"
        f" to with more care, as they or staff have asked since: {after.quieted}. Check-ins that"
        f" may have been asked since and are not asked again: {after.left_out}.",
    ]
    if done.old_file is not None:
        lines.append(f"The database that stood here is {done.old_file}.")
    if done.is_known and not after.families:
        lines.append("No family has written since.")
    elif done.is_known:
        lines.append("Words or links came since that are not here. Have these families called:")
    elif not after.families:
        lines.append("The backup knows of no family who could have written since.")
    else:
        lines.append(f"Nobody can tell who has written or stopped since {at}. Have all called:")
    return "\n".join([*lines, *(_line(one) for one in after.families)])


def _line(family: Family) -> str:
    newest = "" if family.newest is None else f", the newest {family.newest:%Y-%m-%d %H:%M} UTC"
    words = f"  {family.words} since{newest}" if family.words else ""
    missing = "  (the case is not in the backup)" if family.is_missing else ""
    relinked = "  (linked anew since: invite again)" if family.is_relinked else ""
    return f"  {family.code}{words}{missing}{relinked}"
