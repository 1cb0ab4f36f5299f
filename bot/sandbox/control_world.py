"""/control/: bots, clock, limits, faults, updates and the reset."""

from aiohttp import web

from .botapi import WORLD
from .bots import Bot, Tap
from .errors import ControlError
from .faults import KINDS, Fault
from .fields import body_of, query_of
from .floods import Limits
from .updates import Update, lane_of
from .wire import Json, answer
from .world import World


def routes() -> list[web.RouteDef]:
    return [
        web.get("/control/bots", _bots),
        web.post("/control/bots", _add_bot),
        web.get("/control/clock", _read_clock),
        web.post("/control/clock", _move_clock),
        web.get("/control/limits", _read_limits),
        web.post("/control/limits", _set_limits),
        web.get("/control/faults", _faults),
        web.post("/control/faults", _add_fault),
        web.delete("/control/faults", _clear_faults),
        web.delete("/control/faults/{fault:[0-9]+}", _remove_fault),
        web.get("/control/updates", _updates),
        web.post("/control/updates", _inject),
        web.post("/control/updates/{update:[0-9]+}/redeliver", _redeliver),
        web.post("/control/reset", _reset),
    ]


async def _bots(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    return answer({"bots": [_bot(world, bot) for bot in world.bots.all()]})


async def _add_bot(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    fields = await body_of(request)
    token, reference = fields.optional_text("token"), fields.reference("bot")
    bot = world.bot(reference) if token is None else world.bots.by_token(token)
    first_name = fields.text("first_name", bot.first_name)
    username = fields.text("username", bot.username)
    fields.done()
    bot.rename(first_name, username)
    world.met(bot)
    return answer(_bot(world, bot))


async def _read_clock(request: web.Request) -> web.Response:
    return answer(request.app[WORLD].clock.json())


async def _move_clock(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    clock = world.clock
    fields = await body_of(request)
    seconds = fields.number("advance_s", 0)
    moves_dates = fields.flag("moves_dates", clock.moves_dates)
    fields.done()
    clock.moves_dates = moves_dates
    clock.advance(seconds)
    world.noted("clock", clock=clock.json())
    return answer(clock.json())


async def _read_limits(request: web.Request) -> web.Response:
    return answer(_limits(request.app[WORLD].limits))


async def _set_limits(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    limits = world.limits
    fields = await body_of(request)
    given = Limits(
        enabled=fields.flag("enabled", limits.enabled),
        total_per_s=fields.number("total_per_s", limits.total_per_s, least=0.001),
        total_burst=fields.integer("total_burst", limits.total_burst, least=1),
        chat_per_s=fields.number("chat_per_s", limits.chat_per_s, least=0.001),
        chat_burst=fields.integer("chat_burst", limits.chat_burst, least=1),
        poll_throttle=fields.flag("poll_throttle", limits.poll_throttle),
    )
    fields.done()
    for name, value in _limits(given).items():
        setattr(limits, name, value)
    world.changed.ring()
    return answer(_limits(limits))


async def _faults(request: web.Request) -> web.Response:
    return answer({"faults": [fault.json() for fault in request.app[WORLD].faults.all()]})


async def _add_fault(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    faults = world.faults
    fields = await body_of(request)
    kind = fields.text("kind")
    if kind not in KINDS:
        raise ControlError(400, f"`kind` is one of {', '.join(KINDS)}.")
    fault = Fault(
        id=faults.next_id(),
        kind=kind,
        methods=_methods(fields.take("method", [])),
        chat_id=fields.optional_integer("chat_id"),
        skip=fields.integer("skip", 0),
        times=fields.optional_integer("times"),
        share=fields.number("share", 1.0),
        accepted=fields.flag("accepted"),
        seconds=fields.number("seconds", 0.0),
        retry_after=fields.integer("retry_after", 1),
        code=fields.integer("code", 500, least=400),
        description=fields.text("description", "Internal Server Error"),
    )
    fields.done()
    faults.add(fault)
    world.tell_faults()
    if fault.cuts_network:
        for bot in world.bots.all():
            bot.poller.cut()
    return answer(fault.json(), 201)


async def _clear_faults(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    world.faults.clear()
    world.tell_faults()
    return answer({"faults": []})


async def _remove_fault(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    world.faults.remove(int(request.match_info["fault"]))
    world.tell_faults()
    return await _faults(request)


async def _updates(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    fields = query_of(request)
    bot = world.bot(fields.reference("bot"))
    after = fields.integer("after", 0)
    fields.done()
    bot.updates.alive(world.clock.now())  # so that what has expired says so
    found = [_update(update) for update in bot.updates.issued() if update.id > after]
    return answer({"updates": found, "next": bot.updates.next_id})


async def _inject(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    fields = await body_of(request)
    bot = world.bot(fields.reference("bot"))
    raw = fields.structure("update")
    fields.done()
    if not isinstance(raw.get("update_id", 0), int):
        raise ControlError(400, "`update_id` must be a whole number.")
    update = bot.updates.force(raw, lane=_lane(raw), now=world.clock.now())
    _expect_answer(world, bot, raw)
    world.changed.ring()
    return answer(_update(update), 201)


async def _redeliver(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    fields = await body_of(request)
    bot = world.bot(fields.reference("bot"))
    fields.done()
    number = int(request.match_info["update"])
    update = bot.updates.repeat(number, now=world.clock.now())
    if update is None:
        raise ControlError(404, f"No update {number}; GET /control/updates lists them.")
    return answer(_update(update), 201)


async def _reset(request: web.Request) -> web.Response:
    fields = await body_of(request)
    begins_at = fields.optional_number("begins_at")
    fields.done()
    await request.app[WORLD].reset(begins_at=begins_at)
    return answer({"ok": True})


def _methods(value: object) -> frozenset[str]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ControlError(400, "`method` is a method's name or a list of them.")
    return frozenset(name.lower() for name in names)


def _lane(raw: Json) -> int:
    kind = next((key for key in raw if key != "update_id"), "message")
    body = raw.get(kind)
    sender = body.get("from") if isinstance(body, dict) else None
    person_id = sender.get("id", 0) if isinstance(sender, dict) else 0
    return lane_of(kind, person_id if isinstance(person_id, int) else 0)


def _expect_answer(world: World, bot: Bot, raw: Json) -> None:
    # A forged tap of a known person can be answered like any other.
    query = raw.get("callback_query")
    if isinstance(query, dict) and isinstance(query.get("from"), dict):
        person = world.people.find(query["from"].get("id", 0))
        if person is not None:
            tap = Tap(bot.chat_with(person), 0, world.clock.now())
            bot.taps.setdefault(str(query.get("id")), tap)


def _bot(world: World, bot: Bot) -> Json:
    return {
        **bot.user,
        "webhook": None if bot.webhook is None else bot.webhook.url,
        "pending_updates": len(bot.updates.alive(world.clock.now())),
        "allowed_updates": sorted(bot.updates.allowed),
        "commands": bot.all_commands(),
    }


def _limits(limits: Limits) -> Json:
    return {name: getattr(limits, name) for name in Limits.__dataclass_fields__}


def _update(update: Update) -> Json:
    return {
        "update_id": update.id,
        "kind": update.kind,
        "state": update.state,
        "deliveries": update.deliveries,
        "expires_at": update.expires_at,
        "update": update.json(),
    }
