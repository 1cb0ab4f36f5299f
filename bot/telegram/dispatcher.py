"""Which handler sees which update: private chats only, by who is behind the chat."""

from aiogram import Dispatcher, F, Router
from aiogram.enums import ChatType

from bot.telegram.handlers import family, groups, links, membership, staff, strangers


def make_dispatcher() -> Dispatcher:
    """A dispatcher with fresh routers; state lives in our tables, not here."""
    dispatcher = Dispatcher(disable_fsm=True)
    dispatcher.include_routers(
        groups.make_router(),
        links.make_router(),
        membership.make_router(),
        _private(staff.make_router()),
        _private(family.make_router()),
        _private(strangers.make_router()),
    )
    return dispatcher


def _private(router: Router) -> Router:
    router.message.filter(F.chat.type == ChatType.PRIVATE)
    router.edited_message.filter(F.chat.type == ChatType.PRIVATE)
    return router
