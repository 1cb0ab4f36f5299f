"""What Telegram refuses as it stands goes out plainer, and answers that are none of Telegram's."""

from typing import Any

import pytest
from aiohttp import web

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
from storage.deliveries import Verb
from storage.outbox import Key, Payload

SARI = "98765432109"
KEYS = ((Key(label="Lihat", act={}),),)
MARKUP_REFUSED = (
    "Bad Request: can't parse entities: unsupported start tag",
    "Bad Request: can't parse inline keyboard button: Text buttons are unallowed",
    "Bad Request: reply markup is too long",
    "Bad Request: BUTTON_DATA_INVALID",
    "Bad Request: REPLY_MARKUP_TOO_LONG",
    "Bad Request: phone number can be requested in private chats only",
)


def no(code: int, description: str) -> tuple[int, dict[str, object]]:
    return code, {"ok": False, "error_code": code, "description": description}


def say(verb: Verb = Verb.SEND, *numbers: int, **payload: Any) -> Instruction:
    words = Payload(**{"text": "Kritis. K-0142", "keys": KEYS, **payload})
    return Instruction(verb=verb, chat=SARI, token="t0ken", payload=words, numbers=numbers)


@pytest.mark.parametrize("refusal", MARKUP_REFUSED)
@pytest.mark.parametrize(("verb", "number"), [(Verb.SEND, 7), (Verb.EDIT, 5)])
async def test_buttons_that_are_refused_are_left_out_and_the_words_arrive(
    api: Any, messenger: Any, refusal: str, verb: Verb, number: int
) -> None:
    api.answers.append(no(400, refusal))

    outcome = await messenger.deliver(say(verb, *([5] if verb is Verb.EDIT else [])))

    assert outcome == Sent(message_no=number, without=(Refusal.MARKUP,))
    (_, first), (_, second) = api.calls
    assert "reply_markup" in first
    assert second == {name: first[name] for name in first if name != "reply_markup"}


async def test_a_text_that_is_refused_as_too_long_arrives_cut_with_its_buttons(
    api: Any, messenger: Any
) -> None:
    api.answers.append(no(400, "Bad Request: message is too long"))

    outcome = await messenger.deliver(say(text="Kritis. " * 1000))

    assert outcome == Sent(message_no=7, without=(Refusal.TOO_LONG,))
    (_, first), (_, second) = api.calls
    assert len(second["text"]) == 1000
    assert first["text"].startswith(second["text"][:-1])
    assert second["text"].endswith("…")
    assert second["reply_markup"] == first["reply_markup"]


async def test_both_may_be_left_out_and_each_only_once(api: Any, messenger: Any) -> None:
    too_long, markup = no(413, "Request Entity Too Large"), no(400, MARKUP_REFUSED[0])
    api.answers.extend([too_long, markup])
    outcome = await messenger.deliver(say(text="Kritis. " * 1000))
    assert outcome == Sent(message_no=7, without=(Refusal.TOO_LONG, Refusal.MARKUP))

    api.answers.extend([markup, markup])
    assert (await messenger.deliver(say())).kind is Refusal.MARKUP
    assert len(api.calls) == 5


async def test_where_nothing_can_be_left_out_nothing_is_asked_again(
    api: Any, messenger: Any
) -> None:
    api.answers.extend([no(400, MARKUP_REFUSED[0]), no(400, "Bad Request: message is too long")])

    assert (await messenger.deliver(say(keys=()))).kind is Refusal.MARKUP
    assert (await messenger.deliver(say())).kind is Refusal.TOO_LONG
    assert len(api.calls) == 2


async def test_a_chat_that_moved_says_where_to(api: Any, messenger: Any) -> None:
    moved = no(400, "Bad Request: group chat was upgraded to a supergroup chat")
    moved[1]["parameters"] = {"migrate_to_chat_id": -1009}
    api.answers.append(moved)

    outcome = await messenger.deliver(say())

    assert outcome == Sent(message_no=7, moved_to=-1009)
    assert "1009" not in repr(outcome)


async def test_a_server_that_does_not_know_the_bot_stops_everything(
    api: Any, messenger: Any
) -> None:
    api.answers.extend([no(404, "Not Found"), no(404, "Not Found: method not found")])

    assert await messenger.deliver(say()) == Unauthorized()
    assert (await messenger.deliver(say(Verb.UNKEYBOARD, 5))).kind is Refusal.METHOD_UNKNOWN


async def test_a_conflict_is_no_doubt_and_no_end(api: Any, messenger: Any) -> None:
    api.answers.append(no(409, "Conflict: terminated by other getUpdates request"))

    assert await messenger.deliver(say()) == NotSent(reason="conflict")


@pytest.mark.parametrize("parameters", [None, {}, {"retry_after": 0}, {"retry_after": "soon"}, 7])
async def test_too_many_requests_with_odd_parameters_waits_a_second(
    api: Any, messenger: Any, parameters: object
) -> None:
    code, body = no(429, "Too Many Requests")
    api.answers.append((code, body | {"parameters": parameters}))

    assert await messenger.deliver(say()) == RetryAfter(seconds=1)


HTML = "<html>Masuk ke jaringan</html>"


@pytest.mark.parametrize(
    ("status", "headers", "outcome"),
    [
        (200, {}, Unknown(reason="unreadable answer")),
        (302, {"Location": "http://127.0.0.1:9/"}, NotSent(reason="answered 302")),
        (307, {"Location": "http://127.0.0.1:9/"}, NotSent(reason="answered 307")),
        (403, {}, NotSent(reason="answered 403")),
        (404, {}, NotSent(reason="answered 404")),
        (408, {}, Unknown(reason="unreadable answer")),
        (413, {}, Refused(kind=Refusal.TOO_LONG, code=413)),
        (429, {}, RetryAfter(seconds=1)),
        (429, {"Retry-After": "17"}, RetryAfter(seconds=17)),
        (429, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, RetryAfter(seconds=1)),
        (502, {}, Unknown(reason="server error")),
        (504, {}, Unknown(reason="server error")),
    ],
)
async def test_what_a_proxy_says_is_a_doubt_only_where_the_call_may_have_passed(
    api: Any, messenger: Any, status: int, headers: dict[str, str], outcome: object
) -> None:
    api.answers.append(web.Response(text=HTML, status=status, headers=headers))

    assert await messenger.deliver(say()) == outcome


@pytest.mark.parametrize(
    "body", [{}, [], "ok", None, {"ok": "yes"}, {"ok": None}, {"result": {"message_id": 7}}]
)
async def test_an_answer_that_does_not_say_whether_it_went_well_is_a_doubt(
    api: Any, messenger: Any, body: object
) -> None:
    api.answers.append((200, body))

    assert await messenger.deliver(say()) == Unknown(reason="unreadable answer")


async def test_a_no_without_a_word_is_a_definite_no(api: Any, messenger: Any) -> None:
    api.answers.append((400, {"ok": False}))

    assert await messenger.deliver(say()) == Refused(kind=Refusal.OTHER, code=400)
