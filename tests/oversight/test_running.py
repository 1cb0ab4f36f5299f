"""A finding in the running program: log, figures, heartbeat, a word to staff, within one tick."""

import asyncio
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import create_engine, select

from bot.http.heartbeat import Heartbeat
from bot.oversight.auditor import Auditor
from bot.oversight.outgoing import OPERATOR
from flows.model import Role
from storage import tables
from storage.outbox import PAYLOAD, from_json
from tests.e2e.conftest import World, on_both
from tests.e2e.scenes import CRITICAL
from tests.oversight.centres import Centre
from tests.oversight.conftest import DEWI


def by_hand(url: str, statement: str) -> None:
    """Somebody with the database, beside the running program."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@on_both
async def test_an_alert_closed_by_hand_is_named_within_one_tick(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    ratna, dewi = await world.staff("Ratna"), await world.staff("Dewi", role=Role.SUPERVISOR)
    sari = await world.enrolled(ratna)
    await sari.writes(CRITICAL)
    await ratna.sees("Kritis. 1 hal perlu dilihat. K-0142")
    ((alert,),) = await world.rows("SELECT id FROM alerts WHERE kind = 'alert'")
    world.is_honest = False

    close = f"UPDATE alerts SET state = 'closed' WHERE id = '{alert}'"
    await asyncio.to_thread(by_hand, world.settings.database_url, close)
    await world.audits()

    named = f"finding:row_altered:alerts:{alert}"
    found = await world.amiss()
    assert named in found
    async with world.http.get(f"{world.bot_url}/metrics") as page:
        assert 'kabar_findings{check="row_altered"} 1' in (await page.text()).splitlines()
    logged = [vars(one) for one in caplog.records if vars(one).get("action") == "finding"]
    assert ("ERROR", "row_altered", f"alerts:{alert}") in [
        (one["levelname"], one["check"], one["row"]) for one in logged
    ]
    told = f"Pemeriksaan sistem: {len(found)} hal perlu dilihat operator."
    await dewi.sees_last(told)
    await world.forward(minutes=5)
    await world.audits()
    assert [one for one in await dewi.texts() if one.startswith("Pemeriksaan")] == [told]
    assert await ratna.count("Pemeriksaan") == 0


async def test_a_finding_holds_the_heartbeat_until_it_is_mended(centre: Centre) -> None:
    beats = 0

    async def beat(_: web.Request) -> web.Response:
        nonlocal beats
        beats += 1
        return web.Response()

    outside = web.Application()
    outside.router.add_get("/", beat)
    auditor = Auditor(centre.database, centre.room, centre.clock)
    counts = []
    async with TestServer(outside) as server, aiohttp.ClientSession() as session:
        url = str(server.make_url("/"))

        async def is_well() -> bool:
            return auditor.is_clean

        heartbeat = Heartbeat(session, url, is_well)
        await heartbeat.beat()
        counts.append(beats)  # nothing was looked at yet
        for risk in ("medium", "high", "medium"):
            centre.by_hand("UPDATE cases SET risk = %s", risk)
            await auditor.look()
            await heartbeat.beat()
            counts.append(beats)

    assert counts == [0, 1, 1, 2]


async def test_what_is_found_while_a_message_waits_brings_no_second_one(centre: Centre) -> None:
    centre.staff(DEWI, Role.SUPERVISOR)
    auditor = Auditor(centre.database, centre.room, centre.clock)
    o = tables.outbox

    for change in ("cases SET risk = 'high'", "contacts SET district = 'Garut'"):
        centre.by_hand(f"UPDATE {change}")
        await auditor.look()

    (told,) = centre.rows(select(o).where(o.c.kind == OPERATOR))
    said = from_json(centre.database.read_now(lambda tx: tx.vault.open(
        tx, told.subject, PAYLOAD, told.id, told.payload)))  # fmt: skip
    assert said.is_silent
    assert told.expires_at == centre.now + timedelta(days=1)
