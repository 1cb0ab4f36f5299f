"""kabar replies and kabar signs: what families wrote, and what the detector makes of words."""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from bot import config
from bot.commands import desk
from flows import loader, warning_signs
from flows.model import Signs
from storage import replies
from storage.transaction import Tx

app = typer.Typer(no_args_is_help=True, help="What families have answered and written.")


WANTED = 'write {"id": "...", "text": "..."}, one JSON object a line'


class Format(StrEnum):
    JSONL = "jsonl"


@app.command()
def export(
    format: Annotated[Format, typer.Option(help="jsonl: one JSON object a line.")],
) -> None:
    """Every answer version and every free text, with codes and no names."""

    def read(tx: Tx) -> list[str]:
        rows = replies.every(tx)
        return [_line({**asdict(row), "at": row.at.isoformat()}) for row in rows]

    with desk.database() as database:
        lines = database.read_now(read)
    for line in lines:
        typer.echo(line)


def signs() -> None:
    """Warning signs in messages: JSON lines {"id", "text"} in, their signs out.

    A line that is none of these is named on stderr and the rest goes on; the exit code is 1 then.
    """
    with desk.refusing():
        content = loader.load(config.load().content_dir)
        detector = warning_signs.build(content.signs)
    bad = 0
    for number, line in enumerate(sys.stdin.buffer, start=1):
        if not line.strip():
            continue
        asked = _asked(line)
        if asked is None:
            bad += 1
            desk.errors.print(f"line {number}: {WANTED}")
        else:
            typer.echo(_line({"id": asked["id"], **_found(detector.find(str(asked["text"])))}))
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
    evidence: Iterable[dict[str, object]] = (asdict(one) for one in signs.evidence)
    return {"level": signs.level, "labels": list(signs.labels), "evidence": list(evidence)}


def _line(row: dict[str, object]) -> str:
    line = json.dumps(row, ensure_ascii=False)
    # Half of a broken emoji is no UTF-8 and would end the whole export; escaped it is what it was.
    return json.dumps(row) if any("\ud800" <= char <= "\udfff" for char in line) else line
