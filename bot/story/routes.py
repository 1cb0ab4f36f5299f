"""/stage: what a page may ask of the stage. JSON in, JSON out; refusals carry words for people."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

from aiohttp import web

from bot.story import additions
from bot.story.errors import NotNow, Unreachable
from bot.story.stage import Stage
from bot.story.words import said
from bot.usecases.errors import UseCaseError

Work = Callable[[], Awaitable[Any]]
Answer = Callable[[Mapping[str, Any]], Awaitable[Any]]
LONGEST_NAME = 40  # characters
LONGEST_ADVANCE_S = 366 * 86_400
LONGEST_PAUSE_S = 10.0


class Wrong(Exception):
    """The request says nothing that is understood; the text says what would be."""


def routes(stages: Sequence[Stage]) -> list[web.RouteDef]:
    """`stages` holds the one stage soon after the port is open; until then nothing is ready."""

    def stage() -> Stage:
        if not stages:
            raise web.HTTPServiceUnavailable
        return stages[0]

    async def read(_: web.Request) -> web.Response:
        return web.json_response(stage().json())

    async def story(_: web.Request) -> web.Response:
        return web.json_response(_script(stage()))

    return [
        web.get("/stage", read),
        web.get("/stage/story", story),
        web.post("/stage/story", _doing(lambda body: _tell(stage(), body))),
        web.post("/stage/clock", _doing(lambda body: _move(stage(), body))),
        web.post("/stage/bot", _doing(lambda body: _bot(stage(), body))),
        web.post("/stage/people", _doing(lambda body: _invite(stage(), body))),
    ]


def _doing(act: Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            body = json.loads(await request.read() or b"{}")
            if not isinstance(body, dict):
                raise Wrong("Send a JSON object.")
            return web.json_response(await act(body))
        except (ValueError, RecursionError):
            return _refused(400, "Send a JSON object.", said("wrong"))
        except Wrong as error:
            return _refused(400, str(error), said("wrong"))
        except NotNow as error:
            return _refused(409, str(error), error.says)
        except UseCaseError as error:
            return _refused(409, str(error), said("wrong"))
        except Unreachable as error:
            return _refused(409, str(error), said("not_ready"))

    return handle


async def _tell(stage: Stage, body: Mapping[str, Any]) -> dict[str, Any]:
    """next, play, pause or restart; `pause_s` is the pause between two taps."""
    deed = body.get("do")
    pause_s = body.get("pause_s", stage.teller.pause_s)
    is_number = isinstance(pause_s, int | float) and not isinstance(pause_s, bool)
    if not is_number or pause_s != pause_s:  # NaN is no pause
        raise Wrong("pause_s is a number of seconds.")
    stage.teller.pause_s = min(max(float(pause_s), 0.0), LONGEST_PAUSE_S)
    if deed == "pause":
        stage.teller.is_playing = False
    elif deed == "restart":
        stage.require_settled()
        stage.start_work("restart", stage.go_back)
    elif deed in ("next", "play"):
        stage.require_story()
        stage.start_work(deed, stage.teller.do_next if deed == "next" else stage.teller.play)
    else:
        raise Wrong('Send {"do": "next"}, "play", "pause" or "restart".')
    return await _state(stage)


async def _move(stage: Stage, body: Mapping[str, Any]) -> dict[str, Any]:
    """{"advance_s": n}, {"to": "next"}, {"do": "play"} or {"do": "pause"}."""
    conductor = stage.conductor
    match dict(body):
        case {"do": "pause"}:
            conductor.is_playing = False
            return await _state(stage)
        case {"do": "play"}:
            work: Work = conductor.play
        case {"to": "next"}:
            work = conductor.to_next
        case {"advance_s": int() | float() as seconds} if (
            seconds is not True and 0 <= seconds <= LONGEST_ADVANCE_S
        ):
            work = partial(conductor.forward, float(seconds))
        case _:
            raise Wrong('Send {"advance_s": n}, {"to": "next"}, {"do": "play"} or {"do": "pause"}.')
    stage.require_still_clock()
    await conductor.check_network()
    stage.start_work("clock", work)
    return await _state(stage)


async def _bot(stage: Stage, body: Mapping[str, Any]) -> dict[str, Any]:
    stage.require_ready()
    match body.get("do"):
        case "kill":
            await stage.kill_bot()
        case "start":
            if stage.bot != "dead":
                raise NotNow(said("bot_is_alive"))
            stage.start_work("start_bot", stage.start_bot)
        case _:
            raise Wrong('Send {"do": "kill"} or {"do": "start"}.')
    return await _state(stage)


async def _invite(stage: Stage, body: Mapping[str, Any]) -> dict[str, Any]:
    """{"kind", "name"}: one more phone, with a one-time link where the kind has one."""
    kind, name = body.get("kind"), body.get("name")
    if not isinstance(kind, str) or kind not in additions.kinds():
        raise Wrong(f"kind is one of {', '.join(additions.kinds())}.")
    if not isinstance(name, str) or not _can_be_shown(name):
        raise Wrong(f"name has 1 to {LONGEST_NAME} characters, one of them a letter or digit.")
    return await stage.add_person(kind, name.strip())


def _can_be_shown(name: str) -> bool:
    return len(name.strip()) <= LONGEST_NAME and any(letter.isalnum() for letter in name)


async def _state(stage: Stage) -> dict[str, Any]:
    await stage.announce()
    return stage.json()


def _script(stage: Stage) -> dict[str, Any]:
    """Chapters and steps, with the ids of the phones each step happens on."""
    ids = stage.troupe.ids()
    return {
        "chapters": [
            {"id": one.id, "title": one.title, "why": one.why}
            for one in stage.teller.script.chapters
        ],
        "steps": [
            {
                "id": step.id,
                "chapter": step.chapter,
                "title": step.title,
                "why": step.why,
                "button": step.button,
                "people": [ids[key] for key in step.people if key in ids],
            }
            for step in stage.teller.script.steps
        ],
    }


def _refused(status: int, text: str, says: Mapping[str, str]) -> web.Response:
    return web.json_response({"error": text, "says": dict(says)}, status=status)
