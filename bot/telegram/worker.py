"""Takes rows from the inbox, the oldest of each chat first, and feeds them to the dispatcher.

A row is marked handled in the transaction of its use case. One that fails is tried again; after
three times it is dead and the chat goes on. Where the database was busy, or the key file is not
the one that belongs to it now, nothing has failed."""

import asyncio
import json
import logging
import secrets
from collections.abc import Callable
from dataclasses import replace

from aiogram import Bot, Dispatcher
from aiogram.types import Update
from pydantic import ValidationError

from bot.ports import Clock
from bot.telegram.dispatcher import make_dispatcher
from bot.telegram.reduced import reduced
from bot.telegram.services import Services
from bot.usecases.give_up import give_up_in_time, give_up_unnamed, give_up_unseen
from bot.usecases.room import Room
from bot.waypoints import Pass, nothing
from storage import addresses, inbox
from storage.database import Database
from storage.errors import CommitFailed, DatabaseBusy, DatabaseClosed, KeyFileOutdated
from storage.inbox import Unhandled
from storage.transaction import Tx

log = logging.getLogger(__name__)

ROUTED = ("message", "edited_message", "callback_query", "my_chat_member")
"""Only these are parsed: of a kind it does not know, aiogram would print the whole update."""
NOT_NOW = (DatabaseBusy, CommitFailed, KeyFileOutdated)
AGAIN_S = 0.5  # until the database is asked again
WAYS = (give_up_in_time, give_up_unnamed, give_up_unseen)
"""To count a failure, the fullest first."""
SLOW_S = 0.1
"""After so long the next rows are not waited with any longer."""


class Worker:
    """Empties the inbox. `drain` may be called at any time; one drains at a time."""

    def __init__(
        self,
        database: Database,
        room: Room,
        clock: Clock,
        bot: Bot,
        *,
        holder: str | None = None,
        passing: Pass = nothing,
    ) -> None:
        """`holder` names this process among those that share the database."""
        self._holder = holder or secrets.token_hex(8)
        self._services = Services(
            database=database, room=room, clock=clock, bot=bot, passing=passing
        )
        self._database, self._clock, self._bot = database, clock, bot
        self._dispatcher: Dispatcher = make_dispatcher()
        self._draining = asyncio.Lock()

    async def drain(self, is_stopping: Callable[[], bool] = lambda: False) -> int:
        """Handle all that is there, per chat in order, or what is in hand once `is_stopping`; how
        many rows were they? Raises, once
        nothing is in hand any more, where the failure of a row could not even be counted.

        A chat that takes long, because Telegram does not answer it, is left behind: the alert of
        another family must not wait for it."""
        handled = 0
        flying: dict[str, asyncio.Future[bool]] = {}
        async with self._draining:
            try:
                while True:
                    found = () if is_stopping() else await self._next(frozenset(flying))
                    for row, who in found:
                        if row.chat_hash not in flying:
                            flying[row.chat_hash] = asyncio.ensure_future(self._handle(row, who))
                    if not flying:
                        return handled
                    done, _ = await asyncio.wait(flying.values(), timeout=SLOW_S)
                    flying = {chat: one for chat, one in flying.items() if one not in done}
                    ended = [one.result() for one in done]
                    handled += sum(ended)
                    if not all(ended):
                        await asyncio.sleep(AGAIN_S)
            finally:  # nothing is left flying when the lock opens
                await asyncio.gather(*flying.values(), return_exceptions=True)

    async def _next(self, busy: frozenset[str]) -> tuple[tuple[Unhandled, str], ...]:
        """What may be taken in hand beside the chats that are, and who is behind each."""
        if self._database.is_shared:
            return await self._database.write(_claimed, self._holder)
        return await self._database.read(_waiting, busy)

    async def _handle(self, row: Unhandled, who: str) -> bool:
        """False where the database or the key file was not ready for it: the row comes again as it
        is."""
        try:
            await self._try(row, who)
        except NOT_NOW as error:
            extra = {"action": "update_put_off", "row": row.id, "error": type(error).__name__}
            log.warning("an update has to wait for the database or its keys", extra=extra)
            return False
        return True

    async def _try(self, row: Unhandled, who: str) -> None:
        try:
            await self._feed(row, who)
        except (*NOT_NOW, DatabaseClosed):
            raise
        except Exception as error:
            extra = {"action": "update_failed", "row": row.id, "error": type(error).__name__}
            log.warning("an update could not be handled", extra=extra)
            await self._count_failure(row)

    async def _feed(self, row: Unhandled, who: str) -> None:
        services = replace(self._services, done=[])
        if row.kind in ROUTED:
            update = self._parsed(row)
            await self._dispatcher.feed_update(
                self._bot, update, services=services, row=row, who=who
            )
        if not services.done:  # unknown kinds, groups, channel posts
            await self._database.write(inbox.handled, row.id, now=self._clock.now())

    def _parsed(self, row: Unhandled) -> Update:
        if row.body is None:
            raise ValueError("a damaged row")
        raw, context = json.loads(row.body), {"bot": self._bot}
        try:
            return Update.model_validate(raw, context=context)
        except ValidationError:
            extra = {"action": "update_reduced", "row": row.id}
            log.warning("an update is read without what aiogram refuses", extra=extra)
        least = reduced(raw, received_at=row.received_at)
        return Update.model_validate(least, context=context)

    async def _count_failure(self, row: Unhandled) -> None:
        """Whatever else is damaged, it is counted: else the row would be tried for ever."""
        for give_up in WAYS:
            extra = {"row": row.id, "way": give_up.__name__}
            try:
                is_dead = await self._database.write(
                    give_up, self._services.room, row, now=self._clock.now()
                )
            except (*NOT_NOW, DatabaseClosed):
                raise
            except Exception as error:
                extra |= {"action": "count_failed", "error": type(error).__name__}
                log.error("a failure could not be counted this way", extra=extra)
                if give_up is WAYS[-1]:
                    raise
            else:
                if is_dead:
                    log.error("an update is given up", extra={"action": "update_dead", **extra})
                return


def _waiting(tx: Tx, busy: frozenset[str]) -> tuple[tuple[Unhandled, str], ...]:
    room = max(inbox.AT_ONCE - len(busy), 0)
    rows = inbox.next_of_each_chat(tx, busy=busy, limit=room) if room else ()
    return tuple((row, kind_of_chat(tx, row.chat_hash)) for row in rows)


def _claimed(tx: Tx, holder: str) -> tuple[tuple[Unhandled, str], ...]:
    rows = inbox.claim(tx, holder=holder)
    return tuple((row, kind_of_chat(tx, row.chat_hash)) for row in rows)


def kind_of_chat(tx: Tx, chat_hash: str) -> str:
    """staff, contact or stranger: which handler is asked. Use cases look again themselves."""
    kinds = [kind for kind, _ in addresses.owners(tx, chat_hash)]
    return kinds[0] if kinds else addresses.STRANGER
