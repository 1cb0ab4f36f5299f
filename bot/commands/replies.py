"""kabar replies and kabar signs: what families wrote, and what the detector makes of words."""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, TextIO

import typer

from bot import config
from bot.commands import desk
from flows import loader, warning_signs
from flows.model import Signs
from storage import replies
from storage.transaction import Tx

app = typer.Typer(no_args_is_help=True, help="What families have answered and written.")


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
    """Warning signs in messages: JSON lines {"id", "text"} in, their signs out."""
    with desk.refusing():
        content = loader.load(config.load().content_dir)
        detector = warning_signs.build(content.signs)
    for number, line in enumerate(_lines(sys.stdin), start=1):
        asked = _asked(line, number)
        typer.echo(_line({"id": asked["id"], **_found(detector.find(str(asked["text"])))}))


def _lines(source: TextIO) -> Iterator[str]:
    return (line for line in source if line.strip())


def _asked(line: str, number: int) -> dict[str, object]:
    wanted = f'line {number}: write {{"id": "...", "text": "..."}}, one JSON object a line'
    try:
        asked = json.loads(line)
    except ValueError:
        desk.fail(wanted)
    if not isinstance(asked, dict) or "id" not in asked or not isinstance(asked.get("text"), str):
        desk.fail(wanted)
    return asked


def _found(signs: Signs) -> dict[str, object]:
    evidence: Iterable[dict[str, object]] = (asdict(one) for one in signs.evidence)
    return {"level": signs.level, "labels": list(signs.labels), "evidence": list(evidence)}


def _line(row: dict[str, object]) -> str:
    return json.dumps(row, ensure_ascii=False)
