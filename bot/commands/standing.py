"""kabar case show and kabar case list: where cases stand, in codes and figures, without names."""

from typing import Annotated, Any

import typer

from bot.commands import desk
from bot.commands.staff import Json
from bot.usecases.view_case import list_cases, view_case
from storage.transaction import Tx

NONE = "-"
View = dict[str, Any]


def show(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The code of the case.")],
    reasons: Annotated[
        bool, typer.Option("--reasons", help="With the reasons of plan changes, in words.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Where a case stands: stage, contacts, last check-ins, score in words, what comes next."""
    with desk.refusing():
        room = desk.room()

    def write(tx: Tx) -> View:  # to read a case is noted
        return view_case(tx, room, code, with_reasons=reasons, now=desk.moment(tx))

    with desk.database() as database:
        found = database.write_now(write)
    desk.show(found, as_json=as_json, text="\n".join(_lines(found)))


def every(as_json: Json = False) -> None:
    """Every case, a line each."""
    with desk.refusing():
        room = desk.room()

    def read(tx: Tx) -> list[View]:
        return list_cases(tx, room, now=desk.moment(tx))

    with desk.database() as database:
        rows = database.read_now(read)
    lines = ["  ".join(_shown(value) for value in row.values()) for row in rows]
    empty = "No cases yet. Open one with `kabar case add`."
    desk.show(rows, as_json=as_json, text="\n".join(lines) or empty)


def _lines(found: View) -> list[str]:
    lines = [
        f"{found['case']}: {found['stage']}, risk {found['risk']}, {found['state']}, "
        f"worker {found['worker']}",
        "",
        *found["standing"]["words"],
        *found["silence"]["words"],
        *found["standing"]["item_words"],
        "",
        "Contacts:",
    ]
    lines += map(_contact, found["contacts"])
    lines += ["", "Check-ins, newest first:", *map(_checkin, found["checkins"])]
    lines += ["", "Changes of the plan:", *map(_change, found["plan_changes"])]
    return lines


def _contact(one: View) -> str:
    return (
        f"- {one['contact_id']} {one['kind']}, {one['state']}, level {one['level']}, "
        f"{one['safe_from']}-{one['safe_to']} {one['timezone']}, "
        f"next {_shown(one['next_due_at'])} {_shown(one['next_slot'])}"
    )


def _checkin(one: View) -> str:
    total = _shown(one["total"]) + ("~" if one["is_estimated"] else "")
    return (
        f"- {one['at']} {one['form']} ({one['slot']}, {one['way']}) {one['state']}, "
        f"total {total} {_shown(one['band'])}"
    )


def _change(one: View) -> str:
    reason = f": {one['reason']}" if one.get("reason") else ""
    return f"- {one['at']} {one['action']} by {one['actor']}{reason}"


def _shown(value: object) -> str:
    return NONE if value is None else str(value)
