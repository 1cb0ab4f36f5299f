"""What the vault promises: unreadable in the files, bound to its place, gone when destroyed."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    Column,
    ForeignKey,
    LargeBinary,
    MetaData,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from storage.database import Database, Tx
from storage.errors import CommitFailed, KeyUnknown, SubjectErased, Tampered
from storage.keyring import KeyRing
from storage.tables import data_keys, erasures, metadata

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SITI, BUDI = "contact:siti", "contact:budi"
WORDS = "Kakak belum mau makan sejak kemarin"
PATIENCE_S = 10  # for threads that wait for each other

schema = MetaData()
letters = Table(
    "letters", schema, Column("id", Text, primary_key=True), Column("body", LargeBinary)
)
# Checked at the commit only: the way to make a commit fail.
answers = Table(
    "answers",
    schema,
    Column("id", Text, primary_key=True),
    Column("letter", Text, ForeignKey("letters.id", deferrable=True, initially="DEFERRED")),
)

Opens = Callable[..., Database]


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing.create(tmp_path / "kabar.keys")


@pytest.fixture
def program(empty_url: str, ring: KeyRing) -> Iterator[Opens]:
    """Start one more program on the same database; with another key ring if one is given."""
    running: list[Database] = []

    def start(keys: KeyRing = ring) -> Database:
        database = Database(empty_url, vault_keys=keys)
        running.append(database)
        return database

    first = start()
    first.write_now(lambda tx: metadata.create_all(tx.connection, [data_keys, erasures]))
    first.write_now(lambda tx: schema.create_all(tx.connection))
    yield start
    for database in running:
        database.close()


@pytest.fixture
def database(program: Opens) -> Database:
    return program()


def write_letter(tx: Tx, subject: str = SITI, row: str = "l1", words: str = WORDS) -> bytes:
    sealed = tx.vault.seal(tx, subject, "letters.body", row, words)
    tx.execute(insert(letters).values(id=row, body=sealed))
    return sealed


def read_letter(tx: Tx, subject: str = SITI, row: str = "l1") -> str:
    sealed = tx.execute(select(letters.c.body).where(letters.c.id == row)).scalar_one()
    return tx.vault.open(tx, subject, "letters.body", row, sealed)


def erase(tx: Tx, subject: str = SITI, now: datetime = NOW) -> None:
    tx.vault.destroy(tx, subject, now=now)


def seal_only(tx: Tx, subject: str = SITI) -> bytes:
    return tx.vault.seal(tx, subject, "letters.body", "l9", WORDS)


def subjects(tx: Tx) -> set[str]:
    return set(tx.execute(select(data_keys.c.subject)).scalars())


# Sealing and opening


def test_any_text_comes_back_as_it_was(database: Database) -> None:
    def there_and_back(tx: Tx, row: str, words: str) -> str:
        return tx.vault.open(tx, SITI, "t.c", row, tx.vault.seal(tx, SITI, "t.c", row, words))

    @given(row=st.text(st.characters(codec="utf-8")), words=st.text(st.characters(codec=None)))
    def check(row: str, words: str) -> None:
        assert database.write_now(there_and_back, row, words) == words

    check()


def test_any_bytes_come_back_as_they_were(database: Database) -> None:
    def there_and_back(tx: Tx, content: bytes) -> bytes:
        sealed = tx.vault.seal_bytes(tx, SITI, "t.c", "r", content)
        return tx.vault.open_bytes(tx, SITI, "t.c", "r", sealed)

    @given(st.binary())
    def check(content: bytes) -> None:
        assert database.write_now(there_and_back, content) == content

    check()


def test_half_an_emoji_is_kept_too(database: Database) -> None:
    database.write_now(write_letter, words="Baik \ud83d")

    assert database.read_now(read_letter) == "Baik \ud83d"


def test_equal_words_are_sealed_differently_each_time(database: Database) -> None:
    assert database.write_now(seal_only) != database.write_now(seal_only)


def test_a_reader_of_another_program_opens_what_was_sealed(program: Opens) -> None:
    program().write_now(write_letter)

    assert program().read_now(read_letter) == WORDS


def what_a_thief_finds(request: pytest.FixtureRequest, url: str, folder: Path) -> dict[str, bytes]:
    """Every file of the database."""
    if not url.startswith("sqlite"):
        folder = request.getfixturevalue("postgres").files(url)
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".keys"}


def test_no_file_holds_a_word_of_it(
    program: Opens, request: pytest.FixtureRequest, empty_url: str, tmp_path: Path
) -> None:
    database = program()
    database.write_now(write_letter)
    database.write_now(write_letter, BUDI, "l2")

    files = what_a_thief_finds(request, empty_url, tmp_path)

    if empty_url.startswith("sqlite"):
        assert set(files) == {"kabar.db", "kabar.db-wal", "kabar.db-shm"}
    assert b"letters" in b"".join(files.values())  # so they are what a thief would search
    for content in files.values():
        for part in ("Kakak", "makan", "kemarin"):
            assert part.encode() not in content
            assert part.encode("utf-16-le") not in content


def test_no_key_of_the_ring_stands_in_the_database(
    database: Database,
    ring: KeyRing,
    request: pytest.FixtureRequest,
    empty_url: str,
    tmp_path: Path,
) -> None:
    database.write_now(write_letter)

    everything = b"".join(what_a_thief_finds(request, empty_url, tmp_path).values())

    assert not [key for key in (*ring.keys.values(), ring.index_key) if key in everything]


# Bound to its place


@pytest.mark.parametrize(
    ("subject", "column", "row"),
    [
        (SITI, "letters.body", "l2"),
        (SITI, "letters.title", "l1"),
        (SITI, "cases.body", "l1"),
        (BUDI, "letters.body", "l1"),
    ],
)
def test_what_was_moved_elsewhere_is_refused(
    database: Database, subject: str, column: str, row: str
) -> None:
    database.write_now(seal_only, BUDI)
    sealed = database.write_now(write_letter)

    with pytest.raises(Tampered):
        database.read_now(lambda tx: tx.vault.open(tx, subject, column, row, sealed))


def test_no_changed_byte_goes_unseen(database: Database) -> None:
    sealed = database.write_now(write_letter)

    @given(at=st.integers(0, len(sealed) - 1), other=st.integers(1, 255))
    def check(at: int, other: int) -> None:
        changed = sealed[:at] + bytes([sealed[at] ^ other]) + sealed[at + 1 :]
        with pytest.raises(Tampered):
            database.read_now(lambda tx: tx.vault.open(tx, SITI, "letters.body", "l1", changed))

    check()


@pytest.mark.parametrize("length", [0, 1, 13, 28, 40])
def test_what_was_cut_short_is_refused(database: Database, length: int) -> None:
    sealed = database.write_now(write_letter)

    with pytest.raises(Tampered) as caught:
        database.read_now(lambda tx: tx.vault.open(tx, SITI, "letters.body", "l1", sealed[:length]))

    assert "letters.body of row l1" in str(caught.value)


def test_a_wrapped_key_of_somebody_else_is_refused(program: Opens) -> None:
    def swap(tx: Tx) -> None:
        budis = select(data_keys.c.wrapped).where(data_keys.c.subject == BUDI).scalar_subquery()
        tx.execute(update(data_keys).where(data_keys.c.subject == SITI).values(wrapped=budis))

    database = program()
    database.write_now(write_letter)
    database.write_now(seal_only, BUDI)
    database.write_now(swap)

    with pytest.raises(Tampered, match=r"data_keys\.wrapped"):
        program().read_now(read_letter)


@pytest.mark.parametrize("column", ["body", "letters.", ".body", "letters|x.body"])
def test_a_column_is_written_with_its_table(database: Database, column: str) -> None:
    with pytest.raises(ValueError, match="table"):
        database.write_now(lambda tx: tx.vault.seal(tx, SITI, column, "l1", WORDS))


# One key for each subject, made when first needed


def test_every_subject_has_one_key_of_its_own(database: Database) -> None:
    for subject, row in ((SITI, "l1"), (SITI, "l2"), (BUDI, "l3")):
        database.write_now(write_letter, subject, row)

    keys = database.read_now(lambda tx: tx.execute(select(data_keys)).all())

    assert {key.subject for key in keys} == {SITI, BUDI}
    assert len({key.wrapped for key in keys}) == 2
    assert all(key.created_at.tzinfo and key.destroyed_at is None for key in keys)


def test_a_key_that_was_undone_is_not_used_again(program: Opens) -> None:
    def write_and_fail(tx: Tx) -> None:
        write_letter(tx)
        raise LookupError

    database = program()
    with pytest.raises(LookupError):
        database.write_now(write_and_fail)
    assert database.read_now(subjects) == set()

    database.write_now(write_letter)

    assert program().read_now(read_letter) == WORDS


async def test_a_key_of_a_failed_commit_is_not_used_again(program: Opens) -> None:
    def write_and_break_the_commit(tx: Tx) -> None:
        write_letter(tx)
        tx.execute(insert(answers).values(id="a1", letter="no such letter"))

    database = program()
    with pytest.raises(CommitFailed):
        await database.write(write_and_break_the_commit)

    await database.write(write_letter)

    assert await program().read(read_letter) == WORDS


def test_a_key_of_a_savepoint_that_was_rolled_back_is_not_used_again(program: Opens) -> None:
    def change_of_mind(tx: Tx) -> None:
        with tx.connection.begin_nested() as inner:
            seal_only(tx)  # makes the key
            seal_only(tx)  # finds it
            inner.rollback()
        write_letter(tx)

    program().write_now(change_of_mind)

    assert program().read_now(read_letter) == WORDS


def test_a_key_is_looked_up_once_and_then_remembered(database: Database) -> None:
    database.write_now(write_letter)
    database.read_now(read_letter)
    database.write_now(lambda tx: tx.execute(delete(data_keys)).close())  # nothing here does that

    assert database.read_now(read_letter) == WORDS


def test_without_its_key_nothing_is_opened(program: Opens) -> None:
    program().write_now(write_letter)
    program().write_now(lambda tx: tx.execute(delete(data_keys)).close())

    with pytest.raises(KeyUnknown, match="holds no key for contact:siti"):
        program().read_now(read_letter)


async def test_many_threads_seal_and_open_at_once(database: Database) -> None:
    rows = [f"l{n}" for n in range(60)]
    people = [f"contact:{n % 7}" for n in range(60)]

    await asyncio.gather(*map(lambda *a: database.write(write_letter, *a), people, rows))
    read = await asyncio.gather(*map(lambda *a: database.read(read_letter, *a), people, rows))

    assert read == [WORDS] * 60


# Erasing


def test_what_was_erased_can_neither_be_opened_nor_sealed(program: Opens) -> None:
    database, other = program(), program()
    database.write_now(write_letter)
    assert other.read_now(read_letter) == WORDS

    database.write_now(erase)

    for running in (database, other, program()):  # whatever they remember
        running.write_now(seal_only, BUDI)
        with pytest.raises(SubjectErased, match="contact:siti"):
            running.read_now(read_letter)
        with pytest.raises(SubjectErased):
            running.write_now(seal_only)


def test_erasing_one_leaves_the_others(database: Database) -> None:
    database.write_now(write_letter)
    database.write_now(write_letter, BUDI, "l2")

    database.write_now(erase, SITI)

    assert database.read_now(read_letter, BUDI, "l2") == WORDS


def test_the_key_is_gone_and_the_ledger_knows(database: Database) -> None:
    database.write_now(write_letter)

    database.write_now(erase)

    key = database.read_now(lambda tx: tx.execute(select(data_keys)).one())
    assert (key.wrapped, key.destroyed_at) == (None, NOW)
    assert database.read_now(lambda tx: tx.execute(select(erasures)).all()) == [(SITI, NOW)]


def test_erasing_twice_keeps_the_first_moment(database: Database) -> None:
    database.write_now(write_letter)

    database.write_now(erase, now=NOW)
    database.write_now(erase, now=LATER)

    key = database.read_now(lambda tx: tx.execute(select(data_keys)).one())
    assert key.destroyed_at == NOW
    assert database.read_now(lambda tx: tx.execute(select(erasures)).all()) == [(SITI, NOW)]


def test_whoever_never_had_a_key_gets_none_after_erasing(database: Database) -> None:
    database.write_now(erase)

    with pytest.raises(SubjectErased):
        database.write_now(seal_only)


def test_erasing_within_a_transaction_holds_at_once(database: Database) -> None:
    def write_erase_read(tx: Tx) -> None:
        write_letter(tx)
        erase(tx)
        read_letter(tx)

    with pytest.raises(SubjectErased):
        database.write_now(write_erase_read)


def test_an_erasure_that_was_undone_erases_nothing(database: Database) -> None:
    def erase_and_fail(tx: Tx) -> None:
        erase(tx)
        raise LookupError

    def erase_and_change_the_mind(tx: Tx) -> str:
        with tx.connection.begin_nested() as inner:
            erase(tx)
            seal_only(tx, BUDI)
            inner.rollback()
        return read_letter(tx)

    database.write_now(write_letter)
    with pytest.raises(LookupError):
        database.write_now(erase_and_fail)

    assert database.write_now(erase_and_change_the_mind) == WORDS
    assert database.read_now(read_letter) == WORDS

    database.write_now(erase)

    with pytest.raises(SubjectErased):
        database.read_now(read_letter)


async def test_a_reader_of_an_older_moment_does_not_bring_a_key_back(program: Opens) -> None:
    program().write_now(write_letter)
    database = program()  # remembers nothing yet
    begun, go_on = Event(), Event()

    def read_slowly(tx: Tx) -> str:
        tx.execute(select(func.count()).select_from(letters)).scalar_one()
        begun.set()
        assert go_on.wait(PATIENCE_S)
        return read_letter(tx)

    reading = database.read(read_slowly)
    assert await asyncio.to_thread(begun.wait, PATIENCE_S)
    await database.write(erase)
    await database.write(seal_only, BUDI)
    go_on.set()

    assert await reading == WORDS  # it stood in that moment
    with pytest.raises(SubjectErased):
        await database.read(read_letter)


# Other rings


def test_a_ring_with_a_new_key_opens_the_old_and_wraps_with_the_new(
    program: Opens, ring: KeyRing
) -> None:
    program().write_now(write_letter)
    turned = replace(ring, keys={**ring.keys, "new": b"n" * 32}, current="new")

    database = program(turned)
    database.write_now(write_letter, BUDI, "l2")

    assert database.read_now(read_letter) == WORDS
    rows = database.read_now(lambda tx: tx.execute(select(data_keys)).all())
    assert {row.subject: row.key_id for row in rows} == {SITI: ring.current, BUDI: "new"}


def test_a_ring_that_lacks_the_key_says_so(program: Opens, ring: KeyRing) -> None:
    program().write_now(write_letter)

    with pytest.raises(KeyUnknown, match=ring.current):
        program(replace(ring, keys={"new": b"n" * 32}, current="new")).read_now(read_letter)


def test_a_ring_with_another_key_of_that_name_opens_nothing(program: Opens, ring: KeyRing) -> None:
    program().write_now(write_letter)

    with pytest.raises(Tampered):
        program(replace(ring, keys={ring.current: b"n" * 32})).read_now(read_letter)


# Hashes for look-ups


def test_equal_values_have_equal_hashes_within_one_purpose(program: Opens, ring: KeyRing) -> None:
    vault = program().vault

    found = vault.fingerprint("chat", "8123456")

    assert found == program().vault.fingerprint("chat", "8123456")
    assert len(found) == 64
    assert "8123456" not in found
    others = {
        vault.fingerprint("chat", "8123457"),
        vault.fingerprint("phone", "8123456"),
        program(replace(ring, index_key=b"i" * 32)).vault.fingerprint("chat", "8123456"),
    }
    assert len(others | {found}) == 4


def test_purpose_and_value_cannot_run_into_each_other(database: Database) -> None:
    with pytest.raises(ValueError, match=r"\|"):
        database.vault.fingerprint("chat|8", "1")


def test_what_is_held_in_memory_shows_nothing_in_a_log(database: Database) -> None:
    def look(tx: Tx) -> str:
        write_letter(tx)
        return f"{tx!r} {tx.open_keys!r} {tx.vault!r}"

    shown = database.write_now(look)

    assert SITI not in shown
    assert "Kakak" not in shown
