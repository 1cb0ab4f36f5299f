"""kabar replies and kabar signs: what families wrote, and what the detector makes of words."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from bot import config
from bot.commands import desk
from bot.commands.staff import Json
from bot.reports import lines
from bot.reports.days import between
from bot.reports.lines import as_line
from bot.reports.new_file import parts_beside, target
from bot.reports.telling import Telling
from bot.usecases import enrol
from bot.usecases.note_export import note_export
from flows import loader
from flows.model import Signs
from storage.handed_out import HandedOut, handed_out
from storage.replies import Wanted
from storage.transaction import Tx

app = typer.Typer(no_args_is_help=True, help="What families have answered and written.")

LEAST_REASON, MOST_REASON = 10, 300  # characters
OF_EVIDENCE = ("text", "start", "end", "category", "certainty")
"""What is printed of a sign that was found."""

WANTED = 'write {"id": "...", "text": "..."}, one JSON object a line'


class Format(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"
    XLSX = "xlsx"


@app.command()
def export(
    format: Annotated[
        Format,
        typer.Option(
            help="jsonl: one JSON object a line. csv: UTF-8 with a mark (BOM), commas."
            " xlsx: a workbook with a sheet per form; needs --output."
        ),
    ],
    output: Annotated[
        Path | None, typer.Option(help="The file to write (0600); stdout if left out.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the file if it is there already.")
    ] = False,
    with_names: Annotated[
        bool, typer.Option("--with-names", help="Add nickname, contact's name and relation.")
    ] = False,
    reason: Annotated[
        str | None, typer.Option(help="Why names are needed; kept encrypted, with the journal.")
    ] = None,
    case: Annotated[str | None, typer.Option(help="Only this case, by its code.")] = None,
    since: Annotated[str | None, typer.Option(help="First day, YYYY-MM-DD.")] = None,
    until: Annotated[str | None, typer.Option(help="Last day, YYYY-MM-DD.")] = None,
) -> None:
    """Every answer version and every free text, with codes and no names unless they are asked for.

    Each export is noted in the journal."""
    if format is Format.XLSX and output is None:
        raise typer.BadParameter("a workbook cannot go to a terminal; add --output FILE.xlsx.")
    if force and output is None:
        raise typer.BadParameter("--force is about the file of --output.")
    why = _reason(reason, with_names=with_names)
    first, last = desk.as_date(since), desk.as_date(until)
    with desk.refusing():
        settings = config.load()
        days = between(first, last, settings.timezone)
        is_told = format is not Format.JSONL  # which needs no content, and goes out without it
        labels = loader.load(settings.content_dir).messages.labels if is_told else {}

    def read(tx: Tx, file: BinaryIO) -> int:
        file.seek(0)  # it may be the second try, after a server that was lost
        file.truncate()
        wanted = replace(days, case=None if case is None else enrol.case_of(tx, case))
        telling = Telling(tx=tx, labels=labels, timezone=settings.timezone, with_names=with_names)
        with parts_beside(output):
            return _writer(format)(file, telling, wanted)

    def write(tx: Tx, rows: int) -> None:
        note_export(tx, format=format, rows=rows, reason=why, now=desk.moment(tx))

    with desk.database() as database, target(output, may_replace=force) as file:
        rows = database.read_now(read, file)
        database.write_now(write, rows)


@app.command()
def journal(as_json: Json = False) -> None:
    """Every export so far: when, in what form, how many rows, and why names went along."""
    with desk.database() as database:
        found = database.read_now(handed_out)
    answer = [{**asdict(one), "at": one.at.isoformat()} for one in found]
    text = "\n".join(map(_told, found)) or "Nothing was exported so far."
    desk.show(answer, as_json=as_json, text=text)


def _told(one: HandedOut) -> str:
    why = "codes only" if one.reason is None else f"with names: {one.reason}"
    return f"{one.at:%Y-%m-%d %H:%M} UTC  {one.format}, {one.rows} rows, {why}"


def _writer(format: Format) -> Callable[[BinaryIO, Telling, Wanted], int]:
    if format is Format.XLSX:
        from bot.reports.workbook import write_xlsx  # takes a third of a second to load

        return write_xlsx
    return lines.write_csv if format is Format.CSV else lines.write_jsonl


def _reason(reason: str | None, *, with_names: bool) -> str | None:
    """Names go with a reason, and a reason with names."""
    if not with_names:
        if reason is not None:
            raise typer.BadParameter("--reason belongs to --with-names.")
        return None
    said = (reason or "").strip()
    if not LEAST_REASON <= len(said) <= MOST_REASON:
        raise typer.BadParameter(
            f"--with-names needs --reason with {LEAST_REASON} to {MOST_REASON} characters: for"
            " whom, and what for."
        )
    return said


def signs() -> None:
    """Warning signs in messages: JSON lines {"id", "text"} in, their signs out.

    A line that is none of these is named on stderr and the rest goes on; the exit code is 1 then.
    """
    with desk.refusing():
        content = loader.load(config.load().content_dir)
        detector = loader.detector(content)
    bad = 0
    for number, line in enumerate(sys.stdin.buffer, start=1):
        if not line.strip():
            continue
        asked = _asked(line)
        if asked is None:
            bad += 1
            desk.errors.print(f"line {number}: {WANTED}")
        else:
            typer.echo(as_line({"id": asked["id"], **_found(detector.find(str(asked["text"])))}))
    if bad:
        desk.fail(f"{bad} of the lines could not be read.")


def _asked(line: bytes) -> dict[str, object] | None:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        return None
    if not isinstance(asked, dict) or "id" not in asked or not isinstance(asked.get("text"), str):
        return None
    return asked


def _found(signs: Signs) -> dict[str, object]:
    evidence = [{name: getattr(one, name) for name in OF_EVIDENCE} for one in signs.evidence]
    return {"level": signs.level, "labels": list(signs.labels), "evidence": evidence}
