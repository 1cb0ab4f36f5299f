"""All answers of a form at one time, as from a sheet of paper; its end is that of every form."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.usecases.forms import Start, begin, conclude, keep_note, situation_of, with_answers
from bot.usecases.record import record
from bot.usecases.room import Room
from bot.usecases.scene import scene_of
from flows import conversation, judging
from flows.conversation_state import OPEN_LINE
from flows.events import AnswerGiven
from flows.model import CheckinState, MessageId
from storage import checkins
from storage.checkins import Kept
from storage.transaction import Tx


def fill_form(
    tx: Tx,
    room: Room,
    start: Start,
    answers: Mapping[str, int | None],
    note: str | None,
    *,
    now: datetime,
) -> Kept | None:
    """Kept, scored and judged together; None where this form was filled in before."""
    kept = begin(tx, start)
    if kept is None:
        return None
    situation, talk = situation_of(tx, room, kept, now=now)
    given = tuple(
        AnswerGiven(item=item.id, value=answers[item.id], words=None, checkin=kept.id)
        for item in talk.checkin.items
        if item.id in answers
    )
    _keep(tx, kept, given, note, at=start.at)
    path = (*(one.item for one in given), OPEN_LINE)
    done = conversation.moved(replace(talk, state=CheckinState.FINISHED, path=path))
    checkins.move(tx, done, first_answer_at=start.at)
    after, cause = with_answers(talk, given, at=start.at), MessageId(kept.id)
    judged = judging.judge_answers(situation, after, cause, is_closed=True)
    record(tx, room, scene_of(tx, situation, cause=cause, at=start.at), judged, now=now)
    conclude(tx, room, kept, CheckinState.FINISHED, via=start.via, now=now, at=start.at)
    return checkins.get(tx, kept.id)


def _keep(
    tx: Tx, kept: Kept, given: tuple[AnswerGiven, ...], note: str | None, *, at: datetime
) -> None:
    for one in given:
        checkins.keep_answer(
            tx,
            one,
            cause=f"{kept.id}:{one.item}",
            case=kept.case,
            contact=kept.contact,
            message_no=None,
            at=at,
        )
    if note is not None:
        keep_note(tx, kept, note, cause=f"{kept.id}:{OPEN_LINE}", at=at)
