"""Whatever is changed, deleted or added by SQL past the program is named by the next pass."""

from typing import Any

import pytest
from sqlalchemy import select

from storage import tables
from storage.sealed_columns import COLUMNS, KEYS, VERSION
from tests.oversight.centres import Centre

FAR = "2099-01-01 00:00:00.000000"
SEALED = b"\x01" * 60

ALTERED: dict[str, dict[str, object]] = {
    "alerts": {"state": "closed", "urgency": "biasa", "escalate_at": FAR, "is_waiting": True},
    "facts": {"urgency": "biasa", "says": SEALED, "rule": "A99", "words_id": "words:9"},
    "steps": {"step": 7, "at": FAR, "round": 3},
    "outbox": {"state": "cancelled", "not_before": FAR, "payload": SEALED, "lane": 4, "hours": "x"},
    "checkins": {"state": "cancelled", "path": "[]", "total": 0, "band": "oranye"},
    "contacts": {"level": "C", "next_due_at": FAR, "state": "stopped", "safe_from": "03:00"},
    "cases": {"risk": "low", "home_risk": True, "baseline": 21},
    "answers": {"value": 3, "item": "topic", "replaced_by": "answer:x", "at": FAR},
    "words": {"text": SEALED, "signs_level": "watch", "is_command": True, "read_at": FAR},
    "staff": {"role": "admin", "is_active": False},
    "addresses": {"state": "blocked", "address_hash": "0" * 64, "address": SEALED},
    "audit": {"actor": "somebody", "at": FAR},
    "key_dates": {"kind": "trial", "day": SEALED, "ended_at": FAR},
    "encounters": {"saw_child": True, "spoke": False, "at": FAR},
    "plan_changes": {"action": "nothing", "reason": SEALED, "at": FAR},
    "verdicts": {"is_true": False, "at": FAR},
    "deadlines": {"ends_at": FAR, "stopped_at": FAR, "why": "nothing", "reason": SEALED},
}
"""Values that no row of the centre holds."""


def test_every_table_that_is_watched_is_tried_and_every_column_of_it_sealed() -> None:
    columns = {
        name: tuple(column.name for column in tables.metadata.tables[name].c) for name in KEYS
    }

    assert set(ALTERED) == set(KEYS)
    assert COLUMNS[VERSION] == columns, "a new column needs a new version of the lists"


@pytest.mark.parametrize("table", ALTERED)
def test_every_altered_column_is_named_until_it_is_put_back(standing: Centre, table: str) -> None:
    _unlocks_journal(standing)
    row, found = _a_row(standing, table), {}

    for column, value in ALTERED[table].items():
        before = _kept(standing, table, column, row)
        assert _alter(standing, table, column, value, row) == 1
        found[column] = f"finding:row_altered:{table}:{row}" in standing.finds()
        _alter(standing, table, column, before, row)

    assert found == dict.fromkeys(ALTERED[table], True)
    assert standing.finds() == set()


def test_a_deleted_row_of_each_table_is_named(centre: Centre) -> None:
    _unlocks_journal(centre)
    rows = {table: _a_row(centre, table) for table in ALTERED}

    for table, row in rows.items():
        assert centre.by_hand(f"DELETE FROM {table} WHERE {KEYS[table]} = %s", row) == 1

    wanted = {f"finding:row_deleted:{table}:{row}" for table, row in rows.items()}
    assert wanted - centre.finds() == set()


def test_an_added_row_is_named(centre: Centre) -> None:
    centre.by_hand(
        "INSERT INTO steps (seq, alert_id, staff_id, round, step, at)"
        " SELECT 999, alert_id, staff_id, round, 9, at FROM steps ORDER BY seq LIMIT 1"
    )

    assert "finding:row_added:steps:999" in centre.finds()


def test_what_the_program_changes_after_that_stays_named(centre: Centre) -> None:
    """It works with the row as it is, and does not seal it anew."""
    (contact,) = centre.ids(tables.contacts)
    _alter(centre, "contacts", "next_due_at", "2026-03-03 03:00:00.000000", contact)

    centre.passes(seconds=1)

    assert _kept(centre, "contacts", "next_due_at", contact) > centre.now
    assert f"finding:row_altered:contacts:{contact}" in centre.finds()


def test_a_row_that_is_sent_again_by_hand_stays_named(centre: Centre) -> None:
    (*_, row) = centre.ids(tables.outbox, tables.outbox.c.verb == "send")
    centre.by_hand("UPDATE outbox SET state = 'pending', attempts = 0 WHERE id = %s", row)

    centre.passes(seconds=1)

    assert _kept(centre, "outbox", "state", row) == "sent"
    assert f"finding:row_altered:outbox:{row}" in centre.finds()


def test_a_whole_table_of_seals_that_is_gone_is_named(centre: Centre) -> None:
    centre.by_hand("DELETE FROM seals")

    checks = {one.split(":")[1] for one in centre.finds()}

    assert checks == {"row_added"}


async def test_a_pass_keeps_what_it_finds_and_clears_it_once_it_is_mended(centre: Centre) -> None:
    row = _a_row(centre, "alerts")
    named = f"finding:row_altered:alerts:{row}"

    _alter(centre, "alerts", "urgency", "perhatian", row)
    first, again = await centre.audited(), await centre.audited()
    _alter(centre, "alerts", "urgency", "kritis", row)

    assert (first, again, await centre.audited()) == ({named}, {named}, set())


def _unlocks_journal(centre: Centre) -> None:
    """Whoever writes SQL can drop a trigger."""
    if centre.url.startswith("sqlite"):
        for deed in ("update", "delete"):
            centre.by_hand(f"DROP TRIGGER IF EXISTS audit_no_{deed}")


def _a_row(centre: Centre, table: str) -> Any:
    where: dict[str, tuple[Any, ...]] = {
        "alerts": (tables.alerts.c.urgency == "kritis",),
        "outbox": (tables.outbox.c.kind == "notice",),
        "answers": (tables.answers.c.item == "sleep",),
    }
    return centre.ids(tables.metadata.tables[table], *where.get(table, ()))[0]


def _kept(centre: Centre, table: str, column: str, row: object) -> Any:
    found = tables.metadata.tables[table]
    return centre.rows(select(found.c[column]).where(found.c[KEYS[table]] == row))[0][0]


def _alter(centre: Centre, table: str, column: str, value: object, row: object) -> int:
    if hasattr(value, "strftime") and centre.url.startswith("sqlite"):
        value = value.strftime("%Y-%m-%d %H:%M:%S.%f")
    return centre.by_hand(f"UPDATE {table} SET {column} = %s WHERE {KEYS[table]} = %s", value, row)
