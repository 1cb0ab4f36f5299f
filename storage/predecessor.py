"""What a database that is about to be replaced still tells: who was erased, who has written since
the backup, who asked for silence since, who has another phone, and which check-ins are over."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection, inspect, or_, select

from flows.model import ContactState, Level
from storage import tables
from storage.archive import Header
from storage.settings import CLOCK_OFFSET

STRANGERS = "tamu"
CENTRE = "centre"
SILENT = (
    ContactState.STOPPED,
    ContactState.WRONG_PERSON,
    ContactState.BLOCKED,
    ContactState.FAREWELL,
    ContactState.REJECTED,
    ContactState.DECLINED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A case from which words came that the backup does not hold.

    `newest` is None where nobody can tell; `is_missing`: the backup does not know the case at all;
    `is_relinked`: another phone was linked, and nobody is written to until it is again.
    """

    code: str
    words: int = 0
    newest: datetime | None = None
    is_missing: bool = False
    is_relinked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """Where a contact is written to, None where nowhere, and how far the linking of it has come."""

    chat_hash: str | None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What it told. `careful` is state and level of contacts who may not be written to as to
    everybody: that a backup is older must not make anybody's phone less safe."""

    erased: Mapping[str, datetime] = field(default_factory=dict)
    families: tuple[Family, ...] = ()
    careful: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    phones: Mapping[str, Phone] = field(default_factory=dict)
    ended: frozenset[str] = frozenset()  # check-ins that were over by then
    clock_offset_s: float = 0.0
    centre: datetime | None = None  # when the centre's own data key was made


def holds_rows(connection: Connection) -> bool:
    """Has anybody worked with it? What a program notes of itself is no work."""
    there = set(inspect(connection).get_table_names())
    known = [one for one in tables.metadata.sorted_tables if one.name in there]
    own = ("settings", "leases", "content_versions")
    return any(
        connection.execute(select(one.primary_key.columns[0]).limit(1)).first() is not None
        for one in known
        if one.name not in own
    )


def look(connection: Connection, header: Header) -> Before:
    """Ask it everything; it must be of the step that this program knows."""
    e, c, k, s = tables.erasures, tables.contacts, tables.checkins, tables.settings
    careful = or_(c.c.state.in_(SILENT), c.c.level != Level.OPEN)
    offset = connection.scalar(select(s.c.value).where(s.c.name == CLOCK_OFFSET))
    return Before(
        erased={row.subject: row.at for row in connection.execute(select(e.c.subject, e.c.at))},
        families=_families(connection, header),
        careful={
            row.id: (row.state, row.level)
            for row in connection.execute(select(c.c.id, c.c.state, c.c.level).where(careful))
        },
        phones=_phones(connection),
        ended=frozenset(connection.scalars(select(k.c.id).where(k.c.ended_at > header.at))),
        clock_offset_s=float(offset or 0),
        centre=centre_of(connection),
    )


def centre_of(connection: Connection) -> datetime | None:
    """By this two databases are known to be of the same centre; new keys do not change it."""
    d = tables.data_keys
    found: datetime | None = connection.scalar(select(d.c.created_at).where(d.c.subject == CENTRE))
    return found


def _phones(connection: Connection) -> dict[str, Phone]:
    c, a = tables.contacts, tables.addresses
    mine = (a.c.owner_id == c.c.id) & (a.c.owner_kind == "contact") & (a.c.state != "closed")
    rows = connection.execute(
        select(c.c.id, c.c.state, a.c.address_hash).outerjoin_from(c, a, mine)
    )
    return {row.id: Phone(chat_hash=row.address_hash, state=row.state) for row in rows}


def _families(connection: Connection, header: Header) -> tuple[Family, ...]:
    found: dict[str, Family] = {}
    for code, at in _written(connection, header):
        name = code or STRANGERS
        known = found.get(name, Family(code=name))
        newest = at if known.newest is None else max(known.newest, at)
        found[name] = replace(known, words=known.words + 1, newest=newest)
    k = tables.cases
    for code in connection.scalars(select(k.c.code).where(k.c.created_at > header.at)):
        found[code] = replace(found.get(code, Family(code=code)), is_missing=True)
    return tuple(found[name] for name in sorted(found))


def _written(connection: Connection, header: Header) -> Iterator[tuple[str | None, datetime]]:
    """Code (None: a stranger) and moment of each answer, text and unhandled message since.

    By number, because a message can be older than the hour at which it came in; by moment too,
    because on PostgreSQL a lower number may be committed after a higher one.
    """
    k = tables.cases
    for one in (tables.answers, tables.words):
        since = or_(one.c.seq > header.last.get(one.name, 0), one.c.at > header.at)
        rows = select(k.c.code, one.c.at).select_from(one.outerjoin(k, k.c.id == one.c.case_id))
        yield from ((row.code, row.at) for row in connection.execute(rows.where(since)))
    i, a, c = tables.inbox, tables.addresses, tables.contacts
    since = or_(i.c.seq > header.last.get(i.name, 0), i.c.received_at > header.at)
    owners = (
        select(i.c.seq, k.c.code)
        .join_from(i, a, (a.c.address_hash == i.c.chat_hash) & (a.c.owner_kind == "contact"))
        .join(c, c.c.id == a.c.owner_id)
        .join(k, k.c.id == c.c.case_id)
        .subquery()
    )
    rows = select(owners.c.code, i.c.received_at.label("at")).select_from(
        i.outerjoin(owners, owners.c.seq == i.c.seq)
    )
    unhandled = connection.execute(rows.where(since, i.c.state != "done"))
    yield from ((row.code, row.at) for row in unhandled)
