"""Staff have spoken with a contact: what their phone still asks is settled by it, quietly."""

from datetime import datetime

from bot.usecases import gather
from bot.usecases.record import record
from bot.usecases.room import Room
from bot.usecases.scene import scene_of
from flows import lapses
from flows.model import CheckinState, ContactId, MessageId
from storage import checkins, forms
from storage.checkins import MOMENTS, Kept
from storage.transaction import Tx


def settle_checkins(tx: Tx, room: Room, contact: ContactId, *, at: datetime, now: datetime) -> int:
    """End every check-in of this contact that had come by `at`; how many?"""
    found = forms.settled_by(tx, contact, at=at)
    for kept in found:
        if kept.state is CheckinState.DUE:  # nothing of it is on the phone
            quiet = dict.fromkeys(MOMENTS)
            checkins.update(tx, kept.id, state=CheckinState.CANCELLED, ended_at=now, **quiet)
        else:
            _settle(tx, room, kept, now=now)
    return len(found)


def _settle(tx: Tx, room: Room, kept: Kept, *, now: datetime) -> None:
    contact = gather.the_contact(tx, room, kept.contact, now=now)
    situation = gather.situation(tx, room, contact, kept, now=now)
    if situation.talk is None:
        raise LookupError(f"no talk for {kept.id}")
    cause = MessageId(f"{kept.id}:settled")
    scene = scene_of(tx, situation, cause=cause, at=now)
    record(tx, room, scene, lapses.settle(situation, situation.talk, cause), now=now)
