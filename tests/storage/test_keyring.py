"""The key file: made once, for its owner alone, and refused with a reason when it is not right."""

import base64
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from storage.database import Database
from storage.errors import (
    KeyFileBroken,
    KeyFileError,
    KeyFileExists,
    KeyFileMissing,
    KeyFileUnsafe,
)
from storage.keyring import KeyRing
from storage.migrate import prepare_key_file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "kabar.keys"


def a_document(**changes: Any) -> dict[str, Any]:
    key = base64.b64encode(b"k" * 32).decode()
    document = {"version": 1, "current": "b", "keys": {"a": key, "b": key}, "index_key": key}
    return document | changes


def put(path: Path, content: str, mode: int = 0o600) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    path.chmod(mode)


# Making


def test_a_new_ring_is_read_back_the_same(path: Path) -> None:
    made = KeyRing.create(path)

    assert KeyRing.load(path) == made
    assert made.current in made.keys


def test_every_ring_has_keys_of_its_own(tmp_path: Path) -> None:
    one, two = KeyRing.create(tmp_path / "one"), KeyRing.create(tmp_path / "two")

    keys = {*one.keys.values(), *two.keys.values(), one.index_key, two.index_key}

    assert len(keys) == 4
    assert {len(key) for key in keys} == {32}


def test_file_and_directory_are_for_their_owner_alone(path: Path) -> None:
    before = os.umask(0)
    try:
        KeyRing.create(path)
    finally:
        os.umask(before)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_key_file_is_never_written_over(path: Path) -> None:
    made = KeyRing.create(path)

    with pytest.raises(KeyFileExists):
        KeyRing.create(path)

    assert KeyRing.load(path) == made


def test_a_ring_does_not_show_its_keys() -> None:
    ring = KeyRing(
        keys={"a": b"geheim" * 5 + b"ab"}, current="a", index_key=b"rahasia" * 4 + b"abcd"
    )

    assert "geheim" not in repr(ring)
    assert "rahasia" not in repr(ring)


# Reading


def test_several_keys_are_read_and_the_current_one_is_named(path: Path) -> None:
    put(path, json.dumps(a_document()))

    ring = KeyRing.load(path)

    assert ring.current == "b"
    assert set(ring.keys) == {"a", "b"}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o610, 0o666])
def test_a_file_open_to_others_is_refused_and_the_cure_named(path: Path, mode: int) -> None:
    put(path, json.dumps(a_document()), mode)

    with pytest.raises(KeyFileUnsafe, match=f"{mode:04o}.*chmod 600"):
        KeyRing.load(path)


def test_a_missing_file_is_named_with_both_ways_out(path: Path) -> None:
    with pytest.raises(KeyFileMissing, match=r"kabar db upgrade.*put your copy"):
        KeyRing.load(path)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "not json",
        "[]",
        json.dumps(a_document())[:-20],
        json.dumps(a_document(version=2)),
        json.dumps(a_document(current="c")),
        json.dumps(a_document(current=["a"])),
        json.dumps(a_document(keys={})),
        json.dumps(a_document(keys=["a", "b"])),
        json.dumps(a_document(keys={"b": "c2hvcnQ="})),
        json.dumps(a_document(keys={"b": 7})),
        json.dumps(a_document(keys={"b": "é" * 44})),
        json.dumps(a_document(index_key=None)),
        json.dumps(a_document(index_key="*" * 44)),
    ],
)
def test_half_a_key_file_is_refused_without_showing_it(path: Path, content: str) -> None:
    put(path, content)

    with pytest.raises(KeyFileBroken) as caught:
        KeyRing.load(path)

    assert str(path) in str(caught.value)
    assert caught.value.__context__ is None  # json's errors carry the whole document


def test_a_directory_or_a_pipe_is_no_key_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)

    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(KeyFileBroken, match="not a file"):
            KeyRing.load(path)


# Which ring belongs to which database


def a_database(path: Path) -> str:
    url = f"sqlite:///{path.parent / 'kabar.db'}"
    ring = KeyRing(keys={"a": bytes(32)}, current="a", index_key=bytes(32))
    with Database(url, vault_keys=ring) as database:
        database.write_now(lambda tx: tx.execute(text("CREATE TABLE cases (id TEXT)")).close())
    return url


def test_a_new_database_gets_a_new_key_file(path: Path) -> None:
    url = f"sqlite:///{path.parent / 'kabar.db'}"

    ring = prepare_key_file(url, path)

    assert KeyRing.load(path) == ring
    assert prepare_key_file(url, path) == ring
    assert not (path.parent / "kabar.db").exists()


def test_a_database_without_tables_is_still_new(path: Path) -> None:
    path.parent.mkdir()
    (path.parent / "kabar.db").touch()

    ring = prepare_key_file(f"sqlite:///{path.parent / 'kabar.db'}", path)

    assert KeyRing.load(path) == ring


def test_beside_an_existing_database_no_key_file_is_made(path: Path) -> None:
    url = a_database(path)

    with pytest.raises(KeyFileMissing):
        prepare_key_file(url, path)

    assert not path.exists()


def test_an_existing_database_keeps_its_key_file(path: Path) -> None:
    made = KeyRing.create(path)

    assert prepare_key_file(a_database(path), path) == made


def test_a_bad_key_file_is_not_replaced(path: Path) -> None:
    put(path, "not json")

    with pytest.raises(KeyFileError):
        prepare_key_file(f"sqlite:///{path.parent / 'kabar.db'}", path)

    assert path.read_text() == "not json"
