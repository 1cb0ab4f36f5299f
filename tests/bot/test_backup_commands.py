"""kabar db backup, ledger and restore as an operator meets them."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import insert
from typer.testing import CliRunner

from bot.cli import app
from bot.instance import only_one
from storage import tables
from storage.database import Database
from storage.keyring import KeyRing

KABAR = Path(sys.executable).with_name("kabar")
Kabar = Callable[..., Result]


@pytest.fixture
def kabar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kabar:
    """Run a command on a database of its own."""
    monkeypatch.setenv("KABAR_DATABASE_URL", f"sqlite:///{tmp_path}/var/kabar.db")
    monkeypatch.setenv("KABAR_KEY_FILE", str(tmp_path / "kabar.key"))

    def run(*words: object) -> Result:
        return CliRunner().invoke(app, [str(word) for word in words])

    assert run("db", "upgrade").exit_code == 0
    return run


def a_case(kabar: Kabar, code: str) -> None:
    staff = kabar("staff", "add", "--name", "Ratna", "--role", "social_worker", "--json")
    made = kabar(
        *("case", "add", "--code", code, "--nickname", "Kakak", "--birth-date", "2015-04-02"),
        *("--risk", "medium", "--stage", "follow_up", "--relation", "ibu"),
        *("--worker", json.loads(staff.stdout)["staff_id"], "--caregiver-name", "Sari"),
    )
    assert made.exit_code == 0, made.output


def test_a_centre_is_backed_up_lost_and_restored(kabar: Kabar, tmp_path: Path) -> None:
    a_case(kabar, "K-0142")
    file, ledger = tmp_path / "a.backup", tmp_path / "ledger"

    saved = kabar("db", "backup", file, "--json")
    ledger.write_text(kabar("db", "ledger").stdout)
    for one in (tmp_path / "var").iterdir():
        one.unlink()
    done = kabar("db", "restore", file, "--ledger", ledger, "--json")

    assert saved.exit_code == done.exit_code == 0, saved.output + done.output
    answer, restored = json.loads(saved.stdout), json.loads(done.stdout)
    assert answer["file"] == str(file) and answer["bytes"] == file.stat().st_size
    assert restored["rows"] == answer["rows"] and restored["at"] == answer["at"]
    assert restored["families_are_known"] is False and restored["old_file"] is None
    assert len(json.loads(kabar("staff", "list", "--json").stdout)) == 1


def test_what_is_restored_over_is_kept_and_said(kabar: Kabar, tmp_path: Path) -> None:
    file = tmp_path / "a.backup"
    kabar("db", "backup", file)
    a_case(kabar, "K-0142")

    refused = kabar("db", "restore", file)
    done = kabar("db", "restore", file, "--replace")

    assert refused.exit_code == 1 and "--replace" in refused.stderr
    assert done.exit_code == 0, done.output
    assert "kabar.db.before-" in done.stdout
    assert "K-0142  (the case is not in the backup)" in done.stdout
    assert "No staff yet" in kabar("staff", "list").stdout


def test_nothing_is_restored_while_the_bot_is_at_work(kabar: Kabar, tmp_path: Path) -> None:
    file = tmp_path / "a.backup"
    kabar("db", "backup", file)

    with only_one(tmp_path / "var" / "kabar.db"):
        refused = kabar("db", "restore", file, "--replace", "--without-ledger")

    assert refused.exit_code == 1
    assert "at work" in refused.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("backup", "{folder}/nowhere/a"), "could not be written"),
        (("backup", "{folder}/kabar.key"), "is there already"),
        (("backup", ""), "Give the backup a file name"),
        (("restore", "{folder}/nothing", "--without-ledger"), "cannot be used"),
        (("restore", "{folder}/kabar.key", "--without-ledger"), "no backup of Kabar"),
        (("restore", "{folder}/kabar.key", "--ledger", "{folder}/none"), "cannot be read"),
        (("restore", "{folder}/kabar.key", "--ledger", "{folder}/kabar.key"), "Line 1"),
    ],
)
def test_a_slip_of_the_operator_gets_a_clear_line(
    words: tuple[str, ...], says: str, kabar: Kabar, tmp_path: Path
) -> None:
    done = kabar("db", *(word.format(folder=tmp_path) for word in words))

    assert done.exit_code == 1
    assert says in done.stderr
    assert "Traceback" not in done.output


def test_a_full_disk_leaves_no_half_backup(kabar: Kabar, tmp_path: Path) -> None:
    noise = [{"name": f"n{number}", "value": f"{number**40}"} for number in range(20_000)]
    ring = KeyRing.load(tmp_path / "kabar.key")
    with Database(f"sqlite:///{tmp_path}/var/kabar.db", vault_keys=ring) as database:
        database.write_now(lambda tx: tx.execute(insert(tables.settings), noise))
    file = tmp_path / "a.backup"

    done = subprocess.run(
        ["bash", "-c", f"ulimit -f 100; exec {KABAR} db backup {file}"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "could not be written" in done.stderr and "no backup" in done.stderr
    assert list(tmp_path.glob("a.backup*")) == []


def test_onto_a_full_disk_nothing_is_restored(kabar: Kabar, tmp_path: Path) -> None:
    file = tmp_path / "a.backup"
    assert kabar("db", "backup", file).exit_code == 0
    before = (tmp_path / "var" / "kabar.db").read_bytes()

    done = subprocess.run(
        ["bash", "-c", f"ulimit -f 100; exec {KABAR} db restore {file} --without-ledger"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "could not be written" in done.stderr and "Nothing was changed" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "var" / "kabar.db").read_bytes() == before
    assert list((tmp_path / "var").glob("*.restoring*")) == []


@pytest.mark.parametrize("words", [("db", "status"), ("db", "upgrade"), ("staff", "list")])
def test_an_address_that_is_a_directory_is_named(
    words: tuple[str, ...], kabar: Kabar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KABAR_DATABASE_URL", f"sqlite:///{tmp_path}")
    mode = tmp_path.stat().st_mode

    done = kabar(*words)

    assert (done.exit_code, "names a directory" in done.stderr) == (1, True)
    assert tmp_path.stat().st_mode == mode
