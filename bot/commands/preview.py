"""kabar preview: what a family will get, and when, before it gets it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated

import typer

from bot.commands import desk
from bot.commands.staff import Json
from bot.usecases.preview import Foreseen, Screen, preview
from flows.hours import local
from storage import contacts
from storage.transaction import Tx

MOST_DAYS = 800
INDENT = "    "


def preview_case(
    case: Annotated[str, typer.Argument(help="The code of the case.")],
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="How far to look ahead.")] = 90,
    brief: Annotated[
        bool, typer.Option("--brief", help="Only what comes by itself, not the questions.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List every message that the family of a case would get, worded as it would be sent.

    Nothing is written. It supposes that the family answers, and that nobody changes the plan."""
    with desk.refusing():
        room = desk.room()

    def read(tx: Tx) -> tuple[tuple[Foreseen, ...], dict[str, str]]:
        found = preview(tx, room, case, days=days, now=desk.moment(tx))
        return found, {one.contact: _zone(tx, one.contact) for one in found}

    with desk.database() as database:
        foreseen, zones = database.read_now(read)
    answer = [_as_json(one, zones[one.contact], is_brief=brief) for one in foreseen]
    desk.show(answer, as_json=as_json, text="\n".join(_lines(case, foreseen, zones, brief)))


def _zone(tx: Tx, contact: str) -> str:
    found = contacts.get(tx, contact)
    return "UTC" if found is None else found.hours.timezone


def _lines(
    case: str, foreseen: Sequence[Foreseen], zones: dict[str, str], brief: bool
) -> Iterator[str]:
    if not foreseen:
        yield f"Nothing would be sent in the case {case} in these days."
    for one in foreseen:
        zone = zones[one.contact]
        form = "" if one.form is None else f", {one.form}"
        yield f"{_when(one.at, zone)}  {one.slot}{form}, level {one.level}, contact {one.contact}"
        if one.note is not None:
            yield f"{INDENT}({one.note})"
        for screen in _wanted(one.screens, brief):
            yield from _screen_lines(screen, zone)
        yield ""


def _wanted(screens: Sequence[Screen], brief: bool) -> list[Screen]:
    return [one for one in screens if not brief or not one.why.startswith("after ")]


def _screen_lines(screen: Screen, zone: str) -> Iterator[str]:
    head = screen.why if screen.why != "sent" else ""
    if screen.why.startswith("if "):
        head = f"{screen.why}, {_when(screen.at, zone)}"
    if head:
        yield f"{INDENT}-- {head}:"
    yield from (f"{INDENT}{line}" for line in screen.text.split("\n"))
    for row in screen.buttons:
        yield INDENT + " ".join(f"[{label}]" for label in row)


def _when(moment: datetime, zone: str) -> str:
    return f"{local(moment, zone):%a %d-%m-%Y %H.%M}"


def _as_json(one: Foreseen, zone: str, *, is_brief: bool) -> dict[str, object]:
    return {
        "contact_id": one.contact,
        "at": local(one.at, zone).isoformat(),
        "slot": one.slot,
        "level": one.level,
        "form": one.form,
        "note": one.note,
        "messages": [
            {
                "at": local(screen.at, zone).isoformat(),
                "why": screen.why,
                "text": screen.text,
                "buttons": screen.buttons,
            }
            for screen in _wanted(one.screens, is_brief)
        ],
    }
