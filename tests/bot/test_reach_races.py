"""Somebody comes within reach at the moment at which an alert finds nobody, on PostgreSQL."""

import pytest
from sqlalchemy import select

from bot.usecases import enrol
from bot.usecases.note_membership import note_membership
from bot.usecases.open_link import open_link
from bot.usecases.receive_reply import receive_reply
from flows.model import Role
from storage import addresses, tables
from storage.transaction import Tx
from tests.bot.meetings import DEWI, NOW, RATNA, SARI, Centre, centre, room
from tests.e2e.scenes import CRITICAL

__all__ = ["centre", "room"]


def out_of_reach(tx: Tx) -> None:
    for chat in (RATNA, DEWI):
        for kind, owner in addresses.owners(tx, addresses.chat_hash(tx, chat)):
            addresses.set_state(tx, kind, owner, "blocked")


def invited(tx: Tx) -> str:
    s = tables.staff
    worker = tx.execute(select(s.c.id).where(s.c.role == Role.SOCIAL_WORKER)).scalar_one()
    return enrol.invite_staff(tx, worker, now=NOW).token or ""


@pytest.mark.parametrize("comes", ("by a link", "by unblocking"))
@pytest.mark.parametrize("is_first", (True, False))
async def test_who_can_be_reached_as_an_alert_finds_nobody_is_told_of_it(
    centre: Centre, comes: str, *, is_first: bool
) -> None:
    centre.here.write_now(out_of_reach)
    token = centre.here.write_now(invited)
    cry = centre.come(SARI, text=CRITICAL)
    came = centre.come(RATNA, text="/start")

    def cries(tx: Tx) -> None:
        receive_reply(tx, centre.room, cry, now=NOW)

    def returns(tx: Tx) -> None:
        if comes == "by a link":
            open_link(tx, centre.room, came, token, now=NOW)
        else:
            note_membership(tx, centre.room, came.id, RATNA, is_blocked=False, now=NOW)

    await centre.meet(*((returns, cries) if is_first else (cries, returns)))

    assert centre.count(tables.alerts, tables.alerts.c.is_waiting) == 0
    assert centre.count(tables.outbox, tables.outbox.c.kind == "notice") == 1
