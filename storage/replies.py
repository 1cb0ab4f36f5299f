"""Every reply as it is handed out: one row per answer version and per free text, codes only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, Select, Table, select

from flows.model import CaseId, Way
from storage import tables
from storage.checkins import WORDS
from storage.errors import SubjectErased
from storage.transaction import Tx
from storage.words import TEXT

AT_ONCE = 500  # rows in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which replies: of one case, or of a time from `since` until before `until`; None is all."""

    case: CaseId | None = None
    since: datetime | None = None
    until: datetime | None = None

    def holds(
        self, table: Table, moment: ColumnElement[datetime]
    ) -> tuple[ColumnElement[bool], ...]:
        """The conditions on rows of `table`, which happened at `moment`."""
        found = list[ColumnElement[bool]]()
        if self.case is not None:
            found.append(table.c.case_id == self.case)
        if self.since is not None:
            found.append(moment >= self.since)
        if self.until is not None:
            found.append(moment < self.until)
        return tuple(found)


EVERYTHING = Wanted()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRow:
    """`case` is the code, None for strangers; `item` and `value` are None for free text;
    `text` is None for a tap, empty where its writer was erased; `replaced_by` is the reply_id of
    the next version. `version`, `slot` and `filled_by` are those of the check-in, None without one.
    """

    reply_id: str
    case: str | None
    case_id: str | None
    contact_id: str | None
    checkin_id: str | None
    item: str | None
    value: int | None
    text: str | None
    at: datetime
    replaced_by: str | None
    version: str | None
    slot: str | None
    way: str
    filled_by: str | None
    timezone: str | None  # the contact's


def every(tx: Tx, wanted: Wanted = EVERYTHING) -> Iterator[ReplyRow]:
    """All replies by their moments; answers among themselves, and texts, as they came in: Telegram
    gives a text whole seconds, so that moments alone would turn two of them round."""
    yield from merge(answers(tx, wanted), texts(tx, wanted), key=lambda row: row.at)


def answers(tx: Tx, wanted: Wanted = EVERYTHING) -> Iterator[ReplyRow]:
    """Every version of every answer, as they came in."""
    for row in in_pieces(tx, _around(tables.answers, wanted)):
        subject = f"contact:{row.contact_id}"
        text = None if row.words is None else opened(tx, subject, WORDS, row.id, row.words)
        yield _row(row, item=row.item, value=row.value, text=text)


def texts(tx: Tx, wanted: Wanted = EVERYTHING) -> Iterator[ReplyRow]:
    """Every version of every free text, as they came in."""
    for row in in_pieces(tx, _around(tables.words, wanted)):
        text = opened(tx, row.subject, TEXT, row.id, row.text)
        yield _row(row, item=None, value=None, text=text)


def in_pieces(tx: Tx, query: Select[*tuple[Any, ...]]) -> Iterator[Row[*tuple[Any, ...]]]:
    """The rows of `query`, of which few are in memory at a time."""
    yield from tx.connection.execute(query, execution_options={"yield_per": AT_ONCE})


def opened(tx: Tx, subject: str, column: str, row: str, sealed: bytes) -> str:
    """What was sealed there; nothing where the subject was erased, which must end no export."""
    try:
        return tx.vault.open(tx, subject, column, row, sealed)
    except SubjectErased:
        return ""


def _around(table: Table, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """Rows of `table` with their case, contact and check-in, where they have one."""
    c, p, k = tables.cases, tables.contacts, tables.checkins
    joined: FromClause = table.outerjoin(c, c.c.id == table.c.case_id)
    joined = joined.outerjoin(p, p.c.id == table.c.contact_id)
    joined = joined.outerjoin(k, k.c.id == table.c.checkin_id)
    columns = (c.c.code, p.c.timezone, k.c.content_version, k.c.slot, k.c.way, k.c.filled_by)
    query = select(table, *columns).select_from(joined)
    return query.where(*wanted.holds(table, table.c.at)).order_by(table.c.seq)


def _row(
    row: Row[*tuple[Any, ...]], *, item: str | None, value: int | None, text: str | None
) -> ReplyRow:
    return ReplyRow(
        reply_id=row.id,
        case=row.code,
        case_id=row.case_id,
        contact_id=row.contact_id,
        checkin_id=row.checkin_id,
        item=item,
        value=value,
        text=text,
        at=row.at,
        replaced_by=row.replaced_by,
        version=row.content_version,
        slot=row.slot,
        way=row.way or Way.MESSAGE,
        filled_by=row.filled_by,
        timezone=row.timezone,
    )
