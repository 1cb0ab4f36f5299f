"""The stream of a page: in order, continued where it broke off, and begun anew after a reset."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import aiohttp
import pytest

from bot.sandbox import Sandbox

from .events import Page

Opens = Callable[..., AbstractAsyncContextManager[Page]]


@pytest.fixture
def opens(sandbox: Sandbox, session: aiohttp.ClientSession) -> Opens:
    @asynccontextmanager
    async def page(after: str = "", last: str = "") -> AsyncIterator[Page]:
        url = f"{sandbox.url}/control/stream"
        headers = {"Last-Event-ID": last} if last else {}
        async with session.get(url, params={"after": after}, headers=headers) as reply:
            assert reply.content_type == "text/event-stream"
            yield Page(reply)

    return page


async def test_page_sees_what_happens_in_order(opens: Opens, raw: Any, sari: Any) -> None:
    async with opens() as page:
        hello = await page.next()
        sent = await raw.ok("sendMessage", chat_id=sari.id, text="satu")
        where = {"chat_id": sari.id, "message_id": sent["message_id"]}
        await raw.ok("editMessageText", text="dua", **where)
        await raw.ok("deleteMessage", **where)
        seen = [await page.entry("sent", "edited", "deleted") for _ in range(3)]

    assert hello.event == "hello"
    assert [entry["kind"] for entry in seen] == ["sent", "edited", "deleted"]
    assert [entry["seq"] for entry in seen] == [hello.data["seq"] + n for n in (1, 2, 3)]
    assert seen[1]["message"]["text"] == "dua"


async def test_two_pages_see_the_same(opens: Opens, sari: Any) -> None:
    async with opens() as one, opens() as other:
        for page in (one, other):
            await page.next()
        await sari.says("halo")

        assert await one.entry("sent") == await other.entry("sent")


@pytest.mark.parametrize("way", ["after", "last"])
async def test_page_goes_on_where_it_broke_off(
    opens: Opens, sari: Any, control: Any, way: str
) -> None:
    shown = await control.get("phones")
    for word in ("a", "b"):
        await sari.says(word)

    async with opens(**{way: f"{shown['epoch']}.{shown['seq'] + 1}"}) as page:
        hello = await page.next()
        entry = await page.next()

    assert (hello.id, hello.data["seq"]) == (
        f"{shown['epoch']}.{shown['seq'] + 1}",
        entry.data["seq"],
    )
    assert (entry.event, entry.data["message"]["text"]) == ("entry", "b")
    assert entry.id == f"{shown['epoch']}.{shown['seq'] + 2}"


@pytest.mark.parametrize("after", ["0badcafe.3", "nonsense", "{epoch}.999999", "{epoch}.x"])
async def test_page_that_knows_another_world_begins_anew(
    opens: Opens, sari: Any, control: Any, after: str
) -> None:
    epoch = (await control.get("phones"))["epoch"]

    async with opens(after.format(epoch=epoch)) as page:
        hello, reset = await page.next(), await page.next()
        await sari.says("halo")
        entry = await page.entry("sent")

    assert (hello.event, hello.id, reset.event) == ("hello", "", "reset")
    assert entry["seq"] == reset.data["seq"] + 1


async def test_reset_is_told_to_open_pages(opens: Opens, sari: Any, control: Any) -> None:
    async with opens() as page:
        hello = await page.next()
        await control.post("reset")
        reset = await page.until("reset")
        await control.post("people", first_name="Budi")
        added = await page.entry("person")

    shown = await control.get("phones")
    assert hello.data["epoch"] != reset.data["epoch"] == shown["epoch"]
    assert added["profile"]["first_name"] == "Budi"
    assert [phone["first_name"] for phone in shown["phones"]] == ["Budi"]


async def test_calls_are_counted_and_not_told_one_by_one(opens: Opens, raw: Any) -> None:
    async with opens() as page:
        await page.next()
        await asyncio.gather(*(raw.ok("getMe") for _ in range(100)))
        last, told = 0, 0
        while last < 100:
            last, told = (await page.until("calls")).data["last"], told + 1

    assert told < 10


async def test_world_is_told_too(opens: Opens, raw: Any, control: Any, session: Any) -> None:
    async with opens() as page:
        await page.next()
        await control.post("clock", advance_s=3600)
        clock = await page.entry("clock")
        await control.post("faults", kind="error", method="getMe", times=1)
        added = await page.entry("faults")
        await raw.call("getMe")
        struck = await page.entry("faults")
        await control.delete("faults")
        cleared = await page.entry("faults")
        await raw.ok("setMyCommands", commands=[{"command": "mulai", "description": "Mulai"}])
        commands = await page.entry("commands")
        await control.post("bots", bot="kabar_bot", first_name="Kabar Keluarga")
        bot = await page.entry("bot")
        await control.post("notes", note={"stage": [1, None]})
        note = await page.entry("note")

    assert clock["clock"]["offset_s"] == 3600
    assert [entry["faults"][0]["struck"] for entry in (added, struck)] == [0, 1]
    assert cleared["faults"] == []
    assert commands["commands"][0]["commands"][0]["command"] == "mulai"
    assert bot["profile"]["first_name"] == "Kabar Keluarga"
    assert (note["note"], note["person"]) == ({"stage": [1, None]}, None)


async def test_note_needs_something_to_say(control: Any) -> None:
    assert (await control.try_post("notes"))[0] == 400


async def test_open_pages_end_by_themselves_at_the_end(session: aiohttp.ClientSession) -> None:
    sandbox = Sandbox()
    await sandbox.start()
    async with session.get(f"{sandbox.url}/control/stream") as reply:
        page = Page(reply)
        await page.next()

        await sandbox.stop()

        with pytest.raises(EOFError):  # a connection that is cut would be another error
            await page.next()
