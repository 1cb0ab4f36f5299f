"""Check-ins as rows: where each one stands, its answers with their history, its moments."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from flows.conversation_state import Talk
from flows.events import AnswerGiven, CheckinMoved, CheckinScored
from flows.forms import Checkin
from flows.model import (
    CaseId,
    CheckinId,
    CheckinState,
    Contact,
    ContactId,
    Level,
    Slot,
    StaffId,
    Way,
)
from flows.scoring import Given
from storage import contacts, tables
from storage.lasting import Lasting
from storage.rows import change, change_by, insert_once
from storage.transaction import Tx

OPEN_STATES = (CheckinState.ASKED, CheckinState.OPEN, CheckinState.PAUSED)
WORDS = "answers.words"
MOMENTS = ("due_at", "remind_at", "idle_at", "score_at", "expires_at")

# What every reply asks is built once: building a statement costs more than running it.
_c, _a = tables.checkins, tables.answers
_BY_ID = Lasting(select(_c).where(_c.c.id == bindparam("checkin")))
_IN_CHAT = Lasting(
    select(_c).where(
        _c.c.chat_hash == bindparam("chat"),
        _c.c.state.in_(OPEN_STATES),
        _c.c.slot != Slot.FORM,  # those are on phones of staff
    )
)
_ANSWERS = Lasting(
    select(_a.c.item, _a.c.value, _a.c.at)
    .where(_a.c.checkin_id == bindparam("checkin"))
    .order_by(_a.c.seq)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A check-in as it is kept. `message` is the outbox row that shows it."""

    id: CheckinId
    case: CaseId
    contact: ContactId
    chat_hash: str
    content_version: str
    level: Level
    state: CheckinState
    path: tuple[str, ...]
    floor: int
    is_put_off: bool
    message: str | None
    planned_at: datetime
    opened_at: datetime | None
    first_answer_at: datetime | None
    is_reminded: bool
    ended_at: datetime | None
    slot: Slot
    left_out: frozenset[str]
    filled_by: StaffId | None  # staff, for a form
    way: Way


def plan(
    tx: Tx,
    *,
    contact: ContactId,
    case: CaseId,
    chat_hash: str,
    content_version: str,
    level: Level,
    planned_at: datetime,
    slot: Slot = Slot.REGULAR,
) -> bool:
    """A due row, once: planning it again changes nothing."""
    return insert_once(
        tx,
        tables.checkins,
        id=f"checkin:{contact}:{planned_at:%Y%m%dT%H%M}",
        case_id=case,
        contact_id=contact,
        chat_hash=chat_hash,
        content_version=content_version,
        level=level,
        state=CheckinState.DUE,
        path="[]",
        floor=0,
        is_put_off=False,
        is_reminded=False,
        planned_at=planned_at,
        due_at=planned_at,
        slot=slot,
    )


def get(tx: Tx, checkin: str) -> Kept | None:
    """One check-in, or None."""
    row = tx.execute(_BY_ID, {"checkin": checkin}).one_or_none()
    return None if row is None else as_kept(row)


def open_in_chat(tx: Tx, chat_hash: str) -> Kept | None:
    """The one check-in that is on this phone."""
    row = tx.execute(_IN_CHAT, {"chat": chat_hash}).first()
    return None if row is None else as_kept(row)


def move(tx: Tx, moved: CheckinMoved, **moments: datetime | None) -> None:
    """Write where a check-in stands; `moments` are those of `MOMENTS` and the *_at columns."""
    change_by(
        tx,
        tables.checkins,
        {"id": moved.checkin},
        state=moved.state,
        path=json.dumps(moved.path),
        floor=moved.floor,
        is_put_off=moved.is_put_off,
        **moments,
    )


def update(tx: Tx, checkin: str, **values: object) -> None:
    """Write plain columns."""
    change_by(tx, tables.checkins, {"id": checkin}, **values)


def scored(tx: Tx, score: CheckinScored) -> None:
    """Keep the figures of a check-in that is over, or half done for a day."""
    update(
        tx,
        score.checkin,
        total=score.total,
        is_estimated=score.is_estimated,
        band=score.band,
    )


def end_all(tx: Tx, contact: ContactId, *, now: datetime) -> None:
    """Nothing of this contact is open or due any more; what staff are filling in goes on."""
    c = tables.checkins
    live = (c.c.contact_id == contact, c.c.state.in_((*OPEN_STATES, CheckinState.DUE)),
            c.c.slot != Slot.FORM)  # fmt: skip
    quiet = dict.fromkeys(MOMENTS)
    change(tx, c, *live, state=CheckinState.CANCELLED, ended_at=now, **quiet)


