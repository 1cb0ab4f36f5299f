"""Who takes part: two more social workers, and a case with a contact for each family."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import partial

from bot.story.training.emulator import Emulator
from bot.story.training.family import Family
from bot.story.training.lives import Care, Life
from bot.story.training.rehearsal import Rehearsal
from bot.story.training.worker import Worker
from bot.usecases import enrol
from bot.usecases.room import Room
from flows.hours import local
from flows.model import Case, CaseId, ContactId, Level, Role, SafeHours, StaffId
from storage import alerts
from storage.contacts import NewContact
from storage.transaction import Tx

STAGE = "follow_up"
SAFE_FROM, SAFE_TO = time(9), time(16)
OPENS_LINK = timedelta(minutes=3)
YEAR_OF_LIFE = timedelta(days=365, hours=6)


def add_phone(emulator: Emulator, name: str) -> int:
    """A new phone in the emulator; the id of its owner."""
    made = emulator.ask("POST", "people", {"first_name": name})
    person: int = made["id"]
    return person


def add_worker(
    tx: Tx, room: Room, rehearsal: Rehearsal, person: int, name: str, *, now: datetime
) -> str:
    """A social worker who opens her link at once; her staff id."""
    role, zone = Role.SOCIAL_WORKER, room.timezone
    made = enrol.add_staff(tx, name=name, role=role, timezone=zone, now=now)
    rehearsal.open_link(person, made.token or "", now)
    return made.owner_id


def set_to_work(tx: Tx, rehearsal: Rehearsal, workers: Mapping[str, int]) -> None:
    """`workers`: phones by staff id. Each handles what families of the rehearsal raise."""

    def care(alert_id: str) -> Care:
        alert = alerts.get(tx, alert_id)
        family = (
            None
            if alert is None or alert.contact is None
            else rehearsal.families.get(alert.contact)
        )
        return Care() if family is None else family.care

    for staff, person in workers.items():
        rehearsal.workers[staff] = Worker(person, care)


def plan_family(
    tx: Tx,
    room: Room,
    rehearsal: Rehearsal,
    life: Life,
    person: int,
    worker: str,
    *,
    left: datetime,
) -> None:
    """The child goes home at `left`: the case begins, and interviews follow as they are written."""

    def begin(now: datetime) -> None:
        contact = ContactId(enrol.new_id())
        rehearsal.families[contact] = Family(life, person)
        made = _add_case(tx, room, life, contact, worker, now=now)
        if life.joins:
            rehearsal.plan(left + life.joins, partial(join, contact))
        elif made.token is not None:
            open_soon(made.token, now)
        for after in life.interviews:
            rehearsal.plan(left + after, partial(_interview, tx, room, contact, life.level))

    def join(contact: ContactId, now: datetime) -> None:
        _interview(tx, room, contact, life.level, now)
        open_soon(enrol.invite_contact(tx, contact, now=now).token or "", now)

    def open_soon(token: str, now: datetime) -> None:
        rehearsal.plan(now + OPENS_LINK, partial(rehearsal.open_link, person, token))

    rehearsal.plan(left, begin)


def _add_case(
    tx: Tx, room: Room, life: Life, contact: ContactId, worker: str, *, now: datetime
) -> enrol.Invitation:
    today = local(now, room.timezone).date()
    level = Level.SILENT if life.joins else life.level
    case = Case(
        id=CaseId(enrol.new_id()),
        code=life.code,
        nickname=life.nickname,
        birth_date=_born(today, life.age),
        risk=life.risk,
        stage=STAGE,
        worker=StaffId(worker),
        home_risk=False,
        left_on=today,
        baseline=life.baseline,
    )
    first = NewContact(
        id=contact,
        case=case.id,
        name=life.name,
        relation=life.relation,
        level=level,
        interviewed_on=today if level is Level.OPEN else None,
        hours=SafeHours(start=SAFE_FROM, end=SAFE_TO, timezone=room.timezone),
        agreed_word=None,
        duress_word=None,
        phone=None,
    )
    return enrol.add_case(tx, room, case, first, now=now)


def _interview(tx: Tx, room: Room, contact: ContactId, level: Level, now: datetime) -> None:
    """Staff ask again whether the phone is safe: level A lasts no longer than 90 days."""
    on = local(now, room.timezone).date()
    enrol.interview(tx, contact, level=level, on=on, duress_word=None, now=now)


def _born(today: date, age: int) -> date:
    """So long ago that the child is `age` and a half."""
    return today - (age * YEAR_OF_LIFE + YEAR_OF_LIFE / 2)
