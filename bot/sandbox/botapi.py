"""The bot's side over HTTP: /bot<token>/METHOD and /file/bot<token>/PATH."""

import asyncio
import inspect
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

from . import editing, profile, sending
from .bots import Bot
from .errors import ApiError, PollCut, bad_request
from .faults import Fault
from .files import MEASURES, UPLOAD_LIMIT
from .params import Params, Upload
from .polling import WEBHOOK_ACTIVE
from .updates import Update
from .wire import Json, answer
from .world import World

WORLD = web.AppKey("world", World)
_Method = Callable[[World, Bot, Params], object | Awaitable[object]]

METHODS: dict[str, _Method] = {
    "getme": profile.get_me,
    "getfile": profile.get_file,
    "setwebhook": profile.set_webhook,
    "deletewebhook": profile.delete_webhook,
    "getwebhookinfo": profile.get_webhook_info,
    "setmycommands": profile.set_my_commands,
    "getmycommands": profile.get_my_commands,
    "deletemycommands": profile.delete_my_commands,
    "setchatmenubutton": profile.set_chat_menu_button,
    "sendchataction": profile.send_chat_action,
    "leavechat": profile.leave_chat,
    "sendmessage": sending.send_message,
    "sendlocation": sending.send_location,
    **{f"send{kind.replace('_', '')}": sending.sending_file(kind) for kind in MEASURES},
    "editmessagetext": editing.edit_message_text,
    "editmessagecaption": editing.edit_message_caption,
    "editmessagereplymarkup": editing.edit_message_reply_markup,
    "deletemessage": editing.delete_message,
    "deletemessages": editing.delete_messages,
    "answercallbackquery": editing.answer_callback_query,
}


async def call(request: web.Request) -> web.StreamResponse:
    """One Bot API call: read, struck by a fault perhaps, carried out, logged, answered."""
    world = request.app[WORLD]
    method = request.match_info["method"]
    try:
        bot = world.bots.by_token(request.match_info["token"])
    except ApiError as error:
        return _respond(error.payload())
    try:
        params = await read_params(request)
    except ApiError as error:
        return _logged(world, bot, method, Params({}), error.payload(), None)
    fault = world.faults.strike(method.lower(), _chat_of(bot, params))
    if fault is not None:
        world.tell_faults()
    struck_by, is_cut = (None, False) if fault is None else (fault.kind, fault.cuts)
    try:
        payload = await _under(fault, lambda: _carry_out(request, bot, method.lower(), params))
    except PollCut:
        payload, struck_by, is_cut = None, "reset", True
    response = _logged(world, bot, method, params, payload, struck_by)
    if is_cut:
        cut(request)
    return response


async def download(request: web.Request) -> web.StreamResponse:
    """A file by the path that getFile gave; faults of the method "download" strike here."""
    world = request.app[WORLD]
    try:
        world.bots.by_token(request.match_info["token"])
    except ApiError as error:
        return _respond(error.payload())
    fault = world.faults.strike("download", None)
    if fault is not None:
        world.tell_faults()
        await asyncio.sleep(fault.seconds if fault.kind == "delay" else 0)
        refusal = fault.refusal()
        if refusal is not None:
            return _respond(refusal.payload())
        if fault.cuts:
            cut(request)
    file = world.files.at_path(request.match_info["path"])
    if file is None:
        return _respond(ApiError(404, "Not Found").payload())
    return web.Response(body=file.content, content_type="application/octet-stream")


def cut(request: web.Request) -> None:
    """Close the connection with a reset, so that the client cannot take it for an answer."""
    if request.transport is not None:
        plain: socket.socket | None = request.transport.get_extra_info("socket")
        if plain is not None:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()


async def _under(fault: Fault | None, carry_out: Callable[[], Awaitable[Json]]) -> Json | None:
    """The body to answer with, None when the call was cut before anything happened."""
    if fault is None:
        return await carry_out()
    if not fault.accepted:
        await asyncio.sleep(fault.seconds)
    payload = await carry_out() if fault.carries_out else None
    if fault.accepted:
        await asyncio.sleep(fault.seconds)
    refusal = fault.refusal()
    return payload if refusal is None else refusal.payload()


async def _carry_out(request: web.Request, bot: Bot, method: str, params: Params) -> Json:
    world = request.app[WORLD]
    try:
        if method == "getupdates":
            return {"ok": True, "result": await _get_updates(request, world, bot, params)}
        known = METHODS.get(method)
        if known is None:
            raise ApiError(404, "Not Found: method not found")
        result = known(world, bot, params)
        if inspect.isawaitable(result):
            result = await result
    except ApiError as error:
        return error.payload()
    else:
        return {"ok": True, "result": result}


async def _get_updates(request: web.Request, world: World, bot: Bot, params: Params) -> list[Json]:
    if bot.webhook is not None:
        raise await bot.poller.conflict(WEBHOOK_ACTIVE)
    page: list[Update] = await bot.poller.read(params, lambda: _has_hung_up(request))
    return [update.json() for update in page]


def _has_hung_up(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _chat_of(bot: Bot, params: Params) -> int | None:
    tap = bot.taps.get(params.text("callback_query_id"))
    return params.chat_id() if tap is None else tap.chat.person.id


def _logged(
    world: World,
    bot: Bot,
    method: str,
    params: Params,
    payload: Json | None,
    struck_by: str | None,
) -> web.Response:
    entry: Json = {
        "at": world.clock.now(),
        "bot": bot.id,
        "method": method,
        "chat_id": _chat_of(bot, params),
        "params": params.for_log(),
        "answer": payload,
    }
    if struck_by is not None:
        entry["fault"] = struck_by
    world.calls.append(entry)
    return _respond(payload or {})


def _respond(payload: Json) -> web.Response:
    return answer(payload, int(payload.get("error_code", 200)))


async def read_params(request: web.Request) -> Params:
    """Query and body together. Raises ApiError when the body cannot be read."""
    values: Json = dict(request.query)
    if not request.body_exists:
        return Params(values)
    kind = request.content_type
    if kind == "multipart/form-data":
        return await _multipart(request, values)
    if kind == "application/json":
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError:
            raise bad_request("can't parse JSON object") from None
        if not isinstance(body, dict):
            raise bad_request("can't parse JSON object")
        return Params(values | body)
    if kind == "application/x-www-form-urlencoded":
        values.update(parse_qsl(await request.text(), keep_blank_values=True))
    return Params(values)


async def _multipart(request: web.Request, values: Json) -> Params:
    uploads: dict[str, Upload] = {}
    room = UPLOAD_LIMIT
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise bad_request("can't parse multipart body")
        content = bytes(await part.read())
        room -= len(content)
        if room < 0:
            raise ApiError(413, "Request Entity Too Large")
        if part.filename is None:
            values[part.name] = content.decode()
        else:
            uploads[part.name] = Upload(
                name=part.filename, mime_type=part.headers.get("Content-Type"), content=content
            )
    return Params(values, uploads)
