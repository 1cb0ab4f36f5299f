"""A centre with many families, written straight through the use cases: nobody has to tap first.

Every family is at level A, linked, has agreed, and has a check-in open on its phone.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from pathlib import Path

from sqlalchemy import select

from bot.usecases import enrol, follow_up
from bot.usecases.record import move_contact
from bot.usecases.room import Room
from flows import loader
from flows.events import ContactMoved
from flows.hours import in_safe_hours
from flows.model import (
    Case,
    CaseId,
    Contact,
    ContactId,
    ContactState,
    Level,
    Risk,
    Role,
    SafeHours,
    Slot,
    StaffId,
)
from flows.plan import Planned
from storage import addresses, cases, checkins, contacts, days, migrate, outbox, programmes, tables
from storage.addresses import Address
from storage.contacts import NewContact
from storage.database import Database
from storage.keyring import KeyRing
from storage.outbox import Lane, Outgoing, Payload
from storage.programmes import Place
from storage.rows import change_by
from storage.transaction import Tx

ZONE = "Asia/Jakarta"
AT_ANY_HOUR = SafeHours(start=time(0), end=time(23, 59), timezone=ZONE)
"""So that the figures do not depend on when they are taken, but for the last minute of a day."""
LOOKED_AT = timedelta(days=7)
"""The rules of a day have looked at every family, as they have in a centre that runs."""
FIRST_WORKER, FIRST_FAMILY, FIRST_RECIPIENT = 600_000_001, 700_000_001, 800_000_001
PIECE = 100  # families in one transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A check-in as it stands on a phone; `data` is what its first button says to Telegram."""

    chat: int
    worker: int
    code: str
    contact: str
    message_id: int
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """`folder` holds its database and key file."""

    folder: Path
    families: tuple[Opening, ...]
    workers: tuple[int, ...]

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.folder}/kabar.db"

    @property
    def key_file(self) -> Path:
        return self.folder / "kabar.key"

    def open(self) -> Database:
        keys = KeyRing.load(self.key_file)
        return Database(self.database_url, vault_keys=keys, patience_s=30)


def the_room() -> Room:
    """The shipped content."""
    content = loader.load()
    detector = loader.detector(content)
    return Room(content=content, detector=detector, timezone=ZONE)


def build(folder: Path, room: Room, *, families: int, workers: int, asked: bool = True) -> Centre:
    """`asked`: with a check-in open on each phone."""
    url = f"sqlite:///{folder}/kabar.db"
    keys = migrate.prepare_key_file(url, folder / "kabar.key")
    migrate.upgrade(url)
    now = asked_at(datetime.now(UTC))
    chats = tuple(range(FIRST_WORKER, FIRST_WORKER + workers))
    found: list[Opening] = []
    with Database(url, vault_keys=keys, patience_s=30) as database:
        staff = [database.write_now(_worker, chat, now=now) for chat in chats]
        numbers = iter(range(families))
        while piece := tuple(islice(numbers, PIECE)):
            found += database.write_now(_families, room, piece, staff, chats, asked=asked, now=now)
    return Centre(folder=folder, families=tuple(found), workers=chats)


def asked_at(now: datetime) -> datetime:
    """Now, or two minutes ago in the one minute in which nobody is asked anything."""
    return now if in_safe_hours(now, AT_ANY_HOUR) else now - timedelta(minutes=2)


def plan_broadcast(centre: Centre, count: int) -> None:
    """Rows of one broadcast to so many chats, not due before `start_broadcast`."""
    now, numbers = datetime.now(UTC), iter(range(count))
    with centre.open() as database:
        while piece := tuple(islice(numbers, 10 * PIECE)):
            database.write_now(_broadcast, piece, now=now)


def start_broadcast(centre: Centre) -> None:
    """All of it is due, from one moment to the next."""
    due = {"kind": "broadcast"}
    with centre.open() as database:
        database.write_now(change_by, tables.outbox, due, not_before=datetime.now(UTC))


def _worker(tx: Tx, chat: int, *, now: datetime) -> StaffId:
    made = enrol.add_staff(tx, name="Ratna", role=Role.SOCIAL_WORKER, timezone=ZONE, now=now)
    addresses.link(tx, "staff", made.owner_id, chat, now=now)
    return StaffId(made.owner_id)


