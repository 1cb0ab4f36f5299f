"""`/isi` on a phone of staff: one form at a time, in one message that goes from item to item."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.texts import Text
from bot.usecases import desk, form_choices, form_screens, form_setup, screens
from bot.usecases.desk import Desk
from bot.usecases.form_setup import Chosen
from bot.usecases.incoming import Incoming
from bot.usecases.post import post
from bot.usecases.room import Room
from flows.model import CaseId, Staff
from storage import audit, cases, forms, hands, inbox, locks, outbox
from storage.addresses import Address
from storage.checkins import Kept
from storage.outbox import Lane, Outgoing, Payload
from storage.transaction import Tx

COMMAND = re.compile(r"/isi(?:@\w+)?(?:\s+(\S+))?\s*")
FORM = "form"  # the kind of its rows
IDLE, READ = timedelta(minutes=30), timedelta(minutes=10)
"""How long a question, and the result, stays on a phone of staff."""

PAGE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Chair:
    """One member of staff with one act; `row` is the message that it is about, where it is one."""

    person: Staff
    address: Address
    came: Incoming
    row: str | None = None


def open_form(tx: Tx, room: Room, came: Incoming, *, now: datetime) -> None:
    """`/isi CODE`, or `/isi` alone: the cases of this person as buttons."""
    if not inbox.handled(tx, came.id, now=now):
        return
    person, address = desk.who(tx, came)
    if person is None or address is None:
        return
    locks.chat(tx, address.chat_hash)
    chair = Chair(person=person, address=address, came=came)
    asked = COMMAND.fullmatch(came.text or "")
    code = None if asked is None else asked[1]
    kept = forms.open_of(tx, person.id)
    if kept is not None:
        say_unfinished(tx, room, chair, kept, now=now)
    elif code is None:
        list_cases(tx, room, chair, of=came.id, page=0, now=now)
    else:
        case = cases.find(tx, code) or cases.find(tx, code.upper())
        choose_case(tx, room, chair, case, of=came.id, now=now)


def open_after_outcome(
    tx: Tx, room: Room, seat: Desk, came: Incoming, now: datetime
) -> Text | None:
    """Isi kabar, under the question for a note, which stays where it is."""
    chair = Chair(person=seat.person, address=seat.address, came=came)
    kept = forms.open_of(tx, seat.person.id)
    if kept is not None:
        say_unfinished(tx, room, chair, kept, now=now)
        return None
    choose_case(tx, room, chair, seat.alert.case, of=came.id, now=now)
    return None


def list_cases(tx: Tx, room: Room, chair: Chair, *, of: str, page: int, now: datetime) -> None:
    """A page of this person's own cases."""
    mine = cases.of_worker(tx, chair.person.id)
    shown = mine[page * PAGE : (page + 1) * PAGE]
    if not shown:
        show(tx, room, chair, screens.plain(form_screens.UNKNOWN), now=now)
        return
    next_page = page + 1 if len(mine) > (page + 1) * PAGE else None
    show(tx, room, chair, form_screens.cases(shown, of=of, next_page=next_page), now=now)


def choose_case(
    tx: Tx, room: Room, chair: Chair, case: CaseId | None, *, of: str, now: datetime
) -> None:
    """What is to be settled first. A code that nobody has and one of others look the same."""
    if case is None or not may(tx, chair, case, now=now):
        show(tx, room, chair, screens.plain(form_screens.UNKNOWN), now=now)
        return
    screen = form_setup.next_screen(tx, cases.get(tx, case).code, Chosen(of=of, case=case))
    show(tx, room, chair, screen or screens.plain(form_screens.UNKNOWN), now=now)


def may(tx: Tx, chair: Chair, case: CaseId, *, now: datetime) -> bool:
    """May this person fill in a form of this case? A refusal is noted."""
    allowed = form_choices.may_fill(tx, chair.person, case)
    if not allowed:
        audit.note(
            tx,
            actor=f"staff:{chair.person.id}",
            via="telegram",
            action="refused_fill_form",
            object=f"case:{case}",
            now=now,
        )
    return allowed


def say_unfinished(tx: Tx, room: Room, chair: Chair, kept: Kept, *, now: datetime) -> None:
    """The form that is open comes first; where it stood before, it stands no more."""
    if kept.message is not None and kept.message != chair.row:
        take_away(tx, room, chair, kept.message, now=now)
    code = cases.get(tx, kept.case).code
    show(tx, room, chair, form_screens.unfinished(code, kept.id), now=now)


def show(
    tx: Tx,
    room: Room,
    chair: Chair,
    payload: Payload,
    *,
    now: datetime,
    stays: timedelta = IDLE,
) -> str:
    """Edit the message that was tapped, or send a new one; it leaves the phone by itself. Returns
    the row that shows it."""
    row = f"{chair.came.id}:{FORM}"
    is_edit = chair.row is not None
    _post(tx, room, chair, row, "edit" if is_edit else "send", chair.row, payload, now, now=now)
    shown = chair.row or row
    take_away(tx, room, chair, shown, now=now, at=now + stays)
    return shown


def take_away(
    tx: Tx, room: Room, chair: Chair, row: str, *, now: datetime, at: datetime | None = None
) -> None:
    """The message leaves the phone at `at`, or at once; an earlier plan for that is void."""
    if hands.has_left(tx, row):
        return
    outbox.cancel_delete(tx, row)
    name = f"delete:{row}:{chair.came.id}"
    _post(tx, room, chair, name, "delete", row, Payload(), at or now, now=now)


def take_typed(tx: Tx, room: Room, chair: Chair, *, now: datetime) -> None:
    """What staff typed about a family leaves their phone, now that it is stored."""
    if chair.came.message_no is not None:
        typed = Payload(numbers=(chair.came.message_no,))
        _post(tx, room, chair, f"{chair.came.id}:typed", "delete", None, typed, now, now=now)


def _post(
    tx: Tx,
    room: Room,
    chair: Chair,
    row: str,
    verb: str,
    target: str | None,
    payload: Payload,
    at: datetime,
    *,
    now: datetime,
) -> None:
    out = Outgoing(
        id=row,
        lane=Lane.ANSWER,
        kind=FORM if verb != "delete" else "delete",
        verb=verb,
        target=target,
        address=chair.address,
        payload=payload,
        not_before=at,
    )
    post(tx, room, out, now=now)
