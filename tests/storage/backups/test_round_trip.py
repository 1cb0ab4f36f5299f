"""What goes into a backup comes out of it, on the same engine and on the other one."""

import os
import stat
import threading

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import DBAPIError

from bot.usecases.room import Room
from storage import audit, migrate, settings, tables
from storage.archive import ArchiveReader
from storage.backup import count
from storage.errors import BackupBroken, BackupError, BackupExists, BackupKeyMissing, BackupUnknown
from storage.keyring import KeyRing
from storage.rows import change
from storage.transaction import Tx
from storage.vault import WRAPPING_KEY
from tests.postgres import Server
from tests.storage.backups.conftest import CANARY, NOW, Centre, a_family, everything, fill, writes
from tests.storage.backups.earlier import as_of_step

ADDED = {settings.ALIVE_AT, WRAPPING_KEY}


def without_what_a_restore_writes(rows: dict[str, list[tuple[object, ...]]]) -> object:
    """Its own settings and its own line in the audit; nobody has a row in hand any more, and nobody
    is reminded of what they may have answered since."""
    remind_at = list(tables.checkins.c).index(tables.checkins.c.remind_at)
    rows["checkins"] = [(*row[:remind_at], *row[remind_at + 1 :]) for row in rows["checkins"]]
    rows["settings"] = [row for row in rows["settings"] if row[0] not in ADDED]
    rows["audit"] = [row for row in rows["audit"] if row[4] != "restored"]
    rows["seals"] = [
        row for row in rows["seals"] if not str(row[0]).startswith(("audit:", "checkins:"))
    ]
    rows["inbox"] = [row[:-2] for row in rows["inbox"]]
    return rows


def test_every_column_of_every_table_comes_back(centre: Centre) -> None:
    centre.does(fill, centre.ring)
    before = centre.asks(everything)
    file = centre.saves()

    done = centre.restores(file, replace=True)

    after = centre.asks(everything)
    assert without_what_a_restore_writes(after) == without_what_a_restore_writes(before)
    assert done.rows == {name: 1 if name == "erasures" else 3 for name in before}


def test_a_centre_moves_from_sqlite_to_postgresql_and_back(
    small: Centre, elsewhere: Centre, postgres: Server
) -> None:
    small.does(fill, small.ring)
    before = without_what_a_restore_writes(small.asks(everything))
    url = postgres.empty()
    big = Centre(url=url, ring=small.ring, folder=small.folder)

    big.restores(small.saves("one"), without_ledger=True)
    middle = without_what_a_restore_writes(big.asks(everything))
    elsewhere.restores(big.saves("two"), without_ledger=True)

    after = without_what_a_restore_writes(elsewhere.asks(everything))
    assert middle == before
    assert after == before


def test_new_rows_come_after_those_restored_and_the_audit_can_only_grow(centre: Centre) -> None:
    centre.does(fill, centre.ring)
    centre.restores(centre.saves(), replace=True)

    centre.does(a_note)

    numbers = centre.asks(lambda tx: tx.execute(select(tables.audit.c.seq)).scalars().all())
    assert sorted(numbers) == [40, 41, 42, 43, 44]
    with pytest.raises(DBAPIError, match="the audit only grows"):
        centre.does(lambda tx: change(tx, tables.audit, actor="somebody else"))


def a_note(tx: Tx) -> None:
    audit.note(tx, actor="operator", via="command", action="tested", object="staff:1", now=NOW)


def test_a_backup_of_an_earlier_step_is_brought_up_to_date(
    small: Centre, elsewhere: Centre, ring: KeyRing
) -> None:
    small.does(fill, ring)
    file = as_of_step(small.saves(), ring, "0003")

    elsewhere.restores(file, without_ledger=True)

    assert migrate.status(elsewhere.url).is_current
    assert (
        elsewhere.asks(lambda tx: tx.execute(select(func.count(tables.inbox.c.id))).scalar()) == 3
    )


def test_a_backup_is_of_one_moment_while_others_write(centre: Centre, room: Room) -> None:
    contact = centre.does(a_family, room)
    stop = threading.Event()

    def keep_writing() -> None:
        with centre.opened() as database:
            for number in range(5000):
                if stop.is_set():
                    return
                database.write_now(a_pair, f"{number}")

    busy = threading.Thread(target=keep_writing)
    busy.start()
    try:
        saved = [centre.saved(f"{number}.backup") for number in range(5)]
    finally:
        stop.set()
        busy.join()

    pairs = [(one.rows["attempts"], one.rows["content_versions"]) for one in saved]
    start = pairs[0][1] - pairs[0][0]
    assert [versions - attempts for attempts, versions in pairs] == [start] * 5
    assert pairs[-1][0] > pairs[0][0], "nothing was written meanwhile"
    assert contact


