"""Replies as lines of JSON and as comma-separated values."""

import json

import pytest

from bot.reports.cells import guarded, legible
from flows.events import WordsKept
from storage import words
from storage.transaction import Tx
from storage.words import Writer
from tests.reports.offices import BELL, FORMULA, FROM_OUTSIDE, HALF, TYPED, Office

FIELDS = ["reply_id", "case", "contact_id", "checkin_id", "item", "value", "text", "at",
          "replaced_by"]  # fmt: skip


def test_a_line_of_json_is_what_it_was_before_there_were_other_forms(office: Office) -> None:
    lines = office.export("--format", "jsonl").stdout.splitlines()

    checkin = f"checkin:{office.sari}:20260303T0200"
    assert lines[0] == (
        f'{{"reply_id": "answer:700001:2", "case": "K-0142", "contact_id": "{office.sari}",'
        f' "checkin_id": "{checkin}", "item": "sleep", "value": 3, "text": null,'
        ' "at": "2026-03-03T02:06:00+00:00", "replaced_by": "answer:700001:4"}'
    )
    assert all(list(json.loads(line)) == FIELDS for line in lines)
    assert {FORMULA, TYPED, BELL, HALF, FROM_OUTSIDE} <= {
        json.loads(line)["text"] for line in lines
    }


def test_both_forms_have_the_same_replies_in_the_same_order(office: Office) -> None:
    told, written = office.jsonl(), office.csv()

    assert [row["reply_id"] for row in told] == [row["reply_id"] for row in written]
    assert len(told) == 20


def test_a_tapped_answer_says_what_it_was_called_and_where_it_stood(office: Office) -> None:
    first, second, *_ = office.csv()

    said = ("item", "value", "label", "form", "slot", "way", "filled_by", "at", "at_local")
    assert [first[name] for name in said] == [
        *("sleep", "3", "5-7 hari", "mingguan-a", "regular", "message", ""),
        *("2026-03-03T02:06:00+00:00", "2026-03-03 09:06:00"),
    ]
    assert first["replaced_by"] == second["reply_id"]
    unknown = next(row for row in office.csv() if row["item"] == "fear")
    assert (unknown["value"], unknown["label"]) == ("", "Tidak tahu")


def test_what_staff_filled_in_names_the_way_and_who_by_its_id(office: Office) -> None:
    filled = [row for row in office.csv() if row["slot"] == "form"]

    assert {(row["way"], row["filled_by"], row["case"]) for row in filled} == {
        ("call", office.worker, "K-0150")
    }
    assert [row["label"] for row in filled if row["item"] == "call"] == ["Boleh, jam biasa"]


def test_no_cell_begins_as_a_formula_would(office: Office) -> None:
    cells = [cell for row in office.csv() for cell in row.values()]

    assert not [cell for cell in cells if cell[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"}]
    assert {f"'{FORMULA}", f"'{TYPED}", f"'{FROM_OUTSIDE}"} <= set(cells)


def test_what_a_cell_cannot_hold_is_made_visible(office: Office) -> None:
    texts = {row["text"] for row in office.csv()}

    assert {"dering␇ dan ␀nol", "setengah \ufffd emoji"} <= texts


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_an_apostrophe_stands_before_whatever_a_spreadsheet_would_run(begins: str) -> None:
    assert guarded(f"{begins}1+1") == f"'{begins}1+1"
    assert guarded(f"1{begins}1") == f"1{begins}1"


def test_lines_and_words_of_other_scripts_stay_as_they_are() -> None:
    text = "baris satu\nbaris dua\r\n\tﺏ ꦗ 😀 é"

    assert legible(text) == text


def test_only_one_case_is_handed_out_where_only_one_is_wanted(office: Office) -> None:
    assert {row["case"] for row in office.jsonl("--case", "K-0150")} == {"K-0150"}
    assert "There is no case K-9" in office.refused("--format", "csv", "--case", "K-9")


def test_days_are_those_of_the_centre_and_both_ends_are_inside(office: Office) -> None:
    one_day = office.jsonl("--since", "2026-03-02", "--until", "2026-03-02")
    later = office.jsonl("--since", "2026-03-03")

    assert {row["case"] for row in one_day} == {"K-0150"}
    assert len(one_day) + len(later) == len(office.jsonl())
    assert office.jsonl("--until", "2026-03-01") == []
    assert office.jsonl("--since", "2026-03-04") == []


@pytest.mark.parametrize(
    ("days", "says"),
    [
        (("--since", "2026-03-03", "--until", "2026-03-02"), "--until is before --since"),
        (("--since", "kemarin"), "write it as 2026-11-24"),
        (("--since", "0001-01-01"), "days from 1970-01-01"),
        (("--until", "9999-12-31"), "to 9998-12-31"),
    ],
)
def test_days_that_make_no_sense_are_refused(
    office: Office, days: tuple[str, ...], says: str
) -> None:
    assert says in office.refused("--format", "csv", *days)


def test_more_replies_than_are_read_at_once_all_come_in_order(bare: Office) -> None:
    office, many = bare, 1201

    def write(tx: Tx) -> None:
        for number in range(many):
            said = WordsKept(text=f"nomor {number}", signs_level="none", is_command=False,
                             checkin=None)  # fmt: skip
            words.keep(tx, said, cause=f"many:{number}", writer=Writer(chat_hash="many"),
                       message_no=None, at=office.centre.now)  # fmt: skip

    office.centre.database.write_now(write)

    told = [row["text"] for row in office.jsonl()]
    numbers = [int(text.split()[1]) for text in told if text and text.startswith("nomor")]
    assert numbers == list(range(many))
    assert len(office.csv()) == len(told)
