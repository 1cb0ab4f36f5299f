"""Somebody whose row is damaged is passed over, and stands between nobody and an alert."""

from typing import Any

import pytest
from sqlalchemy import select

from bot.usecases import enrol
from bot.usecases.note_membership import note_membership
from bot.usecases.open_link import open_link
from flows.model import Role
from storage import staff, tables
from tests.e2e.scenes import CRITICAL
from tests.oversight.centres import NO_SIGNS, Centre, Incoming
from tests.oversight.conftest import RATNA, SARI

BUDI, ANI = 5101, 5102
SEALED = b"\x01" * 60


def told(centre: Centre) -> set[str]:
    o = tables.outbox
    found = centre.rows(select(o.c.owner_id).where(o.c.kind == "notice"))
    return {row.owner_id for row in found}


@pytest.mark.parametrize("damage", [{"role": "zz"}, {"timezone": "Nowhere/At/All"}])
def test_one_damaged_member_of_staff_keeps_no_alert_from_the_others(
    quiet: Centre, damage: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    admin = quiet.staff(BUDI, Role.ADMIN)
    (worker,) = (row.id for row in quiet.rows(select(tables.staff.c.id)) if row.id != admin)
    for column, value in damage.items():
        quiet.by_hand(f"UPDATE staff SET {column} = %s WHERE id = %s", value, admin)

    quiet.writes(SARI, CRITICAL)

    assert told(quiet) == {worker}
    logged = [vars(one) for one in caplog.records if "action" in vars(one)]
    assert (admin, "staff_unreadable") in [(one.get("staff"), one["action"]) for one in logged]
    assert f"finding:row_altered:staff:{admin}" in quiet.finds()


def test_a_worker_who_cannot_be_read_is_stood_in_for_by_a_supervisor(quiet: Centre) -> None:
    supervisor = quiet.staff(BUDI, Role.SUPERVISOR)
    quiet.by_hand("UPDATE staff SET role = 'zz' WHERE id <> %s", supervisor)

    quiet.writes(SARI, CRITICAL)

    assert told(quiet) == {supervisor}


@pytest.mark.parametrize("table, column", [("addresses", "address"), ("data_keys", "wrapped")])
def test_whose_chat_does_not_open_is_passed_over_and_the_others_are_told(
    quiet: Centre, table: str, column: str
) -> None:
    budi, ani = (quiet.staff(chat, Role.SUPERVISOR) for chat in (BUDI, ANI))
    (worker,) = (row.id for row in quiet.rows(select(tables.staff.c.id).order_by("created_at"))
                 if row.id not in (budi, ani))  # fmt: skip
    for person in (worker, budi):
        damaged(quiet, table, column, person)

    quiet.writes(SARI, CRITICAL)

    assert told(quiet) == {ani}


def test_where_no_chat_opens_the_alert_waits_for_somebody_as_if_nobody_were_there(
    quiet: Centre,
) -> None:
    (worker,) = (row.id for row in quiet.rows(select(tables.staff.c.id)))
    damaged(quiet, "addresses", "address", worker)

    quiet.writes(SARI, CRITICAL)

    assert [row.is_waiting for row in quiet.rows(select(tables.alerts.c.is_waiting))] == [True]

    token = quiet.database.write_now(enrol.invite_staff, worker, now=quiet.now).token
    row = quiet.arrives(ANI, "message", {"text": "/start"})
    came = Incoming(id=row, chat=ANI, at=quiet.now, signs=NO_SIGNS, message_no=1)
    quiet.database.write_now(open_link, quiet.room, came, token, now=quiet.now)

    assert told(quiet) == {worker}, "connecting them anew mends it"


def test_the_chain_goes_past_somebody_who_blocks_and_whose_chat_does_not_open(
    quiet: Centre,
) -> None:
    (worker,) = (row.id for row in quiet.rows(select(tables.staff.c.id)))
    dewi = quiet.staff(BUDI, Role.SUPERVISOR)
    quiet.writes(SARI, CRITICAL)
    damaged(quiet, "addresses", "address", worker)

    row = quiet.arrives(RATNA, "my_chat_member", {})
    quiet.database.write_now(
        note_membership, quiet.room, row, RATNA, is_blocked=True, now=quiet.now
    )

    assert told(quiet) == {worker, dewi}


def damaged(centre: Centre, table: str, column: str, person: str) -> None:
    """Both engines: past the memory of opened keys as well, like after a start."""
    key = {"addresses": "owner_id", "data_keys": "subject"}[table]
    row: Any = person if table == "addresses" else staff.subject(staff.StaffId(person))
    assert centre.by_hand(f"UPDATE {table} SET {column} = %s WHERE {key} = %s", SEALED, row) == 1
    centre.database.vault._ciphers.clear()
