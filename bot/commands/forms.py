"""kabar checkin fill and kabar case seen: what staff heard by phone, face to face or on paper."""

from datetime import UTC, datetime, time
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot import config
from bot.commands import desk
from bot.commands.staff import Json
from bot.usecases import enrol, paper_form
from bot.usecases.gather import zone_of
from bot.usecases.note_encounter import Seen, note_encounter
from bot.usecases.paper_form import Sheet, keep_sheet
from bot.usecases.standing import standing_of
from bot.usecases.standing_words import UNNAMED, score_in_words
from flows import wording as words
from flows.forms import Checkin, Item
from flows.model import ContactId, Way
from flows.programme import age_on
from storage import cases, checkins
from storage.transaction import Tx

app = typer.Typer(no_args_is_help=True, help="Check-ins that staff fill in.")


class FormWay(StrEnum):
    """How the answers were learned."""

    CALL = "call"
    VISIT = "visit"
    HERE = "here"
    PAPER = "paper"


class SeenWay(StrEnum):
    """How people met."""

    CALL = "call"
    VISIT = "visit"
    HERE = "here"


Code = Annotated[str, typer.Argument(metavar="CASE", help="The code of the case.")]
By = Annotated[str, typer.Option("--by", help="Staff id of who spoke with them.")]
Whom = Annotated[str | None, typer.Option("--contact", help="Who was spoken with.")]


@app.command("fill")
def fill(
    case: Code,
    form: Annotated[str, typer.Option(help="A form of the case, such as mingguan-a.")],
    way: Annotated[FormWay, typer.Option(help="How the answers were learned.")],
    by: By,
    at: Annotated[
        str | None, typer.Option("--at", help='When: "2026-11-24 10:00", by the centre\'s clock.')
    ] = None,
    contact: Whom = None,
    child_only: Annotated[
        bool, typer.Option("--child-only", help="Nobody but the child was spoken with.")
    ] = False,
    saw_child: Annotated[
        bool, typer.Option("--saw-child", help="The child was seen, or spoken to alone.")
    ] = False,
    answers: Annotated[
        str | None,
        typer.Option("--answers", help="sleep=1,eat=0,...; - is not known. Asked if left out."),
    ] = None,
    note: Annotated[str | None, typer.Option(help="A few words; kept encrypted.")] = None,
    as_json: Json = False,
) -> None:
    """Fill in a check-in for a call, a visit, a talk at the centre, or from paper."""
    given = _ask(case, form) if answers is None else _parsed(answers)
    with desk.refusing():
        room = desk.room()

    def write(tx: Tx) -> dict[str, object]:
        now = desk.moment(tx)
        sheet = Sheet(
            code=case,
            form=form,
            way=Way(way),
            by=by,
            at=now if at is None else _as_moment(at),
            contact=contact,
            child_only=child_only,
            saw_child=saw_child,
            answers=given,
            note=note,
        )
        kept = keep_sheet(tx, room, sheet, now=now)
        zone = zone_of(tx, kept.contact)
        found = standing_of(tx, cases.get(tx, kept.case), timezone=zone, now=now, checkin=kept)
        return {
            "checkin_id": kept.id,
            "total": None if found.last is None else found.last.total,
            "band": None if found.last is None else found.last.band,
            "words": list(score_in_words(found)),
            "answered": len(checkins.answers(tx, kept.id)),
        }

    with desk.database() as database:
        answer = database.write_now(write)
    lines = answer["words"]
    assert isinstance(lines, list)
    desk.show(answer, as_json=as_json, text="\n".join((f"{case}: kept.", *lines)))


def seen(
    case: Code,
    way: Annotated[SeenWay, typer.Option(help="How they met.")],
    by: By,
    on: Annotated[str | None, typer.Option("--on", help="YYYY-MM-DD; today if left out.")] = None,
    contact: Whom = None,
    saw_child: Annotated[
        bool, typer.Option("--saw-child/--not-seen", help="Was the child seen, or spoken to alone?")
    ] = False,
    spoke: Annotated[
        bool, typer.Option("--spoke/--not-spoke", help="Was the family spoken with?")
    ] = True,
    as_json: Json = False,
) -> None:
    """Note a call, a visit or a talk at the centre that no form is about."""
    day = desk.as_date(on)

    def write(tx: Tx) -> str:
        now = desk.moment(tx)
        found = enrol.case_of(tx, case)
        person = paper_form.who_fills(tx, found, by, case)
        zone = ZoneInfo(config.load().timezone)
        today = now.astimezone(zone).date()
        if day is not None and day > today:
            raise typer.BadParameter(f"{day} is still to come.")
        is_past = day is not None and day < today
        met = Seen(
            case=found,
            contact=None if contact is None else ContactId(contact),
            staff=person.id,
            way=Way(way),
            spoke=spoke,
            saw_child=saw_child,
            at=datetime.combine(day, time(12), zone).astimezone(UTC) if day and is_past else now,
        )
        return note_encounter(tx, met, now=now)

    with desk.database() as database:
        made = database.write_now(write)
    desk.show({"encounter_id": made}, as_json=as_json, text=f"{case}: noted.")


def _parsed(answers: str) -> dict[str, str]:
    """sleep=1,eat=0: what stands behind each name is looked at later, with the form at hand."""
    found: dict[str, str] = {}
    for part in filter(None, map(str.strip, answers.split(","))):
        item, is_pair, value = part.partition("=")
        if not is_pair or item.strip() in found:
            raise typer.BadParameter(f"{part!r}: write each item once, as sleep=1,eat=0.")
        found[item.strip()] = value.strip()
    return found


def _ask(case: str, form: str) -> dict[str, str]:
    """Every item on the terminal; one that a choice leads to follows it."""

    def read(tx: Tx) -> tuple[Checkin, int]:
        known = enrol.case_of(tx, case)
        age = age_on(cases.get(tx, known).birth_date, desk.moment(tx).date())
        return paper_form.form_named(tx, known, form)[1], age

    with desk.database() as database:
        checkin, age = database.read_now(read)
    found: dict[str, str] = {}
    for item in checkin.asked:
        _ask_item(checkin, item, age, found)
    return found


def _ask_item(checkin: Checkin, item: Item, age: int, found: dict[str, str]) -> None:
    values = {str(one.value): one for one in item.choices}
    typer.echo(words.fill(item.text_for(age), panggilan=UNNAMED), err=True)
    while True:
        said = typer.prompt(f"{item.id}: {paper_form.allowed(item)}", default="-", err=True)
        if said in values or said == paper_form.NOT_KNOWN:
            break
        typer.echo(f"{said!r} is none of these.", err=True)
    found[item.id] = said
    then = values[said].then if said in values else None
    if then is not None:
        _ask_item(checkin, checkin.item(then), age, found)


def _as_moment(value: str) -> datetime:
    try:
        written = datetime.fromisoformat(value)
    except ValueError:
        raise typer.BadParameter(f"{value!r} is no moment; write it as 2026-11-24 10:00.") from None
    if written.tzinfo is None:
        written = written.replace(tzinfo=ZoneInfo(config.load().timezone))
    return written.astimezone(UTC)
