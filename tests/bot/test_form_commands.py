"""kabar checkin fill, kabar case seen, show and list, as an operator meets them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot.cli import app

WHOLE = "sleep=1,eat=1,fear=1,withdraw=1,anger=1,self=1,school=0,safety=0"
LATELY = "2026-01-05 10:00"


@dataclass
class Centre:
    """A database of its own with one case in it, and the commands on it."""

    run: Callable[..., Result]
    worker: str = ""
    contact: str = ""

    def ok(self, *words: object) -> Any:
        done = self.run(*words, "--json")
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    def refused(self, *words: object) -> str:
        done = self.run(*words)
        assert done.exit_code != 0, done.output
        assert "Traceback" not in done.output
        return " ".join(done.stderr.split())

    def fill(self, *more: object, answers: str = WHOLE, at: str = LATELY) -> tuple[object, ...]:
        return (
            *("checkin", "fill", "K-0142", "--form", "mingguan-a", "--way", "paper"),
            *("--by", self.worker, "--at", at, "--answers", answers, *more),
        )


@pytest.fixture
def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Centre:
    monkeypatch.setenv("KABAR_DATABASE_URL", f"sqlite:///{tmp_path}/var/kabar.db")
    monkeypatch.setenv("KABAR_KEY_FILE", str(tmp_path / "kabar.key"))
    made = Centre(run=lambda *words: CliRunner().invoke(app, [str(word) for word in words]))
    assert made.run("db", "upgrade").exit_code == 0
    made.worker = made.ok("staff", "add", "--name", "Ratna", "--role", "social_worker")["staff_id"]
    case = made.ok(
        *("case", "add", "--code", "K-0142", "--nickname", "Kakak", "--birth-date", "2015-04-02"),
        *("--risk", "medium", "--stage", "follow_up", "--relation", "ibu", "--level", "C"),
        *("--worker", made.worker, "--caregiver-name", "Sari", "--baseline", "3"),
    )
    made.contact = case["contacts"][0]["contact_id"]
    return made


def test_a_sheet_of_paper_becomes_a_check_in(centre: Centre) -> None:
    kept = centre.ok(*centre.fill("--note", "ibu menulis sendiri", "--saw-child"))

    assert (kept["total"], kept["band"]) == (6, "kuning")
    assert kept["words"] == [
        "Jumlah 6 (kuning, mulai 6). "
        "Naik 3 dari dasar 3 (nilai saat pulang 3; baru 0 dari 4 kabar pertama)."
    ]
    shown = centre.ok("case", "show", "K-0142")
    assert [(one["form"], one["way"], one["total"]) for one in shown["checkins"]] == [
        ("mingguan-a", "paper", 6)
    ]
    assert shown["checkins"][0]["at"] == "2026-01-05T03:00:00+00:00", "the centre's clock"
    assert "ibu menulis" not in json.dumps(shown) and "Sari" not in json.dumps(shown)
    rows = centre.run("replies", "export", "--format", "jsonl").stdout
    assert "ibu menulis sendiri" in rows


def test_the_same_sheet_twice_is_refused(centre: Centre) -> None:
    centre.ok(*centre.fill())

    assert "filled in before" in centre.refused(*centre.fill())
    assert len(centre.ok("case", "show", "K-0142")["checkins"]) == 1


def test_a_sheet_is_compared_with_what_had_come_before_its_day(centre: Centre) -> None:
    centre.ok(*centre.fill(answers=WHOLE.replace("sleep=1", "sleep=3"), at="2026-02-05 10:00"))

    earlier = centre.ok(*centre.fill(at="2026-01-05 10:00"))

    assert not any("kabar terakhir." in line for line in earlier["words"])
    assert (
        "Naik 2 dari kabar terakhir." in centre.ok("case", "show", "K-0142")["standing"]["words"][0]
    )


def test_a_slip_in_the_answers_says_what_may_stand_there(centre: Centre) -> None:
    for answers, says in (
        ("slep=1", "mingguan-a has no item 'slep'. Its items: sleep, eat, fear"),
        ("sleep=5", "sleep cannot be '5'. It can be 0 (Tidak ada), 1 (1-2 hari)"),
        ("sleep=", "sleep cannot be ''"),
        ("sleep", "write each item once, as sleep=1,eat=0"),
        ("sleep=1,sleep=2", "write each item once"),
        ("sleep=-", "No item was answered"),
        ("", "No item was answered"),
    ):
        assert says in centre.refused(*centre.fill(answers=answers)), answers
    assert centre.ok("case", "show", "K-0142")["checkins"] == []


def test_who_may_not_fill_in_is_refused_and_so_is_a_wrong_form_or_day(centre: Centre) -> None:
    budi = centre.ok("staff", "add", "--name", "Budi", "--role", "social_worker")["staff_id"]
    known, worker = centre.fill(), centre.worker

    def with_(old: object, new: object) -> tuple[object, ...]:
        return tuple(new if word == old else word for word in known)

    assert "K-0142 is not their case" in centre.refused(*with_(worker, budi))
    assert "There is no staff nobody" in centre.refused(*with_(worker, "nobody"))
    assert "Its forms: mingguan-a, mingguan-b" in centre.refused(*with_("mingguan-a", "bulanan"))
    assert "still to come" in centre.refused(*centre.fill(at="2999-01-01 10:00"))
    assert "write it as 2026-11-24 10:00" in centre.refused(*centre.fill(at="kemarin"))
    assert "There is no case K-1" in centre.refused(*with_("K-0142", "K-1"))


def test_without_answers_each_item_is_asked_on_the_terminal(centre: Centre) -> None:
    typed = ["1", "9", "2", "", "0", "0", "0", "0", "2", "1"]  # 9 is no choice, "" is not known

    done = CliRunner().invoke(
        app,
        ["checkin", "fill", "K-0142", "--form", "mingguan-a", "--way", "call", "--by",
         centre.worker, "--json"],
        input="\n".join(typed) + "\n",
    )  # fmt: skip

    assert done.exit_code == 0, done.output
    assert "'9' is none of these." in done.stderr
    assert "Tentang apa, Bapak/Ibu?" in done.stderr, "a choice leads on to another item"
    answer = json.loads(done.stdout.splitlines()[-1])  # above it the runner shows what was typed
    assert answer["answered"] == 9
    assert "Perkiraan: 6 dari 7 butir dijawab." in answer["words"]


def test_a_visit_without_a_form_moves_both_clocks(centre: Centre) -> None:
    before = centre.ok("case", "show", "K-0142")["standing"]

    centre.ok("case", "seen", "K-0142", "--way", "visit", "--by", centre.worker, "--saw-child")
    after = centre.ok("case", "show", "K-0142")["standing"]

    assert (before["days_since_spoken"], before["days_since_child_seen"]) == (None, None)
    assert (after["days_since_spoken"], after["days_since_child_seen"]) == (0, 0)
    assert "Anak terakhir dilihat atau diajak bicara sendiri: hari ini." in after["words"]


def test_only_what_was_seen_counts_and_only_once(centre: Centre) -> None:
    seen = ("case", "seen", "K-0142", "--way", "here", "--by", centre.worker)

    centre.ok(*seen, "--on", "2026-01-05", "--not-spoke", "--saw-child")
    assert "noted before" in centre.refused(
        *seen, "--on", "2026-01-05", "--not-spoke", "--saw-child"
    )
    assert "nothing to note" in centre.refused(*seen, "--not-spoke", "--not-seen")
    assert "still to come" in centre.refused(*seen, "--on", "2999-01-01")
    standing = centre.ok("case", "show", "K-0142")["standing"]

    assert standing["days_since_spoken"] is None
    assert standing["days_since_child_seen"] > 0


def test_a_case_is_shown_in_codes_and_the_reading_is_noted(centre: Centre) -> None:
    centre.ok(*centre.fill())

    done = centre.run("case", "show", "K-0142")
    listed = centre.ok("case", "list")

    assert done.exit_code == 0, done.output
    assert done.stdout.startswith(f"K-0142: follow_up, risk medium, active, worker {centre.worker}")
    assert "Jumlah 6 (kuning, mulai 6)." in done.stdout
    assert f"- {centre.contact} caregiver, invited, level C, 09:00-16:00" in done.stdout
    assert "Sari" not in done.stdout and "Kakak" not in done.stdout
    assert [(one["case"], one["risk"], one["state"]) for one in listed] == [
        ("K-0142", "medium", "active")
    ]
    assert centre.ok("audit")["findings"] == []
    assert "There is no case K-9" in centre.refused("case", "show", "K-9")
