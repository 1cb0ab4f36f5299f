"""A centre with two families and a stranger, on either engine, and the command that hands out what
they have said."""

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from openpyxl import load_workbook
from sqlalchemy import select
from typer.testing import CliRunner

from bot.cli import app
from flows.events import WordsKept
from flows.model import Level
from storage import tables, words
from storage.transaction import Tx
from storage.words import Writer
from tests.oversight.centres import Centre

RATNA, SARI, WATI = 5001, 7001, 7002
FORMULA = '=HYPERLINK("http://example.org","klik")'
TYPED = "-1+2"
BELL = "dering\x07 dan \x00nol"
HALF = "setengah \ud83d emoji"
FROM_OUTSIDE = "@halo, siapa ini?"
REASON = "Ringkasan kasus untuk psikolog, Maret"

Sheets = dict[str, list[dict[str, Any]]]


@dataclass
class Office:
    """Where exports are made: the centre, and its command line."""

    centre: Centre
    folder: Path
    worker: str
    sari: str
    wati: str

    def run(self, *words: object) -> Result:
        return CliRunner().invoke(app, [str(word) for word in words])

    def export(self, *words: object) -> Result:
        done = self.run("replies", "export", *words)
        assert done.exit_code == 0, done.output
        return done

    def refused(self, *words: object) -> str:
        done = self.run("replies", "export", *words)
        assert done.exit_code != 0, done.output
        assert "Traceback" not in done.output
        return " ".join(done.stderr.replace("│", " ").split())

    def jsonl(self, *words: object) -> list[dict[str, Any]]:
        lines = self.export("--format", "jsonl", *words).stdout.splitlines()
        return [json.loads(line) for line in lines]

    def csv(self, *words: object) -> list[dict[str, str]]:
        written = self.export("--format", "csv", *words).stdout_bytes.decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(written, newline="")))

    def xlsx(self, *words: object) -> Sheets:
        path = self.folder / "out.xlsx"
        self.export("--format", "xlsx", "--output", path, "--force", *words)
        return read_back(path)

    def journal(self, action: str) -> list[dict[str, Any]]:
        a = tables.audit
        rows = self.centre.rows(select(a.c.detail).where(a.c.action == action).order_by(a.c.seq))
        return [json.loads(row.detail) for row in rows]


def read_back(path: Path) -> Sheets:
    """Rows of each sheet by the headings above them; what is empty is left out."""
    book = load_workbook(path)
    found: Sheets = {}
    for sheet in book:
        headings, *rows = sheet.iter_rows(values_only=True)
        found[sheet.title] = [
            {str(name): cell for name, cell in zip(headings, row, strict=True) if cell is not None}
            for row in rows
        ]
    book.close()
    return found


def settings_of(monkeypatch: pytest.MonkeyPatch, url: str, folder: Path) -> None:
    monkeypatch.setenv("KABAR_DATABASE_URL", url)
    monkeypatch.setenv("KABAR_KEY_FILE", str(folder / "kabar.key"))


def busy(centre: Centre, folder: Path) -> Office:
    """Sari answers and takes an answer back, then writes what tables stumble over; Wati at B says
    nothing, and Ratna fills in a form with her by phone. Somebody writes whom nobody knows."""
    worker = centre.staff(RATNA)
    sari = centre.family(SARI, worker, "K-0142")
    wati = centre.family(WATI, worker, "K-0150", Level.DISCREET)
    centre.passes(hours=23.1)
    centre.taps(SARI, "Mulai", "5-7 hari", "Kembali", "Tidak ada", "1-2 hari", "Tidak tahu")
    centre.taps(SARI, *["Tidak ada"] * 5)
    centre.writes(SARI, TYPED)
    centre.writes(SARI, FORMULA)
    centre.writes(SARI, BELL.replace("\x00", ""))
    office = Office(centre=centre, folder=folder, worker=worker, sari=sari, wati=wati)
    centre.database.write_now(_also, centre, sari)
    done = office.run(
        *("checkin", "fill", "K-0150", "--form", "mingguan-b", "--way", "call", "--by", worker),
        *("--at", "2026-03-02 11:00", "--answers", "sleep=2,eat=1,play=0,school=0,call=1"),
    )
    assert done.exit_code == 0, done.output
    return office


def _also(tx: Tx, centre: Centre, sari: str) -> None:
    """Texts that Telegram would not let through whole, and one of a stranger."""
    c = tables.contacts
    case = tx.execute(select(c.c.case_id).where(c.c.id == sari)).scalar_one()
    for cause, text in (("bell", BELL), ("half", HALF)):
        _kept(tx, centre, cause, text, Writer(chat_hash="sari", contact=sari, case=case))
    _kept(tx, centre, "outside", FROM_OUTSIDE, Writer(chat_hash="stranger"))


def _kept(tx: Tx, centre: Centre, cause: str, text: str, writer: Writer) -> None:
    said = WordsKept(text=text, signs_level="none", is_command=False, checkin=None)
    words.keep(tx, said, cause=cause, writer=writer, message_no=None, at=centre.now)
