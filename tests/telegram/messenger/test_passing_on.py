"""A file is passed on by its id; where it is refused, the words beside it go out instead."""

from typing import Any

import pytest
from aiohttp import ClientSession, web

from bot.ports import (
    Instruction,
    NotSent,
    Refusal,
    Refused,
    RetryAfter,
    Sent,
    Unauthorized,
    Unknown,
)
from bot.sandbox import Sandbox
from storage.deliveries import Verb
from storage.outbox import Attachment, Payload, as_json, from_json

SARI = "98765432109"
TOKEN = "4242:canary-of-the-token"
SAYS = "K-0142. Tidak bisa diteruskan: pesan suara."
METHODS = {
    "photo": ("sendPhoto", "photo"),
    "voice": ("sendVoice", "voice"),
    "video": ("sendVideo", "video"),
    "video_note": ("sendVideoNote", "video_note"),
    "audio": ("sendAudio", "audio"),
    "document": ("sendDocument", "document"),
    "sticker": ("sendSticker", "sticker"),
    "animation": ("sendAnimation", "animation"),
    "something_of_next_year": ("sendDocument", "document"),
}


def no(code: int, description: str) -> tuple[int, dict[str, object]]:
    return code, {"ok": False, "error_code": code, "description": description}


def passes_on(kind: str = "voice", file: str = "AwAC1", chat: str = SARI) -> Instruction:
    attachment = Attachment(kind=kind, file=file)
    payload = Payload(text=SAYS, attachment=attachment, is_protected=True)
    return Instruction(verb=Verb.SEND, chat=chat, token="t0ken", payload=payload)


@pytest.mark.parametrize("kind", METHODS)
async def test_each_kind_goes_by_its_own_method_protected_and_without_words(
    api: Any, messenger: Any, kind: str
) -> None:
    assert await messenger.deliver(passes_on(kind)) == Sent(message_no=7)

    method, name = METHODS[kind]
    manner = {"disable_notification": True, "protect_content": True}
    assert api.calls == [(method, {"chat_id": int(SARI), name: "AwAC1", **manner})]


async def test_a_place_goes_as_a_point(api: Any, messenger: Any) -> None:
    await messenger.deliver(passes_on("location", "-6.2,106.816"))

    ((method, sent),) = api.calls
    assert method == "sendLocation"
    assert (sent["latitude"], sent["longitude"]) == (-6.2, 106.816)


@pytest.mark.parametrize(
    ("kind", "file"), [("voice", ""), ("location", ""), ("location", "6"), ("location", "a,b")]
)
async def test_what_is_not_known_any_more_is_said_in_words(
    api: Any, messenger: Any, kind: str, file: str
) -> None:
    await messenger.deliver(passes_on(kind, file))

    ((method, sent),) = api.calls
    assert (method, sent["text"], sent["protect_content"]) == ("sendMessage", SAYS, True)


REFUSED = {
    "method": (no(404, "Not Found: method not found"), Refusal.METHOD_UNKNOWN),
    "no such method": (no(501, "Not Implemented"), Refusal.METHOD_UNKNOWN),
    "page": (web.Response(text="404: Not Found", status=404), Refusal.METHOD_UNKNOWN),
    "filter": (web.Response(text="<html>", status=403), Refusal.METHOD_UNKNOWN),
    "id": (no(400, "Bad Request: wrong file identifier/HTTP URL specified"), Refusal.FILE),
    "remote id": (
        no(400, "Bad Request: wrong remote file identifier specified: Wrong string length"),
        Refusal.FILE,
    ),
    "kind": (no(400, "Bad Request: can't use file of type Photo as VoiceNote"), Refusal.FILE),
    "person": (no(400, "Bad Request: VOICE_MESSAGES_FORBIDDEN"), Refusal.FILE),
    "else": (no(400, "Bad Request: something new"), Refusal.OTHER),
    "size": (no(413, "Request Entity Too Large"), Refusal.TOO_LONG),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_words_go_out_in_the_place_of_a_file_that_is_refused(
    api: Any, messenger: Any, case: str
) -> None:
    answer, kind = REFUSED[case]
    api.answers.append(answer)

    assert await messenger.deliver(passes_on()) == Sent(message_no=7, without=(kind,))

    assert [method for method, _ in api.calls] == ["sendVoice", "sendMessage"]
    said = api.calls[1][1]
    assert (said["text"], said["protect_content"]) == (SAYS, True)
    assert "voice" not in said


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (no(429, "Too Many Requests"), RetryAfter),
        (no(500, "Internal Server Error"), Unknown),
        ("reset", Unknown),
        (no(401, "Unauthorized"), Unauthorized),
        (no(403, "Forbidden: bot was blocked by the user"), Refused),
    ],
)
async def test_what_is_no_refusal_of_the_file_is_as_for_any_message(
    api: Any, messenger: Any, answer: Any, outcome: Any
) -> None:
    api.answers.append(answer)

    assert isinstance(await messenger.deliver(passes_on()), outcome)

    assert len(api.calls) == 1


async def test_where_words_do_not_arrive_either_the_file_waits(api: Any, messenger: Any) -> None:
    for _ in range(2):
        api.answers.append(web.Response(text="<html>Masuk ke jaringan</html>", status=302))

    assert await messenger.deliver(passes_on()) == NotSent(reason="answered 302")


async def test_a_payload_is_read_back_and_so_is_one_from_before_there_were_files() -> None:
    payload = passes_on().payload

    assert from_json(as_json(payload)) == payload
    assert from_json('{"text":"Halo","keys":[],"numbers":[]}') == Payload(text="Halo")
    assert "attachment" not in as_json(Payload(text="Halo"))
    assert "AwAC1" not in repr(payload.attachment)


async def test_a_phone_shows_what_another_has_sent(opens: Any) -> None:
    async with Sandbox() as sandbox, ClientSession(f"{sandbox.url}/control/") as session:
        messenger = opens(sandbox.url)
        await _post(session, "bots", token=TOKEN, username="kabar_bot")
        sari, ratna = [
            (await _post(session, "people", first_name=name))["id"] for name in ("Sari", "Ratna")
        ]
        for person in (sari, ratna):
            await _post(session, f"people/{person}/start")
        sent = await _post(session, f"people/{sari}/voice", duration=4)

        await messenger.deliver(passes_on("voice", sent["file_id"], str(ratna)))
        await messenger.deliver(passes_on("photo", sent["file_id"], str(ratna)))

        async with session.get(f"people/{ratna}/chat") as reply:
            shown = [m for m in (await reply.json())["messages"] if m["from"] == "bot"]
    heard, said = shown
    assert heard["voice"]["file_id"] == sent["file_id"]
    assert (heard["voice"]["duration"], heard["protected"]) == (4, True)
    assert (said["text"], said["protected"]) == (SAYS, True)


async def _post(session: ClientSession, path: str, **body: Any) -> Any:
    async with session.post(path, json=body) as reply:
        assert reply.status < 300, await reply.text()
        return await reply.json()
