"""The year that lies behind the sandbox: twelve invented families, the same every time.

It is rehearsed and not written down: whatever stands in the database and on the phones has come
about through the program itself (see `rehearsal`). `lives.yaml` says what people did.
"""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.story.training import people
from bot.story.training.emulator import Emulator
from bot.story.training.errors import TrainingError, WrongLives, WrongRehearsal
from bot.story.training.lives import Life, Lives, load
from bot.story.training.rehearsal import Rehearsal
from bot.telegram.raw import bot_id
from bot.usecases.room import Room
from storage import addresses
from storage.database import Database
from storage.transaction import Tx

__all__ = ["YEAR", "TrainedPhone", "TrainingError", "WrongLives", "WrongRehearsal", "rehearse"]

YEAR = timedelta(weeks=52)
"""The emulator's clock stands that long before the story when the rehearsal begins."""

LATE = timedelta(days=1)
"""So much later than that it may be: the first family comes in the second week."""

APART = timedelta(minutes=11)  # two families do not come at once


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedPhone:
    """A phone that the rehearsal has added. `person` is its owner's id in the emulator; `code`,
    `level` and `worker` (a name) are a family's, None for staff."""

    person: int
    name: str
    code: str | None
    level: str | None
    worker: str | None


def rehearse(
    database: Database,
    room: Room,
    *,
    sandbox_url: str,
    token: str,
    workers: Mapping[str, str],
    until: datetime,
) -> tuple[TrainedPhone, ...]:
    """Play the year before `until`, a Monday at 10.00; it blocks for some seconds.

    `workers` are staff ids by name, already linked: the workers whom `lives.yaml` names and that
    are not its own `staff`. Begin with the emulator's clock at `until - YEAR` and no update
    waiting. It is written as a whole or not at all. Raises WrongLives, WrongRehearsal.
    """
    room = _without_holidays(room)
    lives = load(room.content)
    with Emulator(sandbox_url, token) as emulator, _no_collections():
        if emulator.now > until - YEAR + LATE:
            raise WrongRehearsal(f"the emulator's clock stands at {emulator.now}, too late")
        return database.write_now(
            _play, room, emulator, lives, bot=bot_id(token), workers=workers, until=until
        )


def _without_holidays(room: Room) -> Room:
    """The same in any year: no holiday moves a check-in, and none hides a question about school."""
    calendar = replace(
        room.content.calendar, quiet={}, fasting=(), school_holidays=(), school_days_off=()
    )
    return replace(room, content=replace(room.content, calendar=calendar))


@contextmanager
def _no_collections() -> Iterator[None]:
    """A year makes millions of short-lived objects: looking for cycles among them takes long."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _play(
    tx: Tx,
    room: Room,
    emulator: Emulator,
    lives: Lives,
    *,
    bot: str,
    workers: Mapping[str, str],
    until: datetime,
) -> tuple[TrainedPhone, ...]:
    rehearsal = Rehearsal(tx, room, emulator, bot)
    begins = max(until - YEAR, emulator.now)
    phones = [_phone_of(emulator, name, None) for name in lives.staff]
    own = {
        phone.name: people.add_worker(tx, room, rehearsal, phone.person, phone.name, now=begins)
        for phone in phones
    }
    staff = {**workers, **own}
    wanted = {life.worker for life in lives.families}
    at_work = {staff[name]: _chat_of(tx, staff[name]) for name in sorted(wanted)}
    people.set_to_work(tx, rehearsal, at_work)
    for number, life in enumerate(lives.families):
        phone = _phone_of(emulator, life.called, life)
        phones.append(phone)
        left = until - life.left + number * APART
        people.plan_family(tx, room, rehearsal, life, phone.person, staff[life.worker], left=left)
    rehearsal.play(begins, until)
    return tuple(phones)


def _phone_of(emulator: Emulator, name: str, life: Life | None) -> TrainedPhone:
    return TrainedPhone(
        person=people.add_phone(emulator, name),
        name=name,
        code=None if life is None else life.code,
        level=None if life is None else life.level.value,
        worker=None if life is None else life.worker,
    )


def _chat_of(tx: Tx, staff: str) -> int:
    """The phone of a member of staff, which must be linked: nobody else could confirm families."""
    address = addresses.of(tx, "staff", staff)
    if address is None:
        raise WrongRehearsal(f"staff {staff} has no phone; open their link first")
    return int(address.number)
