"""getUpdates between impatient, doubled and crashed pollers, and the ways to write a call."""

import asyncio
from typing import Any

import aiohttp
import pytest

from bot.sandbox import Sandbox

OTHER = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)


def elapsed_since(start: float) -> float:
    return asyncio.get_running_loop().time() - start


async def test_same_offset_again_is_held_for_three_seconds(raw: Any, control: Any) -> None:
    await control.post("limits", poll_throttle=True)
    start = asyncio.get_running_loop().time()
    await raw.ok("getUpdates", offset=5)
    assert elapsed_since(start) < 2

    await raw.ok("getUpdates", offset=5)

    assert 2.9 < elapsed_since(start) < 10


async def test_same_offset_at_once_gets_one_update(raw: Any, sari: Any, control: Any) -> None:
    await control.post("limits", poll_throttle=True)
    for word in ("a", "b", "c"):
        await sari.says(word)

    first = await raw.texts(offset=5)
    second = await raw.texts(offset=5)

    assert (first, second) == (["a", "b", "c"], ["a"])


async def test_poll_that_was_cut_off_slows_nobody_down(
    sandbox: Sandbox, raw: Any, control: Any
) -> None:
    await control.post("limits", poll_throttle=True)
    async with aiohttp.ClientSession() as crashing:
        url = f"{sandbox.url}/bot4242:conformance-secret/getUpdates"
        with pytest.raises(TimeoutError):
            timeout = aiohttp.ClientTimeout(total=0.2)
            await crashing.post(url, json={"offset": 5, "timeout": 30}, timeout=timeout)

    start = asyncio.get_running_loop().time()
    assert (await raw.call("getUpdates", offset=5))["ok"]

    assert elapsed_since(start) < 2.5


async def test_newer_poller_wins(raw: Any, sari: Any, control: Any) -> None:
    older = asyncio.ensure_future(raw.call("getUpdates", timeout=30))
    await control.get("calls")  # one more round trip: the older poll is waiting now
    newer = asyncio.ensure_future(raw.call("getUpdates", timeout=30))

    lost = await older
    await sari.says("halo")
    won = await newer

    assert (lost["error_code"], lost["description"]) == (409, OTHER)
    assert won["result"][0]["message"]["text"] == "halo"


async def test_setting_a_webhook_ends_the_poll(raw: Any, control: Any) -> None:
    poll = asyncio.ensure_future(raw.call("getUpdates", timeout=30))
    await control.get("calls")

    await raw.ok("setWebhook", url="http://127.0.0.1:9/hook")

    assert (await poll)["description"] == "Conflict: terminated by setWebhook request"


async def test_webhook_set_twice_in_a_second_has_to_wait(raw: Any, control: Any) -> None:
    await raw.ok("setWebhook", url="http://127.0.0.1:9/a")

    assert (await raw.refused("setWebhook", url="http://127.0.0.1:9/b"))[0] == 429

    await control.forward(seconds=1)
    await raw.ok("setWebhook", url="http://127.0.0.1:9/b")


@pytest.mark.parametrize("method", ["getMe", "getme", "GETME"])
async def test_method_names_have_any_case(raw: Any, method: str) -> None:
    assert (await raw.ok(method))["id"] == 4242


async def test_unknown_method_and_wrong_token(sandbox: Sandbox, raw: Any, session: Any) -> None:
    assert await raw.call("sendPigeon") == {
        "ok": False,
        "error_code": 404,
        "description": "Not Found: method not found",
    }
    async with session.get(f"{sandbox.url}/botnonsense/getMe") as reply:
        assert reply.status == 401
        assert (await reply.json())["description"] == "Unauthorized: invalid token specified"


async def test_parameters_come_in_every_form(
    sandbox: Sandbox, raw: Any, sari: Any, session: Any
) -> None:
    url = f"{sandbox.url}/bot4242:conformance-secret/sendMessage"
    keyboard = '{"inline_keyboard":[[{"text":"Ya","callback_data":"y"}]]}'
    values = {"chat_id": str(sari.id), "text": "halo", "reply_markup": keyboard}
    parts = aiohttp.FormData(values)
    parts.add_field("unused", b"x", filename="x.txt")

    async with session.get(url, params=values) as reply:
        by_query = await reply.json()
    async with session.post(url, data=values) as reply:
        by_form = await reply.json()
    async with session.post(url, data=parts) as reply:
        by_parts = await reply.json()

    for answer in (by_query, by_form, by_parts):
        assert answer["result"]["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "y"


async def test_body_that_is_no_json_is_refused(sandbox: Sandbox, raw: Any, session: Any) -> None:
    url = f"{sandbox.url}/bot4242:conformance-secret/getMe"
    headers = {"Content-Type": "application/json"}

    async with session.post(url, data=b"{", headers=headers) as reply:
        assert reply.status == 400
        assert (await reply.json())["description"] == "Bad Request: can't parse JSON object"


async def test_every_token_is_a_bot_of_its_own(sandbox: Sandbox, control: Any, raw: Any) -> None:
    await control.post("bots", token="99:other")

    bots = (await control.get("bots"))["bots"]

    assert [(bot["id"], bot["username"]) for bot in bots] == [
        (4242, "kabar_bot"),
        (99, "kabar99_bot"),
    ]
