"""Names need a reason, every export is in the journal, and a file is never half or lost."""

import os
import stat
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from flows.model import CaseId, ContactId
from storage import cases, contacts, tables
from storage.plan_changes import REASON as SEALED_REASON
from storage.transaction import Tx
from tests.reports.offices import FORMULA, REASON, Office

NAMES = {"nickname": "Kakak", "contact_name": "Ibu Karangan", "relation": "ibu"}
FORMS = ("jsonl", "csv", "xlsx")


def test_nothing_names_anybody_unless_names_are_asked_for(office: Office) -> None:
    plain = office.export("--format", "jsonl").stdout + office.export("--format", "csv").stdout

    cells = {cell for rows in office.xlsx().values() for row in rows for cell in row.values()}
    assert "Karangan" not in plain and "Kakak" not in plain
    assert "Ibu Karangan" not in cells and "Kakak" not in cells


def test_names_stand_beside_every_row_of_every_form(office: Office) -> None:
    asked = ("--with-names", "--reason", REASON)

    book = office.xlsx(*asked)
    rows = [*office.jsonl(*asked), *office.csv(*asked), *book["Jawaban"], *book["mingguan-b"],
            *book["Pesan"]]  # fmt: skip

    named = [row for row in rows if row.get("case")]
    assert {tuple(row[name] for name in NAMES) for row in named} == {tuple(NAMES.values())}
    strangers = [row for row in rows if not row.get("case")]
    assert len(strangers) == 3
    assert not any(row.get(name) for row in strangers for name in NAMES)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--with-names",), "--with-names needs --reason"),
        (("--with-names", "--reason", "  pendek  "), "10 to 300 characters"),
        (("--with-names", "--reason", "x" * 301), "10 to 300 characters"),
        (("--reason", REASON), "--reason belongs to --with-names"),
    ],
)
def test_without_a_reason_there_are_no_names(
    office: Office, words: tuple[str, ...], says: str
) -> None:
    before = len(office.journal("exported"))

    assert says in office.refused("--format", "csv", *words)
    assert len(office.journal("exported")) == before


def test_every_export_is_in_the_journal_with_its_rows(own_office: Office) -> None:
    path, one_case = own_office.folder / "out", ("--case", "K-0150")

    for form in FORMS:
        to = ("--format", form, "--output", path, "--force")
        own_office.export(*to)
        own_office.export(*to, *one_case, "--with-names", "--reason", REASON)

    assert own_office.journal("exported") == [
        {"format": "jsonl", "rows": 20},
        {"format": "jsonl", "rows": 5},
        {"format": "csv", "rows": 20},
        {"format": "csv", "rows": 5},
        {"format": "xlsx", "rows": 23},  # check-ins have rows of their own
        {"format": "xlsx", "rows": 7},
    ]
    assert own_office.journal("export_with_names") == own_office.journal("exported")[1::2]


def test_the_reason_is_kept_sealed(own_office: Office) -> None:
    amiss = own_office.centre.finds()

    own_office.export("--format", "csv", "--with-names", "--reason", REASON)

    p = tables.plan_changes

    def read(tx: Tx) -> tuple[bytes, str]:
        row = tx.execute(select(p).where(p.c.action == "export_with_names")).one()
        assert (row.case_id, row.actor) == (None, "operator")
        place = f"{row.action}|{row.at.isoformat()}"
        return row.reason, tx.vault.open(tx, row.subject, SEALED_REASON, place, row.reason)

    sealed, opened_again = own_office.centre.database.read_now(read)
    assert opened_again == REASON
    assert REASON.encode() not in sealed
    assert own_office.centre.finds() == amiss, "the audit knows rows of this kind"


def test_what_cannot_be_noted_is_not_handed_out(own_office: Office) -> None:
    path, centre = own_office.folder / "out.csv", own_office.centre
    centre.by_hand("ALTER TABLE plan_changes RENAME TO gone")

    asked = ("--format", "csv", "--with-names", "--reason", REASON)
    to_file = own_office.run("replies", "export", *asked, "--output", path)
    to_stdout = own_office.run("replies", "export", *asked)

    centre.by_hand("ALTER TABLE gone RENAME TO plan_changes")
    assert to_file.exit_code != 0 and to_stdout.exit_code != 0
    assert to_stdout.stdout_bytes == b""
    assert not list(own_office.folder.glob("*out.csv*"))
    assert own_office.journal("exported") == []


