"""kabar contact hours, quiet, simple and end: when a contact is written to, how, and whether."""

from enum import StrEnum
from typing import Annotated

import typer

from bot.commands import desk
from bot.commands.decisions import (
    DAYS,
    By,
    ContactOf,
    MayReason,
    Reason,
    change_contact,
    contact_lines,
    decision,
)
from bot.commands.staff import Json, as_zone
from bot.usecases import contact_ends, contact_hours
from bot.usecases.casework import View, contact_view
from flows.model import EVERY_DAY
from storage.transaction import Tx

quiet_app = typer.Typer(no_args_is_help=True, help="Days without any message.")


class Switch(StrEnum):
    """On or off."""

    ON = "on"
    OFF = "off"


def hours(
    contact_id: ContactOf,
    safe_from: Annotated[str | None, typer.Option(help="First safe hour, local.")] = None,
    safe_to: Annotated[str | None, typer.Option(help="End of the safe hours, local.")] = None,
    days: Annotated[str | None, typer.Option(help="every, mon-fri, or mon,wed.")] = None,
    timezone: Annotated[str | None, typer.Option(help="WIB, WITA, WIT, or a zone's name.")] = None,
    reason: MayReason = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Set safe hours; what is not given stays. What waits to be sent keeps to them at once."""
    why = decision(by, reason)
    start = None if safe_from is None else desk.as_time(safe_from)
    end = None if safe_to is None else desk.as_time(safe_to)
    weekdays = None if days is None else as_weekdays(days)
    zone = None if timezone is None else as_zone(timezone)
    change_contact(
        lambda tx, room, now: contact_hours.set_hours(
            tx, room, contact_id, why,
            start=start, end=end, weekdays=weekdays, timezone=zone, now=now,
        ),
        as_json=as_json,
    )  # fmt: skip


@quiet_app.command("add")
def add_quiet(
    contact_id: ContactOf,
    first: Annotated[str, typer.Option("--from", help="The first quiet day.")],
    last: Annotated[
        str | None, typer.Option("--to", help="The last one; the same day if left out.")
    ] = None,
    reason: MayReason = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Days on which nothing is sent unasked: a mourning, a journey, a feast of theirs."""
    why, span = decision(by, reason), (desk.day(first), desk.day(last or first))
    change_contact(
        lambda tx, room, now: contact_hours.add_quiet(
            tx, room, contact_id, why, span=span, now=now
        ),
        as_json=as_json,
    )


@quiet_app.command("list")
def list_quiet(contact_id: ContactOf, as_json: Json = False) -> None:
    """The quiet days of a contact."""

    def read(tx: Tx) -> View:
        return contact_view(tx, contact_id)

    with desk.database() as database:
        found = database.read_now(read)
    spans = [{"from": first, "to": last} for first, last in found["quiet"]]
    desk.show(spans, as_json=as_json, text=contact_lines(found)[-1])


@quiet_app.command("remove")
def remove_quiet(
    contact_id: ContactOf,
    first: Annotated[str, typer.Option("--from", help="The day on which they begin.")],
    reason: MayReason = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Take quiet days back."""
    why, day = decision(by, reason), desk.day(first)
    change_contact(
        lambda tx, room, now: contact_hours.remove_quiet(
            tx, room, contact_id, why, first=day, now=now
        ),
        as_json=as_json,
    )


def simple(
    contact_id: ContactOf,
    switch: Annotated[Switch, typer.Argument(metavar="on|off", help="Short words, or not.")],
    reason: MayReason = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Short words, big buttons and numbers, for whoever reads little."""
    why, is_on = decision(by, reason), switch is Switch.ON
    change_contact(
        lambda tx, room, now: contact_ends.set_simple(
            tx, contact_id, why, reads_little=is_on, now=now
        ),
        as_json=as_json,
    )


def end(
    contact_id: ContactOf,
    reason: Reason,
    silent: Annotated[bool, typer.Option("--silent", help="Without any message.")] = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """The goodbye of one person; the case goes on with the others."""
    why = decision(by, reason)
    change_contact(
        lambda tx, room, now: contact_ends.end_contact(
            tx, room, contact_id, why, is_silent=silent, now=now
        ),
        as_json=as_json,
    )


def as_weekdays(value: str) -> frozenset[int]:
    """every, mon-fri, or mon,wed."""
    if value.strip().lower() == "every":
        return EVERY_DAY
    found: set[int] = set()
    for part in value.lower().replace(" ", "").split(","):
        first, _, last = part.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            raise typer.BadParameter(f"{part!r}: write every, mon-fri, or mon,wed.")
        start, end = DAYS.index(first), DAYS.index(last or first)
        found |= {(start + step) % 7 for step in range((end - start) % 7 + 1)}
    return frozenset(found)
