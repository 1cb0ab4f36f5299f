"""Plays a year moment by moment, through the same use cases as the bot and on real phones.

Nothing is written but what the program itself writes: people tap and type in the emulator, what
they did comes back as updates and goes through the inbox, duties are done when they fall due, and
each message goes out as it would.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial

from bot.scheduler import ticks
from bot.story.training.arrivals import take_in
from bot.story.training.deeds import Act, Deed, Diary
from bot.story.training.deliveries import Shown, deliver
from bot.story.training.emulator import Emulator
from bot.story.training.errors import WrongRehearsal
from bot.story.training.family import Family
from bot.story.training.worker import Worker
from bot.usecases.room import Room
from storage import figures
from storage.transaction import Tx

SOON = timedelta(minutes=10)
"""What somebody does is answered at once; nothing else that comes of it is due before this."""


class Rehearsal:
    """`plan` what begins by itself, bring `families` and `workers` in, then `play`."""

    def __init__(self, tx: Tx, room: Room, emulator: Emulator, bot: str) -> None:
        self.families: dict[str, Family] = {}  # by contact
        self.workers: dict[str, Worker] = {}  # by staff id
        self._tx, self._room, self._emulator, self._bot = tx, room, emulator, bot
        self._diary = Diary()
        self._due: datetime | None = None
        self._has_looked = False
        self._acted_at: datetime | None = None  # the first act since the last look

    def plan(self, at: datetime, act: Act) -> None:
        """`act` is done at that moment; what it causes is sent then."""
        self._diary.plan(at, act)

    def promise(self, deeds: Iterable[Deed]) -> None:
        """They are done when their moment has come."""
        for deed in deeds:
            self._diary.plan(deed.at, self._act_of(deed))

    def play(self, now: datetime, until: datetime) -> None:
        """Everything that happens from `now` on, up to and with `until`."""
        self._send(now)
        while True:
            following, due = self._diary.next_at, self._next_due(now)
            moments = [moment for moment in (following, due) if moment is not None]
            if not moments or min(moments) > until:
                break
            now = max(now, min(moments))
            if due is not None and due <= now:
                self._do_what_is_due(now)
            else:
                self._diary.take()(now)
                self._acted_at = self._acted_at or now
            self._send(now)
        self._emulator.move_to(until)
        self._leave_nothing(until)

    def _next_due(self, now: datetime) -> datetime | None:
        """Looked for again where it may have changed: not while somebody taps on, since what a tap
        causes is due later than that."""
        following, acted = self._diary.next_at, self._acted_at
        is_first = following is not None and (self._due is None or following < self._due)
        is_known = acted is None or (following is not None and following < acted + SOON)
        if not (is_first and is_known and self._has_looked):
            self._due = ticks.next_due(self._tx, now=now)
            self._has_looked, self._acted_at = True, None
        return self._due

    def _do_what_is_due(self, now: datetime) -> None:
        self._emulator.move_to(now)
        for duty in ticks.DUTIES:
            for row in duty.look(self._tx, now=now):
                duty.do(self._tx, self._room, row, now=now)
        self._has_looked = False

    def open_link(self, person: int, token: str, now: datetime) -> None:
        """Somebody opens their one-time link."""
        self._touch(person, "start", {"parameter": token}, now)

    def _act_of(self, deed: Deed) -> Act:
        if deed.text is not None:
            return partial(self._touch, deed.person, "text", {"text": deed.text})
        tap = {"message_id": deed.message, "label": deed.label}
        return partial(self._touch, deed.person, "tap", tap)

    def _touch(self, person: int, what: str, body: Mapping[str, object], now: datetime) -> None:
        """One thing done with a phone, and what comes of it at the bot."""
        self._emulator.move_to(now, exactly=False)
        self._emulator.ask("POST", f"people/{person}/{what}", body)
        if not self._take_in(now):
            raise WrongRehearsal(f"no update came of {what} on phone {person}")

    def _take_in(self, now: datetime) -> int:
        families = {family.person for family in self.families.values()}
        return take_in(self._tx, self._room, self._emulator, self._bot, families=families, now=now)

    def _send(self, now: datetime) -> None:
        for shown in deliver(self._tx, self._emulator, now=now):
            self._react(shown, now)

    def _react(self, shown: Shown, now: datetime) -> None:
        if shown.owner in self.families:
            self.promise(self.families[shown.owner].sees(shown, now))
        elif shown.owner in self.workers and shown.alert is not None and shown.keys:
            self.promise(self.workers[shown.owner].sees(shown, shown.alert, now))

    def _leave_nothing(self, until: datetime) -> None:
        """Updates confirmed, nothing waiting at either door, and every turn was taken."""
        self._take_in(until)
        if not figures.unsettled(self._tx, now=until).is_nothing:
            raise WrongRehearsal("something is still waiting at the end")
        idle = [one.life.code for one in self.families.values() if one.turns_left]
        if idle:
            raise WrongRehearsal(f"more is written than happens: {', '.join(idle)}")
