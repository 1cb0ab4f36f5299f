"""Staff fill in a check-in: begun once, judged at each answer like a family's, ended by one road.

Telegram and the commands both come through here; who may do it is asked before (`form_choices`)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.texts import Text
from bot.usecases import gather
from bot.usecases.incoming import NO_SIGNS
from bot.usecases.record import record
from bot.usecases.room import Room, kept_checkin
from bot.usecases.scene import scene_of
from bot.usecases.season import in_school_holidays
from bot.usecases.settle_checkin import settle_checkins
from flows import conversation, judging
from flows.conversation_state import OPEN_LINE, Talk
from flows.definition import Press
from flows.events import AnswerGiven, CheckinMoved, Message, MessageDue
from flows.model import (
    CaseId,
    CheckinId,
    CheckinState,
    ContactId,
    Encounter,
    MessageId,
    StaffId,
    Way,
)
from flows.selection import left_out
from flows.situation import Reply, Situation
from storage import audit, checkins, contacts, days, encounters, forms, selections
from storage.checkins import MOMENTS, Kept
from storage.forms import NewForm
from storage.transaction import Tx

HALF_DONE_FOR = timedelta(hours=24)
"""A form left half done counts as it is after a day, like a family's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What is settled before the first question. With `child_only` no family was spoken to, and
    `contact` is whose measurements the form joins."""

    id: CheckinId
    case: CaseId
    contact: ContactId
    child_only: bool
    saw_child: bool
    way: Way
    version: str
    staff: StaffId
    at: datetime
    via: str
    chat_hash: str = forms.NO_PHONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What the form shows now; nothing where it is over or the act did not fit."""

    shown: Message | None
    is_over: bool


def begin(tx: Tx, room: Room, start: Start, *, now: datetime) -> Kept | None:
    """A row with its first question open, and what is known of the talk; None where this form was
    begun before."""
    checkin = kept_checkin(tx, start.version)
    new = NewForm(
        id=start.id,
        case=start.case,
        contact=start.contact,
        staff=start.staff,
        way=start.way,
        version=start.version,
        level=checkin.level,
        chat_hash=start.chat_hash,
        at=start.at,
        expires_at=start.at + HALF_DONE_FOR,
    )
    if not forms.begin(tx, new):
        return None
    encounters.note(tx, _encounter_id(start.id), _encounter(tx, start))
    _note(tx, start.staff, start.via, "form_begun", start.id, now=start.at, way=start.way)
    return _first_asked(tx, room, start, now=now)


def _first_asked(tx: Tx, room: Room, start: Start, *, now: datetime) -> Kept | None:
    """The form asks what a check-in of that number and season would, from the first item on. Forms
    count among themselves, so that what takes turns comes round where a family is only called."""
    kept, contact = checkins.get(tx, start.id), gather.the_contact(tx, room, start.contact, now=now)
    if kept is None:
        return None
    number = selections.number_of(tx, contact.id, kept.id) + forms.before(tx, kept)
    items = left_out(
        kept_checkin(tx, kept.content_version),
        number=number,
        in_school_holidays=in_school_holidays(room, contact, now=start.at),
    )
    selections.leave_out(tx, kept.id, items)
    _, talk = situation_of(tx, room, replace(kept, left_out=items), now=now)
    asked = replace(talk, path=(talk.asked_items[0].id,))
    checkins.move(tx, conversation.moved(asked))
    return checkins.get(tx, kept.id)


def show(tx: Tx, room: Room, kept: Kept, *, now: datetime) -> Message | None:
    """The question that is open now."""
    _, talk = situation_of(tx, room, kept, now=now)
    again = conversation.show_again(room.content.messages, talk)
    return again[-1].message if again else None


def advance(
    tx: Tx,
    room: Room,
    kept: Kept,
    press: Press,
    *,
    item: str | None,
    value: int | None,
    cause: str,
    now: datetime,
) -> Step:
    """One button of the form. What does not fit shows the question again and changes nothing."""
    situation, talk = situation_of(tx, room, kept, now=now)
    events = conversation.press(room.content.messages, talk, press, item=item, value=value)
    given = tuple(event for event in events if isinstance(event, AnswerGiven))
    moved = next((event for event in events if isinstance(event, CheckinMoved)), None)
    shown = next((one.message for one in reversed(events) if isinstance(one, MessageDue)), None)
    if moved is None:
        return Step(shown=shown, is_over=False)
    is_over = moved.state is CheckinState.FINISHED
    _answered(tx, room, situation, talk, given, cause=cause, is_over=is_over, now=now)
    first = {"first_answer_at": now} if given and kept.first_answer_at is None else {}
    checkins.move(tx, moved, **first)
    if is_over:
        conclude(tx, room, kept, CheckinState.FINISHED, via="telegram", now=now)
    return Step(shown=shown, is_over=is_over)


