"""What the plan of a case rests on: risk, stage, the day the child left; and the nickname."""

from datetime import date, datetime

from bot.usecases import ends, enrol, follow_plan
from bot.usecases.casework import Decision, note, replan, taken_up, today
from bot.usecases.errors import Refused
from bot.usecases.room import Room
from flows.model import Case, Risk
from flows.rhythm import Programme
from storage import cases, contacts, days, programmes
from storage.transaction import Tx


def set_risk(tx: Tx, room: Room, code: str, why: Decision, *, risk: Risk, now: datetime) -> Case:
    """Another rhythm, from the last check-in on."""
    case = taken_up(tx, code, why)
    if case.risk is risk:
        raise Refused(f"The risk of {code} is {risk} already.")
    cases.update(tx, case.id, risk=risk)
    replan(tx, room, case, now=now)
    note(tx, case, why, "risk_set", now=now, risk=risk, was=case.risk)
    follow_plan.ask_if_over(tx, room, cases.get(tx, case.id), now=now)
    return case


def set_stage(tx: Tx, room: Room, code: str, why: Decision, *, stage: str, now: datetime) -> Case:
    """Another stage of the case's own programme."""
    case = taken_up(tx, code, why)
    programme = kept(tx, case)
    check_stage(programme, stage)
    if case.stage == stage:
        raise Refused(f"{code} is in stage {stage} already.")
    asked = asks(programme, case.stage)
    cases.update(tx, case.id, stage=stage)
    go_on(tx, room, case, asked=asked, asks_now=asks(programme, stage), now=now)
    note(tx, case, why, "stage_set", now=now, stage=stage, was=case.stage)
    return case


def go_on(tx: Tx, room: Room, case: Case, *, asked: bool, asks_now: bool, now: datetime) -> None:
    """What a stage means for the family: nothing more is sent, as in a pause; or it begins, with
    the first check-in tomorrow; or the rhythm goes on."""
    case = cases.get(tx, case.id)
    if asked and not asks_now:
        ends.pause(tx, room, case, now=now)
    elif asks_now and not asked:
        days.resumed(tx, case.id, now=now)
        for contact in ends.active(tx, room, case, now=now):
            programmes.begin(tx, contact, now=now)
    else:
        replan(tx, room, case, now=now)
    if asks_now:
        follow_plan.ask_if_over(tx, room, case, now=now)


def set_left(tx: Tx, room: Room, code: str, why: Decision, *, on: date, now: datetime) -> Case:
    """The programme's weeks count from the day the child left, or will leave."""
    case = taken_up(tx, code, why)
    if on < case.birth_date:
        raise Refused(f"{on} is before the child was born. Correct --on.")
    if case.left_on == on:
        raise Refused(f"{on} stands there already.")
    enrol.check_leaving(kept(tx, case), on, today=today(room, now))
    cases.update(tx, case.id, left_on=on)
    replan(tx, room, case, now=now)
    was = None if case.left_on is None else str(case.left_on)
    note(tx, case, why, "left_set", now=now, on=str(on), was=was)
    follow_plan.ask_if_over(tx, room, cases.get(tx, case.id), now=now)
    return case


def set_baseline(
    tx: Tx, room: Room, code: str, why: Decision, *, total: int, now: datetime
) -> Case:
    """The total at termination: families may join weeks before there is one."""
    case = taken_up(tx, code, why)
    if case.baseline == total:
        raise Refused(f"{total} stands there already.")
    cases.update(tx, case.id, baseline=total)
    note(tx, case, why, "baseline_set", now=now, total=total, was=case.baseline)
    return case


def set_nickname(
    tx: Tx, room: Room, code: str, why: Decision, *, nickname: str, now: datetime
) -> Case:
    """How the child is called at level A; neither book has it, for it is sealed."""
    case = taken_up(tx, code, why, is_closed_too=True)
    if case.nickname == nickname:
        raise Refused(f"That is the nickname of {code} already.")
    for contact in contacts.of_case(tx, case.id):
        enrol.check_nickname(nickname, contacts.name(tx, contact.id), room.content.wording)
    cases.rename(tx, case.id, nickname)
    note(tx, case, why, "nickname_set", now=now)
    return case


def kept(tx: Tx, case: Case) -> Programme:
    """The programme in the version that this case keeps."""
    return programmes.kept_programme(tx, cases.programme_version(tx, case.id))


def check_stage(programme: Programme, stage: str) -> None:
    """Refuse a stage that this programme does not have."""
    if programme.stage(stage) is None:
        known = ", ".join(one.id for one in programme.stages)
        raise Refused(f"There is no stage {stage!r}. The programme of this case has: {known}.")


def asks(programme: Programme, stage: str) -> bool:
    """Do check-ins go out in this stage?"""
    found = programme.stage(stage)
    return found is None or found.asks
