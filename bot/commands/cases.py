"""kabar case and kabar contact: a child's after-care, and the adults who may be written to."""

import re
from datetime import date, time
from typing import Annotated

import typer

from bot.commands import desk
from bot.commands.staff import Json, as_zone, told
from bot.usecases import enrol
from bot.usecases.contact_ends import add_school
from bot.usecases.enrol import Invitation
from flows.model import Case, CaseId, ContactId, ContactKind, Level, Risk, SafeHours, StaffId
from flows.wording import typed_choice, typed_presses
from storage.contacts import NewContact
from storage.transaction import Tx

case_app = typer.Typer(no_args_is_help=True, help="Cases.")
contact_app = typer.Typer(no_args_is_help=True, help="Contacts of a case and their links.")

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,31}")
LONGEST_TEXT = 100  # characters
LEAST_DIGITS, MOST_DIGITS = 8, 15  # E.164 has no longer ones

CaregiverName = Annotated[str, typer.Option("--caregiver-name", help="Kept encrypted.")]
Relation = Annotated[str, typer.Option(help="ibu, ayah, nenek, wali, ...")]
Zone = Annotated[
    str | None, typer.Option(help="Where the family lives; KABAR_TIMEZONE if left out.")
]
LevelOf = Annotated[Level, typer.Option(help="A open, B discreet, C silent, D cut.")]
InterviewedOn = Annotated[
    str | None, typer.Option("--safe-contact-on", help="Day of the interview; A needs one.")
]
SafeFrom = Annotated[str, typer.Option(help="First safe hour, local.")]
SafeTo = Annotated[str, typer.Option(help="End of the safe hours, local.")]
AgreedWord = Annotated[str | None, typer.Option(help="Read back to know each other.")]
DuressWord = Annotated[str | None, typer.Option(help="Means: help, I cannot write.")]
Phone = Annotated[str | None, typer.Option(help="On file: must match the number shared.")]


