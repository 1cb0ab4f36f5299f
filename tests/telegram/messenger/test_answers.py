"""What Telegram's answers mean."""

import logging
import socket
from typing import Any

import pytest

from bot.ports import (
    Instruction,
    NotSent,
    Outcome,
    Refusal,
    Refused,
    RetryAfter,
    Sent,
    Unauthorized,
    Unknown,
)
from storage.deliveries import Verb
from storage.outbox import Payload

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


REFUSALS = {
    (403, "Forbidden: bot was blocked by the user"): Refusal.BLOCKED,
    (403, "Forbidden: user is deactivated"): Refusal.DEACTIVATED,
    (403, "Forbidden: bot can't initiate conversation with a user"): Refusal.NOT_STARTED,
    (403, "Forbidden: bot was kicked from the group chat"): Refusal.CHAT_GONE,
    (400, "Bad Request: chat not found"): Refusal.CHAT_GONE,
    (400, "Bad Request: private chat not found"): Refusal.CHAT_GONE,
    (400, "Bad Request: message to edit not found"): Refusal.MESSAGE_GONE,
    (400, "Bad Request: message can't be edited"): Refusal.MESSAGE_GONE,
    (400, "Bad Request: message to delete not found"): Refusal.MESSAGE_GONE,
    (400, "Bad Request: message can't be deleted"): Refusal.MESSAGE_GONE,
    (404, "Not Found"): Refusal.METHOD_UNKNOWN,
    (404, "Not Found: method not found"): Refusal.METHOD_UNKNOWN,
    (400, "Bad Request: message is too long"): Refusal.TOO_LONG,
    (403, "Forbidden: something new"): Refusal.OTHER,
    (410, "Gone"): Refusal.OTHER,
    (403, "Forbidden: bot is not a member of the supergroup chat"): Refusal.CHAT_GONE,
    (403, "Forbidden: the group chat was deleted"): Refusal.CHAT_GONE,
    (400, "Bad Request: can't parse entities: unexpected end"): Refusal.MARKUP,
    (400, "Bad Request: reply markup is too long"): Refusal.MARKUP,
    (400, "Bad Request: BUTTON_DATA_INVALID"): Refusal.MARKUP,
    (400, "Bad Request: Text is too long"): Refusal.TOO_LONG,
    (413, "Request Entity Too Large"): Refusal.TOO_LONG,
}


async def test_a_refusal_is_known_by_code_and_beginning(api: Any, messenger: Any) -> None:
    for (code, description), kind in REFUSALS.items():
        api.answers.append(no(code, description))

        outcome = await messenger.deliver(say(Verb.EDIT, 5))

        assert isinstance(outcome, Refused)
        assert (outcome.kind, outcome.code) == (kind, code), description


async def test_an_answer_with_status_200_that_says_no_is_a_no(api: Any, messenger: Any) -> None:
    api.answers.append((200, no(403, "Forbidden: bot was blocked by the user")[1]))

    outcome = await messenger.deliver(say())

    assert (outcome.kind, outcome.code) == (Refusal.BLOCKED, 403)


@pytest.mark.parametrize("verb", [Verb.EDIT, Verb.UNKEYBOARD])
async def test_what_is_not_modified_is_done(api: Any, messenger: Any, verb: Verb) -> None:
    api.answers.append(no(400, "Bad Request: message is not modified: specified new message ..."))

    assert await messenger.deliver(say(verb, 5)) == Sent(message_no=5)


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (no(429, "Too Many Requests: retry after 37", retry_after=37), 37),
        (no(429, "Too Many Requests: retry after 12"), 12),
        (no(429, "Too Many Requests"), 1),
    ],
)
async def test_too_many_requests_tells_how_long_to_wait(
    api: Any, messenger: Any, answer: Any, seconds: int
) -> None:
    api.answers.append(answer)

    assert await messenger.deliver(say()) == RetryAfter(seconds=seconds)


async def test_a_refused_token_is_something_else_than_an_unknown_method(
    api: Any, messenger: Any
) -> None:
    api.answers.append(no(401, "Unauthorized"))

    assert await messenger.deliver(say()) == Unauthorized()


async def test_a_chat_that_moved_is_followed_once(api: Any, messenger: Any) -> None:
    moved = "Bad Request: group chat was upgraded to a supergroup chat"
    api.answers.append(no(400, moved, migrate_to_chat_id=-100))
    assert await messenger.deliver(say()) == Sent(message_no=7, moved_to=-100)
    assert [call["chat_id"] for _, call in api.calls] == [int(SARI), -100]

    api.answers.extend([no(400, moved, migrate_to_chat_id=-100)] * 2)
    assert (await messenger.deliver(say())).kind is Refusal.CHAT_GONE


async def test_a_bare_number_is_answer_enough(api: Any, messenger: Any) -> None:
    api.answers.extend([(200, done({"message_id": 9})), (200, done({}))])

    assert await messenger.deliver(say()) == Sent(message_no=9)
    assert await messenger.deliver(say()) == Sent(message_no=None)


@pytest.mark.parametrize(
    "answer",
    [
        no(500, "Internal Server Error"),
        (502, {"ok": False}),
        "<html>Bad Gateway</html>",
        "reset",
        "silence",
    ],
)
async def test_a_lost_answer_leaves_the_outcome_unknown(
    api: Any, messenger: Any, answer: Any
) -> None:
    api.answers.append(answer)

    assert isinstance(await messenger.deliver(say()), Unknown)


async def test_a_connection_that_was_never_opened_means_not_sent(
    opens: Any, deaf_port: int
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = free.getsockname()[1]

    refused = await opens(f"http://127.0.0.1:{closed}").deliver(say())
    hanging = await opens(f"http://127.0.0.1:{deaf_port}").deliver(say())

    assert refused == NotSent(reason="ClientConnectorError")
    assert hanging == NotSent(reason="ConnectionTimeoutError")


# Secrets


async def test_neither_token_nor_words_are_in_outcomes_or_logs(
    api: Any, messenger: Any, opens: Any, deaf_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.INFO, logger="asyncio")
    quoted = f'Bad Request: can\'t parse entities: unsupported start tag "Siti" {TOKEN} {SARI}'
    told = (no(400, quoted), no(400, f"{TOKEN} {SARI}"), "reset", "silence", no(429, "Too Many"))

    outcomes: list[Outcome] = []
    for answer in told:
        api.answers.append(answer)
        outcomes.append(await messenger.deliver(say(text="Siti menangis")))
    outcomes.append(await opens(f"http://127.0.0.1:{deaf_port}").deliver(say()))

    said = repr(outcomes) + caplog.text + str([vars(record) for record in caplog.records])
    for secret in (TOKEN, "canary", "Siti", SARI):
        assert secret not in said
    assert outcomes[0] == Refused(
        kind=Refusal.MARKUP, code=400, reason="bad request can't parse entities"
    )
