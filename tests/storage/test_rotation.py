"""Keys are changed while others work, and a crash at any point leaves something to go on from."""

import json
import shutil
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from bot.cli import app
from storage import rotation, tables
from storage.database import Database
from storage.errors import KeyFileInUse, KeyFileUnwritten, KeyUnknown
from storage.keyring import KeyRing
from storage.transaction import Tx

NOW = datetime(2026, 11, 24, tzinfo=UTC)
SITI, BUDI, WATI = "contact:siti", "contact:budi", "contact:wati"
Kabar = Callable[..., Any]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    KeyRing.create(tmp_path / "kabar.key")
    return tmp_path / "kabar.key"


@pytest.fixture
def kabar(database_url: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> Kabar:
    """Run a command; its answer."""
    monkeypatch.setenv("KABAR_DATABASE_URL", database_url)
    monkeypatch.setenv("KABAR_KEY_FILE", str(path))

    def run(*words: str) -> Any:
        done = CliRunner().invoke(app, [*words, "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    return run


def seal(tx: Tx, subject: str) -> bytes:
    return tx.vault.seal(tx, subject, "t.c", "r", subject)


def opened(tx: Tx, subject: str, sealed: bytes) -> str:
    return tx.vault.open(tx, subject, "t.c", "r", sealed)


def wrapped_by(database: Database) -> dict[str, int]:
    return dict(database.read_now(rotation.usage).wrapped)


def test_old_key_then_both_then_the_new_one_alone(
    kabar: Kabar, database_url: str, path: Path
) -> None:
    old = KeyRing.load(path)
    with Database(database_url, vault_keys=old) as database:
        sealed = database.write_now(seal, SITI)

    first = kabar("keys", "rotate")
    both = KeyRing.load(path)
    second = kabar("keys", "rotate", "--drop-old")
    new = KeyRing.load(path)

    assert set(both.keys) == {old.current, first["current"]} and first["rewrapped"] == 1
    assert second == {
        "current": first["current"],
        "rewrapped": 0,
        "left": 0,
        "dropped": [old.current],
        "prepared": None,
    }
    assert set(new.keys) == {new.current} and new.current == first["current"]
    assert new.index_key == old.index_key
    with Database(database_url, vault_keys=new) as database:
        assert database.read_now(opened, SITI, sealed) == SITI
    with (
        Database(database_url, vault_keys=replace(old, path=None)) as database,
        pytest.raises(KeyUnknown),
    ):
        database.read_now(opened, SITI, sealed)


def test_a_program_that_runs_goes_on_and_leaves_nothing_under_the_old_key(
    kabar: Kabar, database_url: str, path: Path
) -> None:
    old = KeyRing.load(path)
    with Database(database_url, vault_keys=old) as running:
        before = running.write_now(seal, SITI)

        kabar("keys", "rotate", "--drop-old")

        after = running.write_now(seal, BUDI)  # the first it has to do with the new key
        assert running.read_now(opened, SITI, before) == SITI
        assert set(wrapped_by(running)) == {KeyRing.load(path).current}
    with Database(database_url, vault_keys=KeyRing.load(path)) as fresh:
        assert fresh.read_now(opened, SITI, before) == SITI
        assert fresh.read_now(opened, BUDI, after) == BUDI


def begin(path: Path) -> KeyRing:
    KeyRing.load(path).with_new_key().save(path)
    return KeyRing.load(path)


STEPS = ("nothing", "key file", "announced", "some wrapped", "all wrapped")


@pytest.mark.parametrize("last", STEPS)
def test_after_a_crash_at_any_step_everybody_works_on_and_the_next_try_ends_it(
    last: str, kabar: Kabar, database_url: str, path: Path
) -> None:
    sealed: dict[str, bytes] = {}
    with Database(database_url, vault_keys=KeyRing.load(path)) as running:
        for subject in (SITI, BUDI):
            sealed[subject] = running.write_now(seal, subject)

        goes_as_far_as(last, database_url, path)

        sealed[WATI] = running.write_now(seal, WATI)
        for subject, one in sealed.items():
            assert running.read_now(opened, subject, one) == subject
        begun = len(KeyRing.load(path).keys)
        kabar("keys", "rotate", "--drop-old")
        assert set(wrapped_by(running)) == set(KeyRing.load(path).keys)
    assert begun == (1 if last == "nothing" else 2)
    with Database(database_url, vault_keys=KeyRing.load(path)) as fresh:
        for subject, one in sealed.items():
            assert fresh.read_now(opened, subject, one) == subject


def goes_as_far_as(last: str, database_url: str, path: Path) -> None:
    reached = STEPS.index(last)
    if reached == 0:
        return
    ring = begin(path)
    with Database(database_url, vault_keys=ring) as command:
        if reached >= 2:
            command.write_now(rotation.announce, ring.current)
        if reached == 3:
            command.write_now(some, ring.current)
        if reached == 4:
            command.write_now(rotation.rewrap, ring.current)


def some(tx: Tx, current: str) -> None:
    rotation.rewrap(tx, current, after=BUDI)


def test_a_rotation_that_was_broken_off_is_ended_without_a_third_key(
    kabar: Kabar, database_url: str, path: Path
) -> None:
    with Database(database_url, vault_keys=KeyRing.load(path)) as database:
        database.write_now(seal, SITI)
    ring = begin(path)

    done = kabar("keys", "rotate")

    assert done["current"] == ring.current
    assert len(KeyRing.load(path).keys) == 2


def test_who_was_erased_stays_erased(kabar: Kabar, database_url: str, path: Path) -> None:
    with Database(database_url, vault_keys=KeyRing.load(path)) as database:
        database.write_now(seal, SITI)
        database.write_now(lambda tx: tx.vault.destroy(tx, SITI, now=NOW))

        assert kabar("keys", "rotate", "--drop-old")["rewrapped"] == 0


def test_a_damaged_data_key_keeps_the_old_key_in_the_file(
    database_url: str, path: Path, kabar: Kabar
) -> None:
    with Database(database_url, vault_keys=KeyRing.load(path)) as database:
        database.write_now(seal, SITI)
        sealed = database.write_now(seal, BUDI)
        d = tables.data_keys
        database.write_now(
            lambda tx: tx.execute(update(d).where(d.c.subject == SITI).values(wrapped=b"\x01bad"))
        )

        done = CliRunner().invoke(app, ["keys", "rotate", "--drop-old", "--json"])

        assert done.exit_code == 1
        assert json.loads(done.stdout.splitlines()[0]) | {"current": ""} == {
            "current": "",
            "rewrapped": 1,
            "left": 1,
            "dropped": [],
            "prepared": None,
        }
        assert len(KeyRing.load(path).keys) == 2
        assert database.read_now(opened, BUDI, sealed) == BUDI


def test_keys_are_listed_by_id_alone(kabar: Kabar, database_url: str, path: Path) -> None:
    with Database(database_url, vault_keys=KeyRing.load(path)) as database:
        database.write_now(seal, SITI)
    old = KeyRing.load(path).current
    kabar("keys", "rotate")

    listed = kabar("keys", "list")

    current = KeyRing.load(path).current
    assert listed == [
        {"key_id": old, "current": False, "wraps": 0},
        {"key_id": current, "current": True, "wraps": 1},
    ]


# The file ---------------------------------------------------------------------------------------


def test_a_changed_ring_keeps_the_mode_of_its_file_and_leaves_nothing_beside_it(
    path: Path,
) -> None:
    path.chmod(0o400)

    ring = KeyRing.load(path).with_new_key()
    ring.save(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert KeyRing.load(path) == ring
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_where_the_file_cannot_be_written_it_stays_as_it_was(path: Path) -> None:
    before = path.read_bytes()
    (path.parent / f".{path.name}.partial").mkdir()

    with pytest.raises(KeyFileUnwritten):
        KeyRing.load(path).with_new_key().save(path)

    assert path.read_bytes() == before


def test_two_cannot_change_the_keys_at_once(path: Path) -> None:
    with KeyRing.held(path), pytest.raises(KeyFileInUse), KeyRing.held(path):
        pass


def test_the_file_of_another_centre_is_not_taken_for_a_newer_one(
    database_url: str, path: Path, tmp_path: Path
) -> None:
    ring = KeyRing.load(path)
    with Database(database_url, vault_keys=ring) as running:
        running.write_now(rotation.announce, "unknown")
        chat = running.vault.fingerprint("chat", "1")
        KeyRing.create(tmp_path / "other")
        (tmp_path / "other").replace(path)

        with pytest.raises(KeyUnknown):
            running.write_now(seal, SITI)

        assert running.vault.fingerprint("chat", "1") == chat


def test_with_copies_of_the_key_file_a_new_key_is_known_everywhere_before_it_wraps(
    kabar: Kabar, database_url: str, path: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "elsewhere" / "kabar.key"
    copy.parent.mkdir()
    shutil.copy(path, copy)
    old = KeyRing.load(copy)
    with Database(database_url, vault_keys=old) as elsewhere:
        sealed = elsewhere.write_now(seal, SITI)

        prepared = kabar("keys", "rotate", "--prepare")
        again = kabar("keys", "rotate", "--prepare")
        with Database(database_url, vault_keys=KeyRing.load(path)) as here:
            from_here = here.write_now(seal, BUDI)
        assert elsewhere.read_now(opened, BUDI, from_here) == BUDI
        assert set(wrapped_by(elsewhere)) == {old.current}

        shutil.copy(path, copy)
        done = kabar("keys", "rotate")
        with Database(database_url, vault_keys=KeyRing.load(path)) as here:
            from_here = here.write_now(seal, WATI)
        assert elsewhere.read_now(opened, WATI, from_here) == WATI
    with Database(database_url, vault_keys=KeyRing.load(copy)) as restarted:
        assert restarted.read_now(opened, SITI, sealed) == SITI
    assert prepared["current"] == again["current"] == old.current
    assert prepared["prepared"] == again["prepared"] == done["current"] != old.current
    assert (prepared["rewrapped"], done["rewrapped"], done["prepared"]) == (0, 2, None)


def test_a_key_is_not_prepared_and_dropped_at_once(kabar: Kabar, path: Path) -> None:
    before = path.read_bytes()

    done = CliRunner().invoke(app, ["keys", "rotate", "--prepare", "--drop-old"])

    assert done.exit_code == 1 and "First --prepare" in done.output
    assert path.read_bytes() == before
