"""A phone without network: it stands still, what is written waits, and the bot notices nothing."""

import asyncio
from typing import Any

import aiohttp
import pytest


async def phone_of(control: Any, person: int) -> Any:
    (phone,) = (await control.get("phones", person=person))["phones"]
    return phone


async def test_phone_stands_still_and_shows_what_it_missed_later(
    raw: Any, sari: Any, control: Any
) -> None:
    sent = await raw.ok("sendMessage", chat_id=sari.id, text="sebelum")
    await sari.does("offline")
    await raw.ok("sendMessage", chat_id=sari.id, text="selama")
    await raw.ok("deleteMessage", chat_id=sari.id, message_id=sent["message_id"])

    still = await phone_of(control, sari.id)
    await sari.does("online")
    thawed = await phone_of(control, sari.id)

    assert still["offline"] and not thawed["offline"]
    assert [message["text"] for message in still["messages"]] == ["/start", "sebelum"]
    assert [push["text"] for push in still["lock_screen"]] == ["sebelum"]
    assert [message["text"] for message in thawed["messages"]] == ["/start", "selama"]
    assert [push["text"] for push in thawed["lock_screen"]] == ["sebelum", "selama"]


async def test_texts_wait_and_go_in_order(raw: Any, sari: Any, control: Any) -> None:
    await sari.does("offline")
    answers = [await sari.says("satu"), await sari.says("dua"), await sari.starts("abc")]
    waiting = (await phone_of(control, sari.id))["waiting"]
    before = await raw.texts()

    await sari.does("online")

    assert answers[0] == {"message_id": None, "update_id": None, "waiting": 1}
    assert waiting == [{"text": "satu"}, {"text": "dua"}, {"text": "/start abc"}]
    assert (before, await raw.texts()) == ([], ["satu", "dua", "/start abc"])
    assert (await phone_of(control, sari.id))["waiting"] == []


async def test_what_happens_is_on_record(sari: Any, control: Any) -> None:
    seen = (await control.get("events"))["next"]

    await sari.does("offline")
    await sari.says("halo")
    await sari.does("online")

    events = (await control.get("events", after=seen, person=sari.id))["events"]
    assert [event["kind"] for event in events] == ["offline", "waiting", "online", "sent"]
    assert events[1]["text"] == "halo"


async def test_start_that_waits_lifts_a_block(raw: Any, sari: Any, control: Any) -> None:
    await sari.does("block")
    await sari.does("offline")
    refused, answer = await control.try_post(f"people/{sari.id}/text", text="a")
    await sari.starts()
    await sari.says("a")

    await sari.does("online")

    assert (refused, "blocked" in answer["error"]) == (409, True)
    assert [text for text in await raw.texts() if text] == ["/start", "a"]


REFUSED = {
    "tap": ("tap", {"label": "Ya"}),
    "press": ("press", {"label": "Ya"}),
    "contact": ("contact", {}),
    "photo": ("photo", {}),
    "edit": ("edit", {"message_id": 1, "text": "a"}),
    "delete": ("delete", {"message_id": 1}),
    "block": ("block", {}),
    "deactivate": ("deactivate", {}),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_everything_but_texts_needs_a_network(control: Any, sari: Any, case: str) -> None:
    deed, body = REFUSED[case]
    await sari.does("offline")

    answered = await control.try_post(f"people/{sari.id}/{deed}", **body)

    assert answered == (409, {"error": "The phone is offline."})


@pytest.mark.parametrize(
    ("deed", "body"), [("text", {"text": " "}), ("start", {"parameter": "a b"})]
)
async def test_what_could_never_be_sent_does_not_wait(
    control: Any, sari: Any, deed: str, body: Any
) -> None:
    await sari.does("offline")

    assert (await control.try_post(f"people/{sari.id}/{deed}", **body))[0] == 400
    assert (await phone_of(control, sari.id))["waiting"] == []


@pytest.mark.parametrize("deeds", [["online"], ["offline", "offline"]])
async def test_nothing_to_change_is_said(control: Any, sari: Any, deeds: list[str]) -> None:
    answers = [await control.try_post(f"people/{sari.id}/{deed}") for deed in deeds]

    assert answers[-1][0] == 409
    assert "Nothing to change" in answers[-1][1]["error"]


async def test_cut_network_ends_the_poll_that_waits(raw: Any, sari: Any, control: Any) -> None:
    poll = asyncio.ensure_future(raw.call("getUpdates", timeout=30))
    await control.get("calls")  # one more round trip: the poll is waiting now

    fault = await control.post("faults", kind="reset")
    with pytest.raises(aiohttp.ClientError):
        await poll
    await sari.says("halo")
    await control.delete(f"faults/{fault['id']}")

    assert await raw.texts() == ["halo"]
    calls = (await control.get("calls", method="getUpdates"))["calls"]
    assert (calls[-2]["fault"], calls[-2]["answer"]) == ("reset", None)


async def test_fault_of_other_methods_leaves_the_poll_alone(
    raw: Any, sari: Any, control: Any
) -> None:
    poll = asyncio.ensure_future(raw.call("getUpdates", timeout=30))
    await control.get("calls")

    await control.post("faults", kind="reset", method="sendMessage")
    await sari.says("halo")

    assert (await poll)["result"][0]["message"]["text"] == "halo"
