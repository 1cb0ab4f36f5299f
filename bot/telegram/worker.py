"""Takes rows from the inbox, the oldest of each chat first, and feeds them to the dispatcher.

A row is marked handled in the transaction of its use case. One that fails is tried again; after
three times it is dead and the chat goes on."""

import asyncio
import json
import logging

from aiogram import Bot, Dispatcher
from aiogram.types import Update
from pydantic import ValidationError

from bot.ports import Clock
from bot.telegram.dispatcher import make_dispatcher
from bot.telegram.reduced import reduced
from bot.telegram.services import Services
from bot.usecases.give_up import give_up_in_time
from bot.usecases.room import Room
from storage import addresses, inbox
from storage.database import Database
from storage.inbox import Unhandled
from storage.transaction import Tx

log = logging.getLogger(__name__)

ROUTED = ("message", "edited_message", "callback_query", "my_chat_member")
"""Only these are parsed: of a kind it does not know, aiogram would print the whole update."""


class Worker:
    """Empties the inbox. `drain` may be called at any time; one drains at a time."""

    def __init__(self, database: Database, room: Room, clock: Clock, bot: Bot) -> None:
        self._services = Services(database=database, room=room, clock=clock, bot=bot)
        self._database, self._clock, self._bot = database, clock, bot
        self._dispatcher: Dispatcher = make_dispatcher()
        self._draining = asyncio.Lock()

    async def drain(self) -> int:
        """Handle all that is there, per chat in order; how many rows were they?"""
        handled = 0
        async with self._draining:
            while rows := await self._database.read(inbox.next_of_each_chat):
                await asyncio.gather(*(self._handle(row) for row in rows))
                handled += len(rows)
        return handled

    async def _handle(self, row: Unhandled) -> None:
        try:
            await self._feed(row)
        except Exception as error:
            extra = {"action": "update_failed", "row": row.id, "error": type(error).__name__}
            log.warning("an update could not be handled", extra=extra)
            await self._count_failure(row)

    async def _feed(self, row: Unhandled) -> None:
        if row.kind in ROUTED:
            update = self._parsed(row)
            who = await self._database.read(kind_of_chat, row.chat_hash)
            await self._dispatcher.feed_update(
                self._bot, update, services=self._services, row=row, who=who
            )
        # Whatever no use case has marked: unknown kinds, groups, channel posts.
        await self._database.write(inbox.handled, row.id, now=self._clock.now())

    def _parsed(self, row: Unhandled) -> Update:
        raw, context = json.loads(row.body), {"bot": self._bot}
        try:
            return Update.model_validate(raw, context=context)
        except ValidationError:
            extra = {"action": "update_reduced", "row": row.id}
            log.warning("an update is read without what aiogram refuses", extra=extra)
        least = reduced(raw, received_at=row.received_at)
        return Update.model_validate(least, context=context)

    async def _count_failure(self, row: Unhandled) -> None:
        now = self._clock.now()
        is_dead = await self._database.write(give_up_in_time, self._services.room, row, now=now)
        if is_dead:
            log.error("an update is given up", extra={"action": "update_dead", "row": row.id})


def kind_of_chat(tx: Tx, chat_hash: str) -> str:
    """staff, contact or stranger: which handler is asked. Use cases look again themselves."""
    kinds = [kind for kind, _ in addresses.owners(tx, chat_hash)]
    return kinds[0] if kinds else addresses.STRANGER