@case_app.command("add")
def add_case(
    code: Annotated[str, typer.Option(help="Pseudonym of the case, such as K-0142.")],
    nickname: Annotated[str, typer.Option(help="From the closed list, such as Kakak.")],
    birth_date: Annotated[str, typer.Option(help="YYYY-MM-DD, or YYYY.")],
    risk: Annotated[Risk, typer.Option()],
    stage: Annotated[str, typer.Option(help="A stage of the programme, such as follow_up.")],
    worker: Annotated[str, typer.Option(help="Staff id of the social worker.")],
    caregiver_name: CaregiverName,
    relation: Relation,
    timezone: Zone = None,
    level: LevelOf = Level.DISCREET,
    safe_contact_on: InterviewedOn = None,
    safe_from: SafeFrom = "09:00",
    safe_to: SafeTo = "16:00",
    agreed_word: AgreedWord = None,
    duress_word: DuressWord = None,
    phone: Phone = None,
    home_risk: Annotated[bool, typer.Option("--home-risk", help="Danger at home.")] = False,
    left_on: Annotated[str | None, typer.Option(help="When the child left the centre.")] = None,
    baseline: Annotated[
        int | None, typer.Option(min=0, max=21, help="Total of items 1-7 at termination.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Open a case with its first contact and print the family's link."""
    case = Case(
        id=CaseId(enrol.new_id()),
        code=_code(code),
        nickname=nickname.strip(),
        birth_date=desk.as_birth_date(birth_date),
        risk=risk,
        stage=stage,
        worker=StaffId(worker),
        home_risk=home_risk,
        left_on=desk.as_date(left_on),
        baseline=baseline,
    )
    contact = NewContact(
        id=ContactId(enrol.new_id()),
        case=case.id,
        name=_text(caregiver_name, "--caregiver-name"),
        relation=_text(relation, "--relation"),
        level=level,
        interviewed_on=desk.as_date(safe_contact_on),
        hours=_hours(desk.as_time(safe_from), desk.as_time(safe_to), timezone),
        agreed_word=agreed_word,
        duress_word=_duress(duress_word),
        phone=_phone(phone),
    )
    with desk.refusing():
        room = desk.room()  # before the database opens: it takes longer than a transaction may

    def write(tx: Tx) -> Invitation:
        return enrol.add_case(tx, room, case, contact, now=desk.moment(tx))

    with desk.database() as database:
        made = database.write_now(write)
    answer = {"case_id": case.id, "contacts": [_contact_answer(made)]}
    desk.show(answer, as_json=as_json, text=f"Case {case.code}\n{told('Contact', made)}")


@contact_app.command("add")
def add_contact(
    case: Annotated[str, typer.Option(help="The code of the case.")],
    caregiver_name: CaregiverName,
    relation: Relation,
    timezone: Zone = None,
    level: LevelOf = Level.DISCREET,
    safe_contact_on: InterviewedOn = None,
    safe_from: SafeFrom = "09:00",
    safe_to: SafeTo = "16:00",
    agreed_word: AgreedWord = None,
    duress_word: DuressWord = None,
    phone: Phone = None,
    kind: Annotated[
        ContactKind, typer.Option(help="caregiver, or school: one adult chosen together.")
    ] = ContactKind.CAREGIVER,
    code: Annotated[
        str | None, typer.Option(help="All that a school knows the pupil by, such as S-07.")
    ] = None,
    ends_on: Annotated[
        str | None, typer.Option(help="School: its last day; the school year's end if left out.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Add one more adult to a case and print their link."""
    _check_school(kind, code, ends_on)
    hours = _hours(desk.as_time(safe_from), desk.as_time(safe_to), timezone)
    interviewed_on, secret = desk.as_date(safe_contact_on), _duress(duress_word)
    last_day = desk.as_date(ends_on)
    with desk.refusing():
        room = desk.room()

    def write(tx: Tx) -> Invitation:
        now = desk.moment(tx)
        contact = NewContact(
            id=ContactId(enrol.new_id()),
            case=enrol.case_of(tx, case),
            name=_text(caregiver_name, "--caregiver-name"),
            relation=_text(relation, "--relation"),
            level=level,
            interviewed_on=interviewed_on,
            hours=hours,
            agreed_word=agreed_word,
            duress_word=secret,
            phone=_phone(phone),
            code=None if code is None else _code(code),
        )
        if kind is ContactKind.SCHOOL:
            return add_school(tx, room, contact, ends_on=last_day, now=now)
        return enrol.add_contact(tx, contact, now=now)

    with desk.database() as database:
        made = database.write_now(write)
    desk.show(_contact_answer(made), as_json=as_json, text=told("Contact", made))


@contact_app.command("interview")
def interview(
    contact_id: Annotated[str, typer.Argument(help="The id that `case add` printed.")],
    level: Annotated[Level, typer.Option(help="What the interview set.")],
    on: Annotated[str, typer.Option(help="Day of the interview, YYYY-MM-DD.")],
    duress_word: DuressWord = None,
    as_json: Json = False,
) -> None:
    """Record a safe-contact interview: level and day."""
    held_on, secret = desk.as_date(on) or date.min, _duress(duress_word)

    def write(tx: Tx) -> None:
        now = desk.moment(tx)
        enrol.interview(
            tx,
            ContactId(contact_id),
            level=level,
            on=held_on,
            duress_word=secret,
            now=now,
        )

    with desk.database() as database:
        database.write_now(write)
    answer = {"contact_id": contact_id, "level": level, "on": held_on.isoformat()}
    desk.show(answer, as_json=as_json, text=f"Contact {contact_id}: level {level}, {held_on}.")


@contact_app.command("invite")
def invite(
    contact_id: Annotated[str, typer.Argument(help="The id that `case add` printed.")],
    as_json: Json = False,
) -> None:
    """Print a new link; the old one dies."""

    def write(tx: Tx) -> Invitation:
        return enrol.invite_contact(tx, contact_id, now=desk.moment(tx))

    with desk.database() as database:
        made = database.write_now(write)
    answer = {"token": made.token, "link": made.link}
    desk.show(answer, as_json=as_json, text=told("Contact", made))


def _contact_answer(made: Invitation) -> dict[str, str | None]:
    return {"contact_id": made.owner_id, "token": made.token, "link": made.link}


def _check_school(kind: ContactKind, code: str | None, ends_on: str | None) -> None:
    """A school has a code and an end; a family has neither."""
    if kind is ContactKind.SCHOOL and code is None:
        raise typer.BadParameter("--kind school needs --code, all that it knows the pupil by.")
    if kind is ContactKind.CAREGIVER and (code, ends_on) != (None, None):
        raise typer.BadParameter("--code and --ends-on are for --kind school.")


def _hours(start: time, end: time, timezone: str | None) -> SafeHours:
    if start == end:
        raise typer.BadParameter("--safe-from and --safe-to must differ.")
    return SafeHours(start=start, end=end, timezone=as_zone(timezone))


def _text(value: str, option: str) -> str:
    if not 0 < len(value.strip()) <= LONGEST_TEXT:
        raise typer.BadParameter(f"{option} must have 1 to {LONGEST_TEXT} characters.")
    return value.strip()


def _code(value: str) -> str:
    """It stands in every notice, so that it must be short and in one piece."""
    if not CODE.fullmatch(value.strip()):
        raise typer.BadParameter(f"{value!r} is no code; write it like K-0142, without spaces.")
    return value.strip()


def _duress(value: str | None) -> str | None:
    """It must not be a word that people type for something else: one of both would be lost."""
    if value is None:
        return None
    word, content = _text(value, "--duress-word"), desk.room().content
    items = [item for checkin in content.checkins.values() for item in checkin.items]
    is_answer = any(typed_choice(word, item, content.messages) for item in items)
    if is_answer or typed_presses(word, content.messages):
        raise typer.BadParameter(f"{word!r} has a meaning of its own; agree on another word.")
    return word


def _phone(value: str | None) -> str | None:
    """A number that can never be shared would leave the contact waiting for ever."""
    if value is not None and not LEAST_DIGITS <= sum(map(str.isdecimal, value)) <= MOST_DIGITS:
        raise typer.BadParameter(f"{value!r} is no phone number; write it like +6281230004000.")
    return value
