"""kabar play and kabar check: what a psychologist sees who tries a check-in of their own."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from flows.reading.folder import SHIPPED


@pytest.fixture(autouse=True)
def no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KABAR_DATABASE_URL", f"sqlite:///{tmp_path}/nowhere/kabar.db")


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, arguments, input=typed)


def test_a_check_in_is_played_to_its_end_with_score_and_rules(tmp_path: Path) -> None:
    typed = "mulai\n7\ntiap hari\n5-7 hari\nd\nsetiap hari\ngak tau\ntidak\nmohon segera\nselesai\n"

    played = run("play", "mingguan-a", typed=typed)

    assert played.exit_code == 0
    assert "8/8\nTerakhir. Ada yang bikin Bapak/Ibu khawatir minggu ini?" in played.output
    assert "(kept: self = not known)" in played.output
    assert "(staff are told, kritis: Butir terakhir: ada yang dikhawatirkan" in played.output
    assert "Total 18 (perkiraan), oranye." in played.output, "15 of six items, of seven"
    assert "A1, kritis:" in played.output
    assert "A3, tinggi: Jumlah 18; batasnya 12." in played.output
    assert not (tmp_path / "nowhere").exists()


def test_back_skip_and_stop_show_what_would_happen() -> None:
    played = run("play", "mingguan-a", typed="a\n2\nkembali\nlewati\nSTOP\n")

    assert played.output.count("1/8") == 2
    assert "(kept: sleep = 1)" in played.output
    assert "(kept: sleep = not known)" in played.output
    assert "(nothing more is sent to this contact)" in played.output
    assert "(staff are told, tinggi: Berhenti ikut." in played.output


def test_the_words_of_age_season_turn_and_of_those_who_read_little() -> None:
    simple = run("play", "mingguan-a", "--simple", "--age", "4", typed="1\n")
    holidays = run("play", "mingguan-b", "--holidays", typed="")
    third = run("play", "mingguan-a", "--number", "3", typed="1\n" + "0\n" * 8)

    assert "Ada 8 pertanyaan pendek. Boleh berhenti kapan saja." in simple.output
    assert "Kakak bangun malam dan menangis? Berapa hari?\n   a) [0]\n   b) [1-2]" in simple.output
    assert "Ada 4 pertanyaan pendek" in holidays.output
    assert "Bagaimana keadaan Bapak/Ibu sendiri?" in third.output


def test_the_end_of_the_input_ends_it(tmp_path: Path) -> None:
    played = run("play", "sekolah", typed="mulai\njarang\n")

    assert played.exit_code == 0
    assert "Left half done.\n\nNo total. Answered: 1." in played.output
    assert played.output.rstrip().endswith("Kabar ditinggal di tengah dan tidak dilanjutkan.")


def test_put_off_it_is_asked_once_more() -> None:
    played = run("play", "mingguan-a", typed="nanti\nmulai\n")

    assert "Nanti saya tanya lagi." in played.output
    assert "-- a few hours later --" in played.output
    assert "1/8" in played.output


ONE_RULE = """
rules:
  - id: Z1
    version: 1
    when: {fact: answer.safety, is: 2}
    urgency: tinggi
    says: "Mau bicara."
    approved_by: null
    approved_on: null
"""


def test_a_name_that_is_none_says_which_there_are() -> None:
    played = run("play", "mingguan")

    assert played.exit_code == 1
    assert "There are: denyut, mingguan-a, mingguan-b, sekolah." in played.output


def test_check_walks_every_check_in() -> None:
    checked = run("check")

    assert checked.exit_code == 0
    assert "mingguan-a: 12 items, longest path 10, all paths end" in checked.output
    assert "The content is sound." in checked.output


def test_check_names_an_item_that_nobody_is_ever_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = (SHIPPED / "checkins" / "mingguan-a.yaml").read_text("utf-8")
    never = body.replace("only_if: {item: safety, at_most: 1}", "only_if: {item: safety, is: 9}", 1)
    (tmp_path / "checkins").mkdir()
    (tmp_path / "checkins" / "mingguan-a.yaml").write_text(never, encoding="utf-8")
    monkeypatch.setenv("KABAR_CONTENT_DIR", str(tmp_path))

    checked = run("check")

    assert checked.exit_code == 1
    assert "mingguan-a: nobody is ever asked `strength`; mend its `only_if`" in checked.output


def test_check_names_cries_for_help_that_no_rule_of_kritis_hears(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "No rule of kritis" not in run("check").output
    body = (SHIPPED / "signs.yaml").read_text("utf-8")
    own = "categories:\n  drugs:\n    level: critical\n    phrases:\n      - nyabu\n"
    (tmp_path / "signs.yaml").write_text(body.replace("categories:\n", own, 1), encoding="utf-8")
    monkeypatch.setenv("KABAR_CONTENT_DIR", str(tmp_path))

    checked = run("check")

    assert checked.exit_code == 0
    assert "No rule of kritis names: words.drugs." in checked.output
    (tmp_path / "rules.yaml").write_text(ONE_RULE, encoding="utf-8")
    assert "names: answer.call, answer.safety, words.drugs, words.self_harm," in run("check").output
