"""What leaves by the log: ids and actions; never a token, never what a person wrote."""

import asyncio
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot import logs
from bot.clock import SystemClock
from bot.telegram.patience import Patience
from bot.telegram.raw import RawApi

CANARY = "123456789:AAcanaryAAcanaryAAcanaryAAcanaryAA"
ODD_CANARY = "77:canary.of~another-shape"
WORDS = "dia memukul saya"
log = logging.getLogger("bot.test")


class Output(io.StringIO):
    @property
    def text(self) -> str:
        return self.getvalue()

    @property
    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def output() -> Iterator[Output]:
    root, written = logging.getLogger(), Output()
    access = logging.getLogger("aiohttp.access")
    ours = [logging.getLogger(name) for name in logs.OURS]
    kept = (list(root.handlers), root.level, [one.level for one in ours], access.disabled)
    hooks = (sys.excepthook, sys.unraisablehook, threading.excepthook)
    with warnings.catch_warnings():
        logs.set_up(secrets=[CANARY, ODD_CANARY], stream=written)
        yield written
    sys.excepthook, sys.unraisablehook, threading.excepthook = hooks
    root.handlers[:], access.disabled = kept[0], kept[3]
    root.setLevel(kept[1])
    for one, level in zip(ours, kept[2], strict=True):
        one.setLevel(level)


