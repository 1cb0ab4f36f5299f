"""Delivery to a webhook: lanes, repeats, and what becomes of the rest."""

import asyncio
from typing import Any


async def settled(raw: Any, pending: int) -> None:
    """Wait until so many updates are left, looking again after each answer of the sandbox."""
    async with asyncio.timeout(5):
        while (await raw.ok("getWebhookInfo"))["pending_update_count"] != pending:
            pass


async def forward_until_called(control: Any, hook: Any, *, seconds: int) -> None:
    """Move the clock by one wait, and again should it have moved before the wait began."""
    async with asyncio.timeout(5):
        while hook.is_quiet():
            await control.forward(seconds=seconds)


async def test_failed_update_holds_back_its_chat_only(
    raw: Any, sari: Any, control: Any, hook: Any
) -> None:
    hook.answers = [500, 500]
    await raw.ok("setWebhook", url=hook.url)
    await sari.says("satu")
    await sari.says("dua")
    first = [(await hook.next())[1]["message"]["text"] for _ in range(2)]  # repeated at once

    other = await control.post("people", first_name="Budi")
    await control.post(f"people/{other['id']}/text", text="lain")
    between = (await hook.next())[1]["message"]["text"]
    await forward_until_called(control, hook, seconds=2)
    rest = [(await hook.next())[1]["message"]["text"] for _ in range(2)]

    assert (first, between, rest) == (["satu", "satu"], "lain", ["satu", "dua"])


async def test_retry_after_is_honoured(raw: Any, sari: Any, control: Any, hook: Any) -> None:
    hook.answers = [429]
    hook.headers = {"Retry-After": "100"}
    await raw.ok("setWebhook", url=hook.url)
    await sari.says("halo")
    await hook.next()
    assert (await raw.ok("getWebhookInfo"))["pending_update_count"] == 1
    assert hook.is_quiet()

    await forward_until_called(control, hook, seconds=100)

    assert (await hook.next())[1]["message"]["text"] == "halo"
    await settled(raw, 0)
    assert "429" in (await raw.ok("getWebhookInfo"))["last_error_message"]


async def test_tap_is_dropped_when_the_next_try_would_be_too_late(
    raw: Any, sari: Any, control: Any, hook: Any
) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Ya", "callback_data": "yes"}]]}
    await raw.ok("sendMessage", chat_id=sari.id, text="Aman?", reply_markup=keyboard)
    hook.answers = [503]
    hook.headers = {"Retry-After": "151"}
    await raw.ok("setWebhook", url=hook.url)

    await sari.taps("Ya")

    await hook.next()
    await settled(raw, 0)
    assert (await control.get("updates"))["updates"][-1]["state"] == "expired"


async def test_what_was_not_delivered_can_be_polled(raw: Any, sari: Any) -> None:
    await raw.ok("setWebhook", url="http://127.0.0.1:9/nobody")
    await sari.says("halo")

    await raw.ok("deleteWebhook")

    assert await raw.texts() == ["halo"]


async def test_what_waits_is_delivered_or_dropped_on_request(
    raw: Any, sari: Any, control: Any, hook: Any
) -> None:
    await sari.says("lama")
    await raw.ok("setWebhook", url=hook.url)
    assert (await hook.next())[1]["message"]["text"] == "lama"
    await raw.ok("deleteWebhook")
    await sari.says("buang")

    await raw.ok("deleteWebhook", drop_pending_updates=True)

    assert await raw.texts() == []


async def test_duplicate_goes_through_the_webhook_too(
    raw: Any, sari: Any, control: Any, hook: Any
) -> None:
    await raw.ok("setWebhook", url=hook.url)
    update_id = (await sari.says("halo"))["update_id"]
    first = await hook.next()

    await control.post(f"updates/{update_id}/redeliver")

    assert await hook.next() == first


async def test_secret_has_a_plain_alphabet(raw: Any) -> None:
    assert await raw.refused("setWebhook", url="http://127.0.0.1:9/", secret_token="a b") == (
        400,
        "Bad Request: secret token contains unallowed characters",
    )


async def test_address_must_be_one(raw: Any) -> None:
    code, words = await raw.refused("setWebhook", url="ftp://127.0.0.1/")

    assert (code, words.startswith("Bad Request: bad webhook")) == (400, True)
