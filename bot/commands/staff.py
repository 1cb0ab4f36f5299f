"""kabar staff: the people who work here, and the links that connect their phones."""

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from bot import config
from bot.commands import desk
from bot.usecases import enrol
from bot.usecases.enrol import Invitation
from flows.hours import ZONES
from flows.model import Role
from storage import staff
from storage.transaction import Tx

app = typer.Typer(no_args_is_help=True, help="Staff and their one-time links.")

LONGEST_NAME = 100  # characters

Json = Annotated[bool, typer.Option("--json", help="The answer alone, as JSON, on stdout.")]


def as_zone(value: str | None) -> str:
    """An IANA name, for typer, also of WIB, WITA and WIT; the centre's own zone where none is
    given."""
    if value is None:
        with desk.refusing():
            return config.load().timezone
    value = ZONES.get(value.upper(), value)
    try:
        ZoneInfo(value)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise typer.BadParameter(
            f"{value!r} is no time zone; WIB, WITA, WIT, and names such as Asia/Jakarta, are."
        ) from None
    return value


@app.command()
def add(
    name: Annotated[str, typer.Option(help="Full name; kept encrypted.")],
    role: Annotated[Role, typer.Option(help="What they may do here.")],
    timezone: Annotated[
        str | None, typer.Option(help="Where they work; KABAR_TIMEZONE if left out.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Add a member of staff and print the link that connects their phone."""
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        raise typer.BadParameter(f"--name must have 1 to {LONGEST_NAME} characters.")
    zone = as_zone(timezone)

    def write(tx: Tx) -> Invitation:
        now = desk.moment(tx)
        return enrol.add_staff(tx, name=name.strip(), role=role, timezone=zone, now=now)

    with desk.database() as database:
        made = database.write_now(write)
    answer = {"staff_id": made.owner_id, "token": made.token, "link": made.link}
    desk.show(answer, as_json=as_json, text=told("Staff", made))


@app.command()
def invite(
    staff_id: Annotated[str, typer.Argument(help="The id that `staff add` or `list` prints.")],
    as_json: Json = False,
) -> None:
    """Print a new link; the old one dies."""

    def write(tx: Tx) -> Invitation:
        return enrol.invite_staff(tx, staff_id, now=desk.moment(tx))

    with desk.database() as database:
        made = database.write_now(write)
    desk.show({"token": made.token, "link": made.link}, as_json=as_json, text=told("Staff", made))


@app.command("list")
def list_(as_json: Json = False) -> None:
    """Everybody, with role and whether their phone is connected."""

    def read(tx: Tx) -> list[dict[str, object]]:
        return [
            {
                "staff_id": one.id,
                "name": staff.name(tx, one.id),
                "role": one.role,
                "timezone": one.timezone,
                "active": one.is_active,
                "linked": one.is_reachable,
            }
            for one in staff.everybody(tx)
        ]

    with desk.database() as database:
        rows = database.read_now(read)
    lines = [
        f"{row['staff_id']}  {row['role']}  {row['name']}"
        f"  {'linked' if row['linked'] else 'not linked yet'}"
        for row in rows
    ]
    empty = "No staff yet. Add somebody with `kabar staff add`."
    desk.show(rows, as_json=as_json, text="\n".join(lines) or empty)


def told(what: str, made: Invitation) -> str:
    """An invitation for a person's eyes: shown once, not kept."""
    if made.token is None:
        return f"{what} {made.owner_id}: no link, nothing is sent at this level."
    link = made.link or f"/start {made.token}   (the bot's name is known after `kabar run`)"
    return f"{what} {made.owner_id}\n{link}\nGood once, for 72 hours. It is not shown again."
