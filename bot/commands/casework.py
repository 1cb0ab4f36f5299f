"""kabar case pause, resume, extend, close, risk, stage, move: humans change a programme."""

from typing import Annotated

import typer

from bot.commands import desk
from bot.commands.decisions import (
    By,
    Code,
    MayReason,
    Reason,
    as_reason,
    case_lines,
    change_case,
    decision,
)
from bot.commands.staff import Json
from bot.usecases import case_ends, case_facts, move_case
from bot.usecases.casework import View, plan_view
from bot.usecases.move_case import Moved
from flows.model import Risk
from storage.transaction import Tx

MOST_BASELINE = 21  # seven items, three points each


def pause(
    code: Code,
    reason: Reason,
    until: Annotated[str | None, typer.Option(help="The day on which it goes on.")] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Send nothing more to this family until `case resume`, or until a day."""
    why, day = decision(by, reason), desk.as_date(until)
    change_case(
        lambda tx, room, now: case_ends.pause(tx, room, code, why, until=day, now=now),
        as_json=as_json,
    )


def resume(code: Code, reason: MayReason = None, by: By = None, as_json: Json = False) -> None:
    """Go on in the old rhythm; nothing is filled up. Open a closed case again."""
    why = decision(by, reason)
    change_case(
        lambda tx, room, now: case_ends.resume(tx, room, code, why, now=now), as_json=as_json
    )


def extend(
    code: Code,
    weeks: Annotated[int, typer.Option(min=1, max=case_ends.MOST_EXTRA, help="By how many weeks.")],
    reason: Reason,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Make the programme longer, also after it was over."""
    why = decision(by, reason)
    change_case(
        lambda tx, room, now: case_ends.extend(tx, room, code, why, weeks=weeks, now=now),
        as_json=as_json,
    )


def close(
    code: Code,
    reason: Reason,
    on: Annotated[
        str | None, typer.Option("--on", help="The day of the goodbye; at once if left out.")
    ] = None,
    silent: Annotated[bool, typer.Option("--silent", help="Without any message.")] = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Say goodbye to a family, at once or on a day; the door stays open."""
    why, day = decision(by, reason), desk.as_date(on)
    change_case(
        lambda tx, room, now: case_ends.close(
            tx, room, code, why, on=day, is_silent=silent, now=now
        ),
        as_json=as_json,
    )


def keep_open(code: Code, reason: MayReason = None, by: By = None, as_json: Json = False) -> None:
    """Take a planned goodbye back."""
    why = decision(by, reason)
    change_case(
        lambda tx, room, now: case_ends.keep_open(tx, room, code, why, now=now), as_json=as_json
    )


def risk(
    code: Code,
    risk: Annotated[Risk, typer.Argument(help="low, medium or high.")],
    reason: Reason,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Set the risk, and with it how often a check-in comes."""
    why = decision(by, reason)
    change_case(
        lambda tx, room, now: case_facts.set_risk(tx, room, code, why, risk=risk, now=now),
        as_json=as_json,
    )


def stage(
    code: Code,
    stage: Annotated[str, typer.Argument(help="A stage of the case's own programme.")],
    reason: MayReason = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Set the stage; where it asks nothing, nothing more is sent."""
    why = decision(by, reason)
    change_case(
        lambda tx, room, now: case_facts.set_stage(tx, room, code, why, stage=stage, now=now),
        as_json=as_json,
    )


def left(
    code: Code,
    on: Annotated[str, typer.Option("--on", help="YYYY-MM-DD; may be ahead.")],
    reason: MayReason = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Enter when the child left the centre: the programme's weeks count from then."""
    why, day = decision(by, reason), desk.day(on)
    change_case(
        lambda tx, room, now: case_facts.set_left(tx, room, code, why, on=day, now=now),
        as_json=as_json,
    )


def baseline(
    code: Code,
    total: Annotated[
        int, typer.Argument(min=0, max=MOST_BASELINE, help="Total of items 1-7 at termination.")
    ],
    reason: MayReason = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Enter the total at termination, with which those at home are compared."""
    why = decision(by, reason)
    change_case(
        lambda tx, room, now: case_facts.set_baseline(tx, room, code, why, total=total, now=now),
        as_json=as_json,
    )


def nickname(
    code: Code,
    nickname: Annotated[str, typer.Argument(help="From the closed list, such as Kakak.")],
    reason: MayReason = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Set how the child is called at level A."""
    why, name = decision(by, reason), nickname.strip()
    change_case(
        lambda tx, room, now: case_facts.set_nickname(tx, room, code, why, nickname=name, now=now),
        as_json=as_json,
    )


def move(
    code: Annotated[str | None, typer.Argument(metavar="CODE", help="One case.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every case that is not closed.")] = False,
    stage: Annotated[
        str | None, typer.Option(help="A stage of the programme in force, if it is to change.")
    ] = None,
    reason: Annotated[
        str | None,
        typer.Option(callback=as_reason, help="Why; kept encrypted. --all needs one."),
    ] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Move to the programme and the check-ins in force; an open check-in stays as it is."""
    if every == (code is not None):
        raise typer.BadParameter("give the CODE of a case, or --all.")
    if every and (reason is None or stage is not None):
        raise typer.BadParameter("--all needs --reason, and takes no --stage.")
    why = decision(by, reason)
    with desk.refusing():
        room = desk.room()

    def write(tx: Tx) -> list[View]:
        now = desk.moment(tx)
        if code is None:
            moved = move_case.move_all(tx, room, why, now=now)
        else:
            moved = (move_case.move_one(tx, room, code, why, stage=stage, now=now),)
        return [_moved(tx, one) for one in moved]

    with desk.database() as database:
        found = database.write_now(write)
    desk.show(found, as_json=as_json, text="\n".join(_move_lines(found)) or "No case is open.")


def _moved(tx: Tx, one: Moved) -> View:
    return {**plan_view(tx, one.case.id), "already": one.already, "approvals": list(one.lines)}


def _move_lines(found: list[View]) -> list[str]:
    lines: list[str] = []
    told: list[str] = []
    for one in found:
        if one["already"]:
            lines.append(f"{one['case']}: already on the versions in force.")
            continue
        lines += case_lines(one)
        if one["approvals"] != told:
            told = one["approvals"]
            lines += [f"  {line}" for line in told]
    return lines