def _families(
    tx: Tx,
    room: Room,
    numbers: tuple[int, ...],
    staff: list[StaffId],
    chats: tuple[int, ...],
    *,
    asked: bool,
    now: datetime,
) -> list[Opening]:
    made: list[Opening] = []
    for number in numbers:
        mine = number % len(staff)
        chat = FIRST_FAMILY + number
        contact = _enrolled(tx, room, number, staff[mine], chat, now=now)
        row = _asked(tx, room, contact, number, now=now) if asked else ""
        made.append(
            Opening(
                chat=chat,
                worker=chats[mine],
                code=_code(number),
                contact=contact.id,
                message_id=number + 1,
                data=f"{tx.vault.fingerprint('button', row)[: outbox.TOKEN_CHARACTERS]}:0",
            )
        )
    return made


def _enrolled(
    tx: Tx, room: Room, number: int, worker: StaffId, chat: int, *, now: datetime
) -> Contact:
    case = Case(
        id=CaseId(enrol.new_id()),
        code=_code(number),
        nickname="Kakak",
        birth_date=date(now.year - 10, 1, 1),
        risk=Risk.MEDIUM,
        stage="follow_up",
        worker=worker,
        home_risk=False,
        left_on=None,
        baseline=None,
    )
    new = NewContact(
        id=ContactId(enrol.new_id()),
        case=case.id,
        name="Ibu Karangan",
        relation="ibu",
        level=Level.OPEN,
        interviewed_on=now.date() - timedelta(days=1),
        hours=AT_ANY_HOUR,
        agreed_word=None,
        duress_word=None,
        phone=None,
    )
    enrol.add_case(tx, room, case, new, now=now)
    addresses.link(tx, "contact", new.id, chat, now=now)
    found = contacts.get(tx, new.id)
    if found is None:
        raise LookupError(new.id)
    move_contact(tx, found, ContactMoved(state=ContactState.ACTIVE), now=now)
    days.look(tx, case.id, now + LOOKED_AT)
    return found


def _asked(tx: Tx, room: Room, contact: Contact, number: int, *, now: datetime) -> str:
    """The opening is on the phone: its row of the outbox, sent."""
    # The next one is a week away: this one would be merged into one of tomorrow.
    following = Planned(at=now + timedelta(days=7), slot=Slot.REGULAR)
    programmes.keep(tx, contact, Place(next=following, anchor=now))
    version = cases.checkin_version(tx, contact.case, Level.OPEN)
    hashed = addresses.chat_hash(tx, FIRST_FAMILY + number)
    checkins.plan(
        tx,
        contact=contact.id,
        case=contact.case,
        chat_hash=hashed,
        content_version=version or "",
        level=Level.OPEN,
        planned_at=now,
    )
    c = tables.checkins
    checkin = tx.execute(select(c.c.id).where(c.c.contact_id == contact.id)).scalar_one()
    follow_up.ask_checkin(tx, room, checkin, now=now)
    row: str = tx.execute(select(c.c.message).where(c.c.id == checkin)).scalar_one()
    sent = {"state": "sent", "sent_at": now, "message_no": number + 1}
    change_by(tx, tables.outbox, {"id": row}, **sent)
    return row


def _broadcast(tx: Tx, numbers: tuple[int, ...], *, now: datetime) -> None:
    payload = Payload(text="Bapak/Ibu, minggu depan ada pertemuan keluarga. Terima kasih.")
    for number in numbers:
        chat, owner = FIRST_RECIPIENT + number, f"r{number}"
        to = Address(
            owner_kind="contact",
            owner_id=owner,
            chat_hash=addresses.chat_hash(tx, chat),
            number=str(chat),
            is_active=True,
        )
        out = Outgoing(
            id=f"broadcast:1:{owner}",
            lane=Lane.BROADCAST,
            kind="broadcast",
            verb="send",
            address=to,
            payload=payload,
            not_before=now + timedelta(days=1),
        )
        outbox.enqueue(tx, out, now=now)


def _code(number: int) -> str:
    return f"K-{number:05}"
