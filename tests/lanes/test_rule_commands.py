"""kabar rules report and kabar rules deadlines, as an operator meets them."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot.cli import app
from tests.lanes.houses import RATNA, VIOLENCE, House


def _run(*words: str) -> Result:
    return CliRunner().invoke(app, ["rules", *words])


def _answer(*words: str) -> Any:
    done = _run(*words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture
def at_a_terminal(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """The commands find the house's database."""
    monkeypatch.setenv("KABAR_BOT_TOKEN", "123456789:AAbbccddeeffgghhiijjkkllmmnnooppqqrr")
    monkeypatch.setenv("KABAR_DATABASE_URL", house.centre.url)
    monkeypatch.setenv("KABAR_KEY_FILE", str(tmp_path / "kabar.key"))
    return house


def test_nothing_to_report_is_said(at_a_terminal: House) -> None:
    assert "No rule has spoken yet" in _run("report").output
    assert "No clock of 3x24 hours is running" in _run("deadlines").output
    assert _answer("deadlines") == []


def test_rules_lines_and_clocks_are_told_without_words_of_the_family(at_a_terminal: House) -> None:
    at_a_terminal.writes(VIOLENCE)
    at_a_terminal.taps(RATNA, "Saya tangani", "Tandanya benar")

    rules, shown = _answer("report"), _run("report").output
    (clock,) = _answer("deadlines")

    (rule,) = (one for one in rules["rules"] if one["rule"] == "W-new_violence")
    assert (rule["alerts"], rule["confirmed"], rule["false_share"]) == (1, 1, 0.0)
    assert "W-new_violence: 1 alerts, 1 taken" in shown
    assert "A3" in rules["silent_rules"]
    assert "gurunya tadi" not in shown
    assert (clock["case"], clock["owner"]) == ("K-0142", at_a_terminal.people[RATNA])
    assert clock["ends_at"].startswith("2026-03-05T03:00")
    assert "K-0142: over since" in _run("deadlines").output, "the house lives in March"


def test_slips_are_said_in_one_line(at_a_terminal: House, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "2026-11-24" in _run("report", "--since", "kemarin").output

    monkeypatch.setenv("KABAR_BOT_TOKEN", "x")

    for command in ("report", "deadlines"):
        done = _run(command)
        assert (done.exit_code, "KABAR_BOT_TOKEN" in done.output) == (1, True)
        assert done.exception is None or isinstance(done.exception, SystemExit)