@asynccontextmanager
async def bot_api(body: bytes, status: int) -> AsyncIterator[str]:
    """A Bot API that answers everything alike."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body, status=status, headers={"Location": "/elsewhere"})

    app = web.Application()
    app.router.add_route("*", "/{everything:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def fail_with(error: Exception) -> None:
    """Logged the way a loop logs what it did not expect."""
    try:
        raise error
    except Exception:
        log.exception("it failed", extra={"action": "test"})


# Shape


def test_a_line_is_one_json_object_with_an_action(output: Output) -> None:
    log.info("row settled", extra={"action": "sent", "row": "alert:1:0"})

    (record,) = output.records
    assert record["action"] == "sent"
    assert record["row"] == "alert:1:0"
    assert (record["level"], record["logger"]) == ("INFO", "bot.test")
    assert record["at"].endswith("+00:00")


def test_only_listed_fields_leave(output: Output) -> None:
    log.info("received", extra={"action": "received", "text": WORDS, "chat": 4711})

    assert WORDS not in output.text
    assert "4711" not in output.text


def test_a_field_holds_a_plain_value_or_only_its_type(output: Output) -> None:
    log.info("received", extra={"row": {"text": WORDS}})

    assert output.records[0]["row"] == "dict"


def test_a_terminal_gets_lines_for_people() -> None:
    record = logging.LogRecord("bot.app", logging.WARNING, "", 0, "a file %s", ("x",), None)
    record.action = "test"

    line = logs.LineFormatter(as_json=False).format(record)

    assert line.endswith(" warning a file x [action=test]")


def test_a_line_whose_places_do_not_fit_is_still_written() -> None:
    record = logging.LogRecord("bot.app", logging.INFO, "", 0, "%d rows", ("three",), None)

    assert json.loads(logs.LineFormatter(as_json=True).format(record))["message"] == "%d rows"


def test_libraries_are_quiet_and_only_their_pattern_is_told(output: Output) -> None:
    logging.getLogger("aiogram.event").info("Update id=%s is handled", 4711)
    logging.getLogger("aiogram.event").error("Cause exception: %s", WORDS)
    logging.getLogger("aiohttp.access").error("GET /")

    (record,) = output.records
    assert record["message"] == "Cause exception: %s"


# Tokens


@pytest.mark.parametrize(
    "text",
    [
        CANARY,
        f"token={CANARY}.",
        CANARY.replace(":", "%3A"),
        "987654321:BBcanaryBBcanaryBBcanaryBBcanaryBB",  # of another bot
        ODD_CANARY,
        "http://localhost:8080/bot9:canary/getUpdates",
        "https://api.telegram.org/file/bot9:canary/photos/1.jpg",
        "URL('https://api.telegram.org/botcanary/getMe')",
    ],
)
def test_tokens_are_struck_out_of_messages_and_arguments(output: Output, text: str) -> None:
    log.error(text)
    log.error("at %s", text, extra={"row": text, "reason": text})
    log.error("with a stack", stack_info=True, extra={"place": text})

    assert "canary" not in output.text
    assert logs.STRUCK in output.text


@pytest.mark.parametrize("error", [OSError, RuntimeError, TypeError, ValueError, KeyError])
def test_tokens_are_struck_out_of_tracebacks(output: Output, error: type[Exception]) -> None:
    fail_with(error(f"https://api.telegram.org/file/bot{CANARY}/x and {ODD_CANARY}"))

    (record,) = output.records
    assert f"{error.__module__}.{error.__name__}" in record["trace"]
    assert "in fail_with" in record["trace"]
    assert "canary" not in output.text


async def test_a_failing_poll_names_no_token(output: Output) -> None:
    clock, tried = SystemClock(), []

    async with aiohttp.ClientSession() as session:
        for body, status in ((b'{"half', 200), (b"", 302), (b"<html>", 502), (b"[]", 200)):
            async with bot_api(body, status) as url:
                await poll_once_badly(RawApi(session, url, CANARY), clock, tried)
        await poll_once_badly(RawApi(session, url, CANARY), clock, tried)  # nobody listens now
        await poll_once_badly(RawApi(session, "http://[::bad", CANARY), clock, tried)

    failed = [one for one in output.records if one["action"] == "receiving_failed"]
    assert len(failed) == 6
    assert {one["method"] for one in failed} == {"getUpdates"}
    assert "canary" not in output.text


async def poll_once_badly(api: RawApi, clock: SystemClock, tried: list[int]) -> None:
    """Polls, fails, is told to try again at once, and then is content."""
    patience = Patience(clock)
    before = len(tried)

    async def poll() -> None:
        tried.append(1)
        if len(tried) - before == 1:
            patience.wake()
            await api.call("getUpdates")

    await asyncio.wait_for(patience.until_done(poll), 10)


async def test_a_failed_download_names_no_token(output: Output) -> None:
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer

    async with bot_api(b"", 404) as url:
        for token in (CANARY, ODD_CANARY):
            session = AiohttpSession(api=TelegramAPIServer.from_base(url))
            async with Bot(token, session=session) as bot:
                with pytest.raises(aiohttp.ClientResponseError, match="canary") as caught:
                    await bot.download_file("voice/1.ogg")
            fail_with(caught.value)
            log.error("download: %s", caught.value, exc_info=caught.value)
            sys.excepthook(type(caught.value), caught.value, caught.value.__traceback__)

    assert "ClientResponseError" in output.text
    assert "canary" not in output.text


# Words


def test_what_an_exception_quotes_is_withheld(output: Output) -> None:
    for error in (ValueError(WORDS), KeyError(WORDS), LookupError(WORDS)):
        fail_with(error)

    assert WORDS not in output.text
    assert "(its text is withheld)" in output.records[0]["trace"]


def test_what_the_machine_says_is_told(output: Output) -> None:
    fail_with(FileNotFoundError(2, "No such file or directory", "kabar.key"))

    assert "No such file or directory: 'kabar.key'" in output.records[0]["trace"]


def test_causes_are_told_and_their_texts_withheld(output: Output) -> None:
    try:
        try:
            json.loads(f'{{"text": "{WORDS}"')
        except ValueError as error:
            raise RuntimeError("half a body") from error
    except RuntimeError:
        log.exception("it failed")

    trace = output.records[0]["trace"]
    assert (
        trace.index("JSONDecodeError") < trace.index("which led to:") < trace.index("half a body")
    )
    assert WORDS not in trace


def test_a_group_of_errors_tells_each(output: Output) -> None:
    fail_with(ExceptionGroup("several", [OSError("disk full"), ValueError(WORDS)]))

    trace = output.records[0]["trace"]
    assert "disk full" in trace
    assert "ValueError" in trace
    assert WORDS not in trace


async def test_an_unknown_kind_of_update_is_not_quoted(output: Output) -> None:
    from aiogram import Bot, Dispatcher
    from aiogram.types import Update

    update = Update.model_validate({"update_id": 1, "new_kind": {"text": WORDS}})
    async with Bot("1:a") as bot:
        warnings.simplefilter("always")
        await Dispatcher().feed_update(bot, update)

    warned = [one for one in output.records if one["action"] == "warning"]
    assert warned[0]["kind"] == "RuntimeWarning"
    assert WORDS not in output.text


# What nobody caught


def test_an_uncaught_error_is_logged_and_an_interruption_is_not(output: Output) -> None:
    sys.excepthook(ValueError, ValueError(CANARY), None)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)

    (record,) = output.records
    assert (record["level"], record["action"]) == ("CRITICAL", "uncaught")
    assert "canary" not in output.text


def test_a_failing_thread_is_logged_by_its_name(output: Output) -> None:
    def fail() -> None:
        raise RuntimeError(CANARY)

    thread = threading.Thread(target=fail, name="kabar-test")
    thread.start()
    thread.join()

    (record,) = output.records
    assert (record["action"], record["task"]) == ("uncaught", "kabar-test")
    assert "canary" not in output.text


async def test_what_no_task_caught_is_logged(output: Output) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(logs.loop_failed)

    def fail() -> None:
        raise RuntimeError(CANARY)

    loop.call_soon(fail)
    await asyncio.sleep(0)

    (record,) = output.records
    assert record["action"] == "loop_failed"
    assert "canary" not in output.text


def test_a_stream_that_is_gone_stops_nothing(output: Output) -> None:
    output.close()

    log.error("nobody reads this: %s", CANARY)
