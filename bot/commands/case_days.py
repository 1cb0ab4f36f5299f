"""kabar case day: days of weight, around which a check-in more comes."""

from typing import Annotated

import typer

from bot.commands import desk
from bot.commands.decisions import By, Code, MayReason, decision
from bot.commands.staff import Json
from bot.usecases import case_days
from bot.usecases.casework import View
from storage.transaction import Tx

app = typer.Typer(no_args_is_help=True, help="Days of weight; no family reads of them.")


@app.command("add")
def add(
    code: Code,
    kind: Annotated[str, typer.Option(help="release, trial, ...: as the programme names it.")],
    on: Annotated[str, typer.Option("--on", help="The day, YYYY-MM-DD.")],
    reason: MayReason = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Enter a day of weight."""
    why, day = decision(by, reason), desk.day(on)
    with desk.refusing():
        room = desk.room()

    def write(tx: Tx) -> str:
        now = desk.moment(tx)
        return case_days.add_day(tx, room, code, why, kind=kind, on=day, now=now)

    with desk.database() as database:
        row = database.write_now(write)
    answer = {"day_id": row, "case": code, "kind": kind, "on": str(day)}
    desk.show(answer, as_json=as_json, text=f"{code}: {kind} on {day}, entered as {row}.")


@app.command("list")
def every(code: Code, as_json: Json = False) -> None:
    """The days that count, in order."""

    def write(tx: Tx) -> list[View]:  # to read them is noted
        return case_days.list_days(tx, code, now=desk.moment(tx))

    with desk.database() as database:
        found = database.write_now(write)
    lines = [f"{one['on']}  {one['kind']}  {one['day_id']}" for one in found]
    desk.show(found, as_json=as_json, text="\n".join(lines) or f"{code} has no days of weight.")


@app.command("remove")
def remove(
    code: Code,
    day_id: Annotated[str, typer.Argument(metavar="DAY_ID", help="As `day list` prints it.")],
    reason: MayReason = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Take a day back, with the check-ins around it."""
    why = decision(by, reason)
    with desk.refusing():
        room = desk.room()

    def write(tx: Tx) -> None:
        case_days.remove_day(tx, room, code, why, day=day_id, now=desk.moment(tx))

    with desk.database() as database:
        database.write_now(write)
    answer = {"day_id": day_id, "case": code}
    desk.show(answer, as_json=as_json, text=f"{code}: {day_id} does not count any more.")
