"""Builds what needs aiogram. Importing that takes seconds, so receiving has begun by then."""

from datetime import datetime
from functools import partial

from bot.delivery.pacing import Rates
from bot.delivery.sender import Sender
from bot.parts import Given, Parts
from bot.scheduler import ticks
from bot.scheduler.attendance import Attendance
from bot.telegram.messenger import TelegramMessenger, open_bot
from bot.telegram.worker import Worker
from bot.texts import Text
from bot.usecases.note_membership import note_refused

REPEATED = Text("(sent again)")


def assemble(given: Given) -> Parts:
    """Worker, sender and due work around one bot, from inside the running loop."""
    settings = given.settings
    bot = open_bot(token=settings.require_token(), api_url=settings.api_url)
    worker = Worker(
        given.database,
        given.room,
        given.clock,
        bot,
        holder=given.process.id,
        passing=given.passing,
    )
    attendance = Attendance(given.database, given.clock, partial(_run_due, given))
    sender = Sender(
        database=given.database,
        messenger=TelegramMessenger(bot),
        clock=given.clock,
        rates=Rates(total=settings.pace_total, chat=settings.pace_chat),
        on_unreachable=partial(_tell_unreachable, given),
        repeat_mark=f" {REPEATED.fill()}",
        may_send=given.sending.holds,
        is_on_shift=lambda: given.sending.is_mine,
        passing=given.passing,
    )
    return Parts(
        drain=worker.drain,
        sender=sender,
        run_due=attendance.run_due,
        next_due=ticks.next_due,
        close=bot.session.close,
    )


async def _run_due(given: Given, *, now: datetime) -> int:
    return await ticks.run_due(given.database, given.room, now=now)


async def _tell_unreachable(given: Given, owner_kind: str, owner_id: str, row: str) -> None:
    now = given.clock.now()
    await given.database.write(note_refused, given.room, owner_kind, owner_id, row=row, now=now)
