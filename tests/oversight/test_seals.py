"""Seals: the same on both engines, for one place alone, and made once for older rows."""

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from storage import sealing, seals, settings, tables
from storage.errors import NotMigrated, SealsNotAsked
from storage.rows import change, remove
from storage.sealed_columns import KEYS
from storage.transaction import Tx
from tests.oversight.centres import Centre

KEY = bytes(32)


def test_a_value_has_one_seal_however_a_driver_brings_it() -> None:
    at = datetime(2026, 3, 2, 10, 30, tzinfo=timezone(timedelta(hours=7)))
    sqlite = [1, 0, "2026-03-02 03:30:00.000000", "2026-03-02", b"ab", None, "ä"]
    postgresql = [True, False, at, date(2026, 3, 2), memoryview(b"ab"), None, "ä"]

    assert seals.mac(KEY, "steps", sqlite) == seals.mac(KEY, "steps", postgresql)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["ab", "c"], ["a", "bc"]),
        ([None, "n"], ["n", None]),
        (["1"], [1]),
        ([b"a"], ["a"]),
        ([1, 2], [12]),
        ([""], [None]),
    ],
)
def test_no_two_rows_share_a_seal(one: list[object], other: list[object]) -> None:
    assert seals.mac(KEY, "steps", one) != seals.mac(KEY, "steps", other)


def test_a_seal_is_bound_to_its_table_and_to_the_key() -> None:
    made = seals.mac(KEY, "steps", [1])

    assert made != seals.mac(KEY, "facts", [1])
    assert made != seals.mac(b"\x01" * 32, "steps", [1])


def test_the_seal_of_one_row_does_not_fit_another(centre: Centre) -> None:
    first, second = centre.ids(tables.answers)[:2]

    centre.by_hand(
        "UPDATE seals SET mac = (SELECT mac FROM seals WHERE row = %s) WHERE row = %s",
        f"answers:{first}",
        f"answers:{second}",
    )

    assert centre.finds() == {f"finding:row_altered:answers:{second}"}


def test_a_row_that_the_program_itself_deletes_leaves_no_seal(quiet: Centre) -> None:
    addresses = tables.addresses

    quiet.database.write_now(remove, addresses, addresses.c.owner_kind == "staff")

    assert not any("addresses" in one for one in quiet.finds())


def test_what_was_rolled_back_in_part_is_sealed_as_it_stands(quiet: Centre) -> None:
    (case,) = quiet.ids(tables.cases)

    def partly(tx: Tx) -> None:
        inner = tx.connection.begin_nested()
        change(tx, tables.cases, tables.cases.c.id == case, risk="high")
        inner.rollback()

    quiet.database.write_now(partly)

    assert quiet.finds() == set()


def test_rows_from_before_the_seals_are_sealed_once(centre: Centre) -> None:
    centre.by_hand("DELETE FROM seals")
    assert not sealing.seal_older(centre.database), "nobody has asked for it"
    assert centre.finds() != set()

    centre.database.write_now(settings.write, sealing.DUE, "1")
    with pytest.raises(NotMigrated):
        centre.database.read_now(sealing.require_done)
    assert sealing.seal_older(centre.database)

    centre.database.read_now(sealing.require_done)
    assert centre.finds() == set()


def asks_by_hand(centre: Centre, mark: str) -> None:
    centre.by_hand("INSERT INTO settings (name, value) VALUES (%s, %s)", sealing.DUE, mark)


def test_sealing_that_was_broken_off_goes_on(centre: Centre) -> None:
    centre.by_hand("DELETE FROM seals")
    asks_by_hand(centre, sealing.PLAIN)
    assert centre.database.write_now(sealing.begin)
    centre.database.write_now(seals.seal_unsealed, "alerts", after=None, limit=1)

    with pytest.raises(NotMigrated):
        centre.database.read_now(sealing.require_done)
    assert sealing.seal_older(centre.database)

    assert centre.finds() == set()


@pytest.mark.parametrize("mark", [sealing.PLAIN, "0" * 64, "ä"])
def test_a_mark_written_by_hand_seals_nothing_and_is_named(centre: Centre, mark: str) -> None:
    (case,) = centre.ids(tables.cases)
    centre.by_hand("UPDATE cases SET risk = 'high'")
    centre.by_hand("DELETE FROM seals WHERE row = %s", f"cases:{case}")
    asks_by_hand(centre, mark)
    named = f"finding:row_added:cases:{case}"
    assert {named, "finding:seals_asked_for:settings:seals_due"} <= centre.finds()
    centre.database.read_now(sealing.require_done)

    with pytest.raises(SealsNotAsked):
        sealing.seal_older(centre.database)

    found = centre.finds()
    assert named in found
    assert not any("seals_asked_for" in one for one in found)


def test_a_mark_that_was_ours_once_cannot_be_used_again(centre: Centre) -> None:
    centre.by_hand("DELETE FROM seals")
    asks_by_hand(centre, sealing.PLAIN)
    centre.database.write_now(sealing.begin)
    old = centre.database.read_now(settings.read, sealing.DUE)
    sealing.seal_older(centre.database)
    centre.staff(9001)

    asks_by_hand(centre, str(old))

    assert "finding:seals_asked_for:settings:seals_due" in centre.finds()


def test_an_operator_may_accept_a_row_that_was_looked_into(centre: Centre) -> None:
    (case,) = centre.ids(tables.cases)
    centre.by_hand("UPDATE cases SET risk = 'high'")
    centre.by_hand("DELETE FROM steps")
    finding = f"finding:row_altered:cases:{case}"
    assert finding in centre.finds()

    assert centre.accepts(finding)
    assert not centre.accepts("finding:plan_late:x")

    assert finding not in centre.finds()
    (noted,) = centre.rows(tables.audit.select().where(tables.audit.c.action == "row_accepted"))
    assert (noted.actor, noted.object) == ("operator", f"cases:{case}")


def test_moments_are_sealed_as_both_engines_keep_them(quiet: Centre) -> None:
    at = datetime(2026, 3, 9, 2, 0, 0, 120, tzinfo=UTC)
    (contact,) = quiet.ids(tables.contacts)

    quiet.database.write_now(change, tables.contacts, tables.contacts.c.id == contact,
                             last_spoken_at=at)  # fmt: skip

    assert not any("row_altered" in one for one in quiet.finds())


def test_nothing_of_ours_writes_to_a_watched_table_beside_the_one_door() -> None:
    """rows.py notes what is to be sealed; a statement of somebody else's would look like a hand."""
    root = Path(__file__).parents[2]
    doors = {"storage/rows.py", "storage/seals.py", "storage/sealing.py"}
    found = []
    for path in (*root.glob("storage/*.py"), *root.glob("bot/**/*.py")):
        name, text = str(path.relative_to(root)), path.read_text()
        for table in KEYS:
            for deed in ("insert", "update", "delete"):
                said = (f"{deed}(tables.{table})", f"tables.{table}.{deed}(")
                if name not in doors and any(one in text for one in said):
                    found.append(f"{name}: {deed} {table}")
    assert found == []
