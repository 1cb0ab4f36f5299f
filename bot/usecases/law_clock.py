"""The 3x24 hours: begun with the message, owned by whoever takes it, remembered in time.

The bot reports nothing to anybody outside; it reminds staff, and a human stops it with a reason.
"""

import logging
from datetime import datetime

from bot.texts import Text
from bot.usecases import screens
from bot.usecases.desk import CLOCK
from bot.usecases.post import post
from bot.usecases.room import Room
from flows import clock_rules
from flows import deadlines as law
from flows.answers_back import clock_word, weekday_word
from flows.events import AlertFound
from flows.model import Case, StaffId
from flows.rules import Facts
from flows.wording import fill
from storage import alerts, cases, deadlines, facts, outbox, staff, words
from storage.alerts import Alert
from storage.deadlines import Deadline
from storage.outbox import Lane, Outgoing
from storage.transaction import Tx

log = logging.getLogger(__name__)

STOPPED = Text("{code}. The clock of 3x24 hours is stopped.")


def begin(tx: Tx, room: Room, event: AlertFound, *, case: Case | None, received: datetime) -> None:
    """Start a clock for each check-in or message whose reasons ask for one."""
    known = _facts(case)
    for reason in event.reasons:
        if clock_rules.starts(room.content.rules, reason, known):
            _start(tx, room, reason.source, event.id, case, received=received)


def begin_confirmed(tx: Tx, room: Room, alert: Alert) -> None:
    """A human has said Benar: the hours have run since each message was received."""
    case = None if alert.case is None else cases.get(tx, alert.case)
    known = _facts(case)
    for fact in facts.of_alert(tx, alert):
        if clock_rules.confirmed(room.content.rules, fact.evidence, known):
            source = fact.id.removeprefix("fact:").rsplit(":", 2)[0]
            received = words.written_at(tx, fact.words_id) or fact.at
            _start(tx, room, source, alert.id, case, received=received)


def remind(tx: Tx, room: Room, deadline_id: str, *, now: datetime) -> None:
    """Tell the owner, towards the end supervisors too. After an outage the latest one counts."""
    found = deadlines.get(tx, deadline_id)
    alert = None if found is None else alerts.get(tx, found.alert)
    if found is None or alert is None or found.stopped_at is not None:
        deadlines.reminded(tx, deadline_id, count=0, next_at=None)
        return
    content = room.content.deadlines
    come = law.reached(content, began=found.began_at, now=now)
    people = _asked(tx, found, come[-1].tell) if come else ()
    if come and not people:
        log.error("nobody can be told", extra={"action": "clock_waits", "deadline": found.id})
        later = law.next_at(content, began=found.began_at, after=len(come)) or now + screens.LATER
        deadlines.reminded(
            tx, found.id, count=found.reminded, next_at=min(later, now + screens.LATER)
        )
        return
    for person in people:
        row = f"{CLOCK}:{found.id}:{len(come)}:{person}"
        _notify(tx, room, alert, person, row, now=now)
    following = law.next_at(content, began=found.began_at, after=len(come))
    deadlines.reminded(tx, found.id, count=len(come), next_at=following)


def run_again(tx: Tx, room: Room, found: Deadline, *, now: datetime) -> None:
    """Stopped by mistake: the hours have run all the while, and the next reminder comes in time."""
    content = room.content.deadlines
    come = len(law.reached(content, began=found.began_at, now=now))
    following = law.next_at(content, began=found.began_at, after=come)
    deadlines.run_again(tx, found, count=come, next_at=following)


def in_words(room: Room, found: Deadline, *, timezone: str, now: datetime) -> str:
    """How many hours are left and until when, on the reader's own clock."""
    content, messages = room.content.deadlines, room.content.messages
    left = law.hours_left(found.ends_at, now=now)
    text = content.running if left else content.over
    return fill(
        text,
        jam=str(left),
        hari=weekday_word(messages, found.ends_at, timezone),
        tanggal=screens.day_of(found.ends_at, timezone),
        pukul=clock_word(found.ends_at, timezone),
    )


def clear_reminders(tx: Tx, room: Room, alert: Alert, *, now: datetime) -> None:
    """No clock of this alert runs any more: its reminders say so, and ask nobody."""
    if deadlines.running(tx, alert.id):
        return
    outbox.cancel_alert(tx, alert.id, kind=CLOCK)
    for row, owner in outbox.notices(tx, alert.id, kind=CLOCK):
        address = staff.address(tx, owner)
        if address is None:
            continue
        out = Outgoing(
            id=f"{row}:stopped:{now:%Y%m%dT%H%M%S}",
            lane=Lane.ANSWER,
            kind="notice_edit",
            verb="edit",
            target=row,
            address=address,
            payload=screens.plain(STOPPED, code=alert.code),
            not_before=now,
            alert=alert.id,
        )
        post(tx, room, out, now=now, code=alert.code)


def _start(
    tx: Tx, room: Room, source: str, alert: str, case: Case | None, *, received: datetime
) -> None:
    content = room.content.deadlines
    kept = alerts.get(tx, alert)
    taken = None if kept is None else kept.acknowledged_by
    deadlines.start(
        tx,
        source,
        case=None if case is None else case.id,
        alert=alert,
        owner=taken or (None if case is None else case.worker),
        began=received,
        ends=law.ends_at(content, began=received),
        remind=law.next_at(content, began=received, after=0),
    )


def _asked(tx: Tx, found: Deadline, names: tuple[str, ...]) -> tuple[StaffId, ...]:
    reach = staff.reach(tx, found.owner)
    by_name = {law.OWNER: reach["worker"], **{n: reach[n] for n in (law.SUPERVISOR, law.HEAD)}}
    return tuple(StaffId(one) for one in law.asked(names, by_name))


def _notify(tx: Tx, room: Room, alert: Alert, person: StaffId, row: str, *, now: datetime) -> None:
    address = staff.address(tx, person)
    if address is None:
        return
    out = Outgoing(
        id=row,
        lane=Lane.ANSWER,
        kind=CLOCK,
        verb="send",
        address=address,
        payload=screens.reminder(alert.code),
        not_before=now,
        alert=alert.id,
    )
    post(tx, room, out, now=now, code=alert.code)


def _facts(case: Case | None) -> Facts:
    return {} if case is None else {"risk": case.risk.value}
