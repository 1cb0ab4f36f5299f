"""/control/people: everything that is done with a phone, and what stands on it."""

import base64
import binascii
from collections.abc import Callable

from aiohttp import web
from aiohttp.typedefs import Handler

from . import coverage, deeds, taps
from .botapi import WORLD
from .bots import Bot
from .deeds import Media
from .errors import ControlError
from .fields import Fields, body_of, query_of
from .people import Person
from .wire import Json, answer
from .world import World

_Deed = Callable[[World, Bot, Person, Fields], Json]


def routes() -> list[web.RouteDef]:
    return [
        web.post("/control/people", _add),
        web.get("/control/people", _all),
        web.get("/control/people/{person:[0-9]+}", _one),
        web.post("/control/people/{person:[0-9]+}/start", _start),
        web.post("/control/people/{person:[0-9]+}/deactivate", _deactivate),
        web.post("/control/people/{person:[0-9]+}/offline", _offline),
        web.post("/control/people/{person:[0-9]+}/online", _online),
        web.get("/control/people/{person:[0-9]+}/chat", _chat),
        *(
            web.post(f"/control/people/{{person:[0-9]+}}/{name}", _doing(deed))
            for name, deed in _DEEDS.items()
        ),
    ]


def _write(world: World, bot: Bot, person: Person, fields: Fields) -> Json:
    text = fields.text("text")
    fields.done()
    if person.gap is not None:
        return coverage.hold_text(world, bot, person, person.gap, text)
    return deeds.write(world, bot, person, text)


def _edit(world: World, bot: Bot, person: Person, fields: Fields) -> Json:
    message_id, text = fields.integer("message_id"), fields.text("text")
    fields.done()
    return deeds.edit(world, bot, person, message_id, text)


def _tap(world: World, bot: Bot, person: Person, fields: Fields) -> Json:
    message_id = fields.optional_integer("message_id")
    label, data = fields.optional_text("label"), fields.optional_text("data")
    stale = fields.flag("stale")
    fields.done()
    if stale:
        if message_id is None or data is None:
            raise ControlError(400, "A stale tap needs `message_id` and `data`.")
        return taps.tap_stale(world, bot, person, message_id, data)
    if message_id is not None and (label or data):
        return taps.tap_message(world, bot, person, message_id, label, data)
    if label is None:
        raise ControlError(400, "Say which button: `label`, or `message_id` and `data`.")
    return taps.tap(world, bot, person, label)


def _press(world: World, bot: Bot, person: Person, fields: Fields) -> Json:
    label = fields.text("label")
    fields.done()
    return taps.press(world, bot, person, label)


def _contact(world: World, bot: Bot, person: Person, fields: Fields) -> Json:
    given = fields.take("contact", None)
    fields.done()
    if given is not None and not (isinstance(given, dict) and given.get("phone_number")):
        raise ControlError(400, "`contact` needs `phone_number` and `first_name`.")
    return deeds.share_contact(world, bot, person, given if isinstance(given, dict) else None)


def _sending(kind: str) -> _Deed:
    def send(world: World, bot: Bot, person: Person, fields: Fields) -> Json:
        try:
            content = base64.b64decode(fields.text("base64", ""), validate=True)
        except binascii.Error:
            raise ControlError(400, "`base64` is not base64.") from None
        media = Media(
            kind=kind,
            content=content,
            size=fields.optional_integer("size"),
            name=fields.optional_text("file_name"),
            mime_type=fields.optional_text("mime_type"),
            caption=fields.text("caption", ""),
            duration_s=fields.integer("duration", 1),
            emoji=fields.text("emoji", "🙂"),
        )
        fields.done()
        return deeds.send_media(world, bot, person, media)

    return send


def _location(world: World, bot: Bot, person: Person, fields: Fields) -> Json:
    latitude = fields.number("latitude", least=-90.0)
    longitude = fields.number("longitude", least=-180.0)
    fields.done()
    return deeds.send_location(world, bot, person, latitude, longitude)


