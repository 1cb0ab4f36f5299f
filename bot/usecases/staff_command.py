"""`/bantuan` of staff: what they can do here."""

from datetime import datetime

from bot.texts import Text
from bot.usecases import desk, screens
from bot.usecases.incoming import Incoming
from bot.usecases.post import post
from bot.usecases.room import Room
from storage import inbox
from storage.outbox import Lane, Outgoing
from storage.transaction import Tx

HELP = Text(
    "Notices about your families arrive here. Look shows why. I take it makes it yours. Then "
    "choose what came of it; a note may follow. After a call or a visit fill in the check-in: /isi "
    "and the code, such as /isi K-0142. /bantuan shows this again."
)


def staff_help(tx: Tx, room: Room, came: Incoming, *, now: datetime) -> None:
    """Say what the buttons do."""
    if not inbox.handled(tx, came.id, now=now):
        return
    person, address = desk.who(tx, came)
    if person is None or address is None:
        return
    out = Outgoing(
        id=f"{came.id}:help",
        lane=Lane.ANSWER,
        kind="staff",
        verb="send",
        address=address,
        payload=screens.plain(HELP),
        not_before=now,
    )
    post(tx, room, out, now=now)
