"""kabar rules replay and simulate, as an operator meets them."""

import json
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.rehearsal.reading import MESSAGES, RATES, SHIPPED
from flows.reading.folder import SHIPPED as CONTENT
from tests.bot.test_form_commands import Centre, centre

__all__ = ["centre"]

ROOT = Path(__file__).parents[2]
SMALL = ("--families", 6, "--weeks", 10)
BAD = """rules:
  - id: X
    version: 1
    when: {fact: totl, at_least: 3}
    urgency: tinggi
    says: "Jumlah."
    approved_by: null
    approved_on: null
"""


def rules_file(folder: Path, body: str) -> Path:
    path = folder / "coba.yaml"
    path.write_text(body)
    return path


def lowered(folder: Path) -> Path:
    """The shipped rules, A3 at 6 instead of 12."""
    body = (CONTENT / "rules.yaml").read_text()
    return rules_file(
        folder, body.replace("{fact: total, at_least: 12}", "{fact: total, at_least: 6}")
    )


def test_an_empty_history_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KABAR_DATABASE_URL", f"sqlite:///{tmp_path}/kabar.db")
    monkeypatch.setenv("KABAR_KEY_FILE", str(tmp_path / "kabar.key"))
    assert CliRunner().invoke(app, ["db", "upgrade"]).exit_code == 0

    done = CliRunner().invoke(app, ["rules", "replay", "--since", "2026-01-01"])

    assert done.exit_code == 0
    assert "there was nothing for the rules to look at" in done.stdout


def test_a_history_in_which_nobody_had_to_be_asked_is_told_too(centre: Centre) -> None:
    done = centre.run("rules", "replay", "--since", "2026-01-01")

    assert done.exit_code == 0
    assert "They asked nobody, and would ask nobody." in done.stdout


def test_a_day_to_come_is_refused_and_a_slip_in_it_is_usage(centre: Centre) -> None:
    assert "is still to come" in centre.refused("rules", "replay", "--since", "2999-01-01")
    assert centre.run("rules", "replay", "--since", "gestern").exit_code == 2
    assert centre.run("rules", "replay").exit_code == 2


def test_a_rule_file_is_told_apart_from_those_in_force(centre: Centre, tmp_path: Path) -> None:
    centre.run(*centre.fill())

    same = centre.ok("rules", "replay", "--since", "2026-01-01")
    other = centre.ok("rules", "replay", "--since", "2026-01-01", "--rules", lowered(tmp_path))

    assert same["differences"] == [] and same["looks"] >= 1
    assert [
        (one["change"], one["case"], one["rule"], one["says"]) for one in other["differences"]
    ] == [("added", "K-0142", "A3", "Jumlah 6; batasnya 12.")]
    assert other["rules"]["A3"] == {"now": 0, "changed": 1, "added": 1, "dropped": 0}
    assert {one["worker"] for one in other["weeks"]} == {centre.worker}
    shown = centre.run(
        "rules", "replay", "--since", "2026-01-01", "--rules", lowered(tmp_path)
    ).stdout
    assert "K-0142  A3  tinggi  Jumlah 6; batasnya 12." in shown
    assert "in all" in shown and "Sari" not in shown


def test_a_slip_in_the_file_is_named_with_its_line(centre: Centre, tmp_path: Path) -> None:
    bad = rules_file(tmp_path, BAD)
    for command in (("rules", "replay", "--since", "2026-01-01"), ("rules", "simulate", *SMALL)):
        said = centre.refused(*command, "--rules", bad)
        assert "coba.yaml:4: `totl` is no fact; did you mean `total`?" in said
        assert "1 to mend." in said


def test_a_file_that_cannot_be_read_is_named(centre: Centre, tmp_path: Path) -> None:
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe")
    for name, why in (("none.yaml", "cannot be read"), (".", "cannot be read"),
                      ("bytes.yaml", "is not UTF-8")):  # fmt: skip
        assert why in centre.refused("rules", "simulate", *SMALL, "--rules", tmp_path / name)
        said = centre.refused(
            "rules", "replay", "--since", "2026-01-01", "--rules", tmp_path / name
        )
        assert why in said


def test_rates_of_a_centre_take_the_place_of_ours(centre: Centre, tmp_path: Path) -> None:
    mine = tmp_path / "rates.yaml"
    mine.write_text(RATES.read_text().replace("percent_a_year: 30", "percent_a_year: 0"))

    assert centre.ok("rules", "simulate", *SMALL, "--rates", mine)["setbacks"]["began"] == 0

    mine.write_text(RATES.read_text().replace("half_done: 6 ", "half_done: 600 "))
    assert "write a whole number from 0 to 100" in centre.refused(
        "rules", "simulate", *SMALL, "--rates", mine
    )


def test_simulate_needs_no_database_and_prints_the_answer_alone(centre: Centre) -> None:
    done = centre.run("rules", "simulate", *SMALL, "--json")

    assert done.exit_code == 0 and done.stderr == ""
    answer = json.loads(done.stdout)
    assert (answer["families"], answer["weeks"]) == (6, 10)
    assert "invented" in centre.run("rules", "simulate", *SMALL).stdout


def test_rates_and_messages_go_with_the_program() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    patterns = project["tool"]["setuptools"]["package-data"]["bot"]
    packed = {path for pattern in patterns for path in (ROOT / "bot").glob(pattern)}

    assert {RATES, MESSAGES} <= packed
    assert SHIPPED == ROOT / "bot" / "rehearsal"