def release_queued(tx: Tx, chat_hash: str, *, now: datetime) -> None:
    """The phone is free: what queued behind the check-in that has ended is due."""
    c = tables.checkins
    change(tx, c, c.c.chat_hash == chat_hash, c.c.state == CheckinState.DUE, c.c.due_at > now,
           c.c.is_put_off.is_(False), c.c.planned_at <= now, due_at=now)  # fmt: skip


# Answers ---------------------------------------------------------------------------------------


def keep_answer(
    tx: Tx,
    given: AnswerGiven,
    *,
    cause: str,
    case: CaseId,
    contact: ContactId,
    message_no: int | None,
    at: datetime,
) -> bool:
    """One more version of an answer; the one it corrects points to it. False: kept before."""
    row = f"answer:{cause}"
    words = None
    if given.words is not None:
        words = tx.vault.seal(tx, contacts.subject(contact), WORDS, row, given.words)
    is_new = insert_once(
        tx,
        tables.answers,
        id=row,
        case_id=case,
        contact_id=contact,
        checkin_id=given.checkin,
        item=given.item,
        value=given.value,
        words=words,
        message_no=message_no,
        at=at,
    )
    if is_new and given.checkin is not None:
        older = {"checkin_id": given.checkin, "item": given.item, "replaced_by": None}
        itself = {"id": row}
        change_by(tx, tables.answers, older, itself, replaced_by=row)
    return is_new


def answers(tx: Tx, checkin: str) -> tuple[Given, ...]:
    """Every version of every answer, in the order given."""
    rows = tx.execute(_ANSWERS, {"checkin": checkin})
    return tuple(Given(item=row.item, value=row.value, at=row.at) for row in rows)


def answered_by(
    tx: Tx, contact: ContactId, message_no: int
) -> tuple[str, str, CheckinId | None] | None:
    """(cause, item, check-in) of the answer that this message gave as it was first written."""
    a = tables.answers
    row = tx.execute(
        select(a.c.id, a.c.item, a.c.checkin_id)
        .where(a.c.contact_id == contact, a.c.message_no == message_no)
        .order_by(a.c.seq)
        .limit(1)
    ).one_or_none()
    return None if row is None else (row.id.removeprefix("answer:"), row.item, row.checkin_id)


def as_talk(
    tx: Tx, kept: Kept, checkin: Checkin, contact: Contact, *, called: str, age: int
) -> Talk:
    """The check-in as `conversation` advances it."""
    return Talk(
        id=kept.id,
        checkin=checkin,
        level=kept.level,
        state=kept.state,
        path=kept.path,
        floor=kept.floor,
        is_put_off=kept.is_put_off,
        is_reminded=kept.is_reminded,
        answers=answers(tx, kept.id),
        called=called,
        age=age,
        left_out=kept.left_out,
        reads_little=contact.reads_little,
        code=contact.code or "",
        is_by_staff=kept.slot is Slot.FORM,
    )


# Moments ---------------------------------------------------------------------------------------


def due(tx: Tx, moment: str, *, now: datetime) -> tuple[CheckinId, ...]:
    """Check-ins whose `moment` (one of MOMENTS) has come, the oldest first."""
    column = tables.checkins.c[moment]
    rows = tx.execute(
        select(tables.checkins.c.id).where(column <= now).order_by(column, tables.checkins.c.id)
    )
    return tuple(CheckinId(row) for row in rows.scalars())


def next_moment(tx: Tx) -> datetime | None:
    """The earliest moment of any check-in, past or future."""
    found = []
    for moment in MOMENTS:
        earliest = select(func.min(tables.checkins.c[moment]))
        found.append(tx.execute(earliest).scalar_one_or_none())
    return min((one for one in found if one is not None), default=None)


def as_kept(row: Row[*tuple[Any, ...]]) -> Kept:
    """A whole row of the table."""
    return Kept(
        id=CheckinId(row.id),
        case=CaseId(row.case_id),
        contact=ContactId(row.contact_id),
        chat_hash=row.chat_hash,
        content_version=row.content_version,
        level=Level(row.level),
        state=CheckinState(row.state),
        path=tuple(json.loads(row.path)),
        floor=row.floor,
        is_put_off=row.is_put_off,
        message=row.message,
        planned_at=row.planned_at,
        opened_at=row.opened_at,
        first_answer_at=row.first_answer_at,
        is_reminded=row.is_reminded,
        ended_at=row.ended_at,
        slot=Slot(row.slot),
        left_out=frozenset(json.loads(row.left_out)),
        filled_by=row.filled_by,
        way=Way(row.way),
    )
