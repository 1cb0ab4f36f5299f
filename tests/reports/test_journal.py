"""What was handed out can be read again, and nothing of it lies about."""

import json
import os
import tempfile
from pathlib import Path

import pytest

from bot.reports.cells import guarded
from bot.reports.new_file import parts_beside
from tests.reports.offices import REASON, Office


def test_the_journal_tells_what_left_and_why_names_did(own_office: Office) -> None:
    office = own_office
    office.export("--format", "csv", "--with-names", "--reason", REASON)
    office.export("--format", "jsonl", "--case", "K-0150")

    journal = json.loads(office.run("replies", "journal", "--json").stdout)
    told = office.run("replies", "journal").stdout

    assert [(one["format"], one["rows"], one["reason"]) for one in journal] == [
        ("csv", 20, REASON),
        ("jsonl", 5, None),
    ]
    assert f"csv, 20 rows, with names: {REASON}" in told
    assert "jsonl, 5 rows, codes only" in told


def test_the_journal_of_a_new_centre_is_empty(bare: Office) -> None:
    assert "Nothing was exported" in bare.run("replies", "journal").stdout
    assert json.loads(bare.run("replies", "journal", "--json").stdout) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("aman;=cmd|'/C calc'!A0", "aman;'=cmd|'/C calc'!A0"),
        ('aman";"=1+1', 'aman";\'"=1+1'),
        ("daftar:\n- makan\n- tidur", "daftar:\n'- makan\n'- tidur"),
        ("a\t@b", "a\t'@b"),
        (' "=1', "' \"=1"),
        ("tidur; makan + main, a = b", "tidur; makan + main, a = b"),
        ("1-2 hari; nama@contoh", "1-2 hari; nama@contoh"),
    ],
)
def test_a_cell_that_begins_inside_a_text_is_no_formula_either(text: str, shown: str) -> None:
    assert guarded(text) == shown


def test_parts_of_a_workbook_lie_beside_it_and_go_with_it(tmp_path: Path) -> None:
    before = tempfile.gettempdir()

    with parts_beside(tmp_path / "a.xlsx"):
        descriptor, part = tempfile.mkstemp()
        os.close(descriptor)
        folder = Path(part).parent
        assert (folder.parent, folder.stat().st_mode & 0o777) == (tmp_path, 0o700)

    assert (list(tmp_path.iterdir()), tempfile.gettempdir()) == ([], before)


def test_a_workbook_needs_no_folder_that_all_programs_use(
    own_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(own_office.folder / "nowhere"))

    book = own_office.xlsx()

    assert len(book["Jawaban"]) > 1
    assert [one for one in own_office.folder.iterdir() if one.name.startswith(".out")] == []
