"""What a browser gets: the page and its files, who may open it, and what stands on the phones."""

from typing import Any

import pytest
from aiohttp import ClientSession, web
from yarl import URL

from bot.sandbox import Sandbox, page

LINK = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)


async def test_page_lets_nothing_in_from_elsewhere(
    sandbox: Sandbox, session: ClientSession
) -> None:
    async with session.get(sandbox.url) as reply:
        policy = reply.headers["Content-Security-Policy"]
        assert (reply.status, reply.content_type) == (200, "text/html")

    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("name", sorted(file.name for file in page.STATIC.iterdir()))
async def test_every_file_of_the_page_is_served_with_its_type(
    sandbox: Sandbox, session: ClientSession, name: str
) -> None:
    async with session.get(f"{sandbox.url}/static/{name}") as reply:
        assert reply.status == 200
        assert await reply.read() == (page.STATIC / name).read_bytes()

    if name.endswith(".js"):
        assert reply.content_type == "text/javascript"
    assert reply.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["nothing.js", "..%2f__init__.py", "../__init__.py", "%2e%2e/server.py", ".js", ""]
)
async def test_other_files_are_not_served(
    sandbox: Sandbox, session: ClientSession, path: str
) -> None:
    url = URL(f"{sandbox.url}/static/{path}", encoded=True)
    async with session.get(url) as reply:
        assert reply.status == 404
        assert "error" in await reply.json()


async def test_link_of_another_site_opens_the_page_and_nothing_else(
    sandbox: Sandbox, session: ClientSession
) -> None:
    statuses = {}
    for path in ("/", "/control/phones", "/static/main.js"):
        async with session.get(sandbox.url + path, headers=LINK) as reply:
            statuses[path] = reply.status
    async with session.get(sandbox.url, headers={**LINK, "Sec-Fetch-Dest": "iframe"}) as reply:
        framed = reply.status

    assert statuses == {"/": 200, "/control/phones": 403, "/static/main.js": 403}
    assert framed == 403


async def test_more_routes_are_guarded_like_its_own(session: ClientSession) -> None:
    async def stage(request: web.Request) -> web.Response:
        return web.json_response({"state": "ready"})

    async with Sandbox(extra=[web.get("/stage", stage)]) as sandbox:
        async with session.get(f"{sandbox.url}/stage") as reply:
            assert await reply.json() == {"state": "ready"}
        async with session.get(f"{sandbox.url}/stage", headers={"Host": "a.example"}) as reply:
            assert reply.status == 403


async def test_without_a_stage_the_page_is_told_so(
    sandbox: Sandbox, session: ClientSession
) -> None:
    async with session.get(f"{sandbox.url}/stage") as reply:
        assert reply.status == 404


async def test_phones_are_empty_before_the_first_bot(session: ClientSession) -> None:
    async with Sandbox() as sandbox:
        async with session.post(
            f"{sandbox.url}/control/people", json={"first_name": "Sari", "phone": "+62811"}
        ) as reply:
            assert reply.status == 201
        async with session.get(f"{sandbox.url}/control/phones") as reply:
            shown = await reply.json()

    (phone,) = shown["phones"]
    assert shown["bot"] is None
    assert (phone["first_name"], phone["phone"], phone["offline"]) == ("Sari", "+62811", False)
    assert (phone["messages"], phone["keyboard"], phone["waiting"]) == ([], None, [])


async def test_phone_shows_what_stands_on_it(raw: Any, sari: Any, control: Any) -> None:
    keyboard = {"keyboard": [["Aman"]], "resize_keyboard": True}
    await raw.ok("sendMessage", chat_id=sari.id, text="Aman?", reply_markup=keyboard)
    sent = await raw.ok("sendMessage", chat_id=sari.id, text="lupakan")
    await raw.ok("deleteMessage", chat_id=sari.id, message_id=sent["message_id"])

    shown = await control.get("phones", person=sari.id)

    (phone,) = shown["phones"]
    assert (shown["bot"]["username"], shown["faults"]) == ("kabar_bot", [])
    assert [message["text"] for message in phone["messages"]] == ["/start", "Aman?"]
    assert phone["keyboard"]["keyboard"] == [[{"text": "Aman"}]]
    assert [(push["text"], push["deleted"]) for push in phone["lock_screen"]] == [
        ("Aman?", False),
        ("lupakan", True),
    ]
    assert phone["started"] and not phone["blocked"]


