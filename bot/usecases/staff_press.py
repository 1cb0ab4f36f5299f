"""A member of staff taps: look, take, outcome, and who a new contact is.

Each returns what the tapper reads at once, or None where the screen says it all."""

from collections.abc import Callable
from datetime import datetime

from bot.texts import Text
from bot.usecases import desk, screens
from bot.usecases.acknowledge_alert import acknowledge_alert
from bot.usecases.child_wrote import child_wrote
from bot.usecases.confirm_contact import confirm_contact
from bot.usecases.desk import Desk
from bot.usecases.form_desk import open_after_outcome
from bot.usecases.form_press import form_press
from bot.usecases.incoming import Incoming
from bot.usecases.judge_words import judge_words
from bot.usecases.open_alert import open_alert
from bot.usecases.pass_on_files import more_files
from bot.usecases.record_outcome import record_outcome, skip_note
from bot.usecases.room import Room
from bot.usecases.stop_clock import ask_why, clock, keep_clock, run_again, stop_clock
from storage import addresses, inbox, locks
from storage.transaction import Tx

Doing = Callable[[Tx, Room, Desk, Incoming, datetime], Text | str | None]

DEEDS: dict[screens.Deed, Doing] = {
    screens.Deed.LOOK: open_alert,
    screens.Deed.MORE_FILES: more_files,
    screens.Deed.TAKE: acknowledge_alert,
    screens.Deed.OUTCOME: record_outcome,
    screens.Deed.SKIP_NOTE: skip_note,
    screens.Deed.IN_FRONT: confirm_contact,
    screens.Deed.MATCHES: confirm_contact,
    screens.Deed.NOT_THEM: confirm_contact,
    screens.Deed.TRUE_SIGN: judge_words,
    screens.Deed.FALSE_SIGN: judge_words,
    screens.Deed.CHILD_WROTE: child_wrote,
    screens.Deed.CLOCK: clock,
    screens.Deed.ASK_WHY: ask_why,
    screens.Deed.KEEP_CLOCK: keep_clock,
    screens.Deed.WHY: stop_clock,
    screens.Deed.RUN_AGAIN: run_again,
    screens.Deed.FILL: open_after_outcome,
}


def staff_press(tx: Tx, room: Room, came: Incoming, *, now: datetime) -> str | None:
    """Do what the button says, if it is this person's to do."""
    if not inbox.handled(tx, came.id, now=now):
        return None
    locks.chat(tx, addresses.chat_hash(tx, came.chat))
    seated = desk.seat(tx, came, now=now)
    if seated is None:
        answered = form_press(tx, room, came, now=now)
        return None if answered is None else answered.fill()
    said = DEEDS[screens.Deed(str(seated.button.act["deed"]))](tx, room, seated, came, now)
    return said.fill() if isinstance(said, Text) else said
