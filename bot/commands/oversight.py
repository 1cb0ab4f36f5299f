"""kabar audit: is everything as the rows, the plans and the rules say it should be?"""

import json
from typing import Annotated

import typer

from bot import clock, config
from bot.clock import SystemClock
from bot.commands import desk
from bot.oversight.look import Finding
from bot.oversight.whole import accept, whole
from storage.database import Database


def audit(
    as_json: Annotated[bool, typer.Option("--json", help="The answer alone, as JSON.")] = False,
    accepted: Annotated[
        str | None,
        typer.Option("--accept", metavar="FINDING", help="Take a row as it stands now."),
    ] = None,
) -> None:
    """Compare all rows with what should be there. Prints what is amiss; exit code 1 if anything is.

    --accept is for a row_altered, row_added or row_deleted that you have looked into.
    """
    with desk.database() as database:
        now = database.read_now(clock.clock_for_command, config.load())
        if accepted is not None:
            if not database.write_now(accept, accepted, now):
                desk.fail(f"{accepted} is no finding about a row that can be accepted.")
            desk.answers.print("Accepted, and noted in the journal.")
            return
        found = _found(database, now)
    answer = [{"id": one.id, "check": one.check, "row": one.row, **one.detail} for one in found]
    text = "\n".join(map(_line, found)) or "Nothing is amiss."
    desk.show({"findings": answer}, as_json=as_json, text=text)
    if found:
        raise typer.Exit(1)


def _found(database: Database, now: SystemClock) -> tuple[Finding, ...]:
    """A row that is damaged is a finding; what ends the audit is the database, or an error here."""
    try:
        return whole(database, desk.room(), now)
    except desk.KNOWN:
        raise
    except Exception as error:
        desk.fail(f"The audit broke off ({type(error).__name__}): see whether the disk is failing.")


def _line(found: Finding) -> str:
    detail = f" {json.dumps(dict(found.detail))}" if found.detail else ""
    return f"{found.id}{detail}"
