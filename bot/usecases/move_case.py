"""Cases move to the programme and the check-ins in force. What is on a phone keeps its version."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.usecases import enrol
from bot.usecases.case_facts import asks, check_stage, go_on, kept
from bot.usecases.casework import Decision, check_right, note, taken_up
from bot.usecases.errors import Refused
from bot.usecases.room import Room, kept_checkin
from flows.approval import Approval
from flows.forms import Checkin
from flows.model import Case
from storage import cases, contents, locks
from storage.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A case that moved, or that stood on the versions in force `already`. `lines` say which file
    was approved by whom, before and now."""

    case: Case
    already: bool
    lines: tuple[str, ...] = ()


def move_one(
    tx: Tx, room: Room, code: str, why: Decision, *, stage: str | None, now: datetime
) -> Moved:
    """One case, where its stage stays the same, or becomes another one of the new programme."""
    case = taken_up(tx, code, why)
    contents.keep(tx, room.content, now=now)
    return _move(tx, room, case, why, stage=stage, now=now)


def move_all(tx: Tx, room: Room, why: Decision, *, now: datetime) -> tuple[Moved, ...]:
    """Every case that is not closed, or none of them."""
    check_right(tx, why, None)
    locks.every_case(tx)
    contents.keep(tx, room.content, now=now)
    found = [cases.get(tx, case) for case in cases.open_ones(tx)]
    known = {one.id for one in room.content.programme.stages}
    lost = [f"{case.code} ({case.stage})" for case in found if case.stage not in known]
    if lost:
        raise Refused(
            f"Nothing was moved. The programme in force lacks the stage of: {', '.join(lost)}. "
            "Move each of them first, with `kabar case move CODE --stage STAGE`."
        )
    return tuple(_move(tx, room, case, why, stage=None, now=now) for case in found)


def _move(
    tx: Tx, room: Room, case: Case, why: Decision, *, stage: str | None, now: datetime
) -> Moved:
    programme, to = room.content.programme, stage or case.stage
    check_stage(programme, to)
    version, forms = room.version_of("programme"), enrol.checkin_versions(room)
    before, was = cases.programme_version(tx, case.id), cases.checkin_versions(tx, case.id)
    if before == version and set(was) == set(forms.values()) and to == case.stage:
        return Moved(case=case, already=True)
    lines = tuple(_approvals(tx, room, case))
    asked = asks(kept(tx, case), case.stage)
    cases.update(
        tx,
        case.id,
        programme_version=version,
        checkin_versions=json.dumps(forms, sort_keys=True),
        stage=to,
    )
    go_on(tx, room, case, asked=asked, asks_now=asks(programme, to), now=now)
    note(tx, case, why, "moved", now=now, programme=version, was=before, stage=to)
    return Moved(case=case, already=False, lines=lines)


def _approvals(tx: Tx, room: Room, case: Case) -> Iterator[str]:
    """The programme and each check-in: who had approved what the case had, and what it gets."""
    new = room.content.programme
    yield _line(new.id, kept(tx, case).approval, new.approval)
    had = {one.id: one.approval for one in _kept_checkins(tx, case)}
    for version in dict.fromkeys(enrol.checkin_versions(room).values()):
        form = kept_checkin(tx, version)
        yield _line(form.id, had.get(form.id), form.approval)


def _kept_checkins(tx: Tx, case: Case) -> Iterator[Checkin]:
    return (kept_checkin(tx, version) for version in cases.checkin_versions(tx, case.id))


def _line(name: str, was: Approval | None, is_now: Approval) -> str:
    before = "new here" if was is None else f"was {_said(was)}"
    return f"{name}: {before}, is now {_said(is_now)}"


def _said(approval: Approval) -> str:
    if approval.by is None:
        return "approved by nobody"
    return f"approved by {approval.by} on {approval.on}"
