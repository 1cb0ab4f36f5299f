"""The methods about the bot itself: who it is, its commands, its webhook, its files."""

import json
import re

from .bots import Bot
from .errors import bad_request, too_many_requests
from .params import Params
from .polling import WEBHOOK_SET
from .sending import known_chat, writable_chat
from .updates import DEFAULT_KINDS
from .webhook import Webhook
from .wire import Json
from .world import World

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)
_SET_WEBHOOK_PAUSE_S = 1.0


def get_me(world: World, bot: Bot, params: Params) -> Json:
    return {
        **bot.user,
        "can_join_groups": False,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def get_file(world: World, bot: Bot, params: Params) -> Json:
    return world.files.telegram_file(params.text("file_id"))


def send_chat_action(world: World, bot: Bot, params: Params) -> bool:
    action = params.text("action")
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = writable_chat(world, bot, params)
    world.happened("action", bot, chat, action=action)
    return True


def leave_chat(world: World, bot: Bot, params: Params) -> bool:
    known_chat(world, bot, params)
    raise bad_request("chat member status can't be changed in private chats")


def set_chat_menu_button(world: World, bot: Bot, params: Params) -> bool:
    return True  # accepted and not shown: phones here have no menu button


def set_my_commands(world: World, bot: Bot, params: Params) -> bool:
    commands = params.structure("commands")
    if not isinstance(commands, list):
        raise bad_request("can't parse commands JSON object")
    for command in commands:
        if not isinstance(command, dict) or not _COMMAND.fullmatch(str(command.get("command"))):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    bot.commands[_scope(params)] = commands
    world.noted("commands", bot=bot.id, commands=bot.all_commands())
    return True


def get_my_commands(world: World, bot: Bot, params: Params) -> list[Json]:
    return bot.commands.get(_scope(params), [])


def delete_my_commands(world: World, bot: Bot, params: Params) -> bool:
    bot.commands.pop(_scope(params), None)
    world.noted("commands", bot=bot.id, commands=bot.all_commands())
    return True


async def set_webhook(world: World, bot: Bot, params: Params) -> bool:
    """http is allowed beside https, as with a local Bot API server."""
    url = params.text("url")
    if not url:
        return await delete_webhook(world, bot, params)
    if not url.startswith(("https://", "http://")):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    secret = params.text("secret_token")
    if secret and not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    now = world.clock.now()
    if now - bot.webhook_set_at < _SET_WEBHOOK_PAUSE_S and world.limits.enabled:
        raise too_many_requests(1)
    bot.webhook_set_at = now
    await delete_webhook(world, bot, params)
    bot.updates.allow(params.structure("allowed_updates"))
    bot.poller.interrupt(WEBHOOK_SET)
    bot.webhook = Webhook(
        url=url,
        secret=secret,
        max_connections=min(max(params.integer("max_connections", 40), 1), 100),
        queue=bot.updates,
        clock=world.clock,
    )
    bot.webhook.open()
    return True


async def delete_webhook(world: World, bot: Bot, params: Params) -> bool:
    if bot.webhook is not None:
        webhook, bot.webhook = bot.webhook, None
        await webhook.close()
    if params.flag("drop_pending_updates"):
        bot.updates.forget_all()
    return True


def get_webhook_info(world: World, bot: Bot, params: Params) -> Json:
    shown: Json = {
        "url": "",
        "has_custom_certificate": False,
        "pending_update_count": len(bot.updates.alive(world.clock.now())),
    }
    if bot.updates.allowed != DEFAULT_KINDS:
        shown["allowed_updates"] = sorted(bot.updates.allowed)
    if bot.webhook is not None:
        shown |= {"url": bot.webhook.url, **bot.webhook.info()}
    return shown


def _scope(params: Params) -> tuple[str, str]:
    scope = params.structure("scope") or {"type": "default"}
    return json.dumps(scope, sort_keys=True), params.text("language_code")
