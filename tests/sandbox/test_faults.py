"""Faults on purpose: each strikes the calls it names and no others."""

import asyncio
from typing import Any

import aiohttp
import pytest


async def test_lost_answer_leaves_the_message_standing(raw: Any, sari: Any, control: Any) -> None:
    await control.post("faults", kind="drop_answer", method="sendMessage", times=1)

    with pytest.raises(aiohttp.ClientError):
        await raw.call("sendMessage", chat_id=sari.id, text="sampai")

    assert await sari.sees() == ["sampai"]
    (call,) = (await control.get("calls", method="sendMessage"))["calls"]
    assert (call["fault"], call["answer"]["ok"]) == ("drop_answer", True)


async def test_reset_leaves_nothing(raw: Any, sari: Any, control: Any) -> None:
    await control.post("faults", kind="reset", times=1)

    with pytest.raises(aiohttp.ClientError):
        await raw.call("sendMessage", chat_id=sari.id, text="hilang")

    assert await sari.sees() == []
    (call,) = (await control.get("calls", method="sendMessage"))["calls"]
    assert (call["fault"], call["answer"]) == ("reset", None)


async def test_flood_and_error_answer_for_a_while(raw: Any, sari: Any, control: Any) -> None:
    await control.post("faults", kind="flood", method="sendMessage", times=1, retry_after=7)
    await control.post(
        "faults", kind="error", method="sendMessage", times=2, code=502, description="Bad Gateway"
    )

    answers = [await raw.call("sendMessage", chat_id=sari.id, text=str(n)) for n in range(4)]

    assert answers[0]["parameters"] == {"retry_after": 7}
    assert [answer.get("description") for answer in answers[1:3]] == ["Bad Gateway"] * 2
    assert await sari.sees() == ["3"]


async def test_accepted_error_lies_about_the_message(raw: Any, sari: Any, control: Any) -> None:
    await control.post("faults", kind="error", method="sendMessage", accepted=True)

    assert (await raw.refused("sendMessage", chat_id=sari.id, text="sampai"))[0] == 500

    assert await sari.sees() == ["sampai"]


async def test_fault_of_one_chat_spares_the_others(raw: Any, sari: Any, control: Any) -> None:
    other = await control.post("people", first_name="Budi")
    await control.post(f"people/{other['id']}/start")
    await control.post(
        "faults",
        kind="error",
        chat_id=sari.id,
        code=403,
        description="Forbidden: bot was kicked from the group chat",
    )

    assert (await raw.refused("sendMessage", chat_id=sari.id, text="a"))[0] == 403
    assert await raw.ok("sendMessage", chat_id=other["id"], text="a")


async def test_delay_keeps_the_client_waiting(raw: Any, sari: Any, control: Any) -> None:
    await control.post("faults", kind="delay", method="getMe", seconds=0.2, times=1)
    start = asyncio.get_running_loop().time()

    await raw.ok("getMe")

    assert asyncio.get_running_loop().time() - start >= 0.2


async def test_share_strikes_about_so_many_and_the_same_ones_each_time(
    raw: Any, control: Any
) -> None:
    rounds = []
    for _ in range(2):
        await control.post("reset")
        await control.post("bots", token="4242:conformance-secret")
        await control.post("faults", kind="error", method=["getMe"], share=0.3)
        rounds.append([(await raw.call("getMe"))["ok"] for _ in range(100)])

    assert rounds[0] == rounds[1]
    assert 15 < rounds[0].count(False) < 45


async def test_skipped_calls_pass_first(raw: Any, control: Any) -> None:
    await control.post("faults", kind="error", method="getMe", skip=2, times=1)

    assert [(await raw.call("getMe"))["ok"] for _ in range(4)] == [True, True, False, True]


async def test_faults_are_listed_and_taken_away(raw: Any, control: Any) -> None:
    first = await control.post("faults", kind="error", method="getMe")
    await control.post("faults", kind="reset", method="getFile")
    await raw.call("getMe")

    listed = (await control.get("faults"))["faults"]
    await control.delete(f"faults/{first['id']}")
    left = (await control.get("faults"))["faults"]

    assert [(fault["kind"], fault["struck"]) for fault in listed] == [("error", 1), ("reset", 0)]
    assert [fault["kind"] for fault in left] == ["reset"]
    assert (await control.delete("faults"))["faults"] == []


async def test_download_can_fail_too(
    sandbox: Any, session: Any, raw: Any, sari: Any, control: Any
) -> None:
    sent = await sari.sends("voice", b"suara")
    path = (await raw.ok("getFile", file_id=sent["file_id"]))["file_path"]
    url = f"{sandbox.url}/file/bot4242:conformance-secret/{path}"
    await control.post("faults", kind="error", method="download", times=1)

    statuses = []
    for _ in range(2):
        async with session.get(url) as reply:
            statuses.append((reply.status, await reply.read()))

    assert statuses[0][0] == 500
    assert statuses[1] == (200, b"suara")
