"""What Telegram is asked."""

from typing import Any

from aiohttp import ClientSession

from bot.ports import (
    Instruction,
    Refusal,
    RetryAfter,
    Sent,
)
from bot.sandbox import Sandbox
from storage.deliveries import Verb
from storage.outbox import Key, Payload

SARI = "98765432109"
TOKEN = "4242:canary-of-the-token"


def done(result: object) -> dict[str, object]:
    return {"ok": True, "result": result}


def no(code: int, description: str, **parameters: int) -> tuple[int, dict[str, object]]:
    body = {"ok": False, "error_code": code, "description": description}
    return code, body | ({"parameters": parameters} if parameters else {})


def say(verb: Verb = Verb.SEND, *numbers: int, **payload: Any) -> Instruction:
    words = Payload(**{"text": "Halo", **payload})
    return Instruction(verb=verb, chat=SARI, token="t0ken", payload=words, numbers=numbers)


async def test_a_message_is_plain_text_without_preview(api: Any, messenger: Any) -> None:
    outcome = await messenger.deliver(say(text="<b>1 < 2</b> _x_", is_protected=True))

    assert outcome == Sent(message_no=7)
    ((method, sent),) = api.calls
    assert method == "sendMessage"
    assert (sent["chat_id"], sent["text"]) == (int(SARI), "<b>1 < 2</b> _x_")
    assert "parse_mode" not in sent
    assert sent["link_preview_options"] == {"is_disabled": True}
    assert (sent["disable_notification"], sent["protect_content"]) == (True, True)


async def test_keys_carry_the_rows_token_and_their_number(api: Any, messenger: Any) -> None:
    rows = (("Lihat", "Saya tangani"), ("Nanti",))
    keys = tuple(tuple(Key(label=label, act={"deed": label}) for label in row) for row in rows)

    await messenger.deliver(say(keys=keys, is_silent=False))

    sent = api.calls[0][1]
    assert sent["reply_markup"]["inline_keyboard"] == [
        [
            {"text": "Lihat", "callback_data": "t0ken:0"},
            {"text": "Saya tangani", "callback_data": "t0ken:1"},
        ],
        [{"text": "Nanti", "callback_data": "t0ken:2"}],
    ]
    assert sent["disable_notification"] is False


async def test_a_number_is_shared_by_one_button_that_leaves_afterwards(
    api: Any, messenger: Any
) -> None:
    await messenger.deliver(say(shares_number="Bagikan nomor"))
    await messenger.deliver(say(drops_reply_keyboard=True))

    asked, dropped = (call["reply_markup"] for _, call in api.calls)
    assert asked == {
        "keyboard": [[{"text": "Bagikan nomor", "request_contact": True}]],
        "resize_keyboard": True,
        "one_time_keyboard": True,
    }
    assert dropped == {"remove_keyboard": True}


async def test_an_edit_keeps_its_number_and_loses_the_keys_it_does_not_name(
    api: Any, messenger: Any
) -> None:
    api.answers.append((200, done(True)))

    assert await messenger.deliver(say(Verb.EDIT, 5)) == Sent(message_no=5)

    method, sent = api.calls[0]
    assert (method, sent["message_id"]) == ("editMessageText", 5)
    assert "reply_markup" not in sent


async def test_a_keyboard_is_taken_away_without_touching_the_text(api: Any, messenger: Any) -> None:
    await messenger.deliver(say(Verb.UNKEYBOARD, 5))

    assert api.calls == [("editMessageReplyMarkup", {"chat_id": int(SARI), "message_id": 5})]


async def test_a_delete_goes_through_all_its_numbers(api: Any, messenger: Any) -> None:
    gone = no(400, "Bad Request: message to delete not found")
    api.answers.extend([gone, (200, done(True)), gone])

    outcome = await messenger.deliver(say(Verb.DELETE, 5, 6, 7))

    assert isinstance(outcome, Sent)
    assert [(method, call["message_id"]) for method, call in api.calls] == [
        ("deleteMessage", number) for number in (5, 6, 7)
    ]


async def test_a_delete_stops_where_it_has_to_be_repeated(api: Any, messenger: Any) -> None:
    api.answers.extend([(200, done(True)), no(429, "Too Many Requests", retry_after=3)])

    assert await messenger.deliver(say(Verb.DELETE, 5, 6, 7)) == RetryAfter(seconds=3)
    assert len(api.calls) == 2


# On a phone


async def test_a_phone_shows_what_was_sent_changed_and_deleted(opens: Any) -> None:
    async with Sandbox() as sandbox, ClientSession(f"{sandbox.url}/") as session:
        messenger = opens(sandbox.url)
        await _post(session, "bots", token=TOKEN, username="kabar_bot")
        sari = (await _post(session, "people", first_name="Sari"))["id"]
        await _post(session, f"people/{sari}/start")
        keys = ((Key(label="Mulai", act={}),),)

        question = await messenger.deliver(_to(sari, say(keys=keys, is_protected=True)))
        number = question.message_no
        await messenger.deliver(_to(sari, say(Verb.EDIT, number, text="1/8", keys=keys)))
        (shown,) = await _from_bot(session, sari)
        assert (shown["text"], shown["protected"], shown["silent"]) == ("1/8", True, True)
        assert shown["buttons"][0][0]["text"] == "Mulai"

        await messenger.deliver(_to(sari, say(Verb.UNKEYBOARD, number)))
        (shown,) = await _from_bot(session, sari)
        assert not shown.get("buttons")

        assert isinstance(await messenger.deliver(_to(sari, say(Verb.DELETE, number))), Sent)
        assert await _from_bot(session, sari) == []
        again = await messenger.deliver(_to(sari, say(Verb.EDIT, number)))
        assert again.kind is Refusal.MESSAGE_GONE

        await _post(session, f"people/{sari}/block")
        assert (await messenger.deliver(_to(sari, say()))).kind is Refusal.BLOCKED


async def _post(session: ClientSession, path: str, **body: Any) -> Any:
    async with session.post(f"control/{path}", json=body) as reply:
        assert reply.status < 300, await reply.text()
        return await reply.json()


async def _from_bot(session: ClientSession, person: int) -> list[Any]:
    async with session.get(f"control/people/{person}/chat") as reply:
        return [m for m in (await reply.json())["messages"] if m["from"] == "bot"]


def _to(person: int, instruction: Instruction) -> Instruction:
    return Instruction(
        verb=instruction.verb,
        chat=str(person),
        token=instruction.token,
        payload=instruction.payload,
        numbers=instruction.numbers,
    )
