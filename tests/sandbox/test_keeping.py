"""What survives: snapshots that are taken and brought back, and the file between two starts."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.sandbox import Sandbox
from bot.sandbox.errors import SandboxError

from .conftest import TOKEN, Control, Phone, RawBot

PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)


async def a_full_world(raw: Any, sari: Any, control: Any) -> None:
    """Something of everything that is kept."""
    await control.forward(hours=5)
    await raw.ok("setMyCommands", commands=[{"command": "mulai", "description": "Mulai"}])
    keyboard = {"keyboard": [["Aman"]], "resize_keyboard": True}
    await raw.ok("sendMessage", chat_id=sari.id, text="*Aman?*", reply_markup=keyboard)
    buttons = {"inline_keyboard": [[{"text": "Ya", "callback_data": "y"}]]}
    sent = await raw.ok("sendMessage", chat_id=sari.id, text="satu", reply_markup=buttons)
    where = {"chat_id": sari.id, "message_id": sent["message_id"]}
    await raw.ok("editMessageText", text="dua", reply_markup=buttons, **where)
    await sari.sends("photo", PNG, caption="Foto")
    await sari.says("belum dibaca")
    other = await control.post("people", first_name="Budi", username="budi", language_code="id")
    budi = Phone(control, other["id"])
    await budi.starts()
    await budi.does("offline")
    await budi.says("nanti")


def without_marks(shown: Any) -> Any:
    """What a page shows, without what counts differently in every epoch and moment."""
    return {name: shown[name] for name in ("bot", "phones")}


async def test_snapshot_brings_everything_back(raw: Any, sari: Any, control: Any) -> None:
    await a_full_world(raw, sari, control)
    before, waiting = await control.get("phones"), await raw.ok("getUpdates")
    snapshot = await control.get("snapshot")
    await control.post("reset")
    await control.post("people", first_name="Lain")

    await control.post("snapshot", **snapshot)

    after = await control.get("phones")
    assert without_marks(after) == without_marks(before)
    assert after["epoch"] != before["epoch"] and after["seq"] >= before["seq"]
    assert after["clock"]["offset_s"] == 5 * 3600
    assert await raw.ok("getUpdates") == waiting


async def test_restored_phones_go_on_living(raw: Any, sari: Any, control: Any) -> None:
    await a_full_world(raw, sari, control)
    tapped = await sari.taps("Ya")
    snapshot = await control.get("snapshot")
    await control.post("snapshot", **snapshot)

    await raw.ok("answerCallbackQuery", callback_query_id=tapped["callback_query_id"])
    await sari.taps("Aman")
    second = await sari.sends("photo", PNG)
    people = (await control.get("people"))["people"]
    await control.post(f"people/{people[1]['id']}/online")

    texts = await raw.texts()
    assert texts[-3:] == ["Aman", None, "nanti"]
    assert (await raw.ok("getFile", file_id=second["file_id"]))["file_size"] == len(PNG)
    photos = [m["photo"][0]["file_id"] for m in (await sari.chat())["messages"] if "photo" in m]
    assert len(set(photos)) == 2


async def test_ids_never_come_twice(raw: Any, sari: Any, control: Any) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Ya", "callback_data": "y"}]]}
    await raw.ok("sendMessage", chat_id=sari.id, text="Ya?", reply_markup=keyboard)
    snapshot = await control.get("snapshot")
    first = [await sari.taps("Ya") for _ in range(3)]
    events = (await control.get("events"))["next"]

    await control.post("snapshot", **snapshot)
    second = [await sari.taps("Ya") for _ in range(3)]

    for kind in ("update_id", "callback_query_id"):
        assert max(int(tap[kind]) for tap in first) < min(int(tap[kind]) for tap in second)
    found = (await control.get("events", after=events, kind="pressed"))["events"]
    assert len(found) == 3


async def test_update_ids_go_on_after_a_reset(raw: Any, sari: Any, control: Any) -> None:
    last = [await sari.says(str(number)) for number in range(5)][-1]

    await control.post("reset")
    await control.post("bots", token=TOKEN)
    person = await control.post("people", first_name="Budi")
    started = await control.post(f"people/{person['id']}/start")

    assert started["update_id"] > last["update_id"]


async def test_waiting_poll_ends_with_an_empty_page(raw: Any, sari: Any, control: Any) -> None:
    snapshot = await control.get("snapshot")
    poll = asyncio.ensure_future(raw.call("getUpdates", timeout=30))
    await control.post("faults", kind="error", method="getMe")

    await control.post("snapshot", **snapshot)
    async with asyncio.timeout(5):
        ended = await poll
    await sari.says("lagi")

    assert ended == {"ok": True, "result": []}
    assert await raw.texts() == ["lagi"]
    assert (await control.get("faults"))["faults"] == []


async def test_webhook_is_closed(raw: Any, sari: Any, control: Any, hook: Any) -> None:
    await raw.ok("setWebhook", url=hook.url)
    await control.post("snapshot", **await control.get("snapshot"))

    await sari.says("halo")

    assert await raw.texts() == ["halo"]
    assert hook.is_quiet()


@pytest.mark.parametrize("begins_at", [1_700_000_000, 4_000_000_000.5])
async def test_time_can_be_set_when_all_begins(control: Any, sari: Any, begins_at: float) -> None:
    snapshot = await control.get("snapshot")

    await control.post("reset", begins_at=begins_at)
    after_reset = (await control.get("clock"))["now"]
    await control.post("snapshot", **snapshot, begins_at=begins_at)
    restored = (await control.get("clock"))["now"]

    for now in (after_reset, restored):
        assert begins_at <= now < begins_at + 60


BROKEN: dict[str, Any] = {
    "no_version": {},
    "future": {"version": 2},
    "hollow": {"version": 1},
    "nobody": {"bots": [{"id": 1, "chats": [{"person": 5}]}]},
    "twins": {"people": "twice"},
    "files": {"files": [{"content": "%"}]},
}


@pytest.mark.parametrize("case", BROKEN)
async def test_what_is_no_snapshot_changes_nothing(sari: Any, control: Any, case: str) -> None:
    before = await control.get("phones")
    snapshot = await control.get("snapshot")
    match case:
        case "twins":
            broken = {**snapshot, "people": snapshot["people"] * 2}
        case "nobody" | "files":
            broken = {**snapshot, **BROKEN[case]}
        case _:
            broken = BROKEN[case]

    status, answer = await control.try_post("snapshot", **broken)

    assert (status, "snapshot" in answer["error"]) == (400, True)
    after = await control.get("phones")
    assert (after["epoch"], after["phones"]) == (before["epoch"], before["phones"])


@pytest.mark.parametrize("body", [b"{", b"[]"])
async def test_what_is_no_object_is_refused(
    sandbox: Sandbox, session: aiohttp.ClientSession, body: bytes
) -> None:
    async with session.post(f"{sandbox.url}/control/snapshot", data=body) as reply:
        assert reply.status == 400


class Kept:
    """Sandboxes on the same file, one after the other."""

    def __init__(self, file: Path, session: aiohttp.ClientSession) -> None:
        self.file = file
        self._session = session

    def sandbox(self) -> Sandbox:
        return Sandbox(keep=self.file)

    def raw(self, sandbox: Sandbox) -> RawBot:
        return RawBot(sandbox.url, self._session)

    def control(self, sandbox: Sandbox) -> Control:
        return Control(sandbox.url, self._session)


@pytest.fixture
async def kept(tmp_path: Path, session: aiohttp.ClientSession) -> AsyncIterator[Kept]:
    yield Kept(tmp_path / "deep" / "phones.json", session)


async def begun(control: Any) -> Phone:
    await control.post("bots", token=TOKEN, username="kabar_bot")
    phone = Phone(control, (await control.post("people", first_name="Sari"))["id"])
    await phone.starts()
    return phone


async def test_next_start_finds_everything(kept: Kept) -> None:
    async with kept.sandbox() as sandbox:
        control = kept.control(sandbox)
        sari = await begun(control)
        await a_full_world(kept.raw(sandbox), sari, control)
        before, waiting = await control.get("phones"), await kept.raw(sandbox).ok("getUpdates")

    async with kept.sandbox() as again:
        after = await kept.control(again).get("phones")
        assert without_marks(after) == without_marks(before)
        assert await kept.raw(again).ok("getUpdates") == waiting

    assert TOKEN.partition(":")[2] not in kept.file.read_text()


async def test_file_is_written_soon_after_a_change(kept: Kept) -> None:
    def is_written() -> bool:
        return kept.file.exists() and "tersimpan" in kept.file.read_text()

    async with kept.sandbox() as sandbox:
        sari = await begun(kept.control(sandbox))
        await sari.says("tersimpan")
        async with asyncio.timeout(5):
            while not is_written():
                await asyncio.to_thread(is_written)


async def test_killed_program_gives_no_id_twice(kept: Kept) -> None:
    async with kept.sandbox() as sandbox:
        sari = await begun(kept.control(sandbox))
    async with kept.sandbox() as sandbox:
        saved = kept.file.read_bytes()
        sari = Phone(kept.control(sandbox), sari.id)
        lost = await sari.says("setelah simpanan terakhir")
    kept.file.write_bytes(saved)

    async with kept.sandbox() as sandbox:
        again = await Phone(kept.control(sandbox), sari.id).says("sesudahnya")

    assert again["update_id"] > lost["update_id"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version":9}', '{"version":1}'])
async def test_file_that_cannot_be_read_is_named(kept: Kept, content: str) -> None:
    kept.file.parent.mkdir()
    kept.file.write_text(content)

    with pytest.raises(SandboxError, match=r"phones\.json cannot be read .* --reset"):
        await kept.sandbox().start()

    assert kept.file.read_text() == content


async def test_snapshot_may_be_larger_than_any_upload(
    sandbox: Sandbox, session: aiohttp.ClientSession, sari: Any, control: Any
) -> None:
    snapshot = await control.get("snapshot")
    body = json.dumps({**snapshot, "padding": "x" * 60 * 1024 * 1024}).encode()

    async with session.post(f"{sandbox.url}/control/snapshot", data=io.BytesIO(body)) as reply:
        assert reply.status == 200, await reply.text()
