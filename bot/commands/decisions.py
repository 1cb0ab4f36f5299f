"""What commands that change a plan share: who decided and why, and how the plan stands then."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer

from bot.commands import desk
from bot.usecases.casework import Decision, View, contact_view, plan_view
from bot.usecases.room import Room
from flows.model import Case, Contact
from storage.transaction import Tx

LEAST_REASON, MOST_REASON = 10, 300  # characters


def as_reason(value: str | None) -> str | None:
    """In words that somebody else understands a year later."""
    if value is not None and not LEAST_REASON <= len(value.strip()) <= MOST_REASON:
        raise typer.BadParameter(
            f"a reason has {LEAST_REASON} to {MOST_REASON} characters: write why, without names."
        )
    return None if value is None else value.strip()


Code = Annotated[str, typer.Argument(metavar="CODE", help="The code of the case.")]
ContactOf = Annotated[
    str, typer.Argument(metavar="CONTACT_ID", help="The id that `case show` prints.")
]
By = Annotated[
    str | None, typer.Option("--by", help="Staff id of whoever decided; you, if left out.")
]
Reason = Annotated[str, typer.Option("--reason", callback=as_reason, help="Why; kept encrypted.")]
MayReason = Annotated[
    str | None, typer.Option("--reason", callback=as_reason, help="Why; kept encrypted.")
]

CaseDeed = Callable[[Tx, Room, datetime], Case]
ContactDeed = Callable[[Tx, Room, datetime], Contact]


def decision(by: str | None, reason: str | None = None) -> Decision:
    """Who decided, and why."""
    return Decision(by=by, reason=reason)


def change_case(deed: CaseDeed, *, as_json: bool) -> None:
    """Do it to a case and show how its plan stands."""
    with desk.refusing():
        room = desk.room()  # before the database opens: it takes longer than a transaction may

    def write(tx: Tx) -> View:
        return plan_view(tx, deed(tx, room, desk.moment(tx)).id)

    with desk.database() as database:
        found = database.write_now(write)
    desk.show(found, as_json=as_json, text="\n".join(case_lines(found)))


def change_contact(deed: ContactDeed, *, as_json: bool) -> None:
    """Do it to a contact and show how its plan stands."""
    with desk.refusing():
        room = desk.room()

    def write(tx: Tx) -> View:
        return contact_view(tx, deed(tx, room, desk.moment(tx)).id)

    with desk.database() as database:
        found = database.write_now(write)
    desk.show(found, as_json=as_json, text="\n".join(contact_lines(found)))


def case_lines(found: View) -> list[str]:
    """The plan of a case for a person."""
    about = [f"stage {found['stage']}", f"risk {found['risk']}"]
    for name, says in (
        ("left_on", "left on {}"),
        ("paused_until", "paused until {}"),
        ("closes_on", "goodbye on {}"),
    ):
        if found[name] is not None:
            about.append(says.format(found[name]))
    if found["extra_weeks"]:
        about.append(f"{found['extra_weeks']} weeks longer")
    first = f"{found['case']}: {found['state']}, {', '.join(about)}."
    return [first, *(_next(one) for one in found["contacts"])]


def contact_lines(found: View) -> list[str]:
    """The plan of a contact for a person."""
    days = "every day" if len(found["weekdays"]) == 7 else f"on {weekdays_said(found['weekdays'])}"
    quiet = ", ".join(f"{first} to {last}" for first, last in found["quiet"])
    return [
        _next(found),
        f"Hours {found['safe_from']}-{found['safe_to']} {found['timezone']}, {days}"
        + (f", not from {quiet}." if quiet else "."),
    ]


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def weekdays_said(days: list[int]) -> str:
    """mon, wed."""
    return ", ".join(DAYS[day] for day in days)


def _next(one: View) -> str:
    comes = "nothing planned"
    if one["next_due_at"] is not None:
        comes = f"next {one['next_slot']} {one['next_due_at']}"
    return f"Contact {one['contact_id']}: {one['kind']}, {one['state']}, {comes}."
