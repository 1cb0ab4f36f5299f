"""The `kabar` command. What costs seconds to import is imported by the command that needs it."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import config
from bot.commands import (
    case_days,
    cases,
    casework,
    contact_hours,
    content,
    database,
    desk,
    forms,
    keys,
    oversight,
    preview,
    replies,
    rules,
    staff,
    standing,
)

if TYPE_CHECKING:
    from aiohttp.web import RouteDef

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Kabar keeps in touch with families after a child leaves social rehabilitation.",
)
app.add_typer(database.app, name="db")
app.add_typer(keys.app, name="keys")
app.add_typer(staff.app, name="staff")
app.add_typer(cases.case_app, name="case")
app.add_typer(cases.contact_app, name="contact")
app.add_typer(forms.app, name="checkin")
cases.case_app.command("seen")(forms.seen)
cases.case_app.command("show")(standing.show)
cases.case_app.command("list")(standing.every)
cases.case_app.command("pause")(casework.pause)
cases.case_app.command("resume")(casework.resume)
cases.case_app.command("extend")(casework.extend)
cases.case_app.command("close")(casework.close)
cases.case_app.command("keep-open")(casework.keep_open)
cases.case_app.command("risk")(casework.risk)
cases.case_app.command("stage")(casework.stage)
cases.case_app.command("left")(casework.left)
cases.case_app.command("baseline")(casework.baseline)
cases.case_app.command("nickname")(casework.nickname)
cases.case_app.command("move")(casework.move)
cases.case_app.add_typer(case_days.app, name="day")
cases.contact_app.command("hours")(contact_hours.hours)
cases.contact_app.add_typer(contact_hours.quiet_app, name="quiet")
cases.contact_app.command("simple")(contact_hours.simple)
cases.contact_app.command("end")(contact_hours.end)
app.add_typer(replies.app, name="replies")
app.add_typer(rules.app, name="rules")
app.command("signs")(replies.signs)
app.command("check")(content.check)
app.command("play")(content.play)
app.command("audit")(oversight.audit)
app.command("preview")(preview.preview_case)


@app.command()
def run() -> None:
    """Receive, judge, send and escalate, until it is stopped."""
    with desk.refusing():
        settings = config.load()
        from bot import app as application

        code = asyncio.run(application.run(settings))
    raise typer.Exit(code)


@app.command()
def sandbox(
    emulator_only: Annotated[
        bool,
        typer.Option("--emulator-only", help="Only the Bot API and its phones, without a bot."),
    ] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where the page is.")] = 8080,
    no_open: Annotated[
        bool, typer.Option("--no-open", help="Do not open the page in a browser.")
    ] = False,
    reset: Annotated[
        bool, typer.Option("--reset", help="Throw away what was kept, and begin anew.")
    ] = False,
) -> None:
    """A Telegram on this machine with an invented centre in it, as a page of phones."""
    from bot.sandbox import Limits, Sandbox, server
    from bot.sandbox.errors import SandboxError

    if emulator_only:
        raise typer.Exit(server.run("127.0.0.1", port))
    from bot import story

    def telegram(routes: "Iterable[RouteDef]", phones: Path) -> Sandbox:
        unhurried = Limits(enabled=False, poll_throttle=False)
        return Sandbox(port=port, limits=unhurried, keep=phones, extra=routes)

    try:
        code = story.run(telegram, port=port, reset=reset, opens_page=not no_open)
    except SandboxError as error:
        desk.fail(str(error))
    raise typer.Exit(code)


def main() -> None:
    """Entry point."""
    app()
