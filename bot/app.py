"""`kabar run`, wired by hand: what is opened in which order, and how it comes to an end.

Receiving begins first, because what a parent writes must be kept within a second of the start;
aiogram takes seconds to import.
"""

import asyncio
import gc
import logging
import signal
from contextlib import AsyncExitStack
from importlib import import_module

from bot import logs
from bot.clock import MovedClock, follow, keep_offset
from bot.config import Settings
from bot.errors import CannotRun
from bot.foundation import Entrance, Foundation, open_entrance, open_foundation
from bot.http.clock import clock_routes
from bot.http.metrics import Figures
from bot.http.server import Condition, Port, make_app
from bot.nursery import Nursery
from bot.parts import BuildParts, Given, Parts
from bot.scheduler.advance import Advance, Surroundings
from bot.shifts import Role, Shifts
from bot.telegram.menu import offer_menu
from bot.waypoints import Pass, nothing
from bot.workshop import PATIENCE_S, Workshop
from flows.errors import FlowError
from storage import figures, findings, inbox
from storage.errors import StorageError
from storage.figures import Unsettled

log = logging.getLogger(__name__)

FOR_THE_OPERATOR = (CannotRun, StorageError, FlowError)
"""Their texts say what to do; a traceback would only hide it."""


async def build_parts(given: Given) -> Parts:
    """The real worker, sender and due work; imported beside the loop, which receives meanwhile."""
    await asyncio.to_thread(import_module, "bot.telegram.assembly")
    from bot.telegram.assembly import assemble

    parts = assemble(given)
    # What is there now stays until the end. To walk through all of it again and again, in search
    # of garbage, costs an eighth of the processor time of a reply.
    gc.freeze()
    return parts


async def run(
    settings: Settings, *, build: BuildParts = build_parts, passing: Pass = nothing
) -> int:
    """Run until SIGTERM or SIGINT (0), or until it cannot go on (1)."""
    secrets = (settings.bot_token, settings.webhook_secret)
    logs.set_up(secrets=[secret.get_secret_value() for secret in secrets if secret])
    asyncio.get_running_loop().set_exception_handler(logs.loop_failed)
    try:
        settings.require_token()
        await _serve(settings, build, passing)
    except FOR_THE_OPERATOR as error:
        log.error("%s", error, extra={"action": "cannot_run"})
        return 1
    except Exception:
        log.exception("stopped by a fault", extra={"action": "fault"})
        return 1
    log.info("stopped", extra={"action": "stopped"})
    return 0


async def _serve(settings: Settings, build: BuildParts, passing: Pass) -> None:
    """Open, wait for the end, close. Raises what made it end, unless that was a signal."""
    nursery = Nursery()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, nursery.over.set)
    async with AsyncExitStack() as closing:  # what is opened last is closed first
        base = await open_foundation(settings, closing, passing)
        entrance = open_entrance(base)
        shifts = Shifts(base.database, base.clock, nursery, base.process)
        workshop = Workshop(base, entrance.receiving, shifts)
        closing.push_async_callback(shifts.let_go)
        closing.push_async_callback(nursery.stop, patience_s=PATIENCE_S)
        await _open_port(base, entrance, workshop, closing)
        nursery.start("living", shifts.keep_alive())
        if base.database.is_shared and isinstance(base.clock, MovedClock):
            nursery.start("following the clock", follow(base.database, base.clock))
        serving = shifts.serve(Role.RECEIVING, entrance.receiving.run)
        receiving = nursery.start("receiving in turn", serving)
        opening = nursery.start("opening", workshop.open(build, entrance.stored, nursery, closing))
        nursery.start("menu", offer_menu(entrance.line))
        await nursery.over.wait()
        log.info("stopping", extra={"action": "stopping"})
        # What is not stored yet comes again.
        await nursery.finish(receiving, opening, patience_s=0)
    if nursery.failure is not None:
        raise nursery.failure


async def _open_port(
    base: Foundation, entrance: Entrance, workshop: Workshop, closing: AsyncExitStack
) -> None:
    routes = list(entrance.routes)
    if isinstance(base.clock, MovedClock):
        around = _surroundings(base, base.clock, entrance, workshop)
        routes += clock_routes(Advance(base.clock, around))
    condition = _condition(base, entrance, workshop)
    port = Port(make_app(condition, routes), base.settings.http_host, base.settings.http_port)
    await port.open()
    closing.push_async_callback(port.close)
    log.info("listening", extra={"action": "listening", "port": port.number})


def _condition(base: Foundation, entrance: Entrance, workshop: Workshop) -> Condition:
    def missing() -> tuple[str, ...]:
        is_there = {
            "receiving": entrance.receiving.has_received or workshop.stands_by(Role.RECEIVING),
            "sending": workshop.is_sending or workshop.stands_by(Role.SENDING),
            "working": workshop.opened.is_set(),
        }
        return tuple(part for part, there in is_there.items() if not there)

    async def shown() -> Figures:
        sends, now = workshop.sends(), base.clock.now()
        receives = not workshop.stands_by(Role.RECEIVING)
        return Figures(
            inbox_waiting=await base.database.read(inbox.waiting),
            inbox_age_s=await base.database.read(figures.inbox_age_s, now=now),
            outbox=await base.database.read(figures.outbox_by_state),
            lanes=await base.database.read(figures.lanes, now=now),
            alerts=await base.database.read(figures.alerts),
            findings=await base.database.read(findings.by_check),
            audit_age_s=workshop.audit_age_s,
            receive_age_s=entrance.receiving.age_s if receives else None,
            receiving_gap_s=entrance.receiving.gap_s if receives else None,
            tick_age_s=workshop.tick_age_s,
            in_flight=sends.pop("in_flight", 0),
            sends=sends,
            is_ready=not missing(),
        )

    return Condition(is_alive=lambda: workshop.is_alive, missing=missing, figures=shown)


def _surroundings(
    base: Foundation, clock: MovedClock, entrance: Entrance, workshop: Workshop
) -> Surroundings:
    async def receive() -> None:
        if not workshop.stands_by(Role.RECEIVING):
            await entrance.receiving.one_round()

    async def unsettled() -> Unsettled:
        return await base.database.read(figures.unsettled, now=clock.now())

    return Surroundings(
        opened=workshop.opened,
        changed=base.changed,
        receive=receive,
        run_due=workshop.run_due,
        next_due=workshop.next_due,
        unsettled=unsettled,
        is_working=lambda: workshop.is_working,
        keep_offset=lambda offset: base.database.write(keep_offset, offset),
        moved=workshop.ring_sender,
        audit=workshop.audit,
    )