def test_a_file_is_for_its_owner_alone(office: Office, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        for form in FORMS:
            office.export("--format", form, "--output", tmp_path / form)
    finally:
        os.umask(before)

    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    assert len(list(tmp_path.iterdir())) == 3, "nothing is left beside them"


def test_a_file_holds_what_stdout_would(office: Office, tmp_path: Path) -> None:
    for form in ("jsonl", "csv"):
        path = tmp_path / form
        done = office.export("--format", form, "--output", path)

        assert done.stdout == ""
        assert path.read_bytes() == office.export("--format", form).stdout_bytes


def test_a_file_that_is_there_is_kept_unless_it_may_be_replaced(
    office: Office, tmp_path: Path
) -> None:
    path = tmp_path / "out.csv"
    path.write_text("lama")

    assert "add --force" in office.refused("--format", "csv", "--output", path)
    assert path.read_text() == "lama"
    office.export("--format", "csv", "--output", path, "--force")
    assert FORMULA[:5] in path.read_text()
    assert [one.name for one in tmp_path.iterdir()] == ["out.csv"]


def test_a_link_that_leads_nowhere_is_taken_as_well(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.symlink_to(tmp_path / "elsewhere")

    assert "add --force" in office.refused("--format", "csv", "--output", path)
    office.export("--format", "csv", "--output", path, "--force")
    assert not (tmp_path / "elsewhere").exists(), "the name is replaced, not what it leads to"


def test_places_where_no_file_can_be_are_refused(office: Office, tmp_path: Path) -> None:
    nowhere = tmp_path / "none" / "out.csv"

    assert "could not be written" in office.refused("--format", "csv", "--output", nowhere)
    assert "no file name" in office.refused("--format", "csv", "--output", tmp_path)
    assert "add --output" in office.refused("--format", "xlsx")
    assert "--force is about" in office.refused("--format", "csv", "--force")


def test_an_erased_family_ends_no_export(own_office: Office) -> None:
    office, asked = own_office, ("--with-names", "--reason", REASON)
    texts = [row["reply_id"] for row in office.jsonl() if row["item"] is None]

    office.centre.database.write_now(_erases, office.sari, now=office.centre.now)
    lines, cells, book = office.jsonl(*asked), office.csv(*asked), office.xlsx(*asked)

    for rows in (lines, cells, book["Jawaban"], book["mingguan-a"], book["Pesan"]):
        theirs = [row for row in rows if row.get("contact_id") == office.sari]
        assert theirs
        assert not any(row.get(name) for row in theirs for name in ("text", *NAMES))
    for rows in (lines, cells, book["Pesan"]):
        assert [row["reply_id"] for row in rows if not row.get("item")] == texts
    assert {row["text"] for row in lines if row["reply_id"] == "words:bell"} == {""}
    assert book["mingguan-a"][0]["sleep"] == 3, "figures stay"
    assert {row["contact_name"] for row in cells if row["contact_id"] == office.wati} == {
        "Ibu Karangan"
    }


def _erases(tx: Tx, contact: str, *, now: datetime) -> None:
    c = tables.contacts
    case = tx.execute(select(c.c.case_id).where(c.c.id == contact)).scalar_one()
    tx.vault.destroy(tx, contacts.subject(ContactId(contact)), now=now)
    tx.vault.destroy(tx, cases.subject(CaseId(case)), now=now)


def test_a_centre_without_replies_gets_headings_alone(bare: Office) -> None:
    assert bare.export("--format", "jsonl").stdout_bytes == b""
    written = bare.export("--format", "csv").stdout_bytes
    assert written.startswith(b"\xef\xbb\xbfreply_id,case,") and written.count(b"\r\n") == 1
    book = bare.xlsx()
    assert list(book) == ["Jawaban", "Pesan", "Keterangan"]
    assert [book["Jawaban"], book["Pesan"]] == [[], []]
    assert [row["rows"] for row in bare.journal("exported")] == [0, 0, 0]