def _delete(world: World, bot: Bot, person: Person, fields: Fields) -> Json:
    message_id = fields.integer("message_id")
    fields.done()
    return deeds.delete(world, bot, person, message_id)


def _block(world: World, bot: Bot, person: Person, fields: Fields) -> Json:
    fields.done()
    return deeds.block(world, bot, person)


def _unblock(world: World, bot: Bot, person: Person, fields: Fields) -> Json:
    fields.done()
    return deeds.unblock(world, bot, person)


_DEEDS: dict[str, _Deed] = {
    "text": _write,
    "edit": _edit,
    "tap": _tap,
    "press": _press,
    "contact": _contact,
    **{kind: _sending(kind) for kind in deeds.MEDIA},
    "location": _location,
    "delete": _delete,
    "block": _block,
    "unblock": _unblock,
}


def _doing(deed: _Deed) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        world, person = _of(request)
        fields = await body_of(request)
        if deed is not _write:
            coverage.require(person)
        bot = world.bot(fields.reference("bot"), person)
        return answer(deed(world, bot, person, fields))

    return handle


async def _start(request: web.Request) -> web.Response:
    world, person = _of(request)
    fields = await body_of(request)
    reference, link = fields.reference("bot"), fields.optional_text("link")
    parameter = fields.text("parameter", "")
    fields.done()
    if link is not None:
        reference, parameter = deeds.link_parameter(link)
    bot = world.bot(reference, person)
    if person.gap is not None:
        return answer(coverage.hold_start(world, bot, person, person.gap, parameter))
    return answer(deeds.start(world, bot, person, parameter))


async def _deactivate(request: web.Request) -> web.Response:
    world, person = _of(request)
    (await body_of(request)).done()
    coverage.require(person)
    return answer(deeds.deactivate(world, person))


async def _offline(request: web.Request) -> web.Response:
    world, person = _of(request)
    (await body_of(request)).done()
    return answer(coverage.go_offline(world, person))


async def _online(request: web.Request) -> web.Response:
    world, person = _of(request)
    (await body_of(request)).done()
    return answer(coverage.come_back(world, person))


async def _add(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    fields = await body_of(request)
    person = Person(
        id=fields.integer("id", world.people.next_id(), least=1),
        first_name=fields.text("first_name"),
        last_name=fields.optional_text("last_name"),
        username=fields.optional_text("username"),
        language_code=fields.optional_text("language_code"),
        phone=fields.optional_text("phone"),
    )
    fields.done()
    world.people.add(person)
    world.noted("person", person=person.id, profile=_profile(world, person))
    return answer(_profile(world, person), 201)


async def _all(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    return answer({"people": [_profile(world, person) for person in world.people.all()]})


async def _one(request: web.Request) -> web.Response:
    return answer(_profile(*_of(request)))


async def _chat(request: web.Request) -> web.Response:
    world, person = _of(request)
    fields = query_of(request)
    bot = world.bot(fields.reference("bot"), person)
    after = fields.integer("after", 0)
    fields.done()
    chat = bot.chat_with(person)
    return answer(
        {
            "bot": bot.id,
            "started": chat.is_started,
            "blocked": chat.is_blocked,
            "messages": [message.on_phone() for message in chat.messages.values()],
            "keyboard": chat.keyboard,
            "history": [event for event in chat.history if event["seq"] > after],
            "lock_screen": chat.pushes(),
        }
    )


def _of(request: web.Request) -> tuple[World, Person]:
    world = request.app[WORLD]
    return world, world.person(int(request.match_info["person"]))


def _profile(world: World, person: Person) -> Json:
    return {
        **person.names(),
        "language_code": person.language_code,
        "phone": person.phone,
        "deactivated": person.is_deactivated,
        "offline": person.gap is not None,
        "chats": [bot.id for bot in world.bots.all() if person.id in bot.chats],
    }
