"""kabar db: make and migrate the database."""

from typing import Annotated

import typer

from bot import config
from bot.commands import desk
from storage import migrate, sealing
from storage.database import Database

app = typer.Typer(no_args_is_help=True, help="The database.")


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
def status(
    as_json: Annotated[bool, typer.Option("--json", help="The answer alone, as JSON.")] = False,
) -> None:
    """Is the database up to date? Exit code 1 if it is not."""
    with desk.refusing():
        found = migrate.status(config.load().database_url)
    answer = {"current": found.current, "head": found.head, "is_current": found.is_current}
    there = f"at step {found.current} of {found.head}" if found.current else "without tables yet"
    told = "up to date" if found.is_current else "not up to date: run `kabar db upgrade`"
    desk.show(answer, as_json=as_json, text=f"The database is {there}, {told}.")
    if not found.is_current:
        raise typer.Exit(1)
