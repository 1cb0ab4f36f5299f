"""A school contact beside the family, as an operator meets it: it is never taken for the family."""

from pathlib import Path

from openpyxl import load_workbook

from tests.bot.test_form_commands import Centre, centre

__all__ = ["centre"]


def with_a_teacher(centre: Centre) -> str:
    """One adult of a school is another contact of the case."""
    made = centre.ok(
        *("contact", "add", "--case", "K-0142", "--kind", "school", "--code", "S-07"),
        *("--caregiver-name", "Pak Guru", "--relation", "guru"),
    )
    return str(made["contact_id"])


def test_a_talk_with_the_school_is_none_with_the_family(centre: Centre) -> None:
    teacher = with_a_teacher(centre)
    seen = ("case", "seen", "K-0142", "--by", centre.worker)

    centre.ok(*seen, "--way", "call", "--contact", teacher)
    by_school = centre.ok("case", "show", "K-0142")["standing"]
    centre.ok(*seen, "--way", "visit", "--contact", centre.contact)
    by_family = centre.ok("case", "show", "K-0142")["standing"]

    assert by_school["days_since_spoken"] is None
    assert by_family["days_since_spoken"] == 0


def test_the_form_of_a_school_is_not_where_the_case_stands(centre: Centre) -> None:
    teacher = with_a_teacher(centre)
    centre.ok(*centre.fill())

    school = centre.ok(
        *("checkin", "fill", "K-0142", "--form", "sekolah", "--way", "call", "--contact", teacher),
        *("--by", centre.worker, "--answers", "attend=1,lessons=0,friends=0,behaviour=0"),
    )

    shown = centre.ok("case", "show", "K-0142")
    assert (school["total"], shown["standing"]["total"]) == (None, 6)
    assert [one["form"] for one in shown["checkins"]] == ["sekolah", "mingguan-a"]


def test_a_workbook_says_what_a_school_was_asked(centre: Centre, tmp_path: Path) -> None:
    teacher = with_a_teacher(centre)
    centre.ok(
        *("checkin", "fill", "K-0142", "--form", "sekolah", "--way", "call", "--contact", teacher),
        *("--by", centre.worker, "--answers", "attend=1,lessons=0,friends=0,behaviour=0"),
    )

    path = tmp_path / "out.xlsx"
    done = centre.run("replies", "export", "--format", "xlsx", "--output", path)

    assert done.exit_code == 0, done.output
    cells = [
        str(cell)
        for sheet in load_workbook(path).worksheets
        for row in sheet.iter_rows(values_only=True)
        for cell in row
    ]
    assert "Sebulan ini, seberapa sering siswa ini tidak masuk?" in cells