def a_pair(tx: Tx, name: str) -> None:
    """Two rows that are there both or not at all, in the first and in the last of the tables."""
    tx.execute(insert(tables.attempts).values(chat_hash=name, at=NOW))
    tx.execute(
        insert(tables.content_versions).values(
            id=name, kind="k", name="n", sha256="s", body="b", first_used_at=NOW
        )
    )


def test_nothing_that_was_written_stands_in_the_file(small: Centre, room: Room) -> None:
    contact = small.does(a_family, room)
    small.does(writes, contact, CANARY, cause="1:1", at=NOW)

    content = small.saves().read_bytes()

    for word in (CANARY, "Ratna", "Ibu Karangan", "K-0001", contact, "settings"):
        assert word.encode() not in content
    assert not any(key in content for key in small.ring.keys.values())
    assert stat.S_IMODE((small.folder / "kabar.backup").stat().st_mode) == 0o600


def test_a_backup_is_never_written_over(small: Centre) -> None:
    file = small.saves()
    content = file.read_bytes()

    with pytest.raises(BackupExists):
        small.saved()

    assert file.read_bytes() == content
    assert sorted(small.folder.glob("*.backup*")) == [file]


def test_what_a_crash_left_over_does_not_stand_in_the_way(small: Centre) -> None:
    left = small.folder / "kabar.backup.partial"
    left.write_bytes(b"x" * 100_000)
    left.chmod(0o644)

    file = small.saves()

    assert not left.exists()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with file.open("rb") as opened:
        assert count(ArchiveReader.open(opened, small.ring))


def test_the_key_file_of_somebody_else_opens_nothing(small: Centre, elsewhere: Centre) -> None:
    file = small.saves()
    elsewhere.ring = KeyRing.create(elsewhere.folder / "other.key")

    with pytest.raises(BackupKeyMissing):
        elsewhere.restores(file, without_ledger=True)

    assert not list((elsewhere.folder / "elsewhere").glob("kabar.db*"))


def a_long_backup(centre: Centre) -> bytes:
    """Of several pieces."""
    noise = [{"chat_hash": os.urandom(300).hex(), "at": NOW} for _ in range(2500)]
    centre.does(lambda tx: tx.execute(insert(tables.attempts), noise))
    content = centre.saves().read_bytes()
    assert len(pieces(content)) >= 3
    return content


def pieces(content: bytes) -> list[bytes]:
    """Each with its length, without the head."""
    rest, found = content.split(b"\n", 2)[2], []
    while rest:
        size = int.from_bytes(rest[:4], "big") + 4
        found.append(rest[:size])
        rest = rest[size:]
    return found


def damaged(content: bytes) -> dict[str, bytes]:
    parts = pieces(content)
    head = content[: len(content) - sum(map(len, parts))]
    flipped = bytearray(content)
    flipped[len(head) + 5000] ^= 1
    step = head.replace(b'"step": "0006"', b'"step": "0003"')
    assert step != head
    return {
        "cut": content[:-1],
        "without its last piece": head + b"".join(parts[:-1]),
        "without its first piece": head + b"".join(parts[1:]),
        "in another order": head + b"".join([parts[1], parts[0], *parts[2:]]),
        "with a piece twice": head + b"".join([parts[0], *parts]),
        "with something behind it": content + b"x",
        "with a bit turned": bytes(flipped),
        "of another step": step + b"".join(parts),
        "only its head": head,
    }


def test_a_backup_that_was_changed_anywhere_is_refused_and_changes_nothing(
    small: Centre, elsewhere: Centre
) -> None:
    content = a_long_backup(small)
    before = small.asks(everything)

    for how, wrong in damaged(content).items():
        file = small.folder / "wrong.backup"
        file.write_bytes(wrong)
        with pytest.raises(BackupBroken):
            small.restores(file, replace=True)
        assert small.asks(everything) == before, how
        assert not list(small.folder.glob("small.db.*")), how


def test_a_piece_of_another_backup_is_refused(small: Centre) -> None:
    one = a_long_backup(small)
    two = small.saves("two").read_bytes()
    head = two[: len(two) - sum(map(len, pieces(two)))]
    file = small.folder / "mixed"
    file.write_bytes(head + b"".join([pieces(one)[0], *pieces(two)[1:]]))

    with pytest.raises(BackupBroken):
        small.restores(file, replace=True)


@pytest.mark.parametrize("content", [b"", b"not a backup\n", b"SQLite format 3\0" * 100])
def test_what_is_no_backup_is_refused(small: Centre, content: bytes) -> None:
    file = small.folder / "other"
    file.write_bytes(content)

    with pytest.raises(BackupUnknown):
        small.restores(file, replace=True)


def test_a_backup_of_a_later_version_is_refused(small: Centre, ring: KeyRing) -> None:
    file = as_of_step(small.saves(), ring, "9999")

    with pytest.raises(BackupError, match="9999"):
        small.restores(file, replace=True)