def keep_note(tx: Tx, kept: Kept, text: str, *, cause: str, at: datetime) -> None:
    """Words of staff about the talk: sealed with the family's key, and never screened as theirs."""
    given = AnswerGiven(item=OPEN_LINE, value=None, words=text, checkin=kept.id)
    checkins.keep_answer(
        tx, given, cause=cause, case=kept.case, contact=kept.contact, message_no=None, at=at
    )


def end_here(
    tx: Tx, room: Room, kept: Kept, state: CheckinState, *, cause: str, via: str, now: datetime
) -> bool:
    """It ends where it stands, and what is there counts. Where nothing is, it was opened by
    mistake: then nobody has spoken with anybody. Does anything remain of it? `state` is FINISHED
    where staff say so, EXPIRED where time does."""
    situation, talk = situation_of(tx, room, kept, now=now)
    if not talk.answers:
        encounters.forget(tx, _encounter_id(kept.id))
        days.look(tx, kept.case, now)
        _close(tx, kept, CheckinState.CANCELLED, now=now)
        _note(tx, kept.filled_by, via, "form_dropped", kept.id, now=now)
        return False
    _answered(tx, room, situation, talk, (), cause=cause, is_over=True, now=now)
    conclude(tx, room, kept, state, via=via, now=now)
    return True


def situation_of(tx: Tx, room: Room, kept: Kept, *, now: datetime) -> tuple[Situation, Talk]:
    """What is known of the family, and the form with a line for notes at its end."""
    contact = gather.the_contact(tx, room, kept.contact, now=now)
    situation = gather.situation(tx, room, contact, kept, now=now)
    if situation.talk is None:
        raise LookupError(f"no talk for {kept.id}")
    checkin = replace(situation.talk.checkin, open_line=Text("Note?").fill())
    return situation, replace(situation.talk, checkin=checkin, reads_little=False)


def _answered(
    tx: Tx,
    room: Room,
    situation: Situation,
    talk: Talk,
    given: tuple[AnswerGiven, ...],
    *,
    cause: str,
    is_over: bool,
    now: datetime,
) -> None:
    """Kept and judged at the tap, exactly as a family's answers are."""
    scene = scene_of(tx, situation, cause=cause, at=now)
    record(tx, room, scene, given, now=now)
    if given or is_over:
        after = with_answers(talk, given, at=now)
        judged = judging.judge_answers(situation, after, MessageId(cause), is_closed=is_over)
        record(tx, room, scene, judged, now=now)


def with_answers(talk: Talk, given: tuple[AnswerGiven, ...], *, at: datetime) -> Talk:
    for one in given:
        reply = Reply(id=MessageId(talk.id), at=at, signs=NO_SIGNS)
        talk = judging.with_answer(talk, one, reply)
    return talk


def conclude(
    tx: Tx,
    room: Room,
    kept: Kept,
    state: CheckinState,
    *,
    via: str,
    now: datetime,
    at: datetime | None = None,
) -> None:
    """The talk counts: silence ends, and what the phone of that contact still asks is settled."""
    _close(tx, kept, state, now=at or now)
    began = kept.opened_at or now
    settled, answers = 0, checkins.answers(tx, kept.id)
    if not encounters.was_with_child_only(tx, _encounter_id(kept.id)):
        contact = gather.the_contact(tx, room, kept.contact, now=now)
        spoken = max(began, contact.last_spoken_at or began)
        contacts.update(tx, contact.id, last_spoken_at=spoken)
        until = max((one.at for one in answers), default=began)
        settled = settle_checkins(tx, room, contact.id, at=until, now=now)
    _note(
        tx, kept.filled_by, via, "form_filled", kept.id, now=now,
        way=kept.way, answered=len({one.item for one in answers} - {OPEN_LINE}), settled=settled,
    )  # fmt: skip


def _close(tx: Tx, kept: Kept, state: CheckinState, *, now: datetime) -> None:
    checkins.update(tx, kept.id, state=state, ended_at=now, **dict.fromkeys(MOMENTS))


def _encounter_id(form: str) -> str:
    return f"encounter:{form}"


def _encounter(tx: Tx, start: Start) -> Encounter:
    """A sheet of paper is no talk; and a talk with the school is none with the family."""
    is_family = contacts.is_family(tx, start.contact)
    return Encounter(
        case=start.case,
        contact=None if start.child_only else start.contact,
        staff=start.staff,
        checkin=start.id,
        way=start.way,
        spoke=is_family and not start.child_only and start.way is not Way.PAPER,
        saw_child=start.saw_child,
        at=start.at,
    )


def _note(
    tx: Tx, staff: str | None, via: str, action: str, form: str, *, now: datetime,
    **detail: str | int | None,
) -> None:  # fmt: skip
    audit.note(tx, actor=f"staff:{staff}", via=via, action=action, object=form, now=now, **detail)
