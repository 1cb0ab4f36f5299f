"""The workbook, read back."""

from errno import ENOSPC
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from bot.errors import ExportRefused
from bot.reports.sheets import LONGEST_CELL, Sheet, free_title
from bot.reports.telling import Telling
from bot.reports.workbook import write_xlsx
from storage.replies import EVERYTHING
from storage.transaction import Tx
from tests.reports.offices import FORMULA, FROM_OUTSIDE, SARI, TYPED, Office, read_back


def test_there_is_a_sheet_for_answers_one_for_each_form_texts_and_meanings(office: Office) -> None:
    book = office.xlsx()

    assert list(book) == ["Jawaban", "mingguan-a", "mingguan-b", "Pesan", "Keterangan"]
    assert [len(book[name]) for name in list(book)[:4]] == [14, 1, 2, 6]


def test_answers_are_those_of_the_other_forms(office: Office) -> None:
    answers = [row for row in office.csv() if row["item"]]

    kept = office.xlsx()["Jawaban"]

    assert [row["reply_id"] for row in kept] == [row["reply_id"] for row in answers]
    assert [str(row.get("value", "")) for row in kept] == [row["value"] for row in answers]
    assert str(kept[0]["at_local"]) == "2026-03-03 09:06:00"
    assert (kept[0]["value"], kept[0]["label"]) == (3, "5-7 hari")


def test_a_check_in_is_one_row_with_the_answers_that_count(office: Office) -> None:
    (row,) = office.xlsx()["mingguan-a"]

    assert (row["case"], row["contact_id"]) == ("K-0142", office.sari)
    assert (row["level"], row["state"], row["slot"], row["way"]) == (
        *("A", "open", "regular", "message"),
    )
    assert row["sleep"] == 3, "the highest counts, not the last"
    assert row["lowered"] == "sleep 3 > 0"
    assert (row["eat"], row["safety"]) == (1, 0)
    assert "fear" not in row, "not known is no value"
    assert str(row["asked_local"]) == "2026-03-03 09:00:00"
    assert "ended_local" not in row


def test_a_check_in_that_is_over_has_its_figures(own_office: Office) -> None:
    own_office.centre.taps(SARI, "Selesai")

    (row,) = own_office.xlsx()["mingguan-a"]

    assert (row["state"], row["total"], row["is_estimated"], row["band"]) == (
        *("finished", 5, 1, "hijau"),
    )
    assert str(row["ended_local"]) == "2026-03-03 09:06:00"


def test_one_that_nobody_has_answered_is_there_as_well(office: Office) -> None:
    filled, asked = office.xlsx()["mingguan-b"]

    assert (filled["slot"], filled["way"], filled["filled_by"]) == ("form", "call", office.worker)
    assert (filled["sleep"], filled["call"]) == (2, 1)
    assert asked["state"] == "asked"
    assert "sleep" not in asked


def test_a_text_stays_a_text_whatever_it_begins_with(office: Office) -> None:
    office.xlsx()

    book = load_workbook(office.folder / "out.xlsx")
    cells = {cell.value: cell for row in book["Pesan"].iter_rows() for cell in row}
    for text in (FORMULA, TYPED, FROM_OUTSIDE):
        assert cells[text].data_type == "s"
        assert cells[text].quotePrefix, "also after somebody has edited the cell"
    assert {"dering␇ dan ␀nol", "setengah \ufffd emoji"} <= set(cells)
    book.close()


def test_headings_stay_in_sight_and_every_column_can_be_filtered(office: Office) -> None:
    office.xlsx()

    book = load_workbook(office.folder / "out.xlsx")
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert all(cell.font.b for cell in sheet[1])
        assert sheet.column_dimensions["A"].width > 10
    book.close()


def test_columns_items_and_choices_are_explained_in_indonesian(office: Office) -> None:
    book = office.xlsx()

    told = book["Keterangan"]
    columns = {name for title in ("Jawaban", "Pesan") for row in book[title] for name in row}
    assert columns <= {row["kolom"] for row in told}
    assert {"lembar": "mingguan-a", "kolom": "sleep", "nilai": 3, "arti": "5-7 hari"} in told
    question = "Dalam 7 hari ini, berapa hari anak susah tidur?"
    assert {"lembar": "mingguan-a", "kolom": "sleep", "arti": question} in told
    assert {"lembar": "mingguan-a", "kolom": "band", "nilai": "kuning", "arti": "Mulai 6."} in told
    assert {"kolom": "way", "nilai": "visit", "arti": "Kunjungan"} in told
    used = {(row["state"], row["slot"]) for name in ("mingguan-a", "mingguan-b")
            for row in book[name]}  # fmt: skip
    explained = {(row["kolom"], row.get("nilai")) for row in told}
    assert {("state", state) for state, _ in used} | {("slot", slot) for _, slot in used} <= (
        explained
    )


def test_one_case_or_some_days_are_a_smaller_workbook(office: Office) -> None:
    one = office.xlsx("--case", "K-0150")
    none = office.xlsx("--since", "2026-03-04")

    assert list(one) == ["Jawaban", "mingguan-b", "Pesan", "Keterangan"]
    assert {row["case"] for row in one["mingguan-b"]} == {"K-0150"}
    assert list(none) == ["Jawaban", "Pesan", "Keterangan"]


def test_a_full_sheet_says_what_to_do() -> None:
    sheet = Sheet(Workbook(write_only=True), "Jawaban", ["case"], most_rows=3)
    sheet.add({"case": "K-1"})
    sheet.add({"case": "K-2"})

    with pytest.raises(ExportRefused, match="--since and --until"):
        sheet.add({"case": "K-3"})
    sheet.discard()


def test_one_that_cannot_be_finished_ends_with_what_went_wrong(
    office: Office, tmp_path: Path
) -> None:
    class Full(BytesIO):
        def write(self, _: object) -> int:
            raise OSError(ENOSPC, "No space left on device")

    def read(tx: Tx) -> None:
        labels = office.centre.room.content.messages.labels
        telling = Telling(tx=tx, labels=labels, timezone="Asia/Jakarta", with_names=False)
        write_xlsx(Full(), telling, EVERYTHING)

    with pytest.raises(OSError, match="No space left"):
        office.centre.database.read_now(read)


def test_what_openpyxl_takes_for_errors_and_very_long_texts_are_texts(tmp_path: Path) -> None:
    book = Workbook(write_only=True)
    sheet = Sheet(book, "Pesan", ["label", "text"])
    sheet.add({"label": "#N/A", "text": "a" * (LONGEST_CELL + 9)})
    book.save(tmp_path / "out.xlsx")

    (row,) = read_back(tmp_path / "out.xlsx")["Pesan"]

    assert row["label"] == "#N/A"
    assert (len(row["text"]), row["text"][-1]) == (LONGEST_CELL, "…")
    assert load_workbook(tmp_path / "out.xlsx")["Pesan"]["A2"].data_type == "s"


def test_titles_are_short_allowed_and_never_the_same() -> None:
    long = "kunjungan-rumah-tiga-bulan-sesudah-pulang"

    first = free_title(long, [])
    second = free_title(long.upper(), [first])

    assert (len(first), len(second)) == (31, 31)
    assert first.casefold() != second.casefold()
    assert free_title("jawaban", ["Jawaban"]) == "jawaban (2)"
    assert free_title("a/b:c[d]*?", []) == "a-b-c-d---"
    assert free_title("'", []) == "-"
