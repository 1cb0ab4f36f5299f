"""Two hands at the same thing at the same moment, on PostgreSQL, where they really meet."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.scheduler import ticks
from bot.usecases import enrol
from bot.usecases.open_link import open_link
from bot.usecases.receive_reply import receive_reply
from bot.usecases.receive_stranger import receive_stranger
from bot.usecases.staff_press import staff_press
from flows.model import Level
from storage import addresses, settings, tables
from storage.transaction import Tx
from tests.bot.meetings import DEWI, NOW, RATNA, SARI, TONO, Centre, centre, room
from tests.e2e.records import a_case, a_contact
from tests.e2e.scenes import CRITICAL, HARMLESS

__all__ = ["centre", "room"]

# Families


async def test_two_replies_of_one_family_open_one_task(centre: Centre) -> None:
    a, b = (centre.come(SARI, text=f"{HARMLESS} {n}") for n in range(2))

    await centre.meet(
        lambda tx: receive_reply(tx, centre.room, a, now=NOW),
        lambda tx: receive_reply(tx, centre.room, b, now=NOW),
    )

    assert centre.count(tables.words) == 2
    assert centre.count(tables.alerts) == 1
    assert centre.count(tables.facts) == 2


async def test_one_update_handled_by_two_processes_counts_once(centre: Centre) -> None:
    came = centre.come(SARI, text=CRITICAL)

    def handle(tx: Tx) -> None:
        receive_reply(tx, centre.room, came, now=NOW)

    await centre.meet(handle, handle)

    assert centre.count(tables.words) == 1
    assert centre.count(tables.facts) == 1


async def test_a_link_is_spent_once(centre: Centre) -> None:
    made = centre.here.write_now(enrol.invite_contact, centre.contact, now=NOW)
    a, b = (centre.come(chat, text="/start") for chat in (TONO, SARI))

    await centre.meet(
        lambda tx: open_link(tx, centre.room, a, made.token or "", now=NOW),
        lambda tx: open_link(tx, centre.room, b, made.token or "", now=NOW),
    )

    owner = centre.here.read_now(addresses.of, "contact", centre.contact)
    assert owner is not None and owner.number == str(TONO)
    assert centre.count(tables.attempts) == 1


# Strangers


async def test_two_cries_of_strangers_join_what_is_there(centre: Centre) -> None:
    hello = [centre.come(chat, text="halo") for chat in (TONO, TONO + 1)]
    cries = [centre.come(TONO, text=f"{CRITICAL} {n}") for n in range(2)]

    for a, b in (hello, cries):
        await centre.meet(
            lambda tx, one=a: receive_stranger(tx, centre.room, one, now=NOW),
            lambda tx, one=b: receive_stranger(tx, centre.room, one, now=NOW),
        )

    a = tables.alerts
    assert centre.count(a, a.c.kind == "reading") == 1
    assert centre.count(a, a.c.kind == "alert") == 1


# Staff


def button(tx: Tx, chat: int) -> str:
    """Saya tangani on the newest notice for this chat."""
    o = tables.outbox
    hashed = addresses.chat_hash(tx, chat)
    mine = (o.c.chat_hash == hashed, o.c.kind == "notice")
    tokens = tx.execute(select(o.c.token).where(*mine).order_by(o.c.seq.desc())).scalars()
    return f"{tokens.first()}:1"


async def test_two_who_take_an_alert_at_once_are_one_owner_and_one_who_is_told(
    centre: Centre,
) -> None:
    cry = centre.come(SARI, text=CRITICAL)
    centre.here.write_now(receive_reply, centre.room, cry, now=NOW)
    later = NOW + timedelta(minutes=15)
    await ticks.run_due(centre.here, centre.room, now=later)
    a, b = (
        centre.come(chat, pressed=centre.here.read_now(button, chat), text=None)
        for chat in (RATNA, DEWI)
    )

    said = await centre.meet(
        lambda tx: staff_press(tx, centre.room, a, now=later),
        lambda tx: staff_press(tx, centre.room, b, now=later),
    )

    assert said[0] is None
    assert said[1] and said[1].startswith("K-0142 sudah ditangani")
    assert centre.count(tables.audit, tables.audit.c.action == "acknowledged") == 1


# Ticks


def duty(name: str) -> ticks.Duty:
    return next(one for one in ticks.DUTIES if one.name == name)


async def both_visit(centre: Centre, name: str, row: str, now: datetime) -> list[Any]:
    def visit(tx: Tx) -> bool:
        return ticks.visit(tx, duty(name), centre.room, row, now=now)

    return await centre.meet(visit, visit)


def the_checkin(tx: Tx) -> str:
    return str(tx.execute(select(tables.checkins.c.id)).scalar_one())


async def test_two_passes_at_once_do_each_duty_once(centre: Centre) -> None:
    tomorrow = NOW + timedelta(days=1)
    done = [await both_visit(centre, "plan", centre.contact, tomorrow)]
    checkin = centre.here.read_now(the_checkin)
    done += [await both_visit(centre, "ask", checkin, tomorrow)]
    done += [await both_visit(centre, "remind", checkin, tomorrow + timedelta(days=2))]
    done += [await both_visit(centre, "expire", checkin, tomorrow + timedelta(days=9))]

    assert done == [[True, False]] * 4
    assert centre.count(tables.checkins) == 1
    o = tables.outbox
    assert centre.count(o, o.c.kind == "question_a", o.c.verb == "send") == 2


async def test_a_chain_is_climbed_once_by_two_passes(centre: Centre) -> None:
    cry = centre.come(SARI, text=CRITICAL)
    centre.here.write_now(receive_reply, centre.room, cry, now=NOW)

    done = await both_visit(centre, "escalate", f"alert:{cry.id}", NOW + timedelta(minutes=15))

    assert done == [True, False]
    assert centre.count(tables.steps) == 3, "the worker, then the worker again and the supervisor"


async def test_an_answer_that_comes_as_the_half_hour_ends_is_no_break(centre: Centre) -> None:
    tomorrow = NOW + timedelta(days=1)
    await ticks.run_due(centre.here, centre.room, now=tomorrow)
    checkin = centre.here.read_now(the_checkin)
    for text in ("Mulai", "0"):
        came = centre.come(SARI, text=text, at=tomorrow)
        centre.here.write_now(receive_reply, centre.room, came, now=tomorrow)
    late = tomorrow + timedelta(minutes=30)
    answer = centre.come(SARI, text="0", at=late)

    _, is_broken = await centre.meet(
        lambda tx: receive_reply(tx, centre.room, answer, now=late),
        lambda tx: ticks.visit(tx, duty("break"), centre.room, checkin, now=late),
    )

    assert not is_broken
    assert centre.count(tables.checkins, tables.checkins.c.state == "open") == 1


# Small things


async def test_a_setting_that_two_write_at_once_is_the_last_ones(centre: Centre) -> None:
    await centre.meet(
        lambda tx: settings.write(tx, "name", "first"),
        lambda tx: settings.write(tx, "name", "second"),
    )

    assert centre.here.read_now(settings.read, "name") == "second"


async def test_two_commands_with_one_code_make_one_case(centre: Centre) -> None:
    worker = centre.here.read_now(
        lambda tx: tx.execute(select(tables.cases.c.worker_id)).scalar_one()
    )

    def add(tx: Tx) -> None:
        case = a_case("K-0200", worker)
        enrol.add_case(tx, centre.room, case, a_contact(case.id, Level.DISCREET, None), now=NOW)

    with suppress(enrol.Refused):
        await centre.meet(add, add)

    assert centre.count(tables.cases, tables.cases.c.code == "K-0200") == 1
