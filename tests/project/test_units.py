"""The unit files of docs/systemd: systemd takes them, and they name nothing that does not exist."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.config import PREFIX, Settings
from tests.project.test_docs import commands

UNITS = Path(__file__).parents[2] / "docs" / "systemd"
HERE = sorted(UNITS.iterdir())
KABAR = "/opt/kabar/.venv/bin/kabar"


@pytest.mark.parametrize("unit", HERE, ids=lambda unit: unit.name)
def test_a_unit_names_commands_and_settings_that_exist(unit: Path) -> None:
    text = unit.read_text()
    words = {" ".join(found.split()) for found in re.findall(rf"{KABAR} ((?:[a-z]+ ?)+)", text)}

    known = {name.removeprefix("kabar ") for name in commands()}
    assert words <= known
    assert set(re.findall(r"\bKABAR_[A-Z_]+\b", text)) <= {
        f"{PREFIX}{name.upper()}" for name in Settings.model_fields
    }


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """With a program and a user that this machine has."""
    for unit in HERE:
        name = unit.name.replace("@.", "@8081.")
        text = unit.read_text().replace(KABAR, "/bin/true")
        (tmp_path / name).write_text(re.sub(r"(?m)^User=.*$", "User=root", text))

    done = subprocess.run(
        ["systemd-analyze", "verify", *map(str, sorted(tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
    )

    ours = [line for line in done.stderr.splitlines() if "kabar" in line]
    assert (done.returncode, ours) == (0, [])
