"""Whatever Telegram may deliver, through the whole program: kept, kept apart, never in the way."""

import json
from typing import Any

import pytest
from pydantic import SecretStr

from bot import app
from bot.telegram.arrivals import ALLOWED
from tests.e2e.conftest import Phone, World
from tests.e2e.scenes import CRITICAL, notice

CANARY = "melati tujuh belas"
FLOOD = 200
GROUP = -1_001_234_567_890
SECRET = "hush-hush"


async def injected(world: World, *updates: dict[str, Any]) -> None:
    for update in updates:
        await world.control("POST", "updates", {"update": update})


async def called(world: World, method: str) -> list[Any]:
    """Parameters of every call of this method."""
    calls = await world.control("GET", f"calls?method={method}")
    return [call["params"] for call in calls["calls"]]


def from_group(sari: Phone, **more: Any) -> dict[str, Any]:
    person = {"id": sari.id, "is_bot": False, "first_name": "Sari"}
    chat = {"id": GROUP, "type": "supergroup", "title": "RT 05"}
    return {"message_id": 5, "date": 1_770_000_000, "chat": chat, "from": person, **more}


async def test_groups_are_left_and_nothing_of_what_is_said_there_is_kept(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    before = len(await sari.pushes()), len(await ratna.pushes())
    member = {"user": {"id": 700001, "is_bot": True, "first_name": "Kabar"}, "status": "member"}
    joined = {**from_group(sari), "old_chat_member": {**member, "status": "left"}}

    await injected(
        world,
        {"my_chat_member": {**joined, "new_chat_member": member}},
        {"message": from_group(sari, text=CRITICAL)},
        {"edited_message": from_group(sari, text=CRITICAL, edit_date=1_770_000_100)},
        {"channel_post": from_group(sari, text=CRITICAL)},
    )
    await world.settles()

    assert [int(params["chat_id"]) for params in await called(world, "leaveChat")] == [GROUP] * 3
    assert await world.replies() == []
    assert await world.rows("select count(*) from alerts where kind <> 'new_contact'") == [(0,)]
    assert (len(await sari.pushes()), len(await ratna.pushes())) == before
    assert await world.rows("select distinct state from inbox") == [("done",)]


async def test_unknown_kinds_and_odd_words_are_kept_and_printed_nowhere(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    """Of a kind that it does not know aiogram would print the whole update."""
    sari = await world.enrolled(await world.staff("Ratna"))
    person = {"id": sari.id, "is_bot": False, "first_name": "Sari"}
    said = {"date": 1_770_000_000, "chat": {"id": sari.id, "type": "private"}, "from": person}
    halves = f"{CANARY} \ud83d {CRITICAL}"
    story = "x" * 4000 + " " + CRITICAL  # as long as Telegram lets a message be, nearly

    await injected(
        world,
        {"message_reaction": {"user": person, "note": CANARY}},
        {"something_of_next_year": {"text": CANARY}},
        {"message": {**said, "message_id": 901, "text": halves}},
        {"message": {**said, "message_id": 902, "text": story}},
        {"message": {**said, "message_id": 903, "text": CANARY, "poll": {"new": CANARY}}},
        {"callback_query": {"id": "1", "from": person, "chat_instance": "1", "data": CANARY}},
    )
    await world.settles()

    told = capfd.readouterr()
    assert CANARY not in told.out + told.err
    kept = [row.text for row in await world.replies() if row.text]
    assert [len(text) for text in kept] == [len(halves), len(story), len(CANARY)]
    states = await world.rows("select state, count(*) from inbox where kind = 'unknown' group by 1")
    assert [tuple(row) for row in states] == [("done", 2)]
    assert await world.rows("select count(*) from inbox where state <> 'done'") == [(0,)]
    assert await world.rows("select count(*) from alerts where urgency = 'kritis'") == [(2,)]


async def test_what_is_sent_is_kept_by_its_id_alone(world: World) -> None:
    sari = await world.enrolled(await world.staff("Ratna"))

    for deed in ("photo", "voice", "document"):
        await sari.does(deed)

    await sari.sees_last("Sudah diterima, petugas akan melihat.")
    kinds = await world.rows("select kind from attachments order by id")
    assert sorted(row[0] for row in kinds) == ["document", "photo", "voice"]
    assert await called(world, "getFile") == []


async def test_a_chat_that_floods_holds_up_nobody_else(world: World) -> None:
    """Hundreds of messages of one chat wait; every other chat is served in between."""
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    loud = await world.meets("Ribut")
    person = {"id": loud.id, "is_bot": False, "first_name": "Ribut"}
    said = {"date": 1_770_000_000, "chat": {"id": loud.id, "type": "private"}, "from": person}
    await world.stops()
    await injected(
        world,
        *({"message": {**said, "message_id": n, "text": f"halo {n}"}} for n in range(FLOOD)),
    )
    await world.control("POST", f"people/{sari.id}/text", {"text": CRITICAL})

    await world.starts()
    await world.settles()

    await ratna.sees(notice("Kritis"))
    after = await world.rows(
        "select count(*) from inbox i, inbox h where h.seq = (select max(seq) from inbox)"
        " and i.seq < h.seq and i.handled_at > h.handled_at"
    )
    assert after[0][0] >= FLOOD - 50, "hers came last and was handled among the first"
    assert await world.rows("select count(*) from inbox where state <> 'done'") == [(0,)]


async def test_by_webhook_the_whole_road_is_the_same(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await world.stops()
    hook = {"webhook_url": f"{world.bot_url}/hook", "webhook_secret": SecretStr(SECRET)}
    world.settings = world.settings.model_copy(update=hook)
    await world.starts()

    texts = [f"cerita {number}" for number in range(20)]
    for text in (*texts, CRITICAL):
        await world.control("POST", f"people/{sari.id}/text", {"text": text})
    await until_kept(world, len(texts) + 1)
    await ratna.sees(notice("Kritis"))
    assert [row.text for row in await world.replies()] == [*texts, CRITICAL]

    updates = (await world.control("GET", "updates"))["updates"]
    for update in updates:
        await world.control("POST", f"updates/{update['update_id']}/redeliver", {})
    body = json.dumps(updates[-1]["update"] | {"update_id": updates[-1]["update_id"]})
    for headers, status in (({}, 403), ({"X-Telegram-Bot-Api-Secret-Token": "no"}, 403)):
        async with world.http.post(f"{world.bot_url}/hook", data=body, headers=headers) as answer:
            assert answer.status == status
    async with world.http.get(f"{world.bot_url}/hook") as answer:
        assert answer.status == 405
    await world.settles()
    assert len(await world.replies()) == len(texts) + 1
    (asked,) = await called(world, "setWebhook")
    assert asked["allowed_updates"] == list(ALLOWED)


async def until_kept(world: World, count: int) -> None:
    for _ in range(600):
        await world.settles()
        if len(await world.replies()) >= count:
            return
    raise AssertionError("not all of it came")


@pytest.mark.parametrize(("code", "told"), [(401, "KABAR_BOT_TOKEN")])
async def test_a_token_that_is_refused_ends_the_program(
    world: World, capfd: pytest.CaptureFixture[str], code: int, told: str
) -> None:
    await world.stops()
    fault = {"kind": "error", "method": "getUpdates", "code": code, "description": "Unauthorized"}
    await world.control("POST", "faults", fault)

    assert await app.run(world.settings) == 1

    assert told in capfd.readouterr().err.splitlines()[-1]
