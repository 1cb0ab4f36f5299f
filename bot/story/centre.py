"""The invented centre: its staff, the families of the story, and what a page adds to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from bot.commands import desk
from bot.story.words import Said, read
from bot.usecases import enrol
from bot.usecases.room import Room
from flows.model import Case, CaseId, ContactId, Level, Risk, Role, SafeHours, StaffId
from storage import cases, keyring, migrate
from storage.contacts import NewContact
from storage.database import Database
from storage.transaction import Tx

ZONE = "Asia/Jakarta"
TOKEN = "700000:sandbox-bot-of-an-invented-centre"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One person of the story, as `cast.yaml` has them."""

    key: str
    shown: bool
    name: str  # on file
    called: str  # on the page
    part: Said
    staff: Role | None
    case: str | None  # code of the case whose first contact it is
    level: Level | None


def cast() -> tuple[Part, ...]:
    """Everybody of the story, in the order in which their phones stand."""
    return tuple(
        Part(
            key=key,
            shown=one["shown"],
            name=one["name"],
            called=one["called"],
            part=one["part"],
            staff=Role(one["staff"]) if "staff" in one else None,
            case=one.get("case"),
            level=Level(one["level"]) if "level" in one else None,
        )
        for key, one in read("cast.yaml").items()
    )


def open_database(url: str, keys: keyring.KeyRing) -> Database:
    """The database of the sandbox, for this program's own reads and writes beside the bot's."""
    return Database(url, vault_keys=keys, patience_s=desk.PATIENCE_S)


def make_database(url: str, key_file: Path) -> keyring.KeyRing:
    """A database up to date, and its key."""
    keys = migrate.prepare_key_file(url, key_file)
    migrate.upgrade(url)
    return keys


def add_staff(tx: Tx, part: Part, *, now: datetime) -> enrol.Invitation:
    """One of the staff, and their link."""
    assert part.staff is not None
    return enrol.add_staff(tx, name=part.name, role=part.staff, timezone=ZONE, now=now)


def add_family(
    tx: Tx, room: Room, *, code: str, name: str, level: Level, worker: str, now: datetime
) -> enrol.Invitation:
    """A case with one contact who has not opened the link yet."""
    today = now.date()
    case = Case(
        id=CaseId(enrol.new_id()),
        code=code,
        nickname="Kakak",
        birth_date=today - timedelta(days=10 * 365),
        risk=Risk.MEDIUM,
        stage="follow_up",
        worker=StaffId(worker),
        home_risk=False,
        left_on=today,
        baseline=3,
    )
    contact = NewContact(
        id=ContactId(enrol.new_id()),
        case=case.id,
        name=name,
        relation="ibu",
        level=level,
        interviewed_on=_interviewed(level, today),
        hours=SafeHours(start=desk.as_time("09:00"), end=desk.as_time("16:00"), timezone=ZONE),
        agreed_word=None,
        duress_word=None,
        phone=None,
    )
    return enrol.add_case(tx, room, case, contact, now=now)


def free_code(tx: Tx) -> str:
    """The next case code that nobody has, from K-0301 on."""
    number = 301
    while cases.find(tx, f"K-{number:04}") is not None:
        number += 1
    return f"K-{number:04}"


def invite_again(tx: Tx, owner: str, token: str, *, now: datetime) -> str:
    """A new link in the place of one that has grown old; its token."""
    again = enrol.invite_staff if token.startswith("s_") else enrol.invite_contact
    return again(tx, owner, now=now).token or token


def environment(
    *, sandbox: str, bot_port: int, database_url: str, key_file: str
) -> Mapping[str, str]:
    """The settings of the bot on stage, whatever this shell's own ones are."""
    return {
        "KABAR_BOT_TOKEN": TOKEN,
        "KABAR_API_URL": sandbox,
        "KABAR_DATABASE_URL": database_url,
        "KABAR_KEY_FILE": key_file,
        "KABAR_HTTP_PORT": str(bot_port),
        "KABAR_CLOCK": "manual",
        "KABAR_PACE_TOTAL": "1000",
        "KABAR_PACE_CHAT": "1000",
    }


def _interviewed(level: Level, today: date) -> date | None:
    return today if level is Level.OPEN else None