async def test_phone_shows_the_newest_of_a_long_chat(raw: Any, sari: Any, control: Any) -> None:
    await control.post("limits", enabled=False)
    for number in range(210):
        await raw.ok("sendMessage", chat_id=sari.id, text=str(number))

    (phone,) = (await control.get("phones"))["phones"]

    assert [phone["messages"][n]["text"] for n in (0, -1)] == ["10", "209"]
    assert [phone["lock_screen"][n]["text"] for n in (0, -1)] == ["160", "209"]


async def test_messages_carry_the_time_of_the_sandbox(raw: Any, sari: Any, control: Any) -> None:
    await control.forward(hours=48)
    sent = await raw.ok("sendMessage", chat_id=sari.id, text="dua hari lagi")
    await control.forward(hours=1)
    where = {"chat_id": sari.id, "message_id": sent["message_id"]}
    await raw.ok("editMessageText", text="tiga hari lagi", **where)

    shown = await control.get("phones")

    first, message = shown["phones"][0]["messages"]
    assert 48 * 3600 <= message["at"] - first["at"] <= 48 * 3600 + 60
    assert 3600 <= message["edited_at"] - message["at"] <= 3660
    assert shown["phones"][0]["lock_screen"][0]["at"] == message["at"]
    assert message["date"] - first["date"] < 60


COMMANDS = {
    "general": ({}, "mulai"),
    "private": ({"scope": {"type": "all_private_chats"}}, "menu"),
    "spoken": ({"scope": {"type": "all_private_chats"}, "language_code": "id"}, "bantuan"),
}


async def test_commands_are_those_of_the_narrowest_scope(raw: Any, sari: Any, control: Any) -> None:
    async def seen() -> list[str]:
        (phone,) = (await control.get("phones", person=sari.id))["phones"]
        return [command["command"] for command in phone["commands"]]

    other = await control.post("people", first_name="Budi")
    grown = [await seen()]
    own = {"scope": {"type": "chat", "chat_id": sari.id}}
    for where, name in (*COMMANDS.values(), (own, "kasus")):
        await raw.ok("setMyCommands", commands=[{"command": name, "description": "x"}], **where)
        grown.append(await seen())
    await raw.ok("deleteMyCommands", **own)
    grown.append(await seen())

    assert grown == [[], ["mulai"], ["menu"], ["bantuan"], ["kasus"], ["bantuan"]]
    (phone,) = (await control.get("phones", person=other["id"]))["phones"]
    assert phone["commands"][0]["command"] == "menu"


async def test_pictures_are_shown_and_all_else_is_handed_over(
    sandbox: Sandbox, session: ClientSession, sari: Any
) -> None:
    picture = await sari.sends("photo", PNG)
    trap = await sari.sends("document", b"<script>", file_name='ra"hasia.html')

    async with session.get(f"{sandbox.url}/control/files/{picture['file_id']}") as reply:
        assert (reply.content_type, await reply.read()) == ("image/png", PNG)
        assert "Content-Disposition" not in reply.headers
    async with session.get(f"{sandbox.url}/control/files/{trap['file_id']}") as reply:
        assert reply.content_type == "application/octet-stream"
        assert reply.headers["Content-Disposition"].startswith("attachment; filename*=")
    assert reply.headers["Content-Security-Policy"].startswith("sandbox")
    async with session.get(f"{sandbox.url}/control/files/nothing") as reply:
        assert reply.status == 404


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"OggS\0", "audio/ogg"),
        (b"ID3\4", "audio/mpeg"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        (b"\x1aE\xdf\xa3", "video/webm"),
        (b"\0\0\0\x20ftypisom", "video/mp4"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"<svg/>", "application/octet-stream"),
    ],
)
async def test_what_a_page_may_show_is_known_by_its_first_bytes(
    sandbox: Sandbox, session: ClientSession, sari: Any, content: bytes, kind: str
) -> None:
    sent = await sari.sends("photo", content)

    async with session.get(f"{sandbox.url}/control/files/{sent['file_id']}") as reply:
        assert reply.content_type == kind
