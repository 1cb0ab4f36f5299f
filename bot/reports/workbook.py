"""Replies as a workbook: a row per answer, a sheet per form with a row per check-in, free texts,
and a sheet that explains the others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

from bot.reports import meanings
from bot.reports.sheets import Sheet
from bot.reports.telling import MORE, PLAIN, Row, Telling
from bot.usecases.room import kept_checkin
from flows.forms import Checkin, Kind
from flows.scoring import counted, lowered
from storage import exports, replies
from storage.exports import AskedRow
from storage.replies import Wanted

ANSWERS, TEXTS, MEANINGS = "Jawaban", "Pesan", "Keterangan"
OF_ANSWERS_ALONE = ("item", "value", "label")
BEFORE = ("case", "contact_id", "checkin_id", "level", "state", "slot", "way", "filled_by",
          "asked_local", "ended_local")  # fmt: skip
AFTER = ("lowered", "total", "is_estimated", "band")
ON_REMINDER = "pulse"  # the answer to a reminder, which ends a check-in

Versions = Mapping[str, Sequence[Checkin]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheets:
    """In the order in which they stand."""

    answers: Sheet
    asked: Mapping[str, Sheet]
    texts: Sheet
    meanings: Sheet

    @property
    def all(self) -> tuple[Sheet, ...]:
        return (self.answers, *self.asked.values(), self.texts, self.meanings)


def write_xlsx(file: BinaryIO, telling: Telling, wanted: Wanted) -> int:
    """How many replies and check-ins are in it? Raises ExportRefused."""
    book = Workbook(write_only=True)
    forms = _forms(telling, wanted)
    sheets = _sheets(book, telling, forms)
    try:
        _fill(sheets, telling, wanted, forms)
        for sheet in sheets.all:
            sheet.end()
        # Its own `save` leaves the archive open where the disk is full, which then complains.
        with ZipFile(file, "w", ZIP_DEFLATED, allowZip64=True) as archive:
            ExcelWriter(book, archive).save()
    except BaseException:
        for sheet in sheets.all:
            sheet.discard()
        raise
    return sum(sheet.rows for sheet in sheets.all) - sheets.meanings.rows


def _sheets(book: Workbook, telling: Telling, forms: Versions) -> Sheets:
    of_texts = [one for one in telling.columns if one not in OF_ANSWERS_ALONE]
    return Sheets(
        answers=Sheet(book, ANSWERS, telling.columns),
        asked={form: _form_sheet(book, telling, kept) for form, kept in forms.items()},
        texts=Sheet(book, TEXTS, of_texts),
        meanings=Sheet(book, MEANINGS, meanings.COLUMNS, meanings.headings()),
    )


def _fill(sheets: Sheets, telling: Telling, wanted: Wanted, forms: Versions) -> None:
    for reply in replies.answers(telling.tx, wanted):
        sheets.answers.add(telling.full(reply))
    for checkin in exports.checkins(telling.tx, wanted):
        form = kept_checkin(telling.tx, checkin.version)
        sheets.asked[form.id].add(_asked(telling, checkin))
    for reply in replies.texts(telling.tx, wanted):
        sheets.texts.add(telling.full(reply))
    titles = {sheets.asked[form].title: kept for form, kept in forms.items()}
    for row in _meanings(telling, titles):
        sheets.meanings.add(row)


def _forms(telling: Telling, wanted: Wanted) -> Versions:
    """Every form that was asked, by its id, in the versions that were, the newest first."""
    found: dict[str, list[Checkin]] = {}
    for version in exports.versions(telling.tx, wanted):
        form = kept_checkin(telling.tx, version)
        found.setdefault(form.id, []).append(form)
    return dict(sorted(found.items()))


def _form_sheet(book: Workbook, telling: Telling, kept: Sequence[Checkin]) -> Sheet:
    before = (*BEFORE[:2], *telling.name_columns, *BEFORE[2:])
    items = dict.fromkeys(item.id for form in kept for item in form.items)
    if any(form.kind is not Kind.PULSE for form in kept):
        items[ON_REMINDER] = None
    return Sheet(book, kept[0].id, (*before, *map(column_of, items), *AFTER))


def column_of(item: str) -> str:
    """An item may be called as a column is that stands beside it."""
    return f"{item} (item)" if item in (*PLAIN, *MORE, *BEFORE, *AFTER) else item


def _asked(telling: Telling, row: AskedRow) -> Row:
    back = lowered(row.answers)
    ended = row.ended_at
    return {
        "case": row.case,
        "contact_id": row.contact_id,
        "checkin_id": row.checkin_id,
        "level": row.level,
        "state": row.state,
        "slot": row.slot,
        "way": row.way,
        "filled_by": row.filled_by,
        "asked_local": telling.there(row.asked_at, row.timezone),
        "ended_local": None if ended is None else telling.there(ended, row.timezone),
        **{column_of(item): value for item, value in counted(row.answers).items()},
        "lowered": "; ".join(f"{item} {high} > {low}" for item, (high, low) in back.items()),
        "total": row.total,
        "is_estimated": None if row.is_estimated is None else int(row.is_estimated),
        "band": row.band,
        **telling.names(row),
    }


def _meanings(telling: Telling, sheets: Versions) -> Iterator[Row]:
    whole = (*telling.columns, *BEFORE, *AFTER)
    yield from meanings.of_columns(dict.fromkeys(whole))
    for title, kept in sheets.items():
        yield from meanings.of_forms(title, kept, telling.labels)
