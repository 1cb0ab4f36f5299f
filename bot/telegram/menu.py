"""The menu of commands beside the text field of every chat. It must be harmless on any screen: the
quick way to hide (CUKUP) stands in no list."""

import logging

from bot.errors import ApiFailure
from bot.telegram.line import Line
from bot.texts import Text

COMMANDS = (("bantuan", Text("Help")),)
"""The one command that staff and families share: behind it stands everything else."""

log = logging.getLogger(__name__)


async def offer_menu(line: Line) -> None:
    """Give the menu to Telegram. A server that does not know the method stops nothing."""
    menu = [{"command": name, "description": shown.fill()} for name, shown in COMMANDS]
    try:
        await line.api.call("setMyCommands", commands=menu)
    except ApiFailure as failure:
        extra = {"action": "no_menu", "reason": failure.reason}
        log.info("setMyCommands was not taken", extra=extra)
